package dev.ragwright.onnx.runtime;

import dev.ragwright.onnx.Int8Weights;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the products of 8-bit integers in a graph that this processor does not compute exactly, and
 * gives them weights of the other sign: each byte has its first bit turned, and the zero point too,
 * so that every difference of a weight and its zero point is what it was. What reads the same
 * weights and is no such product reads them as before. See {@link Int8Weights} for why.
 *
 * <p>The new weights go into a file, part by part; nothing but a part is held.
 */
final class ExactInt8 {
  private static final Set<String> MULTIPLYING = Set.of("MatMul", "Gemm", "Conv", "ConvTranspose");

  private final EditableModel model;
  private final Int8Weights setting;
  private final Map<String, String> moved = new HashMap<>(); // weights and zero points
  private final IdentityHashMap<ProtoMessage, Boolean> wide = new IdentityHashMap<>();
  private final List<Change> changes = new ArrayList<>();
  private final List<String> inexact = new ArrayList<>();

  /** A place of a node that is to read weights of the other sign. */
  private record Change(
      GraphScope scope,
      EditableNode node,
      Int8Operator.Weights weights,
      GraphScope.Constant constant) {}

  /** A product that is not exact and cannot be made so; the text says which and what to do. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;
    private final String found;
    private final String expected;

    Refused(String found, String expected) {
      super(found);
      this.found = found;
      this.expected = expected;
    }

    String found() {
      return found;
    }

    String expected() {
      return expected;
    }
  }

  private ExactInt8(EditableModel model, Int8Weights setting) {
    this.model = model;
    this.setting = setting;
  }

  /**
   * Looks at all products of a model, and tries each kind of them once in a process.
   *
   * @throws Refused if one is not exact and has no other way
   */
  static ExactInt8 of(EditableModel model, Int8Weights setting) throws IOException {
    ExactInt8 exact = new ExactInt8(model, setting);
    exact.look(new GraphScope(model.graph(), null));
    for (EditableNode node : model.functionNodes()) {
      exact.lookInFunction(node);
    }
    return exact;
  }

  /** Whether weights are to be changed. */
  boolean changes() {
    return !changes.isEmpty();
  }

  /** Whether a product stays inexact, as it was asked for. */
  boolean isInexact() {
    return !inexact.isEmpty();
  }

  /** Such as {@code 151 weights of MatMulInteger}. */
  @Override
  public String toString() {
    return changes.isEmpty()
        ? "no weights"
        : String.format(
            Locale.ROOT,
            "%d weights, the first of %s",
            changes.stream().map(change -> change.constant.name()).distinct().count(),
            changes.getFirst().node);
  }

  private void look(GraphScope scope) throws IOException {
    for (EditableNode node : scope.graph.nodes()) {
      Optional<Int8Operator> operator = Int8Operator.of(node);
      if (operator.isPresent()) {
        int activations = activations(scope, node, operator.get());
        for (Int8Operator.Weights weights : operator.get().weights()) {
          look(scope, node, operator.get(), weights, activations);
        }
      } else if (MULTIPLYING.contains(node.type())) {
        lookAtDequantized(scope, node);
      }
      for (EditableGraph inner : node.graphs()) {
        look(new GraphScope(inner, scope));
      }
    }
  }

  /** The type of the activations; unsigned if nothing says it, which is what can be wrong. */
  private static int activations(GraphScope scope, EditableNode node, Int8Operator operator) {
    int zero =
        operator.activationsZero() < 0 ? 0 : scope.type(node.input(operator.activationsZero()));
    int type = zero == 0 ? scope.type(node.input(operator.activations())) : zero;
    return type == EditableTensor.INT8 ? EditableTensor.INT8 : EditableTensor.UINT8;
  }

  /** A product of two dequantised values, which the runtime makes one of integers. */
  private void lookAtDequantized(GraphScope scope, EditableNode product) throws IOException {
    for (int side = 0; side < 2; side++) {
      Optional<EditableNode> weights = dequantizing(scope, product.input(side));
      Optional<EditableNode> activations = dequantizing(scope, product.input(1 - side));
      if (weights.isPresent()
          && activations.isPresent()
          && scope.constant(weights.get().input(0)).isPresent()) {
        look(
            scope,
            weights.get(),
            Int8Operator.DEQUANTIZED,
            Int8Operator.DEQUANTIZED.weights().getFirst(),
            scope.type(activations.get().input(0)) == EditableTensor.INT8
                ? EditableTensor.INT8
                : EditableTensor.UINT8);
      }
    }
  }

  private static Optional<EditableNode> dequantizing(GraphScope scope, String name) {
    return scope.producer(name).filter(node -> node.type().equals("DequantizeLinear"));
  }

