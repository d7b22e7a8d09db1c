package dev.ragwright.generate;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a generator reads: takes the hits best first, leaves out repetitions, merges
 * passages that touch or overlap, fills the token budget, and orders what is left. What does not
 * fit is dropped and listed, and smaller passages behind it may still fit; the first passage is cut
 * rather than dropped. With a {@linkplain Builder#selection selection} the budget is filled with
 * the best sentences rather than with whole passages. Immutable and safe to share.
 */
public final class ContextAssembler implements Stage {
  final int budget;
  final ContextOrder order;
  final boolean dedupe;
  final double nearDuplicates; // NaN: off
  final boolean mergeNeighbours;
  final int scoreGap; // -1: off
  final @Nullable Reranker selection;
  final boolean titlesOfDropped;
  final int history;
  private final StageDescription settings; // all but the selection's, which may change

  private ContextAssembler(Builder builder) {
    this.budget = builder.budget;
    this.order = builder.order;
    this.dedupe = builder.dedupe;
    this.nearDuplicates = builder.nearDuplicates;
    this.mergeNeighbours = builder.mergeNeighbours;
    this.scoreGap = builder.scoreGap;
    this.selection = builder.selection;
    this.titlesOfDropped = builder.titlesOfDropped;
    this.history = builder.history;
    this.settings = described();
  }

  /** A builder with the defaults that its methods name. */
  public static Builder builder() {
    return new Builder();
  }

  /** This assembler with some settings changed: {@code a.with(c -> c.budget(1_200))}. */
  public ContextAssembler with(UnaryOperator<Builder> change) {
    Builder builder = new Builder();
    builder.budget = budget;
    builder.order = order;
    builder.dedupe = dedupe;
    builder.nearDuplicates = nearDuplicates;
    builder.mergeNeighbours = mergeNeighbours;
    builder.scoreGap = scoreGap;
    builder.selection = selection;
    builder.titlesOfDropped = titlesOfDropped;
    builder.history = history;
    return change.apply(builder).build();
  }

  /**
   * Returns what to read of the hits.
   *
   * @param question what a selection ranks sentences for; nothing else looks at it
   * @param hits best first
   * @param counter the generator's own, in whose tokens the budget is counted
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  public Assembly assemble(
      Query question, List<Hit> hits, TokenCounter counter, CallContext context) {
    return assemble(question, List.of(), hits, counter, context);
  }

  /**
   * As {@link #assemble(Query, List, TokenCounter, CallContext)}, of a question that follows
   * others.
   *
   * @param turns those before, the oldest first; read as far as {@link Builder#history} allows
   */
  public Assembly assemble(
      Query question, List<Turn> turns, List<Hit> hits, TokenCounter counter, CallContext context) {
    return new AssemblyRun(this, turns, counter, context).of(question, hits);
  }

  /** Describes the settings; a policy that is off is not listed. */
  @Override
  public StageDescription description() {
    Reranker used = selection;
    return used == null
        ? settings
        : settings.with("selection", "sentences").withParts(List.of(used.description()));
  }

  private StageDescription described() {
    StageDescription described =
        StageDescription.of("context", "assembler")
            .with("budget", budget == Integer.MAX_VALUE ? "unbounded" : budget)
            .with("order", order)
            .with("dedupe", dedupe)
            .with("mergeNeighbours", mergeNeighbours);
    if (!Double.isNaN(nearDuplicates)) {
      described = described.with("nearDuplicates", nearDuplicates);
    }
    if (scoreGap >= 0) {
      described = described.with("scoreGap", scoreGap);
    }
    if (history > 0) {
      described = described.with("history", history);
    }
    return titlesOfDropped ? described.with("titlesOfDropped", true) : described;
  }

  /** Settings of an assembler. Not safe to share. */
  public static final class Builder {
    private int budget = Integer.MAX_VALUE;
    private ContextOrder order = ContextOrder.BEST_FIRST;
    private boolean dedupe = true;
    private double nearDuplicates = Double.NaN;
    private boolean mergeNeighbours = true;
    private int scoreGap = -1;
    private @Nullable Reranker selection;
    private boolean titlesOfDropped;
    private int history;

    private Builder() {}

    /**
     * The most tokens of evidence, titles and history, counted by the generator's own counter;
     * unbounded unless set.
     *
     * @throws IllegalArgumentException if {@code tokens < 1}
     */
    public Builder budget(int tokens) {
      if (tokens < 1) {
        throw new IllegalArgumentException("budget must be >= 1 token, was " + tokens);
      }
      budget = tokens;
      return this;
    }

    /** The order of the evidence; {@link ContextOrder#BEST_FIRST} unless set. */
    public Builder order(ContextOrder value) {
      order = value;
      return this;
    }

    /** Whether a passage with the words of a better one is left out; true unless set. */
    public Builder dedupe(boolean value) {
      dedupe = value;
      return this;
    }

    /**
     * Also leaves out a passage that has nearly the words of a better one: the Jaccard coefficient
     * of their sets of runs of three words, case and punctuation aside, is at least {@code
     * jaccard}. Off unless set, and without {@link #dedupe}; 0.8 finds copies with small changes.
     *
     * @param jaccard in (0, 1]
     * @throws IllegalArgumentException if {@code jaccard} is out of range
     */
    public Builder nearDuplicates(double jaccard) {
      if (!(jaccard > 0 && jaccard <= 1)) {
        throw new IllegalArgumentException("jaccard must be in (0, 1], was " + jaccard);
      }
      nearDuplicates = jaccard;
      return this;
    }

    /** Whether passages of a document that touch or overlap are merged; true unless set. */
    public Builder mergeNeighbours(boolean value) {
      mergeNeighbours = value;
      return this;
    }

    /**
     * Ends the ranking at the largest gap between neighbouring scores and keeps {@code behind}
     * passages behind it; off unless set. For the scores of one model (similarities, a
     * cross-encoder's): reciprocal ranks fall by the same steps whatever was found, so a gap of
     * fused scores says nothing. This is Adaptive-k (Taguchi et al., EMNLP 2025), which keeps 5
     * behind the gap and looks for it in the first nine tenths of the ranking, as is done here.
     *
     * @throws IllegalArgumentException if {@code behind < 0}
     */
    public Builder scoreGap(int behind) {
      if (behind < 0) {
        throw new IllegalArgumentException("behind must be >= 0, was " + behind);
      }
      scoreGap = behind;
      return this;
    }

    /**
     * Fills the budget with the best sentences instead of whole passages: {@code reranker} scores
     * the sentences of all passages in one call, each under its passage's headings or else its
     * document's title, and the best are taken until the budget is full. Taken sentences that touch
     * become one evidence, so that citations stay exact to the character; those of a document stand
     * in the order of reading. An evidence's score is that of its best sentence. Off unless set.
     */
    public Builder selection(Reranker reranker) {
      selection = Objects.requireNonNull(reranker, "reranker");
      return this;
    }

    /**
     * Whether {@link Context#titles} tells what passages without room were about, as far as the
     * evidence leaves room for it: the document's title (its metadata {@code title}) and the
     * headings of the passage, in one line. False unless set.
     */
    public Builder titlesOfDropped(boolean value) {
      titlesOfDropped = value;
      return this;
    }

    /**
     * How many of a conversation's last turns the generator reads besides the question, which
     * stands alone anyway; 0 unless set. They count towards the {@link #budget} and take half of it
     * at most: the oldest are left out, whole, until the others fit, and the evidence has the rest.
     * A turn that was not answered is none. A prompt of your own shows them with {@link
     * PromptTemplate#earlier}; a generator without one does not look at them.
     *
     * @throws IllegalArgumentException if {@code turns < 0}
     */
    public Builder history(int turns) {
      if (turns < 0) {
        throw new IllegalArgumentException("history must be >= 0 turns, was " + turns);
      }
      history = turns;
      return this;
    }

    /** The assembler. */
    public ContextAssembler build() {
      return new ContextAssembler(this);
    }
  }
}
