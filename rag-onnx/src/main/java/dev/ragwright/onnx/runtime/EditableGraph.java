package dev.ragwright.onnx.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A graph that can be changed: a view of its message (GraphProto). */
record EditableGraph(ProtoMessage message) {

  /** The nodes, in the order of the file; to change them, change the nodes or set others. */
  List<EditableNode> nodes() {
    List<EditableNode> nodes = new ArrayList<>();
    message.messages(1).forEach(node -> nodes.add(new EditableNode(node)));
    return nodes;
  }

  /** Sets all nodes; each has to stand behind those that it reads from. */
  void setNodes(List<EditableNode> nodes) {
    message.replaceMessages(1, nodes.stream().map(EditableNode::message).toList());
  }

  /** The constants (initialisers) that are not sparse, by name. */
  Map<String, EditableTensor> tensors() {
    Map<String, EditableTensor> tensors = new LinkedHashMap<>();
    for (ProtoMessage tensor : message.messages(5)) {
      tensors.put(tensor.text(8), new EditableTensor(tensor));
    }
    return tensors;
  }

  void add(EditableTensor tensor) {
    message.with(5, tensor.message());
  }

  /** Takes constants out. */
  void removeTensors(Set<String> names) {
    message
        .fields()
        .removeIf(
            field ->
                field.number() == 5
                    && field instanceof ProtoMessage.Nested nested
                    && names.contains(nested.value().text(8)));
  }

  /** The names of what it reads; in old files constants are among them. */
  List<String> inputs() {
    return message.messages(11).stream().map(value -> value.text(1)).toList();
  }

  /** The names of what it gives. */
  List<String> outputs() {
    return message.messages(12).stream().map(value -> value.text(1)).toList();
  }

  /** This graph and those inside of it, at any depth. */
  List<EditableGraph> all() {
    List<EditableGraph> all = new ArrayList<>(List.of(this));
    for (EditableNode node : nodes()) {
      node.graphs().forEach(graph -> all.addAll(graph.all()));
    }
    return all;
  }
}
