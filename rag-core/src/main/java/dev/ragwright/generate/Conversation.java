package dev.ragwright.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The turns that a question follows, and how it is made to stand alone. A pipeline asks in it, and
 * whoever asks keeps it:
 *
 * {@snippet :
 * Conversation talk = Conversation.of(Condenser.english());
 * talk = talk.with(rag.in(talk).ask("How do I delete a passage?").turn());
 * Answer answer = rag.in(talk).ask("and how do I undo it?");
 * }
 *
 * <p>It is a value: immutable and safe to share. Two questions that are asked at the same time in
 * one conversation follow the same turns, and neither knows of the other; whoever adds both decides
 * on their order.
 *
 * <p>The last 20 turns are kept, so neither a prompt nor the time for a question grows with the
 * turns before; {@link #withMost} changes that.
 */
public final class Conversation {
  private static final int KEPT = 20;

  private final Condenser condenser;
  private final List<Turn> turns;
  private final int most;

  private Conversation(Condenser condenser, List<Turn> turns, int most) {
    this.condenser = Objects.requireNonNull(condenser, "condenser");
    this.turns = List.copyOf(turns.subList(Math.max(0, turns.size() - most), turns.size()));
    this.most = most;
  }

  /** A conversation that begins. */
  public static Conversation of(Condenser condenser) {
    return new Conversation(condenser, List.of(), KEPT);
  }

  /** This conversation with one turn more; its oldest is left out where there are too many. */
  public Conversation with(Turn turn) {
    List<Turn> more = new ArrayList<>(turns);
    more.add(turn);
    return new Conversation(condenser, more, most);
  }

  /**
   * This conversation with at most so many turns, the last ones; 20 unless set.
   *
   * @throws IllegalArgumentException if {@code turns < 1}
   */
  public Conversation withMost(int turns) {
    if (turns < 1) {
      throw new IllegalArgumentException("a conversation keeps >= 1 turn, was " + turns);
    }
    return new Conversation(condenser, this.turns, turns);
  }

  /** What makes a question stand alone. */
  public Condenser condenser() {
    return condenser;
  }

  /** The turns that are kept, the oldest first; unmodifiable. */
  public List<Turn> turns() {
    return turns;
  }

  /** For people: how many turns there are. */
  @Override
  public String toString() {
    return turns.size() + " turns";
  }
}
