package dev.ragwright.generators.extractive;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import java.util.ArrayList;
import java.util.List;

/** {@link OnnxExtractiveReader#reranker()}. */
record ReaderReranker(OnnxExtractiveReader reader) implements Reranker {
  @Override
  public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
    context.throwIfStopped();
    List<String> texts = hits.stream().map(hit -> hit.passage().text()).toList();
    List<TextReading> readings = reader.readAll(query.text(), texts, 1, context);
    if (readings.isEmpty()) {
      return Retrieval.of(
          hits.subList(0, Math.min(topK, hits.size())),
          Usage.of(Usage.UNSCORED_PAIRS, hits.size()));
    }
    String source = description().scoreSource();
    List<Hit> scored = new ArrayList<>();
    for (int i = 0; i < hits.size(); i++) {
      double score =
          readings
              .get(i)
              .best()
              .map(ReadAnswer::score)
              .orElse(OnnxExtractiveReader.NOTHING_TO_READ);
      scored.add(new Hit(hits.get(i).passage(), score, source));
    }
    Usage usage = readings.stream().map(TextReading::usage).reduce(Usage.none(), Usage::plus);
    return Retrieval.ranked(scored, topK, usage);
  }

  @Override
  public StageDescription description() {
    return reader.described("reranker");
  }
}
