package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Retriever;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenFilter;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real errors of a heap that has no room, where an index works. */
class OutOfHeapTest {
  @TempDir Path folder;

  private final AtomicBoolean exploding = new AtomicBoolean();

  /** Wants more than any heap has, for a word. */
  private final class Hungry extends Analyzer {
    @Override
    protected TokenStreamComponents createComponents(String field) {
      Tokenizer words = new StandardTokenizer();
      return new TokenStreamComponents(
          words,
          new TokenFilter(words) {
            private final CharTermAttribute term = addAttribute(CharTermAttribute.class);

            @Override
            public boolean incrementToken() throws IOException {
              boolean more = input.incrementToken();
              if (more && exploding.get() && term.toString().equals("explode")) {
                explode();
              }
              return more;
            }
          });
    }
  }

  /** As an array without room for it does. */
  private static void explode() {
    long[][] all = new long[1 << 16][];
    for (int i = 0; i < all.length; i++) {
      all[i] = new long[Integer.MAX_VALUE - 2];
    }
    throw new AssertionError("there is room for " + all.length);
  }

  private LuceneIndex open() {
    return LuceneIndex.builder().directory(folder).analyzer("hungry", new Hungry()).open();
  }

  private static List<String> found(Retriever retriever, String word) {
    return retriever.retrieve(word, 9).hits().stream().map(hit -> hit.passage().id()).toList();
  }

  @Test
  void aWriterWithoutRoomIsClosedAndWhatWasCommittedIsThere() {
    try (LuceneIndex index = open()) {
      index.addAll(List.of(Passage.of("a", "first words")));
      index.commit();
      exploding.set(true);
      assertThatThrownBy(() -> index.addAll(List.of(Passage.of("b", "words that explode"))))
          .isInstanceOf(OutOfMemoryError.class);
      exploding.set(false);
      assertThat(found(index.bm25(), "words")).contains("a");
      try {
        index.addAll(List.of(Passage.of("c", "more words")));
        assertThat(found(index.bm25(), "more")).containsExactly("c");
      } catch (IndexWriteException e) {
        assertThat(e)
            .hasMessageContaining("could not be written: ")
            .hasMessageEndingWith("mend the cause, close the index, and open it again");
      }
      assertThat(found(index.bm25(), "words")).contains("a");
    }
    try (LuceneIndex index = open()) {
      assertThat(found(index.bm25(), "first")).containsExactly("a");
      index.addAll(List.of(Passage.of("b", "words that explode")));
      assertThat(found(index.bm25(), "explode")).containsExactly("b");
    }
  }

  @Test
  void aSearchWithoutRoomHoldsNothing() {
    try (LuceneIndex index = open()) {
      index.addAll(List.of(Passage.of("a", "first words")));
      exploding.set(true);
      assertThatThrownBy(() -> index.bm25().retrieve("explode", 3))
          .isInstanceOf(OutOfMemoryError.class);
      exploding.set(false);
      assertThat(found(index.bm25(), "first")).containsExactly("a");
    } // and its end waits for nobody
  }

  @Test
  void aSourceWithoutRoomLeavesWhatCameBefore() {
    try (LuceneIndex index = open()) {
      assertThatThrownBy(
              () ->
                  index.addAll(
                      Stream.iterate(0, i -> i + 1)
                          .map(
                              i -> {
                                if (i == 700) {
                                  explode();
                                }
                                return Passage.of("p" + i, "words of " + i);
                              })))
          .isInstanceOf(OutOfMemoryError.class);
      index.addAll(List.of(Passage.of("next", "the next words")));
      assertThat(found(index.bm25(), "next")).containsExactly("next");
      assertThat(index.size().passages()).isBetween(1L, 701L);
    }
  }
}
