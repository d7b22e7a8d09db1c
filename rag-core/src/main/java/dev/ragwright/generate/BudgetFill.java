package dev.ragwright.generate;

import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Context.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Fills a token budget, best first. What does not fit is left out, and smaller blocks behind it may
 * still fit; the first is cut rather than left out.
 */
final class BudgetFill {
  private final TokenCounter counter;
  private final int budget;
  private final boolean mergeNeighbours;
  private final List<Block> blocks = new ArrayList<>();
  private int tokens;

  BudgetFill(TokenCounter counter, int budget, boolean mergeNeighbours) {
    this.counter = counter;
    this.budget = budget;
    this.mergeNeighbours = mergeNeighbours;
  }

  /** Takes a block in; empty when it is in as a whole, else why not. */
  Optional<Reason> add(Block block) {
    List<Block> touching =
        mergeNeighbours ? blocks.stream().filter(block::touches).toList() : List.of();
    touching.reversed().forEach(block::merge); // the best last: its name stays
    block.count(counter);
    int others = tokens - touching.stream().mapToInt(Block::tokens).sum();
    boolean cut = others + block.tokens() > budget;
    if (cut && (!blocks.isEmpty() || !block.cut(counter, budget))) {
      return Optional.of(Reason.OVER_BUDGET);
    }
    int place = touching.isEmpty() ? blocks.size() : blocks.indexOf(touching.getFirst());
    blocks.removeAll(touching);
    blocks.add(place, block);
    tokens = others + block.tokens();
    return cut ? Optional.of(Reason.CUT) : Optional.empty();
  }

  /** Best first. */
  List<Block> blocks() {
    return blocks;
  }

  int tokens() {
    return tokens;
  }
}
