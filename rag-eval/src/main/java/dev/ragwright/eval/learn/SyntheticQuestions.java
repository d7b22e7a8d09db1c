package dev.ragwright.eval.learn;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.text.LetterCase;
import dev.ragwright.text.Sampling;
import dev.ragwright.text.Words;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Questions that are made from passages, where there are no users' questions yet: by a generator,
 * or of the passages' own words. Only those are kept that a retriever leads back to their passage's
 * document: the round-trip filter of Dai et al., "Promptagator: Few-shot Dense Retrieval From 8
 * Examples" (ICLR 2023).
 *
 * <p>Such questions favour the words of their passages and the retriever that filtered them, so use
 * them to find what is broken, or to learn what is then proven with judged questions; not to rank
 * systems. Immutable, and as safe to share as its stages.
 */
public final class SyntheticQuestions {
  private static final String INSTRUCTION =
      "Write one short question that the passage answers, and that can be understood without seeing"
          + " the passage. Write nothing but the question.";
  static final int LEAST_WORDS = 3;
  static final int MOST_WORDS = 40;
  private static final int COPIED_WORDS = 8;

  private final @Nullable Generator generator; // null: the passages' own words
  private final List<Retriever> retrievers;
  private final int topK;

  private SyntheticQuestions(@Nullable Generator generator, List<Retriever> retrievers, int topK) {
    if (topK < 1) {
      throw new IllegalArgumentException("topK must be >= 1, was " + topK);
    }
    this.generator = generator;
    this.retrievers = retrievers;
    this.topK = topK;
  }

  /**
   * Makes questions with a generator and filters them with a retriever.
   *
   * @param topK how deep the passage's document has to be found
   * @throws IllegalArgumentException if {@code topK < 1}
   */
  public static SyntheticQuestions of(Generator generator, Retriever retriever, int topK) {
    return new SyntheticQuestions(
        Objects.requireNonNull(generator, "generator"), List.of(retriever), topK);
  }

  /**
   * Takes questions from the passages' own words, without a model: of each passage its innermost
   * heading, or its first sentence, or those five of its words that say most of it, of all that are
   * given (the largest tf times idf). Which of the three is drawn; where there is none of three
   * words or more, the next is taken.
   *
   * @param topK how deep at least one of the retrievers has to find the passage's document
   * @throws IllegalArgumentException if {@code topK < 1} or there is no retriever
   */
  public static SyntheticQuestions ofPassages(int topK, Retriever... retrievers) {
    if (retrievers.length == 0) {
      throw new IllegalArgumentException("questions are filtered by one retriever or more, had 0");
    }
    return new SyntheticQuestions(null, List.of(retrievers), topK);
  }

  /** Why a question was refused. */
  public enum Refusal {
    /** The generator abstained or was cut off. */
    NOT_WRITTEN,
    /**
     * It is not one line of 3 to 40 words with a question mark behind; of a passage's own words, it
     * has fewer than 3.
     */
    NO_QUESTION,
    /** The generator took eight words in a row from the passage. */
    COPIED,
    /** Another passage led to the same words. */
    REPEATED,
    /** No retriever finds its document. */
    NOT_FOUND
  }

  /**
   * What came of it.
   *
   * @param set the questions, each with its document as the relevant one
   * @param refused how many questions were refused, by reason; unmodifiable
   */
  public record Made(EvalSet set, Map<Refusal, Integer> refused) {
    /** Copies the map. */
    public Made {
      refused = Collections.unmodifiableMap(new EnumMap<>(refused));
    }
  }

  /**
   * Makes at most {@code count} questions, of passages in an order that depends on their ids and
   * the seed alone.
   *
   * @throws IllegalArgumentException if {@code count < 1}
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  public Made make(Collection<Passage> passages, int count, long seed, CallContext context) {
    if (count < 1) {
      throw new IllegalArgumentException("count must be >= 1, was " + count);
    }
    List<Passage> shuffled =
        passages.stream()
            .sorted(
                Comparator.comparingDouble((Passage one) -> Sampling.fraction(one.id(), seed))
                    .thenComparing(Passage::id))
            .toList();
    List<Question> questions = new ArrayList<>();
    Map<String, Judgments> judgments = new LinkedHashMap<>();
    Map<Refusal, Integer> refused = new EnumMap<>(Refusal.class);
    Set<List<String>> seen = new HashSet<>();
    OwnWords own = generator == null ? new OwnWords(passages, seed) : null;
    for (Passage passage : shuffled) {
      if (questions.size() == count) {
        break;
      }
      context.throwIfStopped();
      Generation generation = own == null ? ask(passage, context) : Generation.of(own.of(passage));
      String text = generation.text().strip();
      Optional<Refusal> refusal = refusal(generation, text, passage, seen, context);
      if (refusal.isPresent()) {
        refused.merge(refusal.get(), 1, Integer::sum);
      } else {
        questions.add(new Question(passage.id(), text, List.of()));
        judgments.put(passage.id(), Judgments.of(Map.of(passage.documentId(), 1)));
      }
    }
    return new Made(EvalSet.of("synthetic, seed " + seed, questions, Qrels.of(judgments)), refused);
  }

  private Generation ask(Passage passage, CallContext context) {
    Generator writer = Objects.requireNonNull(generator);
    int tokens = writer.tokenCounter().count(passage.text());
    Context reading = new Context(List.of(Evidence.of(passage, 1)), tokens, List.of());
    return writer.generate(GenerationRequest.of(Query.of(INSTRUCTION), reading), context);
  }

  private Optional<Refusal> refusal(
      Generation generation,
      String text,
      Passage passage,
      Set<List<String>> seen,
      CallContext context) {
    if (generation.abstention().isPresent()
        || generation.finishReason() == Generation.FinishReason.LENGTH) {
      return Optional.of(Refusal.NOT_WRITTEN);
    }
    List<String> words = words(text);
    boolean written = generator != null;
    if (words.size() < LEAST_WORDS
        || words.size() > MOST_WORDS
        || (written && (!text.endsWith("?") || text.lines().count() != 1))) {
      return Optional.of(Refusal.NO_QUESTION);
    }
    if (written && isCopied(words, words(passage.text()))) {
      return Optional.of(Refusal.COPIED);
    }
    if (!seen.add(words)) {
      return Optional.of(Refusal.REPEATED);
    }
    RetrievalRequest request = RetrievalRequest.of(text, topK);
    boolean found =
        retrievers.stream()
            .flatMap(retriever -> retriever.retrieve(request, context).hits().stream())
            .anyMatch(hit -> hit.passage().documentId().equals(passage.documentId()));
    return found ? Optional.empty() : Optional.of(Refusal.NOT_FOUND);
  }

  private static boolean isCopied(List<String> question, List<String> passage) {
    for (int i = 0; i + COPIED_WORDS <= question.size(); i++) {
      if (Collections.indexOfSubList(passage, question.subList(i, i + COPIED_WORDS)) >= 0) {
        return true;
      }
    }
    return false;
  }

  static List<String> words(String text) {
    return Words.runs(LetterCase.lower(text)).toList();
  }
}
