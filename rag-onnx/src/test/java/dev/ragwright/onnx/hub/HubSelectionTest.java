package dev.ragwright.onnx.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.onnx.files.VariantFile;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HubSelectionTest {
  @Test
  void allGraphsOfAVariantAreFetched() {
    List<String> files =
        List.of(
            "config.json",
            "onnx/decoder_model.onnx",
            "onnx/decoder_model_int8.onnx",
            "onnx/decoder_with_past_model.onnx",
            "onnx/decoder_with_past_model_int8.onnx",
            "onnx/decoder_with_past_model_int8.onnx_data",
            "onnx/encoder_model.onnx",
            "onnx/encoder_model_int8.onnx");
    VariantFile int8 = VariantFile.named("onnx/decoder_model_int8.onnx", files);
    assertThat(int8.name()).isEqualTo("int8");
    assertThat(new HubSelection("", int8).needs(files))
        .containsExactly(
            "config.json",
            "onnx/decoder_model_int8.onnx",
            "onnx/decoder_with_past_model_int8.onnx",
            "onnx/decoder_with_past_model_int8.onnx_data",
            "onnx/encoder_model_int8.onnx");
    assertThat(VariantFile.among(List.of("decoder_model_merged.onnx", "encoder_model.onnx")))
        .singleElement()
        .returns(Optional.empty(), VariantFile::withPast);
  }
}
