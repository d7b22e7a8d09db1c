package dev.ragwright.tools;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.text.Sha;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Finds for each question what was laid down for it, in that order: an oracle, or a control, in the
 * place of a search. It does not look at filters.
 *
 * @param name what is laid down, in a word
 * @param byQuestion passages by the question's text; nothing is found for any other
 */
record FixedPassages(String name, Map<String, List<Passage>> byQuestion) implements Retriever {

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    context.throwIfStopped();
    List<Hit> hits = new ArrayList<>();
    for (Passage passage : byQuestion.getOrDefault(request.query().text(), List.of())) {
      if (hits.size() < request.topK()) {
        hits.add(new Hit(passage, 1.0 / (hits.size() + 1), name));
      }
    }
    return Retrieval.of(hits, Usage.none());
  }

  /** With a digest of all that it could find, so that a memo tells it from another. */
  @Override
  public StageDescription description() {
    StringBuilder all = new StringBuilder();
    byQuestion.forEach(
        (question, passages) -> {
          all.append(question);
          passages.forEach(p -> all.append('\n').append(p.id()).append('\n').append(p.text()));
          all.append("\n\n");
        });
    return StageDescription.of("retriever", name)
        .with("sha256", Sha.hex(all.toString().getBytes(StandardCharsets.UTF_8)));
  }
}
