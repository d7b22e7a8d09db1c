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
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Answers with the sentences of the evidence that fit the question best, word for word, each with
 * its citation; abstains when none fits well enough. It needs no language model, costs next to
 * nothing, gives the same answer each time, and is the baseline that a model has to beat. It
 * quotes: it does not write, sum up, compare, count or draw conclusions, and a question in other
 * words than the text's is lost on the lexical choice.
 *
 * <p>Immutable and safe to share. An embedder that it is given stays its maker's to close.
 */
public final class ExtractiveGenerator implements Generator {
  private final SentenceChoice choice;
  private final int maxSentences;

  private ExtractiveGenerator(Builder builder) {
    choice = builder.choice;
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
        choice.choose(request.question().text(), sentences, maxSentences, context);
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
          new Abstention(Abstention.Reason.WEAK_EVIDENCE, detail), chosen.usage());
    }
    return quoted(chosen);
  }

  private static Generation quoted(SentenceChoice.Chosen chosen) {
    StringBuilder text = new StringBuilder();
    List<Citation> citations = new ArrayList<>();
    List<Sentence> inReadingOrder =
        chosen.sentences().stream()
            .sorted(Comparator.comparingInt(Sentence::rank).thenComparingInt(Sentence::start))
            .toList();
    for (Sentence sentence : inReadingOrder) {
      text.append(text.isEmpty() ? "" : " ");
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
            .with("measure", choice.measure());
    return described.withParts(choice.parts());
  }

  /** Settings of an extractive generator. Not safe to share. */
  public static final class Builder {
    private SentenceChoice choice = new LexicalChoice(0.4);
    private int maxSentences = 3;

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
     * Chooses by the similarity of a sentence's vector to the question's. Below {@code
     * minimumSimilarity} the generator abstains; there is no default, since models differ in what
     * their similarities mean.
     *
     * @param embedder stays its maker's to close
     * @param minimumSimilarity in [-1, 1]; -1 never abstains
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder embedder(Embedder embedder, double minimumSimilarity) {
      if (!(minimumSimilarity >= -1 && minimumSimilarity <= 1)) {
        throw new IllegalArgumentException(
            "minimumSimilarity must be in [-1, 1], was " + minimumSimilarity);
      }
      choice = new EmbeddingChoice(embedder, minimumSimilarity);
      return this;
    }

    /** The generator. */
    public ExtractiveGenerator build() {
      return new ExtractiveGenerator(this);
    }
  }
}
