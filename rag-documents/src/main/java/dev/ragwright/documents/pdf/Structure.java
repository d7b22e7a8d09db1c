package dev.ragwright.documents.pdf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSInteger;
import org.apache.pdfbox.cos.COSName;
import org.jspecify.annotations.Nullable;

/**
 * The structure tree of a tagged file, with the chunks that belong to its elements. It is held as
 * simple nodes, so that a tree that comes back to itself, or is deeper than allowed, is cut there.
 */
final class Structure {
  private static final COSName OBJ = COSName.getPDFName("Obj");
  private static final COSName STM = COSName.getPDFName("Stm");

  /** A chunk and the index of its page. */
  record Placed(int page, Chunk chunk) {}

  /** An element or a stretch of content of the tree. */
  sealed interface Node permits Element, Content {}

  /** Content, in the order in which it was drawn. */
  record Content(List<Placed> chunks) implements Node {}

  /**
   * An element.
   *
   * @param type its standard type
   * @param actual what its content stands for, if it says so
   * @param alternative what describes it, if anything
   */
  record Element(
      String type,
      @Nullable String actual,
      @Nullable String alternative,
      int columns,
      int rows,
      List<Node> children)
      implements Node {}

  private final COSDictionary root;
  private final int maxDepth;
  private final IdentityHashMap<COSBase, Map<Integer, List<Placed>>> content =
      new IdentityHashMap<>();
  private final Set<COSBase> visited = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Chunk> used = Collections.newSetFromMap(new IdentityHashMap<>());

  private Structure(COSDictionary root, int maxDepth) {
    this.root = root;
    this.maxDepth = maxDepth;
  }

  /** The tree, and the chunks that it has. */
  record Tree(Element root, Set<Chunk> used) {}

  /**
   * Reads the tree.
   *
   * @param chunks the chunks of each page
   */
  static Tree of(COSDictionary root, int maxDepth, List<List<Chunk>> chunks) {
    Structure structure = new Structure(root, maxDepth);
    for (int page = 0; page < chunks.size(); page++) {
      for (Chunk chunk : chunks.get(page)) {
        Mark mark = chunk.mark();
        if (mark != null && !mark.artifact()) {
          structure
              .content
              .computeIfAbsent(mark.owner(), owner -> new TreeMap<>())
              .computeIfAbsent(mark.id(), id -> new ArrayList<>())
              .add(new Placed(page, chunk));
        }
      }
    }
    List<Node> children = new ArrayList<>();
    structure.children(root.getDictionaryObject(COSName.K), null, 0, children);
    return new Tree(new Element("Document", null, null, 1, 1, children), structure.used);
  }

  private void children(
      @Nullable COSBase kids, @Nullable COSBase page, int depth, List<Node> into) {
    if (kids instanceof COSArray array) {
      for (int i = 0; i < array.size(); i++) {
        child(array.getObject(i), page, depth, into);
      }
    } else {
      child(kids, page, depth, into);
    }
  }

  private void child(@Nullable COSBase kid, @Nullable COSBase page, int depth, List<Node> into) {
    if (kid instanceof COSInteger id) {
      content(page, id.intValue(), into);
    } else if (kid instanceof COSDictionary dictionary) {
      COSBase own = dictionary.getDictionaryObject(COSName.PG);
      COSBase at = own == null ? page : own;
      COSBase object = dictionary.getDictionaryObject(OBJ);
      COSBase stream = dictionary.getDictionaryObject(STM);
      if (object != null) {
        content(object, 0, into);
      } else if (dictionary.containsKey(COSName.MCID)) {
        content(stream == null ? at : stream, dictionary.getInt(COSName.MCID), into);
      } else if (depth < maxDepth && visited.add(dictionary)) {
        into.add(element(dictionary, at, depth));
      }
    }
  }

  private void content(@Nullable COSBase owner, int id, List<Node> into) {
    Map<Integer, List<Placed>> of = owner == null ? null : content.get(owner);
    List<Placed> chunks = of == null ? null : of.get(id);
    if (chunks != null && used.add(chunks.getFirst().chunk())) {
      chunks.forEach(placed -> used.add(placed.chunk()));
      into.add(new Content(chunks));
    }
  }

  private Element element(COSDictionary dictionary, @Nullable COSBase page, int depth) {
    List<Node> children = new ArrayList<>();
    children(dictionary.getDictionaryObject(COSName.K), page, depth + 1, children);
    return new Element(
        type(dictionary),
        dictionary.getString(COSName.ACTUAL_TEXT),
        dictionary.getString(COSName.ALT),
        span(dictionary, "ColSpan"),
        span(dictionary, "RowSpan"),
        children);
  }

  /** The standard type that the file's own stands for. */
  private String type(COSDictionary dictionary) {
    COSName type = dictionary.getCOSName(COSName.S);
    COSDictionary roles = root.getCOSDictionary(COSName.ROLE_MAP);
    for (int i = 0; type != null && roles != null && i < 10; i++) {
      COSName role = roles.getCOSName(type);
      if (role == null || role.equals(type)) {
        break;
      }
      type = role;
    }
    return type == null ? "NonStruct" : type.getName();
  }

  private static int span(COSDictionary element, String name) {
    COSBase attributes = element.getDictionaryObject(COSName.A);
    int span = 1;
    if (attributes instanceof COSDictionary one) {
      span = one.getInt(name, 1);
    } else if (attributes instanceof COSArray several) {
      for (int i = 0; i < several.size(); i++) {
        if (several.getObject(i) instanceof COSDictionary one) {
          span = Math.max(span, one.getInt(name, 1));
        }
      }
    }
    return Math.clamp(span, 1, 1000);
  }
}
