package dev.ragwright.document;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Cuts the passages of one chunker by another. */
final class Children {
  private Children() {}

  static List<Passage> of(Document document, Chunker parents, Chunker children) {
    for (String key : List.of(Chunkers.PARENT_START, Chunkers.PARENT_END)) {
      if (document.metadata().get(key) != null) {
        throw new IllegalArgumentException(
            "document %s: the metadata '%s' is %s; that key is for where a passage's parent is, name it otherwise"
                .formatted(document.id(), key, document.metadata().get(key)));
      }
    }
    List<Passage> all = new ArrayList<>();
    Set<Long> taken = new HashSet<>(); // places; parents that overlap share some
    for (Passage parent : parents.chunk(document)) {
      List<Passage> within = children.chunk(Document.of(document.id(), parent.text()));
      int start = parent.start() + within.getFirst().start();
      Metadata metadata =
          document
              .metadata()
              .with(Chunkers.PARENT_START, start)
              .with(Chunkers.PARENT_END, parent.end());
      if (parent.metadata().get(Passage.NOTE) instanceof String note) {
        metadata = metadata.with(Passage.NOTE, note);
      }
      for (int i = 0; i < within.size(); i++) {
        Passage child = within.get(i);
        boolean last = i + 1 == within.size();
        // A chunker may leave out white space between its passages; then the one in front has it.
        int next = last ? parent.end() : parent.start() + within.get(i + 1).start();
        int end = Math.max(parent.start() + child.end(), next);
        int from = parent.start() + child.start();
        if (taken.add((long) from << Integer.SIZE | end)) {
          all.add(
              child(
                  document,
                  from,
                  end,
                  parent.headings().isEmpty() ? child.headings() : parent.headings(),
                  metadata));
        }
      }
    }
    all.sort(Comparator.comparingInt(Passage::start).thenComparingInt(Passage::end));
    return List.copyOf(all);
  }

  private static Passage child(
      Document document, int start, int end, List<String> headings, Metadata metadata) {
    Passage plain = Passage.of(document, start, end, headings);
    return new Passage(
        plain.id(),
        plain.documentId(),
        start,
        end,
        plain.text(),
        headings,
        metadata,
        plain.places());
  }
}