  private void look(
      GraphScope scope,
      EditableNode node,
      Int8Operator operator,
      Int8Operator.Weights weights,
      int activations)
      throws IOException {
    String name = node.input(weights.place());
    int type = scope.type(name) == 0 ? scope.type(node.input(weights.zero())) : scope.type(name);
    boolean unknown = type == 0;
    if (unknown) {
      type = EditableTensor.INT8;
    }
    if (type != EditableTensor.INT8 && type != EditableTensor.UINT8) {
      return;
    }
    int other = type == EditableTensor.INT8 ? EditableTensor.UINT8 : EditableTensor.INT8;
    Optional<GraphScope.Constant> constant = scope.constant(name);
    boolean forced = setting == Int8Weights.UNSIGNED && type == EditableTensor.INT8;
    boolean wrong = Int8Probe.of(operator, activations, type) == Int8Probe.Outcome.WRONG;
    if (wrong && type == EditableTensor.INT8 && constant.isPresent() && !isWide(constant.get())) {
      wrong =
          Int8Probe.of(operator, activations, type, Int8Probe.SEVEN_BITS)
              == Int8Probe.Outcome.WRONG;
    }
    if (!wrong && !forced) {
      return;
    }
    if (setting == Int8Weights.AS_PUBLISHED) {
      inexact.add(node.toString());
      return;
    }
    boolean possible = Int8Probe.of(operator, activations, other) == Int8Probe.Outcome.EXACT;
    if (possible && constant.isPresent() && hasConstantZero(scope, node, weights)) {
      boolean known =
          changes.stream()
              .anyMatch(
                  change ->
                      change.node.message() == node.message() && change.weights.equals(weights));
      if (!known) {
        changes.add(new Change(scope, node, weights, constant.get()));
      }
    } else if (wrong) {
      throw refused(
          node,
          !possible
              ? "%s activations, for which it has no exact product here"
                  .formatted(activations == EditableTensor.INT8 ? "signed" : "unsigned")
              : constant.isEmpty()
                  ? unknown ? "weights of unknown type" : "weights that are computed"
                  : "a zero point that is computed");
    }
  }

  private static boolean hasConstantZero(
      GraphScope scope, EditableNode node, Int8Operator.Weights weights) {
    String zero = node.input(weights.zero());
    return zero.isEmpty() || scope.constant(zero).isPresent();
  }

  private void lookInFunction(EditableNode node) throws IOException {
    Optional<Int8Operator> operator = Int8Operator.of(node);
    if (operator.isEmpty()
        || Int8Probe.of(operator.get(), EditableTensor.UINT8, EditableTensor.INT8)
            != Int8Probe.Outcome.WRONG) {
      return;
    }
    for (EditableTensor tensor : model.graph().tensors().values()) {
      if (tensor.type() == EditableTensor.INT8 && isWide(tensor)) {
        if (setting == Int8Weights.AS_PUBLISHED) {
          inexact.add(node.toString());
          return;
        }
        throw refused(node, "weights that are the input of a function");
      }
    }
  }

  private static Refused refused(EditableNode node, String because) {
    return new Refused(
        "the operator %s, whose 8-bit products saturate on this processor, with %s"
            .formatted(node, because),
        "weights of 7 bits or unsigned ones with unsigned activations, or another variant of the"
            + " model; OnnxOptions.int8Weights(AS_PUBLISHED) takes it with its wrong products");
  }

  private boolean isWide(GraphScope.Constant constant) throws IOException {
    return isWide(constant.tensor());
  }

  private boolean isWide(EditableTensor tensor) throws IOException {
    Boolean known = wide.get(tensor.message());
    if (known == null) {
      Range range = new Range();
      model.copy(tensor, range);
      known = range.largest > Int8Probe.SEVEN_BITS;
      wide.put(tensor.message(), known);
    }
    return known;
  }

  /** The largest absolute value of what is written to it. */
  private static final class Range extends OutputStream {
    int largest;

    @Override
    public void write(int value) {
      largest = Math.max(largest, Math.abs((byte) value));
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
      int seen = largest;
      for (int i = from; i < from + count; i++) {
        seen = Math.max(seen, Math.abs(bytes[i]));
      }
      largest = seen;
    }
  }

