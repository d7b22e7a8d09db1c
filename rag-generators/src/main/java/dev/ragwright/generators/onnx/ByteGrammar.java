package dev.ragwright.generators.onnx;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A set of byte strings, told by what may follow: Brzozowski's derivatives (J. ACM 11(4), 1964),
 * with named parts that may contain themselves. Whatever is not {@link #NOTHING} can be completed.
 *
 * <p>Immutable but for remembered derivatives, and safe to share. Equal ones are of the same form.
 */
abstract class ByteGrammar {
  /** No string at all. */
  static final ByteGrammar NOTHING = new Any(new BitSet());

  /** The empty string only. */
  static final ByteGrammar EMPTY = new Sequence(List.of());

  private final int hash;

  /** Benign race: any thread may fill it, with equal values. */
  private @Nullable ByteGrammar @Nullable [] derivatives;

  ByteGrammar(int hash) {
    this.hash = hash;
  }

  @SuppressWarnings("ReferenceEquality") // there is one only
  final boolean isNothing() {
    return this == NOTHING;
  }

  /** Whether the empty string is in it. */
  abstract boolean canEnd();

  abstract ByteGrammar derive(int b, Pool pool);

  /** Whether it is one of very many, none of which is met often: what follows is not kept. */
  boolean isPassing() {
    return false;
  }

  /**
   * What may follow a byte.
   *
   * @param b from 0 to 255
   * @param pool always the same for one grammar
   */
  final ByteGrammar after(int b, Pool pool) {
    if (isPassing()) {
      return derive(b, pool);
    }
    @Nullable ByteGrammar[] known = derivatives;
    if (known == null) {
      known = new @Nullable ByteGrammar[256];
      derivatives = known;
    }
    ByteGrammar next = known[b];
    if (next == null) {
      next = pool.same(derive(b, pool));
      known[b] = next;
    }
    return next;
  }

  /** Of equal grammars one, which remembers. Safe to share. */
  static final class Pool {
    /** What lies deeper than this in data of any depth is derived anew each time. */
    private static final int MOST = 50_000;

    private final Map<ByteGrammar, ByteGrammar> known =
        new ConcurrentHashMap<>(Map.of(NOTHING, NOTHING, EMPTY, EMPTY));

    ByteGrammar same(ByteGrammar grammar) {
      if (grammar.isPassing() || known.size() >= MOST) {
        return known.getOrDefault(grammar, grammar);
      }
      ByteGrammar before = known.putIfAbsent(grammar, grammar);
      return before == null ? grammar : before;
    }
  }

  @Override
  public final int hashCode() {
    return hash;
  }

  @Override
  public abstract boolean equals(@Nullable Object other);

  /** One byte out of several. */
  static ByteGrammar any(BitSet bytes) {
    return bytes.isEmpty() ? NOTHING : new Any((BitSet) bytes.clone());
  }

  /** One after the other. */
  static ByteGrammar sequence(List<ByteGrammar> parts) {
    List<ByteGrammar> flat = new ArrayList<>();
    for (ByteGrammar part : parts) {
      if (part.isNothing()) {
        return NOTHING;
      }
      if (part instanceof Sequence inner) {
        flat.addAll(inner.parts);
      } else {
        flat.add(part);
      }
    }
    return flat.size() == 1 ? flat.getFirst() : flat.isEmpty() ? EMPTY : new Sequence(flat);
  }

  static ByteGrammar sequence(ByteGrammar... parts) {
    return sequence(List.of(parts));
  }

  /** One of several. */
  static ByteGrammar choice(List<ByteGrammar> options) {
    Set<ByteGrammar> distinct = new LinkedHashSet<>();
    for (ByteGrammar option : options) {
      if (option instanceof Choice inner) {
        distinct.addAll(inner.options);
      } else if (!option.isNothing()) {
        distinct.add(option);
      }
    }
    return switch (distinct.size()) {
      case 0 -> NOTHING;
      case 1 -> distinct.iterator().next();
      default -> new Choice(List.copyOf(distinct));
    };
  }

  static ByteGrammar choice(ByteGrammar... options) {
    return choice(List.of(options));
  }

  static ByteGrammar optional(ByteGrammar part) {
    return choice(part, EMPTY);
  }

  /**
   * Several times the same, which itself is never empty.
   *
   * @param most how often at most; {@link Integer#MAX_VALUE} for any number
   */
  static ByteGrammar repeat(ByteGrammar part, int least, int most) {
    if (part.isNothing()) {
      return least > 0 ? NOTHING : EMPTY;
    }
    return most == 0 ? EMPTY : new Repeat(part, least, most);
  }

  /** A part that is looked up when it is reached, so that it may contain itself. Never empty. */
  static ByteGrammar named(Supplier<ByteGrammar> meaning) {
    return new Named(meaning);
  }

  private static final class Any extends ByteGrammar {
    private final BitSet bytes;

    Any(BitSet bytes) {
      super(bytes.hashCode());
      this.bytes = bytes;
    }

    @Override
    boolean canEnd() {
      return false;
    }

    @Override
    ByteGrammar derive(int b, Pool pool) {
      return bytes.get(b) ? EMPTY : NOTHING;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Any any && bytes.equals(any.bytes);
    }
  }

  private static final class Sequence extends ByteGrammar {
    private final List<ByteGrammar> parts;

    Sequence(List<ByteGrammar> parts) {
      super(31 * parts.hashCode() + 1);
      this.parts = parts;
    }

    @Override
    boolean canEnd() {
      return parts.stream().allMatch(ByteGrammar::canEnd);
    }

    @Override
    ByteGrammar derive(int b, Pool pool) {
      List<ByteGrammar> ways = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        ByteGrammar next = parts.get(i).after(b, pool);
        if (!next.isNothing()) {
          List<ByteGrammar> rest = new ArrayList<>();
          rest.add(next);
          rest.addAll(parts.subList(i + 1, parts.size()));
          ways.add(sequence(rest));
        }
        if (!parts.get(i).canEnd()) {
          break;
        }
      }
      return choice(ways);
    }

    @Override
    boolean isPassing() {
      return !parts.isEmpty() && parts.getFirst().isPassing();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other
          || (other instanceof Sequence sequence
              && hashCode() == sequence.hashCode()
              && parts.equals(sequence.parts));
    }
  }

  private static final class Choice extends ByteGrammar {
    private final List<ByteGrammar> options;

    Choice(List<ByteGrammar> options) {
      super(31 * options.hashCode() + 2);
      this.options = options;
    }

    @Override
    boolean canEnd() {
      return options.stream().anyMatch(ByteGrammar::canEnd);
    }

    @Override
    ByteGrammar derive(int b, Pool pool) {
      return choice(options.stream().map(option -> option.after(b, pool)).toList());
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other
          || (other instanceof Choice choice
              && hashCode() == choice.hashCode()
              && options.equals(choice.options));
    }
  }

  private static final class Repeat extends ByteGrammar {
    private final ByteGrammar part;
    private final int least;
    private final int most;

    Repeat(ByteGrammar part, int least, int most) {
      super(31 * (31 * (31 * part.hashCode() + least) + most) + 3);
      this.part = part;
      this.least = least;
      this.most = most;
    }

    @Override
    boolean canEnd() {
      return least == 0;
    }

    @Override
    ByteGrammar derive(int b, Pool pool) {
      ByteGrammar next = part.after(b, pool);
      return next.isNothing()
          ? NOTHING
          : sequence(
              next,
              repeat(part, Math.max(0, least - 1), most == Integer.MAX_VALUE ? most : most - 1));
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other
          || (other instanceof Repeat repeat
              && least == repeat.least
              && most == repeat.most
              && part.equals(repeat.part));
    }
  }

  /** Equal to itself only. */
  private static final class Named extends ByteGrammar {
    private final Supplier<ByteGrammar> meaning;

    Named(Supplier<ByteGrammar> meaning) {
      super(System.identityHashCode(meaning));
      this.meaning = meaning;
    }

    @Override
    boolean canEnd() {
      return false;
    }

    @Override
    ByteGrammar derive(int b, Pool pool) {
      return meaning.get().after(b, pool);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }
  }
}
