package dev.ragwright.observe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.ragwright.Answer;
import dev.ragwright.call.CallContext;
import dev.ragwright.eval.answer.TokenF1;
import dev.ragwright.eval.ranking.RankOverlap;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Evidence;
import dev.ragwright.guard.Redaction;
import dev.ragwright.text.Said;
import dev.ragwright.trace.Trace;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;

/**
 * What a served pipeline and the candidate in its shadow made of one question.
 *
 * @param served the answer that was given
 * @param candidate the answer that was not; empty where the candidate failed
 * @param failure what the candidate threw, or its evaluation; empty where there is an answer
 * @param servedScore from 0 to 1, where a metric scores both; empty else
 * @param candidateScore as {@code servedScore}; there is either both or none
 */
@SuppressWarnings("exports") // of rag-eval, which is optional here
public record ShadowComparison(
    Answer served,
    Optional<Answer> candidate,
    Optional<Throwable> failure,
    OptionalDouble servedScore,
    OptionalDouble candidateScore) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The id of the served call, by which its judgment is given later. */
  public String id() {
    return served.trace().id();
  }

  /** The question as it was asked. */
  public String question() {
    return served.trace().question();
  }

  /**
   * How many of the first k documents that the generators read are the same, as {@link
   * RankOverlap#ofFirst} counts; documents in the order of their best passages' scores. Documents
   * and not passages, since a candidate may cut them otherwise. Empty where the candidate failed.
   *
   * @throws IllegalArgumentException if {@code k < 1}
   */
  public OptionalDouble overlap(int k) {
    return of(other -> RankOverlap.ofFirst(k, read(served), read(other)));
  }

  /**
   * The {@linkplain RankOverlap#rankBiased rank-biased overlap} of the documents that the
   * generators read, in the order of {@link #overlap}. Empty where the candidate failed.
   *
   * @throws IllegalArgumentException unless {@code 0 < p < 1}
   */
  public OptionalDouble rankBiasedOverlap(double p) {
    return of(other -> RankOverlap.rankBiased(p, read(served), read(other)));
  }

  /**
   * The {@link TokenF1} between both texts, 1 where both abstain. Empty where the candidate failed.
   */
  public OptionalDouble tokenF1() {
    return of(
        other ->
            TokenF1.squad()
                .evaluate(id(), List.of(served.text()), other.text(), CallContext.unbounded())
                .value()
                .orElseThrow());
  }

  /**
   * The share of the cited documents that both cite, of those that one of them does; 1 where none
   * cites. Empty where the candidate failed.
   */
  public OptionalDouble sharedCitations() {
    return of(
        other -> {
          Set<String> all = cited(served);
          Set<String> shared = cited(other);
          Set<String> both = new HashSet<>(all);
          both.retainAll(shared);
          all.addAll(shared);
          return all.isEmpty() ? 1 : (double) both.size() / all.size();
        });
  }

  /** How much longer the candidate took, from question to answer. Empty where it failed. */
  public Optional<Duration> longer() {
    return candidate.map(other -> other.trace().duration().minus(served.trace().duration()));
  }

  /**
   * Whether both went all the way, so that time and cost can be held against each other: an answer
   * from an {@code AnswerCache} was not searched for.
   */
  boolean bothSearched() {
    return searched(served) && candidate.filter(ShadowComparison::searched).isPresent();
  }

  private static boolean searched(Answer answer) {
    return answer.trace().stages().stream().anyMatch(stage -> stage.stage().equals("retrieve"));
  }

  static boolean abstained(Answer answer) {
    return answer.trace().outcome() == Trace.Outcome.ABSTAINED;
  }

  private OptionalDouble of(ToDoubleFunction<Answer> measure) {
    return candidate.stream().mapToDouble(measure).findFirst();
  }

  private static List<String> read(Answer answer) {
    return answer.context().evidence().stream()
        .sorted(Comparator.comparingDouble(Evidence::score).reversed())
        .map(evidence -> evidence.passage().documentId())
        .distinct()
        .toList();
  }

  private static Set<String> cited(Answer answer) {
    Set<String> documents = new HashSet<>();
    answer.citations().stream().map(Citation::documentId).forEach(documents::add);
    return documents;
  }

  /**
   * One line of JSON: the served {@linkplain Trace#toJson trace}, as a {@link TraceLog} has it and
   * {@link LoggedQuestions} reads it, with one field more, {@code "shadow"}: {@code {"trace",
   * "failure", "overlap@5", "rbo@.9", "f1", "shared-citations", "answer", "served-answer",
   * "served-score", "score"}}. What is not known is left out.
   */
  public String toJson() {
    return json(text -> text).toString();
  }

  /** {@link #toJson()} with all texts {@linkplain Redaction#masked masked}. */
  public String toJson(Redaction redaction) {
    return json(redaction::masked).toString();
  }

  private JsonNode json(UnaryOperator<String> masked) {
    ObjectNode line = tree(served.trace());
    ObjectNode shadow = line.putObject("shadow");
    candidate.ifPresent(other -> shadow.set("trace", tree(other.trace())));
    failure.ifPresent(thrown -> shadow.put("failure", Said.by(thrown)));
    overlap(5).ifPresent(value -> shadow.put("overlap@5", value));
    rankBiasedOverlap(.9).ifPresent(value -> shadow.put("rbo@.9", value));
    tokenF1().ifPresent(value -> shadow.put("f1", value));
    sharedCitations().ifPresent(value -> shadow.put("shared-citations", value));
    shadow.put("served-answer", served.text());
    candidate.ifPresent(other -> shadow.put("answer", other.text()));
    servedScore.ifPresent(value -> shadow.put("served-score", value));
    candidateScore.ifPresent(value -> shadow.put("score", value));
    return mask(line, masked);
  }

  private static ObjectNode tree(Trace trace) {
    try {
      return (ObjectNode) MAPPER.readTree(trace.toJson());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a trace is no JSON", e);
    }
  }

  private static JsonNode mask(JsonNode node, UnaryOperator<String> masked) {
    if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        field.setValue(mask(field.getValue(), masked));
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, mask(array.get(i), masked));
      }
    } else if (node instanceof TextNode text) {
      return TextNode.valueOf(masked.apply(text.textValue()));
    }
    return node;
  }
}
