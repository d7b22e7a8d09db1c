package dev.ragwright.generate;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Context.Reason;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The sentences of retrieved passages as passages of their own, ranked in one call. A sentence
 * stands under the headings of its passage, or else under the document's title: what "it" is, a
 * model can learn from nothing else. For one call.
 */
final class SentenceSelection {
  private static final Chunker SENTENCES = Chunkers.sentences(1, 0);

  private final List<Hit> hits;
  private final Map<String, List<Passage>> origins = new LinkedHashMap<>(); // by sentence's id
  private final Retrieval ranked;

  SentenceSelection(Query question, List<Hit> hits, Reranker reranker, CallContext context) {
    this.hits = hits;
    List<Hit> sentences = new ArrayList<>();
    Map<Place, String> ids = new LinkedHashMap<>(); // overlapping passages share sentences
    for (Hit hit : hits) {
      context.throwIfStopped();
      for (Passage sentence : sentences(hit.passage())) {
        Place place = new Place(sentence.documentId(), sentence.start(), sentence.end());
        String known = ids.putIfAbsent(place, sentence.id());
        if (known == null) {
          sentences.add(new Hit(sentence, hit.score(), hit.source()));
        }
        origins
            .computeIfAbsent(known == null ? sentence.id() : known, id -> new ArrayList<>())
            .add(hit.passage());
      }
    }
    sentences.sort(Hit.BEST_FIRST);
    ranked =
        reranker.rerank(question, List.copyOf(sentences), Math.max(1, sentences.size()), context);
  }

  /** A stretch of a document. */
  private record Place(String documentId, int start, int end) {}

  private static List<Passage> sentences(Passage passage) {
    List<String> under =
        passage.headings().isEmpty()
            ? Titles.ofDocument(passage).stream().toList()
            : passage.headings();
    List<Passage> sentences = new ArrayList<>();
    for (Passage cut : SENTENCES.chunk(Document.of(passage.documentId(), passage.text()))) {
      sentences.add(
          new Passage(
              String.format(
                  Locale.ROOT,
                  "%s#%05d",
                  passage.id(),
                  sentences.size()), // ties in the order of reading
              passage.documentId(),
              passage.start() + cut.start(),
              passage.start() + cut.end(),
              cut.text(),
              under,
              passage.metadata(),
              passage.places().within(passage.start() + cut.start(), passage.start() + cut.end())));
    }
    return sentences;
  }

  /** The ranking of the sentences, with what it took. */
  Retrieval ranked() {
    return ranked;
  }

  /** The ranked sentences as stretches of the retrieved passages, best first. */
  List<Block> blocks() {
    return ranked.hits().stream().map(this::block).toList();
  }

  private Block block(Hit sentence) {
    Passage passage = sentence.passage();
    List<Passage> from = origins.get(passage.id());
    if (from == null) {
      throw new IllegalStateException(
          "the selection's reranker returned a passage that it was not given: " + passage.id());
    }
    return new Block(passage.start(), passage.end(), sentence.score(), from);
  }

  /** Which of the retrieved passages are not, or not wholly, in some blocks. */
  List<Context.Dropped> dropped(List<Block> blocks) {
    List<Context.Dropped> dropped = new ArrayList<>();
    for (Hit hit : hits) {
      reason(hit.passage(), blocks)
          .ifPresent(reason -> dropped.add(new Context.Dropped(hit.passage().id(), reason)));
    }
    return dropped;
  }

  private Optional<Reason> reason(Passage passage, List<Block> blocks) {
    int visible = 0;
    int kept = 0;
    for (int i = passage.start(); i < passage.end(); i++) {
      if (!Character.isWhitespace(passage.text().charAt(i - passage.start()))) {
        visible++;
        kept += isIn(passage.documentId(), i, blocks) ? 1 : 0;
      }
    }
    if (kept == visible) {
      return Optional.empty();
    }
    if (kept > 0) {
      return Optional.of(Reason.SELECTED_IN_PART);
    }
    boolean fits = !blocks.isEmpty() || ranked.hits().isEmpty();
    return Optional.of(fits ? Reason.NOT_SELECTED : Reason.OVER_BUDGET);
  }

  private static boolean isIn(String documentId, int place, List<Block> blocks) {
    return blocks.stream()
        .map(Block::passage)
        .anyMatch(
            kept ->
                kept.documentId().equals(documentId)
                    && kept.start() <= place
                    && place < kept.end());
  }
}