  /**
   * Changes the model.
   *
   * @param weights the file to write weights to that are too long to be held
   */
  void apply(Path weights) throws IOException {
    Set<String> before = GraphScope.read(model.graph());
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(weights), 1 << 16)) {
      Moving moving = new Moving(out, model.locate(weights));
      for (Change change : changes) {
        EditableNode node = change.node;
        String zero = node.input(change.weights.zero());
        String movedZero =
            zero.isEmpty()
                ? newZero(change)
                : moving.moved(change.scope.constant(zero).orElseThrow());
        node.setInput(change.weights.place(), moving.moved(change.constant));
        node.setInput(change.weights.zero(), movedZero);
      }
    }
    removeUnread(before);
  }

  /** Of weights without a zero point it is 0; turned, 128 or -128, which is the same byte. */
  private String newZero(Change change) throws IOException {
    int type = other(change.constant.tensor().type());
    List<Long> shape = List.of();
    if (change.node.type().equals("DequantizeLinear")) { // of the scale's shape
      Optional<GraphScope.Constant> scale = change.scope.constant(change.node.input(1));
      if (scale.isEmpty()) {
        throw refused(change.node, "a scale that is computed");
      }
      shape = scale.get().tensor().shape();
    }
    long count = shape.stream().reduce(1L, (a, b) -> a * b);
    String name = model.unused(change.constant.name() + "_zero");
    byte[] raw = new byte[Math.toIntExact(count)];
    Arrays.fill(raw, (byte) 128);
    change.scope.graph.add(EditableTensor.of(name, type, shape, raw));
    return name;
  }

  private static int other(int type) {
    return type == EditableTensor.INT8 ? EditableTensor.UINT8 : EditableTensor.INT8;
  }

  /** Makes constants of the other sign, each once. */
  private final class Moving {
    private final OutputStream out;
    private final String location;
    private long written;

    Moving(OutputStream out, String location) {
      this.out = out;
      this.location = location;
    }

    String moved(GraphScope.Constant constant) throws IOException {
      String name = moved.get(constant.name());
      if (name == null) {
        EditableTensor tensor = constant.tensor();
        name = model.unused(constant.name() + "_moved");
        int type = other(tensor.type());
        long count = tensor.count();
        EditableTensor made;
        if (count <= ProtoMessage.LONGEST_HELD) {
          byte[] raw = model.bytes(tensor);
          turn(raw, 0, raw.length);
          made = EditableTensor.of(name, type, tensor.shape(), raw);
        } else {
          made = EditableTensor.beside(name, type, tensor.shape(), location, written, count);
          model.copy(tensor, new Turning());
          written += count;
        }
        constant.scope().graph.add(made);
        moved.put(constant.name(), name);
      }
      for (EditableNode form : constant.forms().reversed()) {
        name = form(constant.scope(), form, name);
      }
      return name;
    }

    private String form(GraphScope scope, EditableNode form, String input) {
      String output = form.outputs().getFirst();
      String name = moved.get(output);
      if (name == null) {
        name = model.unused(output + "_moved");
        EditableNode copy = new EditableNode(form.message().copy());
        copy.setInput(0, input);
        copy.setOutputs(List.of(name));
        copy.message().without(3).with(3, name); // two nodes must not have one name
        List<EditableNode> nodes = new ArrayList<>();
        for (EditableNode node : owner(scope, form).nodes()) {
          nodes.add(node);
          if (node.message() == form.message()) {
            nodes.add(copy);
          }
        }
        owner(scope, form).setNodes(nodes);
        moved.put(output, name);
      }
      return name;
    }

    private EditableGraph owner(GraphScope scope, EditableNode form) {
      for (EditableGraph graph : scope.graph.all()) {
        if (graph.nodes().stream().anyMatch(node -> node.message() == form.message())) {
          return graph;
        }
      }
      throw new IllegalStateException("a node of no graph: " + form);
    }

    private final class Turning extends OutputStream {
      @Override
      public void write(int value) throws IOException {
        out.write(value ^ 128);
      }

      @Override
      public void write(byte[] bytes, int from, int count) throws IOException {
        byte[] part = Arrays.copyOfRange(bytes, from, from + count);
        turn(part, 0, count);
        out.write(part);
      }
    }
  }

  private static void turn(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      bytes[i] ^= (byte) 128;
    }
  }

  /** Takes out what was read and is not any more, so that it is not loaded. */
  private void removeUnread(Set<String> before) {
    for (boolean found = true; found; ) {
      Set<String> unread = new HashSet<>(before);
      unread.removeAll(GraphScope.read(model.graph()));
      found = false;
      for (EditableGraph graph : model.graph().all()) {
        List<EditableNode> kept =
            graph.nodes().stream()
                .filter(node -> node.outputs().isEmpty() || !unread.containsAll(node.outputs()))
                .toList();
        found |= kept.size() < graph.nodes().size();
        graph.setNodes(kept);
        unread.removeAll(graph.inputs());
        graph.removeTensors(unread);
      }
    }
  }
}
