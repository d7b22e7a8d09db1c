package dev.ragwright.onnx.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites the graph of an encoder of the BERT kind so that a run over <em>one</em> text takes less
 * time. It reads what the runtime has made of the published graph, where every exporter's way to
 * write a norm, a GELU or a quantised product has become one node already; what the runtime leaves
 * undone is done here:
 *
 * <ul>
 *   <li>{@link #attentions}: the heads of attention are read by strides where they are, instead of
 *       being transposed into copies, and a mask that hides nothing is not added. Exact: the same
 *       products, in the same order.
 *   <li>{@link #firstRow}: where only the first token's row is read of the last layer, only that is
 *       computed behind its keys and values.
 *   <li>{@link #norms}: a sum and the norm behind it are one node, SkipLayerNormalization, which
 *       takes a fifth of the time, as it does not divide for every number. Its last bits differ.
 * </ul>
 *
 * <p>Each finds its nodes by what they do and how they are connected, never by names, and leaves
 * alone what is not just so. Whether the result is equal has to be proven by running it.
 */
final class GraphFusion {
  /** The input that says how many rows of the last layer to compute; see {@link #firstRow}. */
  static final String ROWS = "ragwright_rows";

  private static final String RUNTIME = "com.microsoft";
  private static final List<Long> HEADS_FIRST = List.of(0L, 2L, 1L, 3L);
  private static final List<Long> KEYS_TURNED = List.of(0L, 2L, 3L, 1L);
  private static final int LARGEST_IN_A_MASK = 8;
  private static final Set<String> QUANTISED =
      Set.of(
          "DynamicQuantizeLinear",
          "DynamicQuantizeMatMul",
          "MatMulIntegerToFloat",
          "MatMulInteger",
          "MatMulNBits");

  /** Operators of which a row, the last axis, of the output is made of that row of the inputs. */
  private static final Set<String> BY_ROWS =
      Set.of(
          "MatMul",
          "FusedMatMul",
          "MatMulInteger",
          "MatMulIntegerToFloat",
          "DynamicQuantizeMatMul",
          "DynamicQuantizeLinear",
          "MatMulNBits",
          "LayerNormalization",
          "SkipLayerNormalization",
          "Gelu",
          "BiasGelu",
          "FastGelu",
          "QuickGelu",
          "Erf",
          "Tanh",
          "Relu",
          "Sigmoid",
          "Cast",
          "Add",
          "Sub",
          "Mul",
          "Div");

  /** In place of a node that is not there. */
  private static final EditableNode NONE =
      EditableNode.of("none", "none", "", List.of(), List.of());

  private final EditableModel model;
  private final EditableGraph graph;
  private final Map<String, EditableTensor> constants;
  private final Map<String, String> masks = new HashMap<>();
  private List<EditableNode> nodes;
  private Map<String, EditableNode> makers = new HashMap<>();
  private Map<String, List<EditableNode>> readers = new HashMap<>();
  private @Nullable Attention last;

  /** What a new attention node group reads and gives. */
  private record Attention(String query, String result) {}

  GraphFusion(EditableModel model) {
    this.model = model;
    this.graph = model.graph();
    this.constants = graph.tensors();
    this.nodes = graph.nodes();
    index();
  }

  /** Whether activations are rounded to integers, so that a last bit can become a rounding. */
  boolean isQuantised() {
    return nodes.stream().anyMatch(node -> QUANTISED.contains(node.type()));
  }

  /**
   * Rewrites attention wherever it is found.
   *
   * @param masked whether the mask has to be kept, for texts of which some tokens are not attended
   * @return how many were
   */
  int attentions(boolean masked) throws IOException {
    int count = 0;
    for (EditableNode node : List.copyOf(nodes)) {
      if (node.type().equals("Softmax") && attention(node, masked)) {
        index();
        count++;
      }
    }
    return count;
  }

  private boolean attention(EditableNode softmax, boolean masked) throws IOException {
    long axis = softmax.integer("axis", 1);
    EditableNode product = readOnce(softmax.input(0));
    String mask = "";
    if (is(product, "Add")) {
      int scores = isProduct(maker(product.input(0))) ? 0 : 1;
      mask = product.input(1 - scores);
      product = readOnce(product.input(scores));
    }
    EditableNode context = onlyReader(softmax);
    EditableNode turned = onlyReader(context);
    EditableNode flat = onlyReader(turned);
    if ((axis != -1 && axis != 3)
        || !isProduct(product)
        || product.integer("transA", 0) != 0
        || !isProduct(context)
        || !context.input(0).equals(softmax.outputs().getFirst())
        || context.integer("transA", 0) != 0
        || context.integer("transB", 0) != 0
        || !isTransposed(turned, HEADS_FIRST)
        || !is(flat, "Reshape")) {
      return false;
    }
    boolean keysByRows = product.integer("transB", 0) != 0;
    Optional<Heads> query = heads(product.input(0), HEADS_FIRST);
    Optional<Heads> key = heads(product.input(1), keysByRows ? HEADS_FIRST : KEYS_TURNED);
    Optional<Heads> value = heads(context.input(1), HEADS_FIRST);
    if (query.isEmpty() || key.isEmpty() || value.isEmpty() || shape(flat.input(1)).size() != 3) {
      return false;
    }
    long width = width(maker(value.get().source()));
    Heads each = query.get().of(width);
    if (!each.same(key.get().of(width)) || !each.same(value.get().of(width))) {
      return false;
    }
    String split = longs("heads", List.of(-1L, each.count(), each.size()));
    String queries = made("Reshape", "queries", List.of(each.source(), split), flat);
    String keys = made("Reshape", "keys", List.of(key.get().source(), split), flat);
    String values = made("Reshape", "values", List.of(value.get().source(), split), flat);
    String scores =
        made(
            strided("scores", List.of(queries, keys), product.number("alpha", 1))
                .with("transBatchA", 1)
                .with("transB", 1),
            flat);
    if (!mask.isEmpty() && (masked || !isOfAttendedOnly(mask))) {
      scores = made("Add", "masked", List.of(scores, withoutBatch(mask)), flat);
    }
    String weights = made(node("", "Softmax", "weights", List.of(scores)).with("axis", 2), flat);
    String heads =
        made(strided("context", List.of(weights, values), context.number("alpha", 1)), flat);
    EditableNode back = node("", "Transpose", "back", List.of(heads));
    back.message().with(5, ints("perm", 1, 0, 2));
    String whole = longs("whole", List.of(1L, -1L, width));
    flat.setInputs(List.of(made(back, flat), whole));
    last = new Attention(queries, flat.outputs().getFirst());
    return true;
  }

  private record Heads(String source, long count, long size) {
    /** With what was left open: {@code -1} for one of them. */
    Heads of(long width) {
      if (count <= 0 && size > 0) {
        return new Heads(source, width / size, size);
      }
      return size <= 0 && count > 0 ? new Heads(source, count, width / count) : this;
    }

    boolean same(Heads other) {
      return count > 0 && size > 0 && count == other.count && size == other.size;
    }
  }

  /** The heads that a value is split into, [batch, head, token, number] or as {@code turn} says. */
  private Optional<Heads> heads(String value, List<Long> turn) throws IOException {
    EditableNode transposed = readOnce(value);
    if (!isTransposed(transposed, turn)) {
      return Optional.empty();
    }
    EditableNode split = readOnce(transposed.input(0));
    if (!is(split, "Reshape")) {
      return Optional.empty();
    }
    List<Long> shape = shape(split.input(1));
    return shape.size() == 4
        ? Optional.of(new Heads(split.input(0), shape.get(2), shape.get(3)))
        : Optional.empty();
  }

  /** How many columns the product or sum with constants gives; 0 for other nodes. */
  private long width(EditableNode node) throws IOException {
    for (String input : node.inputs()) {
      EditableTensor constant = constants.get(input);
      if (constant != null && !constant.shape().isEmpty() && constant.shape().getLast() > 1) {
        return constant.shape().getLast();
      }
    }
    return 0;
  }

  /**
   * Whether a mask says no more than which tokens are attended to, so that it is all zeros where
   * every token is: it depends on that input's values, and on no table of numbers.
   */
  private boolean isOfAttendedOnly(String mask) throws IOException {
    Set<String> seen = new HashSet<>();
    List<String> open = new ArrayList<>(List.of(mask));
    boolean attended = false;
    while (!open.isEmpty()) {
      String value = open.removeLast();
      if (value.isEmpty() || !seen.add(value)) {
        continue;
      }
      EditableTensor constant = constants.get(value);
      EditableNode maker = maker(value);
      if (constant != null) {
        if (constant.count() > LARGEST_IN_A_MASK) {
          return false;
        }
      } else if (maker.equals(NONE)) {
        if (!value.equals(OnnxEncoder.MASK)) {
          return false;
        }
        attended = true;
      } else if (!is(maker, "Shape")) {
        open.addAll(maker.inputs());
      }
    }
    return attended;
  }

  /** A value without its first axis, which is the batch, of one. */
  private String withoutBatch(String value) {
    return masks.computeIfAbsent(
        value,
        mask -> {
          EditableNode node = node("", "Gather", "mask", List.of(mask, longs("first", null)));
          nodes.add(node);
          return node.outputs().getFirst();
        });
  }

  /**
   * Cuts the last layer, behind its keys and values, to as many rows as the new input {@link #ROWS}
   * says: 1, or any number that is not less than there are tokens for all of them. Call it behind
   * {@link #attentions}.
   *
   * @return whether it was done: not where a row is made of others behind the last attention
   */
  boolean firstRow() throws IOException {
    if (last == null) {
      return false;
    }
    Set<String> rows = new HashSet<>(Set.of(last.result()));
    List<Runnable> cuts = new ArrayList<>();
    for (EditableNode node : sorted()) {
      if (node.inputs().stream().noneMatch(rows::contains)) {
        continue;
      }
      if (!BY_ROWS.contains(node.type()) || !weightsAreConstant(node, rows)) {
        if (isOfFirstRow(node)) {
          continue;
        }
        return false;
      }
      for (int place = 0; place < node.inputs().size(); place++) {
        String input = node.input(place);
        if (!input.isEmpty() && !rows.contains(input) && !constants.containsKey(input)) {
          int at = place;
          cuts.add(() -> node.setInput(at, cut(input)));
        }
      }
      rows.addAll(node.outputs());
    }
    String query = last.query();
    EditableNode reader = maker(query);
    while (!reader.equals(NONE)) {
      String input = reader.input(dataPlace(reader));
      if (readers.getOrDefault(input, List.of()).size() > 1) {
        EditableNode first = reader;
        cuts.add(() -> first.setInput(dataPlace(first), cut(input)));
        break;
      }
      reader = maker(input);
      if (!reader.equals(NONE) && !BY_ROWS.contains(reader.type())) {
        return false;
      }
    }
    if (reader.equals(NONE)) {
      return false;
    }
    cuts.forEach(Runnable::run);
    graph.message().with(11, longInput(ROWS));
    index();
    return true;
  }

  /** Where a node of one activation and constants reads the activation. */
  private int dataPlace(EditableNode node) {
    return constants.containsKey(node.input(0)) ? 1 : 0;
  }

  /** Not for a product of two activations. */
  private boolean weightsAreConstant(EditableNode node, Set<String> rows) {
    return switch (node.type()) {
      case "MatMul", "FusedMatMul", "MatMulInteger", "MatMulIntegerToFloat", "MatMulNBits" ->
          constants.containsKey(node.input(1));
      case "DynamicQuantizeMatMul" -> rows.contains(node.input(0));
      default -> true;
    };
  }

  /** Whether a node takes the first row out, as a head in the graph does. */
  private boolean isOfFirstRow(EditableNode node) throws IOException {
    EditableTensor place = constants.get(node.input(1));
    return is(node, "Gather")
        && node.integer("axis", 0) == 1
        && place != null
        && place.count() == 1
        && shape(node.input(1)).equals(List.of(0L));
  }

  private String cut(String value) {
    EditableNode node =
        node(
            "",
            "Slice",
            "cut",
            List.of(value, longs("from", List.of(0L)), ROWS, longs("axis", List.of(1L))));
    nodes.add(node);
    return node.outputs().getFirst();
  }

  /** How many norms there are. */
  int norms() {
    return (int) nodes.stream().filter(GraphFusion::isNorm).count();
  }

  private static boolean isNorm(EditableNode node) {
    return node.type().equals("LayerNormalization") || node.type().equals("SkipLayerNormalization");
  }

  /**
   * Makes sums and the norms behind them one node.
   *
   * @param first the first to do, of {@link #norms}, in the order they are computed
   */
  void norms(int first) {
    List<EditableNode> norms = sorted().stream().filter(GraphFusion::isNorm).toList();
    for (EditableNode norm : norms.subList(Math.min(first, norms.size()), norms.size())) {
      EditableNode sum = readOnce(norm.input(0));
      if (norm.type().equals("LayerNormalization")
          && norm.integer("axis", -1) == -1
          && norm.outputs().stream().filter(output -> !output.isEmpty()).count() == 1
          && is(sum, "Add")
          && sum.inputs().stream().noneMatch(constants::containsKey)) {
        List<String> inputs = new ArrayList<>(sum.inputs());
        inputs.addAll(norm.inputs().subList(1, norm.inputs().size()));
        EditableNode joined =
            EditableNode.of(RUNTIME, "SkipLayerNormalization", norm.name(), inputs, norm.outputs())
                .with("epsilon", norm.number("epsilon", 1e-5f));
        nodes.set(nodes.indexOf(norm), joined);
        nodes.remove(sum);
      }
    }
    index();
  }

  /** The model as it is now. */
  byte[] toBytes() throws IOException {
    Set<String> read = new HashSet<>();
    nodes.forEach(node -> read.addAll(read(node)));
    Set<String> unused = new HashSet<>(graph.tensors().keySet());
    unused.removeAll(read);
    unused.removeAll(graph.outputs());
    graph.removeTensors(unused);
    graph.message().without(13); // shapes of values, some of which are not there any more
    graph.setNodes(sorted());
    model.importOperators(RUNTIME, 1);
    return model.toBytes();
  }

  /** What a node reads, and the graphs that it holds. */
  private static Set<String> read(EditableNode node) {
    Set<String> names = new LinkedHashSet<>(node.inputs());
    node.graphs().forEach(inner -> names.addAll(outerNames(inner)));
    return names;
  }

  private static Set<String> outerNames(EditableGraph inner) {
    Set<String> names = new HashSet<>();
    for (EditableGraph graph : inner.all()) {
      names.addAll(graph.outputs());
      graph.nodes().forEach(node -> names.addAll(node.inputs()));
    }
    return names;
  }

  /** The nodes, each behind those that it reads from, else in their order. */
  private List<EditableNode> sorted() {
    List<EditableNode> sorted = new ArrayList<>();
    Set<EditableNode> done = new HashSet<>();
    for (EditableNode node : nodes) {
      visit(node, done, sorted);
    }
    nodes = sorted;
    return sorted;
  }

  private void visit(EditableNode node, Set<EditableNode> done, List<EditableNode> sorted) {
    if (!done.add(node)) {
      return;
    }
    for (String input : read(node)) {
      EditableNode maker = maker(input);
      if (!maker.equals(NONE) && !maker.equals(node)) {
        visit(maker, done, sorted);
      }
    }
    sorted.add(node);
  }

  /** Leaves out nodes that nothing needs, and notes who makes and who reads what. */
  private void index() {
    makers = new HashMap<>();
    for (EditableNode node : nodes) {
      node.outputs().forEach(output -> makers.put(output, node));
    }
    Set<String> needed = new HashSet<>(graph.outputs());
    List<EditableNode> live = new ArrayList<>();
    for (EditableNode node : sorted().reversed()) {
      if (node.outputs().stream().anyMatch(needed::contains)) {
        live.addFirst(node);
        needed.addAll(read(node));
      }
    }
    nodes = live;
    readers = new HashMap<>();
    for (EditableNode node : nodes) {
      for (String input : read(node)) {
        readers.computeIfAbsent(input, name -> new ArrayList<>()).add(node);
      }
    }
  }

  private EditableNode maker(String value) {
    return makers.getOrDefault(value, NONE);
  }

  /** What makes a value that nothing but one node reads; {@link #NONE} otherwise. */
  private EditableNode readOnce(String value) {
    return readers.getOrDefault(value, List.of()).size() == 1 && !graph.outputs().contains(value)
        ? maker(value)
        : NONE;
  }

  private EditableNode onlyReader(EditableNode node) {
    if (node.outputs().size() != 1) {
      return NONE;
    }
    String value = node.outputs().getFirst();
    return readOnce(value).equals(NONE) ? NONE : readers.getOrDefault(value, List.of()).getFirst();
  }

  private static boolean is(EditableNode node, String type) {
    return node.domain().isEmpty() && node.type().equals(type);
  }

  private static boolean isProduct(EditableNode node) {
    return is(node, "MatMul")
        || (node.type().equals("FusedMatMul")
            && node.integer("transBatchA", 0) == 0
            && node.integer("transBatchB", 0) == 0);
  }

  private static boolean isTransposed(EditableNode node, List<Long> turn) throws IOException {
    return is(node, "Transpose")
        && node.attribute("perm").orElse(new ProtoMessage()).numbers(8).equals(turn);
  }

  /** The numbers of a constant, or of a Concat of single ones; {@code -1} for what is computed. */
  private List<Long> shape(String name) throws IOException {
    EditableTensor constant = constants.get(name);
    if (constant != null) {
      if (constant.type() != EditableTensor.INT64 || constant.count() > LARGEST_IN_A_MASK) {
        return List.of();
      }
      ByteBuffer bytes = ByteBuffer.wrap(model.bytes(constant)).order(ByteOrder.LITTLE_ENDIAN);
      List<Long> numbers = new ArrayList<>();
      while (bytes.hasRemaining()) {
        numbers.add(bytes.getLong());
      }
      return numbers;
    }
    EditableNode maker = maker(name);
    if (!is(maker, "Concat")) {
      return List.of();
    }
    List<Long> numbers = new ArrayList<>();
    for (String part : maker.inputs()) {
      List<Long> one = constants.containsKey(part) ? shape(part) : List.of(-1L);
      numbers.addAll(one);
    }
    return numbers;
  }

  private EditableNode node(String domain, String type, String name, List<String> inputs) {
    String unused = model.unused("ragwright_" + name);
    return EditableNode.of(domain, type, unused, inputs, List.of(unused));
  }

  /** A product whose second factor, or both, are read where the heads are the middle axis. */
  private EditableNode strided(String name, List<String> inputs, float alpha) {
    return node(RUNTIME, "FusedMatMul", name, inputs).with("alpha", alpha).with("transBatchB", 1);
  }

  private String made(String type, String name, List<String> inputs, EditableNode before) {
    return made(node("", type, name, inputs), before);
  }

  /** Puts a node before another and returns what it gives. */
  private String made(EditableNode node, EditableNode before) {
    nodes.add(nodes.indexOf(before), node);
    return node.outputs().getFirst();
  }

  /** A constant of whole numbers, once for equal ones; 0 without axes for none. */
  private String longs(String name, @Nullable List<Long> values) {
    String key = "ragwright_" + name + (values == null ? "" : values.toString());
    if (!constants.containsKey(key)) {
      List<Long> numbers = values == null ? List.of(0L) : values;
      ByteBuffer raw =
          ByteBuffer.allocate(numbers.size() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      numbers.forEach(raw::putLong);
      List<Long> shape = values == null ? List.of() : List.of((long) numbers.size());
      EditableTensor tensor = EditableTensor.of(key, EditableTensor.INT64, shape, raw.array());
      constants.put(key, tensor);
      graph.add(tensor);
    }
    return key;
  }

  private static ProtoMessage ints(String name, long... values) {
    ProtoMessage attribute = new ProtoMessage().with(1, name);
    Arrays.stream(values).forEach(value -> attribute.with(8, value));
    return attribute.with(20, 7);
  }

  /** An input of one whole number, in a list. */
  private static ProtoMessage longInput(String name) {
    ProtoMessage axis = new ProtoMessage().with(1, 1);
    ProtoMessage tensor =
        new ProtoMessage().with(1, EditableTensor.INT64).with(2, new ProtoMessage().with(1, axis));
    return new ProtoMessage().with(1, name).with(2, new ProtoMessage().with(1, tensor));
  }
}
