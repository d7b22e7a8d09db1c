package dev.ragwright.generate;

import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.document.TokenSpans;
import dev.ragwright.retrieve.Hit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Decides what a generator reads: takes the hits best first, leaves out repetitions, makes one of
 * passages that touch or overlap, fills the token budget, and orders what is left. What does not
 * fit is dropped and listed, and smaller passages behind it may still fit; the first passage is cut
 * rather than dropped. Immutable and safe to share.
 */
public final class ContextAssembler {
  private static final Pattern SPACES = Pattern.compile("\\s+");

  private final int budget;
  private final ContextOrder order;
  private final boolean dedupe;
  private final boolean mergeNeighbours;

  private ContextAssembler(Builder builder) {
    this.budget = builder.budget;
    this.order = builder.order;
    this.dedupe = builder.dedupe;
    this.mergeNeighbours = builder.mergeNeighbours;
  }

  /** A builder with the defaults that its methods name. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts from this assembler's settings. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.budget = budget;
    builder.order = order;
    builder.dedupe = dedupe;
    builder.mergeNeighbours = mergeNeighbours;
    return builder;
  }

  /**
   * Returns what to read of the hits.
   *
   * @param hits best first
   * @param counter the generator's own, in whose tokens the budget is counted
   */
  public Context assemble(List<Hit> hits, TokenCounter counter) {
    List<Block> blocks = new ArrayList<>();
    List<Context.Dropped> dropped = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    int tokens = 0;
    for (Hit hit : hits) {
      Passage passage = hit.passage();
      String words = SPACES.matcher(passage.text().strip()).replaceAll(" ");
      if (dedupe && seen.contains(words)) {
        dropped.add(new Context.Dropped(passage.id(), Context.Reason.DUPLICATE));
        continue;
      }
      Block block = new Block(hit);
      List<Block> touching =
          mergeNeighbours ? blocks.stream().filter(block::touches).toList() : List.of();
      touching.reversed().forEach(block::merge); // the best last: its name stays
      block.tokens = counter.count(block.passage.text());
      int others = tokens - touching.stream().mapToInt(other -> other.tokens).sum();
      if (others + block.tokens > budget) {
        if (!blocks.isEmpty() || !block.cut(counter, budget)) {
          dropped.add(new Context.Dropped(passage.id(), Context.Reason.OVER_BUDGET));
          continue;
        }
        dropped.add(new Context.Dropped(passage.id(), Context.Reason.CUT));
      }
      int place = touching.isEmpty() ? blocks.size() : blocks.indexOf(touching.getFirst());
      blocks.removeAll(touching);
      blocks.add(place, block);
      seen.add(words);
      tokens = others + block.tokens;
    }
    return new Context(ordered(blocks).stream().map(Block::evidence).toList(), tokens, dropped);
  }

  private List<Block> ordered(List<Block> bestFirst) {
    return switch (order) {
      case BEST_FIRST -> bestFirst;
      case BEST_LAST -> bestFirst.reversed();
      case DOCUMENT -> {
        Map<String, List<Block>> documents = new LinkedHashMap<>();
        for (Block block : bestFirst) {
          documents.computeIfAbsent(block.passage.documentId(), id -> new ArrayList<>()).add(block);
        }
        yield documents.values().stream()
            .flatMap(
                blocks ->
                    blocks.stream().sorted(Comparator.comparingInt(block -> block.passage.start())))
            .toList();
      }
    };
  }

  /** What it is. */
  public StageDescription description() {
    return StageDescription.of("context", "assembler")
        .with("budget", budget == Integer.MAX_VALUE ? "unbounded" : budget)
        .with("order", order)
        .with("dedupe", dedupe)
        .with("mergeNeighbours", mergeNeighbours);
  }

  /** Evidence in the making. */
  private static final class Block {
    private Passage passage;
    private double score;
    private final List<Passage> retrieved = new ArrayList<>();
    private int tokens;

    Block(Hit hit) {
      passage = hit.passage();
      score = hit.score();
      retrieved.add(passage);
    }

    boolean touches(Block other) {
      return passage.documentId().equals(other.passage.documentId())
          && passage.start() <= other.passage.end()
          && other.passage.start() <= passage.end();
    }

    /** Takes in a block of better hits, whose name and headings the whole then bears. */
    void merge(Block better) {
      boolean first = passage.start() <= better.passage.start();
      Passage left = first ? passage : better.passage;
      Passage right = first ? better.passage : passage;
      String text =
          right.end() <= left.end()
              ? left.text()
              : left.text() + right.text().substring(left.end() - right.start());
      passage =
          new Passage(
              better.passage.id(),
              passage.documentId(),
              left.start(),
              left.start() + text.length(),
              text,
              better.passage.headings(),
              better.passage.metadata());
      score = better.score;
      retrieved.addAll(0, better.retrieved);
    }

    /**
     * Keeps the beginning that fits, and tells whether there is one. The beginning is counted
     * again, since a part of a word may have more tokens alone than it had in the word.
     */
    boolean cut(TokenCounter counter, int budget) {
      String text = passage.text();
      TokenSpans spans = counter.spans(text);
      int end = 0;
      int fits = Math.min(budget, spans.size());
      for (tokens = budget + 1; tokens > budget && fits > 0; fits--) {
        end = spans.end(fits - 1);
        if (end > 0
            && end < text.length()
            && Character.isSurrogatePair(text.charAt(end - 1), text.charAt(end))) {
          end--;
        }
        tokens = counter.count(text.substring(0, end));
      }
      if (end == 0 || tokens > budget) {
        return false;
      }
      passage =
          new Passage(
              passage.id(),
              passage.documentId(),
              passage.start(),
              passage.start() + end,
              text.substring(0, end),
              passage.headings(),
              passage.metadata());
      return true;
    }

    Evidence evidence() {
      return new Evidence(passage, score, retrieved);
    }
  }

  /** Settings of an assembler. Not safe to share. */
  public static final class Builder {
    private int budget = Integer.MAX_VALUE;
    private ContextOrder order = ContextOrder.BEST_FIRST;
    private boolean dedupe = true;
    private boolean mergeNeighbours = true;

    private Builder() {}

    /**
     * The most tokens of evidence, counted by the generator's own counter; unbounded unless set.
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

    /** Whether passages of a document that touch or overlap become one; true unless set. */
    public Builder mergeNeighbours(boolean value) {
      mergeNeighbours = value;
      return this;
    }

    /** The assembler. */
    public ContextAssembler build() {
      return new ContextAssembler(this);
    }
  }
}
