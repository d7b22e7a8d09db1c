package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import dev.ragwright.trace.StageRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Searches for small passages and returns the larger ones around them, put together from passages
 * of the same document that touch. Nothing else knows a document's text.
 *
 * @param window how many neighbours on each side; 0 for the parent that a child's metadata names
 */
record WideningRetriever(
    Retriever small, int window, Function<String, List<Passage>> passagesOf, StageDescription name)
    implements Retriever {
  private static final int CHILDREN_OF_EACH = 4; // asked for at first

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    Map<String, List<Passage>> documents = new HashMap<>();
    List<StageRecord> parts = new ArrayList<>();
    Usage usage = Usage.none();
    long most = Math.multiplyFull(request.topK(), CHILDREN_OF_EACH);
    while (true) {
      int depth = (int) Math.min(Integer.MAX_VALUE, most);
      long start = context.ticker().nanos();
      Retrieval found = small.retrieve(request.withTopK(depth), context);
      long nanos = context.ticker().nanos() - start;
      parts.add(Retrievers.record("retrieve", small.description(), found, nanos));
      usage = usage.plus(found.usage());
      Map<String, Hit> wide = new LinkedHashMap<>(); // the first of an id is its best
      double last = Double.NaN;
      for (Hit hit : found.hits()) {
        // What ties with the last that is wanted may come before it by the id of the larger one.
        if (wide.size() >= request.topK() && hit.score() < last) {
          return ranked(wide, request, usage, parts);
        }
        context.throwIfStopped();
        Passage around = around(hit.passage(), request.filter(), documents);
        if (wide.putIfAbsent(around.id(), new Hit(around, hit.score(), hit.source())) == null) {
          last = hit.score();
        }
      }
      if (found.hits().size() < depth || depth == Integer.MAX_VALUE) {
        return ranked(wide, request, usage, parts);
      }
      most = 2L * depth;
    }
  }

  private static Retrieval ranked(
      Map<String, Hit> wide, RetrievalRequest request, Usage usage, List<StageRecord> parts) {
    return Retrieval.ranked(wide.values(), request.topK(), usage).withParts(parts);
  }

  private Passage around(Passage hit, Filter filter, Map<String, List<Passage>> documents) {
    if (window == 0 && parentStart(hit) < 0) {
      return hit;
    }
    List<Passage> all = documents.computeIfAbsent(hit.documentId(), passagesOf);
    List<Passage> within =
        window == 0
            ? all.stream().filter(each -> isWithinParentOf(hit, each)).toList()
            : neighbours(hit, all);
    List<Passage> run = run(hit, within, filter);
    return window > 0 && run.size() == 1 ? hit : joined(hit, run);
  }

  private static boolean isWithinParentOf(Passage hit, Passage each) {
    return parentStart(hit) <= each.start() && each.end() <= parentEnd(hit);
  }

  private List<Passage> neighbours(Passage hit, List<Passage> all) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).id().equals(hit.id())) {
        return all.subList(Math.max(0, i - window), Math.min(all.size(), i + window + 1));
      }
    }
    return List.of();
  }

  /** The passages around a hit that the filter accepts, up to the first gap between them. */
  private static List<Passage> run(Passage hit, List<Passage> within, Filter filter) {
    List<Passage> run = new ArrayList<>();
    int end = 0;
    boolean found = false;
    for (Passage passage : within) {
      if (filter.test(passage)) {
        if (passage.start() > end) {
          if (found) {
            break;
          }
          run.clear();
        }
        run.add(passage);
        end = Math.max(end, passage.end());
        found |= passage.id().equals(hit.id());
      }
    }
    return found ? run : List.of(hit); // changed since it was found
  }

  private static Passage joined(Passage hit, List<Passage> run) {
    StringBuilder text = new StringBuilder();
    int start = run.getFirst().start();
    List<String> headings = hit.headings();
    Places places = hit.places();
    for (Passage passage : run) {
      int known = start + text.length() - passage.start();
      if (known < passage.text().length()) {
        text.append(passage.text(), known, passage.text().length());
      }
      headings = shared(headings, passage.headings());
      places = places.and(passage.places());
    }
    int end = start + text.length();
    Metadata metadata = hit.metadata().without(Chunkers.PARENT_START).without(Chunkers.PARENT_END);
    String id = hit.documentId() + "#" + start + "-" + end;
    return new Passage(
        id, hit.documentId(), start, end, text.toString(), headings, metadata, places);
  }

  private static List<String> shared(List<String> one, List<String> other) {
    int same = 0;
    while (same < one.size() && same < other.size() && one.get(same).equals(other.get(same))) {
      same++;
    }
    return one.subList(0, same);
  }

  private static int parentStart(Passage child) {
    return child.metadata().get(Chunkers.PARENT_START) instanceof Long start
        ? Math.toIntExact(start)
        : -1;
  }

  private static int parentEnd(Passage child) {
    return child.metadata().get(Chunkers.PARENT_END) instanceof Long end
        ? Math.toIntExact(end)
        : -1;
  }

  /** Made anew each time: an index's description changes with what is in it. */
  @Override
  public StageDescription description() {
    return name.withParts(List.of(small.description()));
  }
}
