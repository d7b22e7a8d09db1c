package dev.ragwright.generators.onnx;

import dev.ragwright.call.StageDescription;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A constraint by a grammar over bytes. Masks are kept for each vocabulary as long as both live.
 */
final class GrammarConstraint implements Constraint {
  private static final long MOST_MASK_BYTES = 12 << 20;

  private final StageDescription description;
  private final Function<BitSet, ByteGrammar> grammar;
  private final Map<Vocabulary, Masks> masks = new WeakHashMap<>();

  /**
   * Creates one.
   *
   * @param grammar given the bytes that can always be written, what is allowed
   */
  GrammarConstraint(StageDescription description, Function<BitSet, ByteGrammar> grammar) {
    this.description = description;
    this.grammar = grammar;
  }

  @Override
  public StageDescription description() {
    return description;
  }

  @Override
  public State start(Vocabulary vocabulary) {
    Masks known;
    synchronized (masks) {
      known =
          masks.computeIfAbsent(vocabulary, key -> new Masks(grammar.apply(vocabulary.single())));
    }
    if (known.start.isNothing()) {
      throw new IllegalArgumentException(
          "the model has no tokens for any text that %s allows".formatted(description));
    }
    return new GrammarState(known.start, vocabulary, known);
  }

  /** The bytes of a text, or nothing where one of them cannot be written. */
  static ByteGrammar literal(String text, BitSet spelled) {
    List<ByteGrammar> bytes = new ArrayList<>();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      bytes.add(range(b & 0xFF, b & 0xFF, spelled));
    }
    return ByteGrammar.sequence(bytes);
  }

  /** A byte from a first to a last that can be written. */
  static ByteGrammar range(int first, int last, BitSet spelled) {
    BitSet bytes = new BitSet(256);
    bytes.set(first, last + 1);
    bytes.and(spelled);
    return ByteGrammar.any(bytes);
  }

  /** What was worked out for one vocabulary. */
  private static final class Masks {
    private final ByteGrammar.Pool pool = new ByteGrammar.Pool();
    private final Map<ByteGrammar, long[]> known = new ConcurrentHashMap<>();
    private final ByteGrammar start;

    Masks(ByteGrammar start) {
      this.start = pool.same(start);
    }

    long[] of(ByteGrammar grammar, Vocabulary vocabulary) {
      long[] mask = known.get(grammar);
      if (mask == null) {
        mask = vocabulary.mask(grammar, pool);
        if ((known.size() + 1L) * mask.length * Long.BYTES <= MOST_MASK_BYTES) {
          known.put(grammar, mask);
        }
      }
      return mask;
    }
  }

  private static final class GrammarState implements State {
    private final ByteGrammar grammar;
    private final Vocabulary vocabulary;
    private final Masks masks;
    private long @Nullable [] allowed; // benign race: equal masks

    GrammarState(ByteGrammar grammar, Vocabulary vocabulary, Masks masks) {
      this.grammar = grammar;
      this.vocabulary = vocabulary;
      this.masks = masks;
    }

    @Override
    public long[] allowed() {
      long[] mask = allowed;
      if (mask == null) {
        mask = masks.of(grammar, vocabulary);
        allowed = mask;
      }
      return mask;
    }

    @Override
    public boolean allows(int token) {
      return !after(token).isNothing();
    }

    @Override
    public boolean canEnd() {
      return grammar.canEnd();
    }

    @Override
    public State accept(int token) {
      ByteGrammar next = after(token);
      if (next.isNothing()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the token %d, \"%s\", is not allowed here",
                token,
                token < 0
                    ? ""
                    : new String(vocabulary.tokens().bytes(token), StandardCharsets.UTF_8)));
      }
      return new GrammarState(next, vocabulary, masks);
    }

    private ByteGrammar after(int token) {
      if (token < 0 || vocabulary.tokens().special(token)) {
        return ByteGrammar.NOTHING;
      }
      byte[] bytes = vocabulary.tokens().bytes(token);
      ByteGrammar next = bytes.length == 0 ? ByteGrammar.NOTHING : grammar;
      for (int i = 0; i < bytes.length && !next.isNothing(); i++) {
        next = next.after(bytes[i] & 0xFF, masks.pool);
      }
      return next;
    }
  }
}
