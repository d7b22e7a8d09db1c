package dev.ragwright.onnx.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A node of a graph that can be changed: a view of its message (NodeProto). */
record EditableNode(ProtoMessage message) {

  /**
   * A new node.
   *
   * @param domain {@code ""} for ONNX's own operators
   */
  static EditableNode of(
      String domain, String type, String name, List<String> inputs, List<String> outputs) {
    ProtoMessage message = new ProtoMessage();
    inputs.forEach(input -> message.with(1, input));
    outputs.forEach(output -> message.with(2, output));
    message.with(3, name).with(4, type);
    return new EditableNode(domain.isEmpty() ? message : message.with(7, domain));
  }

  String name() {
    return message.text(3);
  }

  String type() {
    return message.text(4);
  }

  /** {@code ""} for ONNX's own operators, however it is written. */
  String domain() {
    String domain = message.text(7);
    return domain.equals("ai.onnx") ? "" : domain;
  }

  /** Names of values, {@code ""} for one that is left out; unmodifiable. */
  List<String> inputs() {
    return message.texts(1);
  }

  /** {@code ""} also for an input that is not there. */
  String input(int place) {
    List<String> inputs = inputs();
    return place < inputs.size() ? inputs.get(place) : "";
  }

  /** Sets one input; those before it that are not there are left out. */
  void setInput(int place, String name) {
    List<String> inputs = new ArrayList<>(inputs());
    while (inputs.size() <= place) {
      inputs.add("");
    }
    inputs.set(place, name);
    setInputs(inputs);
  }

  void setInputs(List<String> names) {
    message.replace(1, names);
  }

  List<String> outputs() {
    return message.texts(2);
  }

  void setOutputs(List<String> names) {
    message.replace(2, names);
  }

  /** An attribute's message (AttributeProto). */
  Optional<ProtoMessage> attribute(String name) {
    return message.messages(5).stream().filter(one -> one.text(1).equals(name)).findFirst();
  }

  /** A whole number that is an attribute. */
  long integer(String name, long otherwise) {
    return attribute(name).map(attribute -> attribute.number(3)).orElse(otherwise);
  }

  /** A number that is an attribute. */
  float number(String name, float otherwise) {
    return attribute(name)
        .map(attribute -> Float.intBitsToFloat((int) attribute.number(2)))
        .orElse(otherwise);
  }

  EditableNode with(String attribute, long value) {
    message.with(5, new ProtoMessage().with(1, attribute).with(3, value).with(20, 2));
    return this;
  }

  EditableNode with(String attribute, float value) {
    ProtoMessage message = new ProtoMessage().with(1, attribute);
    message.fields().add(new ProtoMessage.Figure(2, 5, Float.floatToIntBits(value)));
    this.message.with(5, message.with(20, 1));
    return this;
  }

  /** The graphs that it holds, such as the branches of an {@code If}. */
  List<EditableGraph> graphs() {
    List<EditableGraph> graphs = new ArrayList<>();
    for (ProtoMessage attribute : message.messages(5)) {
      attribute.messages(6).forEach(graph -> graphs.add(new EditableGraph(graph)));
      attribute.messages(11).forEach(graph -> graphs.add(new EditableGraph(graph)));
    }
    return graphs;
  }

  /** For an error's text: {@code MatMulInteger "/layer.0/MatMul"}. */
  @Override
  public String toString() {
    return "%s \"%s\"".formatted(type(), name());
  }
}
