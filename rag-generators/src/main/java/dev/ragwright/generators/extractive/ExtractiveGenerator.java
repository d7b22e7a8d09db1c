package dev.ragwright.generators.extractive;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.retrieve.Embedder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Answers with the sentences of the evidence that fit the question best, word for word, each with
 * its citation; abstains when none fits well enough. It needs no language model, costs next to
 * nothing, gives the same answer each time, and is the baseline that a model has to beat. It
 * quotes: it does not write, sum up, compare, count or draw conclusions. A question in other words
 * than the text's is lost on the choice by words, and less so with an embedder.
 *
 * <p>Immutable and safe to share. An embedder that it is given stays its maker's to close.
 */
public final class ExtractiveGenerator implements Generator {
  private static final double MINIMUM_CONFIDENCE = 0.4;

  private final SentenceChoice choice;
  private final int maxSentences;
  private final Terms terms;

  private ExtractiveGenerator(Builder builder) {
    choice = builder.choice;
    terms = builder.terms;
    maxSentences = builder.maxSentences;
  }

  /** One with the builder's defaults: a lexical choice of up to three sentences. */
  public static ExtractiveGenerator create() {
    return builder().build();
  }

  /** A builder with the defaults that its methods name. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public Generation generate(GenerationRequest request, CallContext context) {
    context.throwIfStopped();
    List<Sentence> sentences = new ArrayList<>();
    int rank = 0;
    for (Evidence evidence : request.context().evidence()) {
      sentences.addAll(Sentence.of(evidence, rank++));
    }
    if (sentences.isEmpty()) {
      Abstention nothing =
          new Abstention(Abstention.Reason.NO_EVIDENCE, "there is no sentence to quote");
      return Generation.abstained(nothing, Usage.none());
    }
    SentenceChoice.Chosen chosen =
        choice.choose(request.question().text(), sentences, maxSentences, terms, context);
    context.throwIfStopped();
    if (chosen.fit() < choice.minimum()) {
      String detail =
          String.format(
              Locale.ROOT,
              "the best sentence's %s is %.2f, less than the minimum of %.2f",
              choice.measure(),
              chosen.fit(),
              choice.minimum());
      return Generation.abstained(
              new Abstention(Abstention.Reason.WEAK_EVIDENCE, detail), chosen.usage())
          .withConfidence(chosen.fit());
    }
    return quoted(chosen).withConfidence(chosen.fit());
  }

  private static Generation quoted(SentenceChoice.Chosen chosen) {
    StringBuilder text = new StringBuilder();
    List<Citation> citations = new ArrayList<>();
    List<Sentence> inReadingOrder =
        chosen.sentences().stream()
            .sorted(Comparator.comparingInt(Sentence::rank).thenComparingInt(Sentence::start))
            .toList();
    Sentence last = inReadingOrder.getFirst();
    for (Sentence sentence : inReadingOrder) {
      text.append(text.isEmpty() ? "" : last.separatorTo(sentence));
      last = sentence;
      int start = text.length();
      text.append(sentence.text());
      citations.add(
          sentence.evidence().cite(sentence.start(), sentence.end(), start, text.length()));
    }
    return Generation.of(text.toString(), citations, Generation.FinishReason.STOP, chosen.usage());
  }

  /** The answer sentence by sentence; it is whole before the first one is given out. */
  @Override
  public TokenStream stream(GenerationRequest request, CallContext context) {
    Generation generation = generate(request, context);
    return new TokenStream() {
      @Override
      public Stream<String> text() {
        List<String> pieces = new ArrayList<>();
        int from = 0;
        for (Citation citation : generation.citations()) {
          pieces.add(generation.text().substring(from, citation.answerEnd()));
          from = citation.answerEnd();
        }
        return pieces.stream().peek(piece -> context.throwIfStopped());
      }

      @Override
      public Generation result() {
        return generation;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public boolean readsTextOnly() {
    return true;
  }

  @Override
  public StageDescription description() {
    StageDescription described =
        StageDescription.of("generator", "extractive")
            .with("maxSentences", maxSentences)
            .with("minimum", choice.minimum())
            .with("measure", choice.measure())
            .with("words", terms.name());
    return described.withParts(choice.parts());
  }

  /** Settings of an extractive generator. Not safe to share. */
  public static final class Builder {
    private SentenceChoice choice = new LexicalChoice(0.4);
    private int maxSentences = 3;
    private Terms terms = Terms.ENGLISH;

    private Builder() {}

    /**
     * The most sentences to quote; 3 unless set.
     *
     * @throws IllegalArgumentException if {@code value < 1}
     */
    public Builder maxSentences(int value) {
      if (value < 1) {
        throw new IllegalArgumentException("maxSentences must be >= 1, was " + value);
      }
      maxSentences = value;
      return this;
    }

    /**
     * Chooses by the question's words, which is the default. A sentence's coverage is the share of
     * the question's words that it has, rare words counting more; words that only its headings or
     * the rest of its passage have count half. Below {@code minimumCoverage} the generator
     * abstains; 0.4 unless set. Each further sentence must add half the minimum. What a minimum
     * costs in right answers depends on the texts: measure it on yours, as {@code
     * docs/performance.md} does on some.
     *
     * @param minimumCoverage in [0, 1]; 0 never abstains
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder lexical(double minimumCoverage) {
      if (!(minimumCoverage >= 0 && minimumCoverage <= 1)) {
        throw new IllegalArgumentException(
            "minimumCoverage must be in [0, 1], was " + minimumCoverage);
      }
      choice = new LexicalChoice(minimumCoverage);
      return this;
    }

    /**
     * Chooses by words and vectors together, with the minimum of 0.4 for {@link #embedder(Embedder,
     * double)}, which was learnt on several sets.
     *
     * @param embedder stays its maker's to close
     */
    public Builder embedder(Embedder embedder) {
      return embedder(embedder, MINIMUM_CONFIDENCE);
    }

    /**
     * Chooses by words and vectors together: a sentence's evidence is its coverage, as {@link
     * #lexical} has it, and how much nearer to the question it is than the context's sentences are
     * on average. A sentence is embedded under its headings; at most 32 of a context are, those
     * with the most of the question's words. What follows the best sentence in its paragraph counts
     * for more, and so does the list or code that a colon announces.
     *
     * <p>The answer's {@linkplain Generation#confidence() confidence} is the mean of the best
     * sentence's nearness, taken twice, and of the share of the question's words that the answer
     * has. Below {@code minimumConfidence} the generator abstains. It is no probability: {@code
     * ThresholdCalibration} learns from judged answers what it is worth on your texts.
     *
     * @param embedder stays its maker's to close
     * @param minimumConfidence in [0, 1]; 0 never abstains
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder embedder(Embedder embedder, double minimumConfidence) {
      if (!(minimumConfidence >= 0 && minimumConfidence <= 1)) {
        throw new IllegalArgumentException(
            "minimumConfidence must be in [0, 1], was " + minimumConfidence);
      }
      choice = new FusedChoice(embedder, minimumConfidence);
      return this;
    }

    /**
     * Compares words as something else takes texts apart, such as an index's analysis of its
     * language: {@code words("de", index::terms)}. Unless set, words are compared without English
     * plural endings, and English function words of a question do not count.
     *
     * @param name names it in the description: what takes words apart otherwise has another name
     * @param terms returns the words of a text, in the form in which they are compared
     * @throws IllegalArgumentException if the name is blank
     */
    public Builder words(String name, Function<String, ? extends Collection<String>> terms) {
      if (name.isBlank()) {
        throw new IllegalArgumentException("the name of words must not be blank");
      }
      this.terms = new Terms(name, terms::apply, terms::apply);
      return this;
    }

    /** The generator. */
    public ExtractiveGenerator build() {
      return new ExtractiveGenerator(this);
    }
  }
}
