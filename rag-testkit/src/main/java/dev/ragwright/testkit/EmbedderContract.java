package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embedder.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * What {@link Embedder} promises, to the bit: a text's vector is the same alone, among others, in
 * any order, and for parallel callers. Opening a model takes time: {@link #embedder} may return one
 * that several tests share, if {@link #close} then leaves it open.
 */
public abstract class EmbedderContract {
  private static final List<String> TEXTS =
      List.of(
          "The Rhine rises in the Alps.",
          "river",
          "Barges go up the river, barges go down the river, and the lock keeper counts them all.",
          "\ud83c\udf0a \u5ddd\u306e\u6d41\u308c e\u0301",
          "Where does the Rhine rise?");

  /** For subclasses. */
  protected EmbedderContract() {}

  /** Returns the embedder under test. */
  protected abstract Embedder embedder();

  /**
   * Closes an embedder that {@link #embedder} made; nothing unless overridden. A call that is
   * refused because of it throws {@link IllegalStateException}.
   */
  protected void close(Embedder embedder) {}

  private void with(Consumer<Embedder> test) {
    Embedder embedder = embedder();
    try {
      test.accept(embedder);
    } finally {
      close(embedder);
    }
  }

  /** The vectors' bits as lists, which compare by value. */
  private static List<List<Integer>> bits(Embedder embedder, List<String> texts, Side side) {
    return embedder.embed(texts, side, CallContext.unbounded()).vectors().stream()
        .map(EmbedderContract::bits)
        .toList();
  }

  private static List<Integer> bits(float[] vector) {
    List<Integer> bits = new ArrayList<>();
    for (float value : vector) {
      bits.add(Float.floatToIntBits(value));
    }
    return bits;
  }

  private static void assertSound(Embedder embedder, List<String> texts) {
    for (Side side : Side.values()) {
      List<float[]> vectors = embedder.embed(texts, side, CallContext.unbounded()).vectors();
      assertThat(vectors).hasSameSizeAs(texts);
      for (float[] vector : vectors) {
        assertThat(vector).hasSize(embedder.dimension());
        double squares = 0;
        for (float value : vector) {
          squares += (double) value * value;
        }
        if (squares != 0) {
          assertThat(Math.sqrt(squares)).as("length").isCloseTo(1, within(1e-4));
        }
      }
    }
  }

  @Test
  void returnsAVectorOfLengthOneForEachText() {
    with(
        embedder -> {
          assertThat(embedder.dimension()).isPositive();
          assertSound(embedder, TEXTS);
        });
  }

  @Test
  void tellsTextsApart() {
    with(embedder -> assertThat(bits(embedder, TEXTS, Side.DOCUMENT)).doesNotHaveDuplicates());
  }

  @Test
  void givesATextTheSameVectorAloneAndAmongOthers() {
    with(
        embedder -> {
          for (Side side : Side.values()) {
            List<List<Integer>> together = bits(embedder, TEXTS, side);
            for (int i = 0; i < TEXTS.size(); i++) {
              assertThat(bits(embedder, List.of(TEXTS.get(i)), side).getFirst())
                  .as("the vector of <%s> alone", TEXTS.get(i))
                  .isEqualTo(together.get(i));
            }
          }
        });
  }

  @Test
  void keepsTheOrderOfTheTexts() {
    with(
        embedder -> {
          List<List<Integer>> forth = bits(embedder, TEXTS, Side.DOCUMENT);
          List<List<Integer>> back =
              new ArrayList<>(bits(embedder, TEXTS.reversed(), Side.DOCUMENT));
          Collections.reverse(back);
          assertThat(back).isEqualTo(forth);
        });
  }

  @Test
  void givesATextTheSameVectorWhereverItIsRepeated() {
    with(
        embedder -> {
          List<List<Integer>> twice =
              bits(embedder, List.of(TEXTS.get(2), TEXTS.get(1), TEXTS.get(2)), Side.DOCUMENT);
          assertThat(twice.get(2)).isEqualTo(twice.get(0)).isNotEqualTo(twice.get(1));
        });
  }

  @Test
  void hasShortFormsOfBothSides() {
    with(
        embedder -> {
          List<String> one = TEXTS.subList(0, 1);
          assertThat(bits(embedder.embedQuery(one.getFirst())))
              .isEqualTo(bits(embedder, one, Side.QUERY).getFirst());
          assertThat(bits(embedder.embedDocument(one.getFirst())))
              .isEqualTo(bits(embedder, one, Side.DOCUMENT).getFirst());
        });
  }

  @Test
  void leavesTheArraysToTheCaller() {
    with(
        embedder -> {
          float[] vector = embedder.embedDocument(TEXTS.getFirst());
          float[] kept = vector.clone();
          Arrays.fill(vector, 42);
          assertThat(embedder.embedDocument(TEXTS.getFirst())).containsExactly(kept);
        });
  }

  @Test
  void embedsNothing() {
    with(embedder -> assertSound(embedder, List.of()));
  }

  @Test
  void embedsOddTexts() {
    with(
        embedder -> {
          assertSound(embedder, OddTexts.shortOnes());
          assertSound(embedder, OddTexts.operators());
        });
  }

  @Test
  void embedsLongTexts() {
    int length = OddTexts.LONG / 5; // windows enough, of which a real model takes seconds
    String word = OddTexts.longWord().substring(0, length);
    String words = OddTexts.manyWords().substring(0, length);
    with(embedder -> assertSound(embedder, List.of(word, words)));
  }

  private static List<Passage> passages(String documentId) {
    Document document = Document.of(documentId, String.join("\n\n", TEXTS));
    return Chunkers.sentences(1, 0).chunk(document);
  }

  private static List<List<Integer>> passageBits(Embedder embedder, List<Passage> passages) {
    return embedder.embedPassages(passages, CallContext.unbounded()).vectors().stream()
        .map(EmbedderContract::bits)
        .toList();
  }

  /** Of their search texts alone, or else of what their documents have beside them. */
  @Test
  void embedsPassages() {
    with(
        embedder -> {
          List<Passage> one = passages("one");
          List<Passage> other = passages("other").subList(1, 3);
          List<Passage> both = new ArrayList<>(other);
          both.addAll(one.reversed());
          List<List<Integer>> together = passageBits(embedder, both);
          assertThat(together).hasSize(both.size());
          assertThat(together.subList(0, 2)).isEqualTo(passageBits(embedder, other));
          assertThat(together.subList(2, both.size()).reversed())
              .isEqualTo(passageBits(embedder, one));
          assertThat(passageBits(embedder, List.of())).isEmpty();
          for (float[] vector :
              embedder
                  .embedPassages(both, CallContext.unbounded())
                  .checked(both.size(), embedder)) {
            assertThat(vector).hasSize(embedder.dimension());
          }
          if (!embedder.readsSurroundings()) {
            List<String> texts = one.stream().map(Passage::searchText).toList();
            assertThat(passageBits(embedder, one)).isEqualTo(bits(embedder, texts, Side.DOCUMENT));
          }
        });
  }

  @Test
  void throwsWhenCancelledBefore() {
    with(
        embedder -> {
          CallContext context = CallContext.unbounded();
          context.cancel();
          assertThatThrownBy(() -> embedder.embed(TEXTS, Side.QUERY, context))
              .isInstanceOf(CancelledException.class);
          assertThatThrownBy(() -> embedder.embedPassages(passages("one"), context))
              .isInstanceOf(CancelledException.class);
        });
  }

  @Test
  void throwsWhenItsTimeIsUp() {
    with(
        embedder -> {
          CallContext context = TestClock.expired();
          assertThatThrownBy(() -> embedder.embed(TEXTS, Side.QUERY, context))
              .isInstanceOf(DeadlineExceededException.class);
        });
  }

  @Test
  void givesParallelCallersTheSameVectors() {
    with(
        embedder -> {
          List<List<Integer>> alone = bits(embedder, TEXTS, Side.DOCUMENT);
          Crowd.agree(Crowd.each(member -> bits(embedder, TEXTS, Side.DOCUMENT)), alone);
        });
  }

  @Test
  void mayBeClosedInTheMidst() {
    Embedder embedder = embedder();
    List<String> one = TEXTS.subList(0, 1);
    List<List<Integer>> expected = bits(embedder, one, Side.DOCUMENT);
    Crowd.closeInTheMidst(
        () -> assertThat(bits(embedder, one, Side.DOCUMENT)).isEqualTo(expected),
        () -> close(embedder));
    close(embedder);
  }

  @Test
  void countsWhatItUsed() {
    with(
        embedder ->
            assertThat(embedder.embed(TEXTS, Side.QUERY, CallContext.unbounded()).usage())
                .isNotNull());
  }

  @Test
  void describesItself() {
    with(embedder -> Descriptions.assertStable("embedder", embedder::description));
  }
}
