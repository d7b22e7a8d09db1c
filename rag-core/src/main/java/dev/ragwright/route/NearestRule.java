package dev.ragwright.route;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.text.Sha;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Has the labelled questions that are most like a question vote. */
final class NearestRule implements RoutingRule {
  private final Embedder embedder;
  private final int neighbours;
  private final List<Labelled> labelled;
  private final List<float[]> vectors; // of the labelled questions, in their order
  private final String digest;

  private record Labelled(String question, String generator) {}

  private record Vote(Labelled by, double similarity) {}

  private NearestRule(
      Embedder embedder, int neighbours, List<Labelled> labelled, List<float[]> vectors) {
    this.embedder = embedder;
    this.neighbours = neighbours;
    this.labelled = labelled;
    this.vectors = vectors;
    String all =
        labelled.stream()
            .map(one -> one.generator().length() + ":" + one.generator() + one.question())
            .collect(Collectors.joining("\n"));
    this.digest = Sha.hex(all.getBytes(StandardCharsets.UTF_8));
  }

  static NearestRule of(
      Embedder embedder, Map<String, ? extends Collection<String>> questions, int neighbours) {
    if (neighbours < 1) {
      throw new IllegalArgumentException("neighbours must be >= 1, was " + neighbours);
    }
    Map<String, String> byQuestion = new TreeMap<>();
    questions.forEach(
        (generator, asked) -> asked.forEach(question -> label(byQuestion, question, generator)));
    TreeSet<String> generators = new TreeSet<>(byQuestion.values());
    if (generators.size() < 2) {
      throw new IllegalArgumentException(
          "questions of two generators or more are needed to choose between, had "
              + (generators.isEmpty() ? "none" : "only some of \"" + generators.first() + "\""));
    }
    List<Labelled> labelled = new ArrayList<>();
    byQuestion.forEach((question, generator) -> labelled.add(new Labelled(question, generator)));
    List<String> texts = List.copyOf(byQuestion.keySet());
    List<float[]> vectors =
        embedder
            .embed(texts, Embedder.Side.QUERY, CallContext.unbounded())
            .checked(texts.size(), embedder);
    return new NearestRule(embedder, neighbours, List.copyOf(labelled), vectors);
  }

  private static void label(Map<String, String> byQuestion, String question, String generator) {
    if (question.isBlank()) {
      throw new IllegalArgumentException(
          "a labelled question of \"%s\" is blank".formatted(generator));
    }
    String other = byQuestion.put(question, generator);
    if (other != null) {
      throw new IllegalArgumentException(
          "the question \"%s\" is labelled twice: \"%s\" and \"%s\""
              .formatted(question, other, generator));
    }
  }

  @Override
  public Choice choose(GenerationRequest request, CallContext context) {
    context.throwIfStopped();
    Embeddings embedded =
        embedder.embed(List.of(request.question().text()), request.question().side(), context);
    float[] asked = embedded.checked(1, embedder).getFirst();
    List<Vote> votes = new ArrayList<>();
    for (int i = 0; i < vectors.size(); i++) {
      votes.add(new Vote(labelled.get(i), Embeddings.dot(asked, vectors.get(i))));
    }
    votes.sort(
        Comparator.comparingDouble(Vote::similarity)
            .reversed()
            .thenComparing(vote -> vote.by().question()));
    Map<String, Double> counted = new TreeMap<>();
    for (Vote vote : votes.subList(0, Math.min(neighbours, votes.size()))) {
      counted.merge(vote.by().generator(), Math.max(0, vote.similarity()), Double::sum);
    }
    String most =
        counted.entrySet().stream()
            .max(
                Map.Entry.<String, Double>comparingByValue()
                    .thenComparing(Map.Entry.<String, Double>comparingByKey().reversed()))
            .orElseThrow()
            .getKey();
    Vote nearest = votes.getFirst();
    String detail =
        String.format(
            Locale.ROOT, "%.2f like \"%s\"", nearest.similarity(), nearest.by().question());
    return new Choice(most, detail, embedded.usage());
  }

  @Override
  public void check(Map<String, StageDescription> generators) {
    for (Labelled one : labelled) {
      if (!generators.containsKey(one.generator())) {
        throw new IllegalArgumentException(
            "questions are labelled \"%s\", and the router has %s"
                .formatted(one.generator(), generators.keySet()));
      }
    }
  }

  @Override
  public boolean readsTextOnly() {
    return true;
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("rule", "nearest")
        .with("neighbours", neighbours)
        .with("questions", labelled.size())
        .with("questionsSha256", digest)
        .withParts(List.of(embedder.description()));
  }
}
