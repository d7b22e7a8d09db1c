package dev.ragwright.retrievers.rerank;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.lifecycle.Lifecycle;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.TooLong;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.onnx.runtime.PairEncoder;
import dev.ragwright.onnx.runtime.SentenceSettings;
import dev.ragwright.onnx.runtime.TokenLimit;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Ranks by what a model thinks of question and passage read together: a sequence classifier of the
 * BERT, XLM-R, DeBERTa or ModernBERT kind, exported to ONNX, with one number for a pair or two
 * classes. Nogueira and Cho, "Passage Re-ranking with BERT" (2019).
 *
 * <p>Reads {@link dev.ragwright.document.Passage#searchText}. The question is tokenized once for a
 * call and never cut; a passage that does not fit beside it is read in windows that overlap by a
 * quarter, and the best of them counts. A question that leaves a passage less than an eighth of the
 * model's tokens cannot be scored with: the hits keep their order and their scores, and {@link
 * Usage#UNSCORED_PAIRS} counts them.
 *
 * <p>Each window is one run, so a score does not depend on what else is scored. A call is spread
 * over as many threads as the model has workers, the longest windows first. Of however many hits,
 * about a quarter of a million characters, or one longer passage, are held as tokens at a time.
 *
 * <p>Safe to share. Owns its model and its tokenizer: close it when done; that waits for running
 * calls and refuses later ones.
 */
public final class OnnxCrossEncoder implements Reranker, AutoCloseable {
  private static final int BLOCK_CHARS = 1 << 18;

  private final OnnxModel model;
  private final Tokenizer tokenizer;
  private final RelevanceHead head;
  private final String prompt;
  private final int maxTokens;
  private final boolean cut;
  private final @Nullable PlattScaling scaling;
  private final @Nullable EarlyStop earlyStop;
  private final String source;
  private final StageDescription description;
  private final Lifecycle lifecycle;

  private OnnxCrossEncoder(Builder builder, OnnxModel model, Tokenizer tokenizer) {
    ModelFolder folder = builder.folder;
    SentenceSettings settings = SentenceSettings.ofPairs(folder);
    this.prompt = settings.pairPrompt();
    this.model = model;
    this.tokenizer = tokenizer;
    this.maxTokens = TokenLimit.of(folder, builder.maxTokens, "OnnxCrossEncoder.Builder.maxTokens");
    this.head = RelevanceHead.of(folder, model, tokenizer, builder.relevantLabel);
    this.cut = builder.tooLong == TooLong.CUT;
    this.scaling = builder.scaling;
    this.earlyStop = builder.earlyStop;
    StageDescription described =
        StageDescription.of("reranker", folder.name())
            .with(model.description().parameters())
            .with(tokenizer.description().parameters())
            .with("maxTokens", maxTokens)
            .with("longPassages", cut ? "cut" : "windows")
            .with("scores", scaling == null ? raw(settings) : scaling)
            .with("relevantLabel", head.label().orElse("the only output"))
            .with("earlyStop", earlyStop == null ? "never" : earlyStop);
    this.description = prompt.isEmpty() ? described : described.with("prompt", prompt);
    this.source = description.scoreSource() + (scaling == null ? "" : ", " + scaling);
    this.lifecycle = new Lifecycle("the reranker " + folder.name());
  }

  private static String raw(SentenceSettings settings) {
    return settings
        .activation()
        .filter(name -> !name.endsWith(".Identity"))
        .map("raw, without the folder's %s"::formatted)
        .orElse("raw");
  }

  /**
   * The reranker in a folder in the Hugging Face layout, as it says itself; its default prompt is
   * put in front of every question.
   *
   * @throws ModelLoadException if the folder lacks what a reranker needs, or has a setting that
   *     cannot be done here, which is named
   */
  public static OnnxCrossEncoder load(Path folder) {
    return builder(ModelFolder.of(folder)).build();
  }

  /** Starts from what the folder says. */
  public static Builder builder(ModelFolder folder) {
    return new Builder(Objects.requireNonNull(folder, "folder"));
  }

  /**
   * {@inheritDoc} A score is the model's logit, or what {@link Builder#calibrated} makes of it. The
   * {@linkplain Hit#source() source} is the model's name with the beginning of its file's digest,
   * and the scaling: a threshold for one scale of scores is refused on another. Counts pairs and
   * windows scored, pairs left unscored, and what was cut.
   *
   * @throws dev.ragwright.call.RagException if the runtime fails, or the model gives what is not a
   *     finite number, naming the passage
   * @throws IllegalStateException if it is closed
   */
  @Override
  @SuppressWarnings("try") // the lease only has to be closed
  public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
    List<Hit> given = List.copyOf(hits);
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      context.throwIfStopped();
      String asked = prompt + query.text();
      PairEncoder pairs =
          Tokenizer.within(asked.length(), context, () -> tokenizer.pairsWith(asked));
      int room = maxTokens - pairs.overhead();
      if (room < Math.max(1, maxTokens / 8)) {
        return Retrieval.of(
            given.subList(0, Math.min(topK, given.size())),
            Usage.of(Usage.UNSCORED_PAIRS, given.size()));
      }
      PassageScoring scoring = new PassageScoring(model, head, pairs, room, cut, context);
      Optional<Settled> settled = Optional.ofNullable(earlyStop).map(stop -> stop.watch(topK));
      List<Hit> scored = new ArrayList<>();
      while (scored.size() < given.size()
          && settled.map(watch -> !watch.after(scored)).orElse(true)) {
        List<Hit> block = given.subList(scored.size(), blockEnd(given, scored.size()));
        double[] logits = scoring.score(block);
        for (int i = 0; i < logits.length; i++) {
          scored.add(new Hit(block.get(i).passage(), scaled(logits[i]), source));
        }
      }
      return Retrieval.ranked(
          scored,
          topK,
          scoring.usage().with(Usage.UNSCORED_PAIRS, given.size() - (long) scored.size()));
    }
  }

  private int blockEnd(List<Hit> hits, int from) {
    int most = earlyStop == null ? hits.size() : Math.min(hits.size(), from + earlyStop.block());
    int end = from + 1;
    long chars = hits.get(from).passage().text().length();
    while (end < most && chars + hits.get(end).passage().text().length() <= BLOCK_CHARS) {
      chars += hits.get(end++).passage().text().length();
    }
    return end;
  }

  private double scaled(double logit) {
    return scaling == null ? logit : scaling.probability(logit);
  }

  /**
   * All that its order and its scores depend on: the digests of the model and the tokenizer, the
   * limit and what happens beyond it, the scores, when it stops early, and the runtime's version.
   */
  @Override
  public StageDescription description() {
    return description;
  }

  /** Waits for running calls, refuses later ones, and frees the native memory. Idempotent. */
  @Override
  public void close() {
    lifecycle.close(
        () -> {
          try (tokenizer) {
            model.close();
          }
        });
  }

  /** When to score no more. */
  private record EarlyStop(int block, int unchanged) {
    Settled watch(int topK) {
      return new Settled(this, topK);
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "after %d blocks of %d without change", unchanged, block);
    }
  }

  /** The best so far, and for how many blocks they have been that. */
  private static final class Settled {
    private final EarlyStop rule;
    private final int topK;
    private List<String> best = List.of();
    private int unchanged;

    Settled(EarlyStop rule, int topK) {
      this.rule = rule;
      this.topK = topK;
    }

    /** Whether nothing has changed for long enough, to be asked once after each block. */
    boolean after(List<Hit> scored) {
      if (scored.size() < topK) {
        return false;
      }
      List<String> now =
          scored.stream()
              .sorted(Hit.BEST_FIRST)
              .limit(topK)
              .map(hit -> hit.passage().id())
              .toList();
      unchanged = now.equals(best) ? unchanged + 1 : 0;
      best = now;
      return unchanged >= rule.unchanged();
    }
  }

  /** Collects what differs from what the folder says. Not for use by several threads. */
  public static final class Builder {
    private final ModelFolder folder;
    private OnnxOptions options = OnnxOptions.defaults();
    private OptionalInt maxTokens = OptionalInt.empty();
    private TooLong tooLong = TooLong.WINDOWS;
    private @Nullable String relevantLabel;
    private @Nullable PlattScaling scaling;
    private @Nullable EarlyStop earlyStop;

    private Builder(ModelFolder folder) {
      this.folder = folder;
    }

    /** How the model is run: its threads, its cache folder, its 8-bit weights. */
    public Builder options(OnnxOptions options) {
      this.options = Objects.requireNonNull(options, "options");
      return this;
    }

    /**
     * How many tokens to read in one run, those of the question and the special ones included; at
     * most what the folder says. Attention is dearer the longer a run is, and few models were
     * trained on their longest.
     *
     * @throws IllegalArgumentException if {@code tokens < 1}
     */
    public Builder maxTokens(int tokens) {
      this.maxTokens = OptionalInt.of(atLeastOne("maxTokens", tokens));
      return this;
    }

    /**
     * What to do with a passage that does not fit beside the question: {@link TooLong#WINDOWS}
     * unless set, or {@link TooLong#CUT}. A question is never cut.
     *
     * @throws IllegalArgumentException if it is another
     */
    public Builder whenTooLong(TooLong value) {
      this.tooLong = value.oneOf(TooLong.WINDOWS, TooLong.CUT);
      return this;
    }

    /**
     * Which of two classes is the relevant one, as {@code id2label} of {@code config.json} calls
     * it; needed where that is not {@code relevant}, {@code positive}, {@code yes} or {@code true}.
     * A model with one number has no classes and does not look at it.
     */
    public Builder relevantLabel(String label) {
      this.relevantLabel = Objects.requireNonNull(label, "label");
      return this;
    }

    /**
     * Scores are probabilities, made of the logits by this scaling: {@link PlattScaling#sigmoid()},
     * or one that was fitted to judgments. The order stays that of the logits, but for logits so
     * far out that their probabilities are equal, which are then ties.
     *
     * @throws IllegalArgumentException if its slope is not above 0, which would turn the order
     */
    public Builder calibrated(PlattScaling scaling) {
      if (scaling.slope() <= 0) {
        throw new IllegalArgumentException(
            "a scaling must rise with the score, its slope was " + scaling.slope());
      }
      this.scaling = scaling;
      return this;
    }

    /**
     * Scores the hits in the order that they come in, {@code block} at a time, and stops when the
     * {@code topK} best have been the same, in the same order, for {@code unchanged} blocks on end.
     * It is a wager that the first stage ranks well enough for what is left to be worse: a passage
     * that the rest would have brought up is missed. Never stops before {@code topK} passages are
     * scored, so what is returned always has a score of the model's. Off unless set.
     *
     * @throws IllegalArgumentException if either is below 1
     */
    public Builder stopWhenSettled(int block, int unchanged) {
      this.earlyStop =
          new EarlyStop(atLeastOne("block", block), atLeastOne("unchanged", unchanged));
      return this;
    }

    /**
     * Loads the model and reads one pair with it.
     *
     * @throws ModelLoadException if a file is missing or damaged, or the folder is no reranker's:
     *     says what the graph offers and what was expected
     * @throws IllegalArgumentException if {@link #maxTokens} is more than the model reads
     */
    public OnnxCrossEncoder build() {
      return OnnxModel.loadWithTokenizer(
          folder, options, (model, tokenizer) -> new OnnxCrossEncoder(this, model, tokenizer));
    }

    private static int atLeastOne(String option, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(option + " must be >= 1, was " + value);
      }
      return value;
    }
  }
}
