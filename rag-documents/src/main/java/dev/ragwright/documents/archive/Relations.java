package dev.ragwright.documents.archive;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a part of an Office document leads to: other parts, and what is outside, which nobody here
 * follows.
 */
public final class Relations {
  private static final Relations NONE = new Relations(List.of());

  /**
   * One relation.
   *
   * @param type the last word of its type, such as {@code worksheet}, which is the same in the
   *     strict and the transitional form
   * @param target the part's name; where it is outside, its address
   */
  public record Relation(String id, String type, String target, boolean outside) {}

  private final List<Relation> all;

  private Relations(List<Relation> all) {
    this.all = all;
  }

  static Relations none() {
    return NONE;
  }

  /** The name of the part that holds a part's relations; the empty name is the package. */
  static String partOf(String part) {
    int slash = part.lastIndexOf('/') + 1;
    return part.substring(0, slash) + "_rels/" + part.substring(slash) + ".rels";
  }

  static Relations read(Node root, String part) {
    List<Relation> all = new ArrayList<>();
    for (Node node : root.children("rel:Relationship")) {
      String type = node.attribute("Type", "");
      boolean outside = node.attribute("TargetMode", "").equals("External");
      String target = node.attribute("Target", "");
      all.add(
          new Relation(
              node.attribute("Id", ""),
              type.substring(type.lastIndexOf('/') + 1),
              outside ? target : resolve(part, target),
              outside));
    }
    return new Relations(all);
  }

  /** The name of the part that a reference within a part means. */
  public static String resolve(String part, String target) {
    int mark = target.indexOf('#');
    String path = mark < 0 ? target : target.substring(0, mark);
    if (path.indexOf('%') >= 0) {
      path = decoded(path);
    }
    List<String> names = new ArrayList<>();
    String whole =
        path.startsWith("/") ? path : part.substring(0, part.lastIndexOf('/') + 1) + path;
    for (String name : whole.replace('\\', '/').split("/", -1)) {
      if (name.equals("..")) {
        if (!names.isEmpty()) {
          names.removeLast();
        }
      } else if (!name.isEmpty() && !name.equals(".")) {
        names.add(name);
      }
    }
    return String.join("/", names);
  }

  private static String decoded(String path) {
    try {
      return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return path;
    }
  }

  /** All of them, in their order. */
  public List<Relation> all() {
    return all;
  }

  /** The part that a relation of this id leads to, if it leads to one. */
  public @Nullable String target(@Nullable String id) {
    for (Relation relation : all) {
      if (relation.id.equals(id) && !relation.outside) {
        return relation.target;
      }
    }
    return null;
  }

  /** The first part that a relation of this type leads to. */
  public @Nullable String ofType(String type) {
    for (Relation relation : all) {
      if (relation.type.equals(type) && !relation.outside) {
        return relation.target;
      }
    }
    return null;
  }
}
