package dev.ragwright.examples;

import dev.ragwright.Answer;
import dev.ragwright.Outcome;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.util.List;
import java.util.Locale;

/**
 * Says "I do not know" where the evidence is weak, and searches elsewhere once before that.
 *
 * <p>{@code mvn -q -Pexample -Dexample=WeakEvidence}
 */
public final class WeakEvidence {
  private WeakEvidence() {}

  /** Takes no arguments. */
  public static void main(String... args) {
    // A gate is a lambda, too. One with a promise is learnt from judged questions: see the guide.
    EvidenceGate gate =
        ((EvidenceGate)
                (question, hits, context) -> {
                  double best = hits.getFirst().score();
                  String found =
                      String.format(Locale.ROOT, "the best score is %.2f, 0.40 is enough", best);
                  return new EvidenceGate.Verdict(best >= 0.4, found, Usage.none());
                })
            .named("at least 0.4");
    try (LuceneIndex manual = LuceneIndex.inMemory();
        LuceneIndex forum = LuceneIndex.inMemory()) {
      manual.addAll(
          List.of(
              Passage.of("manual", "Rotate the signing key every year."),
              Passage.of("safety", "Keep the key in the safe.")));
      forum.addAll(
          List.of(
              Passage.of("post 1", "The colours are in the menu View."),
              Passage.of("post 2", "My printer is on fire."),
              Passage.of("post 3", "Thank you all, it works now.")));
      Retriever elsewhere = forum.bm25();
      RagPipeline rag =
          RagPipeline.builder()
              .retriever(manual.bm25())
              .gate(gate)
              .fallback(elsewhere)
              .generator(ExtractiveGenerator.create())
              .build();
      ask(rag, "When do I rotate the signing key?");
      ask(rag, "Where in the menu are the colours?");
      ask(rag, "Who composed the Ninth Symphony?");
    }
  }

  private static void ask(RagPipeline rag, String question) {
    Answer answer = rag.ask(question);
    System.out.println(
        switch (answer.outcome()) {
          case Outcome.Answered answered -> answered.text() + " " + answered.citations();
          case Outcome.Abstained abstained -> abstained.reason() + ": " + abstained.detail();
        });
  }
}
