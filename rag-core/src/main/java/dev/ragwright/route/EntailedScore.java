package dev.ragwright.route;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Entailment;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.markdown.SentenceSpan;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** How likely the evidence entails the answer's sentences. */
record EntailedScore(StageDescription description, Entailment entailment) implements Share {
  EntailedScore {
    Objects.requireNonNull(entailment, "entailment");
  }

  @Override
  public Scored score(GenerationRequest request, Generation generation, CallContext context) {
    List<Evidence> evidence = Share.read(request, generation).evidence();
    double sum = 0;
    List<SentenceSpan> sentences = SentenceSpan.of(generation.text());
    for (SentenceSpan sentence : sentences) {
      context.throwIfStopped();
      String claim = generation.text().substring(sentence.start(), sentence.end());
      sum += entailment.probability(premise(evidence, generation, sentence), claim, context);
    }
    return sentences.isEmpty() ? Scored.none() : Scored.of(sum / sentences.size());
  }

  private static String premise(
      List<Evidence> evidence, Generation generation, SentenceSpan sentence) {
    Set<String> cited =
        generation.citations().stream()
            .filter(
                citation ->
                    citation.answerStart() < sentence.end()
                        && citation.answerEnd() > sentence.start())
            .map(Citation::passageId)
            .collect(Collectors.toSet());
    List<Evidence> own =
        evidence.stream()
            .filter(one -> one.passageIds().stream().anyMatch(cited::contains))
            .toList();
    return (own.isEmpty() ? evidence : own)
        .stream().map(one -> one.passage().text()).collect(Collectors.joining("\n"));
  }

  @Override
  public boolean readsTextOnly() {
    return true;
  }
}
