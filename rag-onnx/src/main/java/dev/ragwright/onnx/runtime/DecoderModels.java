package dev.ragwright.onnx.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.files.VariantFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The graphs of one decoder: a single one, or with an encoder in front of it those that Optimum
 * exports, where the first step of a text also makes the keys and values of the source. That step
 * is a branch of {@code decoder_model_merged.onnx}, or {@code decoder_model.onnx} beside a {@code
 * decoder_with_past_model.onnx} for the other steps.
 */
final class DecoderModels implements AutoCloseable {
  static final String WITH_ENCODER =
      "beside an encoder_model.onnx its decoder_model_merged.onnx, or its decoder_model.onnx and"
          + " decoder_with_past_model.onnx, of the same variant";

  private final Step first;
  private final Step later;
  private final @Nullable Step encoder;

  /** A graph, and what it is fed. */
  record Step(OnnxModel model, DecoderGraph graph) {

    /** What a decoder with an encoder is told of a source. */
    DecoderGraph.SourceInputs source() {
      return Objects.requireNonNull(graph.source());
    }
  }

  private DecoderModels(Step first, Step later, @Nullable Step encoder) {
    this.first = first;
    this.later = later;
    this.encoder = encoder;
  }

  /** Loads all that a decoder's file needs beside it. */
  static DecoderModels load(ModelFolder folder, OnnxOptions options) {
    List<OnnxModel> loaded = new ArrayList<>();
    try {
      OnnxModel model = OnnxModel.load(folder, options);
      loaded.add(model);
      Step first = new Step(model, DecoderGraph.of(model, folder));
      if (first.graph.source() == null) {
        return new DecoderModels(first, first, null);
      }
      VariantFile files = folder.files().variant();
      Step later = first;
      if (first.graph.cache().isEmpty()) {
        OnnxModel other =
            OnnxModel.load(
                beside(folder, files.withPast().filter(folder.files()::hasGraph)), options);
        loaded.add(other);
        later = new Step(other, DecoderGraph.of(other, folder));
        if (later.graph.source() == null || later.graph.cache().isEmpty()) {
          throw new ModelLoadException(other.file(), "no past of a source", WITH_ENCODER);
        }
      } else if (first.graph.branch() == null) {
        throw new ModelLoadException(
            model.file(),
            "a decoder with a past and a source, and no input use_cache_branch that says which"
                + " there is",
            WITH_ENCODER);
      }
      OnnxModel encoder = OnnxModel.load(beside(folder, files.encoder()), options);
      loaded.add(encoder);
      Step reading = new Step(encoder, DecoderGraph.ofEncoder(encoder));
      requireSameWidth(reading, first);
      return new DecoderModels(first, later, reading);
    } catch (RuntimeException e) {
      loaded.forEach(OnnxModel::close);
      throw e;
    }
  }

  private static ModelFolder beside(ModelFolder folder, Optional<String> file) {
    return folder.withModelFile(
        file.orElseThrow(
            () ->
                new ModelLoadException(
                    folder.files().where(folder.modelFile()),
                    "a decoder of a model with an encoder, and not all of its files",
                    WITH_ENCODER)));
  }

  private static void requireSameWidth(Step encoder, Step decoder) {
    Long given = encoder.source().hidden();
    Long taken = decoder.source().hidden();
    if (given != null && taken != null && given > 0 && taken > 0 && !given.equals(taken)) {
      throw new ModelLoadException(
          decoder.model.file(),
          String.format(
              Locale.ROOT,
              "a decoder that takes %d numbers for each token of the source, where %s gives %d",
              taken,
              encoder.model.file(),
              given),
          "an encoder and a decoder of one model");
    }
  }

  /** Reads the first tokens of a text, and bounds the runs of all. */
  Step first() {
    return first;
  }

  /** Reads the others; the same as {@link #first()} in most models. */
  Step later() {
    return later;
  }

  boolean hasEncoder() {
    return encoder != null;
  }

  /** The mask over the source that the first step takes, or else the others, if any does. */
  DecoderGraph.@Nullable Input sourceMask() {
    DecoderGraph.Input mask = first.source().mask();
    return mask == null ? later.source().mask() : mask;
  }

  /** A cache of what the encoder makes of a source. */
  SourceCache read(int[] source, CallContext context) {
    Step reading = Objects.requireNonNull(encoder);
    return first.model.run(
        context,
        () -> String.format(Locale.ROOT, "a source of %d tokens", source.length),
        (options, worker) -> {
          try (DecoderInputs inputs =
              new DecoderInputs(reading.graph, 0, source, 0, source.length, 0, worker)) {
            OrtSession.Result encoded =
                reading.model.session().run(inputs.bound(), Set.of(DecoderGraph.ENCODED), options);
            try {
              return new SourceCache(this, encoded, source.length);
            } catch (OrtException | RuntimeException e) {
              encoded.close();
              throw e;
            }
          }
        });
  }

  StageDescription description() {
    StageDescription described = first.model.description();
    if (encoder == null) {
      return described;
    }
    List<StageDescription> parts = new ArrayList<>(List.of(encoder.model.description()));
    if (later.model != first.model) {
      parts.add(later.model.description());
    }
    return described.withParts(parts);
  }

  @Override
  public void close() {
    first.model.close(); // waits for the runs of all
    if (later.model != first.model) {
      later.model.close();
    }
    if (encoder != null) {
      encoder.model.close();
    }
  }
}
