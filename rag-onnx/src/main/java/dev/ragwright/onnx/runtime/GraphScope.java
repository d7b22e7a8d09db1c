package dev.ragwright.onnx.runtime;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the names of a graph mean, in it and in the graphs that it is in. */
final class GraphScope {
  /** Operators that only change the form of what they read first. */
  private static final Set<String> FORMS =
      Set.of("Transpose", "Reshape", "Identity", "Squeeze", "Unsqueeze", "Flatten");

  /** Operators that give numbers of the type of what they read first. */
  private static final Set<String> CHOOSING =
      Set.of("Gather", "Slice", "Concat", "Split", "Expand", "Pad", "MaxPool", "Tile");

  private static final int DEEPEST = 64;

  final EditableGraph graph;
  private final @Nullable GraphScope outer;
  private final Map<String, EditableTensor> tensors;
  private final Map<String, EditableNode> producers = new HashMap<>();
  private final Map<String, Integer> inputTypes = new HashMap<>();

  GraphScope(EditableGraph graph, @Nullable GraphScope outer) {
    this.graph = graph;
    this.outer = outer;
    this.tensors = new HashMap<>(graph.tensors());
    for (EditableNode node : graph.nodes()) {
      node.outputs().forEach(output -> producers.put(output, node));
      Optional<ProtoMessage> value = node.attribute("value").flatMap(one -> one.message(5));
      if (node.type().equals("Constant") && value.isPresent()) {
        tensors.put(node.outputs().getFirst(), new EditableTensor(value.get()));
      }
    }
    for (int field : new int[] {11, 13}) {
      for (ProtoMessage declared : graph.message().messages(field)) {
        inputTypes.put(declared.text(1), elementType(declared));
      }
    }
  }

  /** ValueInfoProto.type.tensor_type.elem_type. */
  private static int elementType(ProtoMessage declared) {
    return declared
        .message(2)
        .flatMap(type -> type.message(1))
        .map(tensor -> (int) tensor.number(1))
        .orElse(0);
  }

  /**
   * Constant numbers, and what changes their form before they are read.
   *
   * @param scope where the constant is
   * @param forms the nodes between, the last first
   */
  record Constant(EditableTensor tensor, String name, GraphScope scope, List<EditableNode> forms) {}

  /** The constant that a name stands for; empty if it is computed or read. */
  Optional<Constant> constant(String name) {
    List<EditableNode> forms = new java.util.ArrayList<>();
    GraphScope scope = this;
    String current = name;
    for (int step = 0; step < DEEPEST && scope != null; step++) {
      EditableTensor tensor = scope.tensors.get(current);
      EditableNode producer = scope.producers.get(current);
      if (tensor != null) {
        return Optional.of(new Constant(tensor, current, scope, forms));
      } else if (producer != null && FORMS.contains(producer.type())) {
        forms.add(producer);
        current = producer.input(0);
      } else if (producer == null) {
        scope = scope.outer;
      } else {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** The node that computes a value, through those that only change its form. */
  Optional<EditableNode> producer(String name) {
    GraphScope scope = this;
    String current = name;
    for (int step = 0; step < DEEPEST && scope != null; step++) {
      EditableNode producer = scope.producers.get(current);
      if (producer == null) {
        scope = scope.outer;
      } else if (FORMS.contains(producer.type())) {
        current = producer.input(0);
      } else {
        return Optional.of(producer);
      }
    }
    return Optional.empty();
  }

  /** The type of a value's numbers (TensorProto.DataType), as far as the file says it; else 0. */
  int type(String name) {
    return type(name, 0);
  }

  private int type(String name, int depth) {
    if (name.isEmpty() || depth > DEEPEST) {
      return 0;
    }
    for (GraphScope scope = this; scope != null; scope = scope.outer) {
      EditableTensor tensor = scope.tensors.get(name);
      if (tensor != null) {
        return tensor.type();
      }
      EditableNode producer = scope.producers.get(name);
      if (producer != null) {
        int type = scope.type(producer, depth);
        return type == 0 ? scope.inputTypes.getOrDefault(name, 0) : type;
      }
      Integer declared = scope.inputTypes.get(name);
      if (declared != null) {
        return declared;
      }
    }
    return 0;
  }

  private int type(EditableNode producer, int depth) {
    if (FORMS.contains(producer.type()) || CHOOSING.contains(producer.type())) {
      return type(producer.input(0), depth + 1);
    }
    return switch (producer.type()) {
      case "DynamicQuantizeLinear" -> EditableTensor.UINT8;
      case "QuantizeLinear" -> {
        int zero = type(producer.input(2), depth + 1);
        long stated = producer.integer("output_dtype", 0);
        yield zero != 0 ? zero : stated != 0 ? (int) stated : EditableTensor.UINT8;
      }
      case "QLinearMatMul", "QLinearConv" -> type(producer.input(7), depth + 1);
      case "QGemm" -> type(producer.input(8), depth + 1);
      case "Cast" -> (int) producer.integer("to", 0);
      default -> 0;
    };
  }

  /** The names that the nodes of a graph, of those inside of it, and its outputs read. */
  static Set<String> read(EditableGraph graph) {
    Set<String> read = new HashSet<>();
    for (EditableGraph one : graph.all()) {
      one.nodes().forEach(node -> read.addAll(node.inputs()));
      read.addAll(one.outputs());
    }
    return read;
  }
}
