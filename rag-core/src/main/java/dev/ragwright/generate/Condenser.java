package dev.ragwright.generate;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Query;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Makes a question that follows others stand alone, so that it can be searched for: "and how do I
 * undo it?" becomes a question that says what "it" is. One that stands alone stays as it is. One
 * method, so a lambda will do. Implementations are immutable and safe to share; {@code
 * CondenserContract} of rag-testkit checks what is promised here.
 *
 * <p>By {@linkplain #english rule}, which costs nothing and knows English; by {@linkplain #joining
 * joining} short questions with those before, in any language; or by {@linkplain #of a model}.
 */
@FunctionalInterface
public interface Condenser extends Stage {

  /**
   * Returns the question as it stands alone.
   *
   * @param turns what it follows, the oldest first; at least one where a pipeline asks
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  Standalone condense(List<Turn> turns, Query question, CallContext context);

  /** The question as it stands alone, however long it takes. */
  default Query condense(List<Turn> turns, String question) {
    return condense(turns, Query.of(question), CallContext.unbounded()).question();
  }

  /**
   * A question that stands alone.
   *
   * @param question the question as it was asked where it stands alone, or nothing better was found
   * @param usage what was counted, that of the parts included
   * @param parts what the stages did that were called for it; unmodifiable
   */
  record Standalone(Query question, Usage usage, List<StageRecord> parts) {
    /** Copies the list. */
    public Standalone {
      Objects.requireNonNull(question, "the condenser returned no question");
      parts = List.copyOf(parts);
    }

    /** A question that took nothing. */
    public static Standalone of(Query question) {
      return new Standalone(question, Usage.none(), List.of());
    }
  }

  @Override
  default StageDescription description() {
    return StageDescription.opaque("condenser", this);
  }

  /** This condenser under a name that its user vouches for: a changed one gets a new name. */
  default Condenser named(String name) {
    Condenser condenser = this;
    return new Condenser() {
      @Override
      public Standalone condense(List<Turn> turns, Query question, CallContext context) {
        return condenser.condense(turns, question, context);
      }

      @Override
      public StageDescription description() {
        return StageDescription.of("condenser", name);
      }
    };
  }

  /**
   * This condenser, or another where it fails, as a hosted model may: {@link #english}, or {@link
   * #none} for the question as it was asked. The failure is in the trace, and what it took is
   * unknown. A call that was cancelled or whose time is up fails all the same.
   */
  default Condenser orElse(Condenser other) {
    return new ForgivingCondenser(this, Objects.requireNonNull(other, "other"));
  }

  /** Every question as it was asked: the level "none" of an experiment. */
  static Condenser none() {
    return NoCondenser.INSTANCE;
  }

  /**
   * By rule, for English. A question's own words are those that are not question words,
   * auxiliaries, articles, prepositions, pronouns or the like. It is a follow-up if it has none
   * ("why?"); if it begins with "and", "but", "or", "also", "what about" or "how about" and has at
   * most three; if it begins with a preposition, has at most three and no question word; or if a
   * pronoun has nothing to stand for: right behind a preposition, or behind at most three words of
   * its own and no noun with an article. To a follow-up is added, in brackets, what the last
   * question that stood alone was about, and the last question if that is another: from its first
   * to its last word of its own, at most 16 of them.
   *
   * <p>It knows no grammar. It does not say which of the words a pronoun stands for, leaves what is
   * replaced in place ("what about Spain?" after a question about France is searched for with
   * both), and does not look at answers (in "Who wrote Hamlet?", "When was he born?" the name is
   * not added). It does not see a follow-up without any of these words, nor one that names
   * something else first ("When did the author publish it?"), and takes a question for one that
   * begins with "and" and is about something new. Questions in other languages stay as they are,
   * unless words of theirs are spelt as these. The guide has its figures.
   */
  static Condenser english() {
    return EnglishCondenser.INSTANCE;
  }

  /** {@link #joining(int)} of questions of at most six words. */
  static Condenser joining() {
    return joining(6);
  }

  /**
   * By rule, for any language: a question of few words is put behind the last one that stood alone,
   * and behind the last one if that is another. A short question that stands alone is joined too,
   * and a long one that does not is not: without words of the language nothing better is known.
   *
   * @param words the most that such a question has; in scripts without spaces each letter is one
   * @throws IllegalArgumentException if {@code words < 1}
   */
  static Condenser joining(int words) {
    if (words < 1) {
      throw new IllegalArgumentException("words must be >= 1, was " + words);
    }
    return new JoiningCondenser(words);
  }

  /**
   * By a model, which is shown the last three turns and the question with a prompt of the
   * condenser's own ({@link Generator#withPrompt}), and nothing else; of a long text its first 300
   * characters. The first line that it writes is the question. Where it abstains, writes nothing or
   * is cut off within that line, the question stays as it was asked; the record of its call says
   * how it ended, and has its tokens. Each question costs a call, also one that stands alone, and
   * with a model of 135 million parameters half of what such questions found was lost (the guide
   * has the table). Where it fails, so does the condenser, unless {@link #orElse} says otherwise.
   *
   * @throws IllegalArgumentException if the generator has no prompt
   */
  static Condenser of(Generator generator) {
    return ModelCondenser.of(generator);
  }
}

enum NoCondenser implements Condenser {
  INSTANCE;

  @Override
  public Standalone condense(List<Turn> turns, Query question, CallContext context) {
    context.throwIfStopped();
    return Standalone.of(question);
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("condenser", "none");
  }
}

record ForgivingCondenser(Condenser condenser, Condenser other) implements Condenser {

  @Override
  public Standalone condense(List<Turn> turns, Query question, CallContext context) {
    context.throwIfStopped();
    long start = context.ticker().nanos();
    try {
      return condenser.condense(turns, question, context);
    } catch (RuntimeException e) {
      if (context.shouldStop()) {
        throw e;
      }
      Duration took = Duration.ofNanos(context.ticker().nanos() - start);
      StageRecord failed =
          StageRecord.of("condense", condenser.description(), took, Usage.unknown()).failed(e);
      Standalone instead = other.condense(turns, question, context);
      List<StageRecord> parts = Stream.concat(Stream.of(failed), instead.parts().stream()).toList();
      return new Standalone(instead.question(), Usage.unknown(), parts);
    }
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("condenser", "or else")
        .withParts(List.of(condenser.description(), other.description()));
  }
}
