package dev.ragwright.documents.archive;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An element of a part that is read as a tree, or a stretch of text between elements. Names have
 * the prefixes that {@link Names} gives to namespaces, whatever the part calls them. Of alternative
 * contents only the one that is shown is there.
 */
public final class Node {
  private final String name;
  private final String[] attributes;
  private final List<Node> children;
  private final String text;

  private Node(String name, String[] attributes, String text, List<Node> children) {
    this.name = name;
    this.attributes = attributes;
    this.text = text;
    this.children = children;
  }

  static Node element(String name, String[] attributes) {
    return new Node(name, attributes, "", new ArrayList<>(4));
  }

  static Node text(String text) {
    return new Node("", new String[0], text, List.of());
  }

  void add(Node child) {
    children.add(child);
  }

  void addAll(List<Node> more) {
    children.addAll(more);
  }

  /** The name with its prefix, such as {@code w:p}; empty for a text. */
  public String name() {
    return name;
  }

  /** Whether it is an element of this name. */
  public boolean is(String other) {
    return name.equals(other);
  }

  /** What is in it, in its order: elements and texts. */
  public List<Node> children() {
    return children;
  }

  /** The elements of a name that are directly in it. */
  public List<Node> children(String childName) {
    List<Node> found = new ArrayList<>();
    for (Node child : children) {
      if (child.name.equals(childName)) {
        found.add(child);
      }
    }
    return found;
  }

  /** The first element of this name directly in it, or null. */
  public @Nullable Node child(String childName) {
    for (Node child : children) {
      if (child.name.equals(childName)) {
        return child;
      }
    }
    return null;
  }

  /** The first element at the end of a path of children, or null. */
  public @Nullable Node path(String... names) {
    Node at = this;
    for (String step : names) {
      at = at == null ? null : at.child(step);
    }
    return at;
  }

  /** The elements of this name anywhere in it, in their order. */
  public List<Node> all(String descendant) {
    List<Node> found = new ArrayList<>();
    collect(descendant, found);
    return found;
  }

  private void collect(String descendant, List<Node> found) {
    for (Node child : children) {
      if (child.name.equals(descendant)) {
        found.add(child);
      }
      child.collect(descendant, found);
    }
  }

  /** The value of an attribute, or null; its name has a prefix if it has a namespace. */
  public @Nullable String attribute(String attribute) {
    for (int i = 0; i < attributes.length; i += 2) {
      if (attributes[i].equals(attribute)) {
        return attributes[i + 1];
      }
    }
    return null;
  }

  /** The value of an attribute, or another where it has none. */
  public String attribute(String attribute, String otherwise) {
    String value = attribute(attribute);
    return value == null ? otherwise : value;
  }

  /** The whole number that an attribute is, or another where it is none. */
  public int number(String attribute, int otherwise) {
    String value = attribute(attribute);
    try {
      return value == null ? otherwise : (int) Math.round(Double.parseDouble(value));
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /** The text in it and in the elements in it. */
  public String text() {
    if (children.isEmpty()) {
      return text;
    }
    if (children.size() == 1) {
      return children.getFirst().text();
    }
    StringBuilder all = new StringBuilder();
    for (Node child : children) {
      all.append(child.text());
    }
    return all.toString();
  }
}
