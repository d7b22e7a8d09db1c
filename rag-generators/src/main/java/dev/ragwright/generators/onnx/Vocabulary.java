package dev.ragwright.generators.onnx;

import dev.ragwright.onnx.runtime.TokenBytes;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The tokens of a model as a tree over their bytes, laid out in the order of a walk, so that all
 * tokens that a {@link Constraint} allows are found in one pass that leaves out the branches it
 * forbids. Special tokens are not in it.
 *
 * <p>Immutable, and safe to share: one for a model. Some 13 bytes for each node, of which tokens
 * that begin alike share some.
 */
public final class Vocabulary {
  private final TokenBytes tokens;
  private final byte[] bytes; // (node): what leads to it from the node above
  private final int[] depths; // (node): from 1
  private final int[] ends; // (node): the first node behind all that are under it
  private final int[] tokenOf; // (node): the token that ends there, or -1
  private final int[] twins; // (token): another of the same bytes, or -1
  private final BitSet single = new BitSet(256);
  private final int nodes;
  private final int deepest;

  private Vocabulary(TokenBytes tokens) {
    this.tokens = tokens;
    byte[][] spelled =
        IntStream.range(0, tokens.size()).mapToObj(tokens::bytes).toArray(byte[][]::new);
    int[] sorted =
        IntStream.range(0, spelled.length)
            .filter(id -> spelled[id].length > 0 && !tokens.special(id))
            .boxed()
            .sorted(Comparator.comparing(id -> spelled[id], Arrays::compareUnsigned))
            .mapToInt(id -> id)
            .toArray();
    int most = Arrays.stream(sorted).map(id -> spelled[id].length).sum();
    byte[] bytes = new byte[most];
    int[] depths = new int[most];
    int[] ends = new int[most];
    int[] tokenOf = new int[most];
    this.twins = new int[spelled.length];
    Arrays.fill(tokenOf, -1);
    Arrays.fill(twins, -1);
    int count = 0;
    int deep = 0;
    int[] path = new int[1 + Arrays.stream(sorted).map(id -> spelled[id].length).max().orElse(0)];
    byte[] before = {};
    for (int id : sorted) {
      byte[] word = spelled[id];
      if (word.length == 1) {
        single.set(word[0] & 0xFF);
      }
      int shared = Arrays.mismatch(before, word);
      for (int depth = before.length; shared >= 0 && depth > shared; depth--) {
        ends[path[depth]] = count;
      }
      if (shared < 0) { // the same bytes once more
        twins[id] = tokenOf[path[word.length]];
      }
      for (int depth = Math.max(0, shared) + 1; shared >= 0 && depth <= word.length; depth++) {
        bytes[count] = word[depth - 1];
        depths[count] = depth;
        path[depth] = count++;
      }
      tokenOf[path[word.length]] = id;
      deep = Math.max(deep, word.length);
      before = word;
    }
    for (int depth = before.length; depth > 0; depth--) {
      ends[path[depth]] = count;
    }
    this.bytes = Arrays.copyOf(bytes, count); // beginnings that tokens share are there once
    this.depths = Arrays.copyOf(depths, count);
    this.ends = Arrays.copyOf(ends, count);
    this.tokenOf = Arrays.copyOf(tokenOf, count);
    this.nodes = count;
    this.deepest = deep;
  }

  /** The tree of a model's tokens. Some 0.1 s for 50,000. */
  static Vocabulary of(TokenBytes tokens) {
    return new Vocabulary(tokens);
  }

  /** The highest id there is, plus one. */
  public int size() {
    return tokens.size();
  }

  /** What a token spells, in a new array: of a special token its name. */
  public byte[] bytes(int token) {
    return tokens.bytes(token);
  }

  /** Whether a token is a special one, which spells nothing. */
  public boolean special(int token) {
    return tokens.special(token);
  }

  /** The tokens it is made of. */
  TokenBytes tokens() {
    return tokens;
  }

  /** Which bytes are tokens by themselves: what they spell can always be written. */
  BitSet single() {
    return single;
  }

  /** How many words of 64 bits a mask over all tokens has. */
  int maskLength() {
    return (tokens.size() + 63) / 64;
  }

  /** The tokens whose bytes a grammar can read from where it stands, one bit for each. */
  long[] mask(ByteGrammar start, ByteGrammar.Pool pool) {
    long[] mask = new long[maskLength()];
    ByteGrammar[] states = new ByteGrammar[deepest + 1]; // (depth)
    states[0] = start;
    int node = 0;
    while (node < nodes) {
      ByteGrammar next = states[depths[node] - 1].after(bytes[node] & 0xFF, pool);
      if (next.isNothing()) {
        node = ends[node];
      } else {
        states[depths[node]] = next;
        for (int token = tokenOf[node]; token >= 0; token = twins[token]) {
          mask[token >> 6] |= 1L << token;
        }
        node++;
      }
    }
    return mask;
  }
}
