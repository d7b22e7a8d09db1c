package dev.ragwright.onnx.runtime;

import static dev.ragwright.testmodels.OnnxGraph.attribute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.testmodels.OnnxGraph;
import dev.ragwright.testmodels.Repository;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EditableModelTest {
  private static final int MANY = 5000; // floats that are not held

  @TempDir Path folder;

  @Test
  void writesTheFilesThatItRead() throws IOException {
    for (ModelFolder model : List.of(ModelFolder.bgeSmallEn(), ModelFolder.allMiniLm())) {
      try (InputStream in = model.files().open("model_quantized.onnx")) {
        byte[] bytes = in.readAllBytes();
        assertThat(EditableModel.read(bytes).toBytes()).isEqualTo(bytes);
      }
    }
  }

  @Test
  void keepsFieldsThatItDoesNotKnow() throws IOException {
    ProtoMessage unknown = new ProtoMessage().with(900, -1).with(901, "text");
    unknown.fields().add(new ProtoMessage.Figure(902, 1, Long.MIN_VALUE));
    unknown.fields().add(new ProtoMessage.Figure(903, 5, 0x80_00_00_01L));
    unknown.fields().add(new ProtoMessage.Bytes(904, new byte[ProtoMessage.LONGEST_HELD + 1]));
    byte[] all = bytes(new ProtoMessage().with(1, 8).with(7, unknown));
    assertThat(EditableModel.read(all).toBytes()).isEqualTo(all);
    assertThat(EditableModel.read(Files.write(folder.resolve("m.onnx"), all)).toBytes())
        .isEqualTo(all);
  }

  /** Sum of a weight in the graph, one in a branch and one beside the file, all of them long. */
  private static byte[] sum(String location) {
    OnnxGraph branch =
        new OnnxGraph()
            .floats("inner", numbers(2), MANY)
            .node("Add", List.of("x", "inner"), List.of("chosen"))
            .output("chosen", OnnxGraph.FLOAT, "" + MANY);
    OnnxGraph graph =
        new OnnxGraph()
            .input("x", OnnxGraph.FLOAT, "" + MANY)
            .bool("yes", true)
            .floats("outer", numbers(1), MANY);
    String last = "outer";
    if (!location.isEmpty()) {
      graph
          .weightsBeside("beside", OnnxGraph.FLOAT, location, MANY)
          .node("Add", List.of("outer", "beside"), List.of("both"));
      last = "both";
    }
    return graph
        .node(
            "If",
            List.of("yes"),
            List.of("read"),
            attribute("then_branch", branch),
            attribute("else_branch", branch))
        .node("Add", List.of("read", last), List.of("y"))
        .output("y", OnnxGraph.FLOAT, "" + MANY)
        .toBytes();
  }

  private static float[] numbers(int first) {
    float[] numbers = new float[MANY];
    for (int i = 0; i < MANY; i++) {
      numbers[i] = first + i / 8f;
    }
    return numbers;
  }

  private static float[] expected(int firsts, int terms) {
    float[] expected = new float[MANY];
    for (int i = 0; i < MANY; i++) {
      expected[i] = firsts + terms * (i / 8f);
    }
    return expected;
  }

  private static byte[] little(float[] numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(numbers);
    return bytes.array();
  }

  private static float[] run(EditableModel model) throws IOException, OrtException {
    OrtEnvironment environment = OnnxRuntime.environment();
    try (OrtSession.SessionOptions settings = new OrtSession.SessionOptions()) {
      if (model.folder().isPresent()) {
        settings.addConfigEntry(
            "session.model_external_initializers_file_folder_path",
            model.folder().get().toString());
      }
      try (OrtSession session = environment.createSession(model.toBytes(), settings);
          OnnxTensor x = OnnxTensor.createTensor(environment, new float[MANY]);
          OrtSession.Result result = session.run(Map.of("x", x))) {
        return ((OnnxTensor) result.get(0)).getFloatBuffer().array();
      }
    }
  }

  @Test
  void leavesWeightsWhereTheyAre() throws IOException, OrtException {
    byte[] file = sum("weights.bin");
    Files.write(folder.resolve("weights.bin"), little(numbers(4)));
    EditableModel model = EditableModel.read(Files.write(folder.resolve("model.onnx"), file));
    assertThat(model.toBytes()).hasSizeLessThan(2000);
    assertThat(run(model)).isEqualTo(expected(7, 3));
    EditableTensor outer = tensor(model, "outer");
    assertThat(model.bytes(outer)).isEqualTo(little(numbers(1)));
    assertThat(model.bytes(tensor(model, "beside"))).isEqualTo(little(numbers(4)));
  }

  @Test
  void keepsTheWeightsOfAModelThatIsNoFile() throws IOException, OrtException {
    EditableModel model = EditableModel.read(sum(""));
    assertThat(model.folder()).isEmpty();
    assertThat(run(model)).isEqualTo(expected(3, 2));
  }

  /** As the hub's cache has them: a folder of links to files of other names in another folder. */
  @Test
  void followsLinks() throws IOException, OrtException {
    Path blobs = Files.createDirectories(folder.resolve("blobs"));
    Path snapshot = Files.createDirectories(folder.resolve("snapshots/c/onnx"));
    Files.write(blobs.resolve("first"), sum("weights.bin"));
    Files.write(blobs.resolve("second"), little(numbers(4)));
    Files.createSymbolicLink(snapshot.resolve("model.onnx"), Path.of("../../../blobs/first"));
    Files.createSymbolicLink(snapshot.resolve("weights.bin"), Path.of("../../../blobs/second"));
    assertThat(run(EditableModel.read(snapshot.resolve("model.onnx")))).isEqualTo(expected(7, 3));
  }

  @Test
  void takesNoWeightsFromElsewhere() throws IOException {
    Path inner = Files.createDirectories(folder.resolve("inner"));
    Files.write(folder.resolve("weights.bin"), little(numbers(4)));
    Path model = Files.write(inner.resolve("model.onnx"), sum("../weights.bin"));
    assertThatThrownBy(() -> EditableModel.read(model))
        .hasMessage("weights in \"../weights.bin\", outside of the model's folder");
    Files.createSymbolicLink(inner.resolve("link"), folder.resolve("weights.bin"));
    Files.write(model, sum("link"));
    assertThatThrownBy(() -> EditableModel.read(model))
        .hasMessage("weights in \"link\", outside of the model's folder");
    Files.write(model, sum("nowhere"));
    assertThatThrownBy(() -> EditableModel.read(model))
        .hasMessage("weights in \"nowhere\", which is no file");
  }

  @Test
  void readsNumbersThatAreNotRaw() throws IOException, OrtException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    for (int value : new int[] {-128, -1, 0, 127}) {
      for (int i = 0; i < 10; i++) { // a negative number takes ten bytes
        long rest = (long) value >>> (7 * i);
        boolean last = value >= 0 || i == 9;
        packed.write((int) ((rest & 127) | (last ? 0 : 128)));
        if (last) {
          break;
        }
      }
    }
    ProtoMessage small = new ProtoMessage().with(1, 4).with(2, EditableTensor.INT8).with(8, "s");
    ProtoMessage large = new ProtoMessage().with(1, MANY).with(2, EditableTensor.FLOAT);
    byte[] file =
        bytes(
            new ProtoMessage()
                .with(
                    7,
                    new ProtoMessage()
                        .with(5, small.copy().with(5, packed.toByteArray()))
                        .with(5, small.copy().with(5, -128).with(5, -1).with(5, 0).with(5, 127))
                        .with(5, large.with(4, little(numbers(3))).with(8, "large"))));
    EditableModel model = EditableModel.read(Files.write(folder.resolve("model.onnx"), file));
    for (ProtoMessage tensor : model.graph().message().messages(5).subList(0, 2)) {
      assertThat(model.bytes(new EditableTensor(tensor))).containsExactly(-128, -1, 0, 127);
    }
    EditableTensor floats = tensor(model, "large");
    assertThat(floats.isBeside()).isTrue();
    assertThat(model.bytes(floats)).isEqualTo(little(numbers(3)));
    assertThat(model.toBytes()).hasSizeLessThan(500);
  }

  @Test
  void nodesCanBeChanged() throws IOException {
    EditableModel model = EditableModel.read(TinyGraph.cast("input_ids"));
    EditableGraph graph = model.graph();
    EditableNode cast = graph.nodes().getFirst();
    assertThat(cast).hasToString("Cast \"\"");
    assertThat(cast.integer("to", 0)).isEqualTo(OnnxGraph.FLOAT);
    assertThat(model.unused("hidden")).isEqualTo("hidden_2");
    assertThat(model.unused("hidden")).isEqualTo("hidden_3");
    cast.setOutputs(List.of("half"));
    EditableNode scaled =
        EditableNode.of("", "Mul", "scaled", List.of("half", "two"), List.of("hidden"));
    graph.setNodes(List.of(cast, scaled));
    graph.add(EditableTensor.of("two", EditableTensor.FLOAT, List.of(), little(new float[] {2})));
    assertThat(EditableModel.read(model.toBytes()).graph().nodes())
        .extracting(EditableNode::inputs)
        .containsExactly(List.of("input_ids"), List.of("half", "two"));
    scaled.setInput(3, "late");
    assertThat(scaled.inputs()).containsExactly("half", "two", "", "late");
    assertThat(scaled.input(7)).isEmpty();
  }

  @Test
  void saysWhatIsNoModel() throws IOException {
    assertThatThrownBy(() -> EditableModel.read(new byte[0])).hasMessage("no graph");
    byte[] file = sum("");
    assertThatThrownBy(() -> EditableModel.read(Arrays.copyOf(file, file.length - 30)))
        .hasMessageContaining("the file ends in the middle");
  }

  @Test
  void theRealDecoderIsTheSameModelInASmallFile() throws IOException {
    Path file = Repository.sharedOrSkip("models/SmolLM2-135M-Instruct/onnx/model_quantized.onnx");
    EditableModel model = EditableModel.read(file);
    assertThat(model.toBytes()).hasSizeLessThan(1 << 20);
    assertThat(model.folder()).hasValue(file.toRealPath().getParent());
  }

  private static EditableTensor tensor(EditableModel model, String name) {
    return Objects.requireNonNull(model.graph().tensors().get(name));
  }

  private static byte[] bytes(ProtoMessage message) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    message.write(
        bytes,
        (from, length, to) -> {
          throw new IOException("nothing was read");
        });
    assertThat(message.size()).isEqualTo(bytes.size());
    return bytes.toByteArray();
  }
}
