package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Hit;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LuceneWeightsTest {
  @TempDir Path folder;

  private static Passage passage(String id, String text, List<String> headings, Metadata metadata) {
    return new Passage(id, id, 0, text.length(), text, headings, metadata);
  }

  private static List<Passage> passages() {
    return List.of(
        passage("titled", "Prune them in spring.", List.of(), Metadata.of("title", "Roses")),
        passage("headed", "Prune them in winter.", List.of("Roses"), Metadata.empty()),
        passage(
            "tagged",
            "Prune them in summer.",
            List.of(),
            Metadata.empty().with("tags", List.of("shrubs", "roses"))),
        passage("said", "Roses are cut.", List.of(), Metadata.empty()),
        passage("other", "Prune them in autumn.", List.of(), Metadata.of("title", "Limes")));
  }

  /**
   * Okapi BM25 as Lucene has it, with k1 1.5 and b .75, of a term that counts {@code frequency}
   * times in one of {@code lengths} words, by hand.
   */
  private static double bm25(double frequency, int length, int[] lengths, int documents) {
    double mean = java.util.Arrays.stream(lengths).average().orElseThrow();
    double idf = Math.log(1 + (lengths.length - documents + .5) / (documents + .5));
    return idf * frequency / (frequency + 1.5 * (.25 + .75 * length / mean));
  }

  private static double score(LuceneIndex index, String id) {
    return index.bm25().retrieve("rose", 10).hits().stream()
        .filter(hit -> hit.passage().id().equals(id))
        .mapToDouble(Hit::score)
        .findFirst()
        .orElse(0);
  }

  @Test
  void countsAWordAsOftenAsItsPlaceWeighs() {
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(passages());
      int[] lengths = {5, 4, 3, 2, 5}; // without the stop words "in" and "are"; "them" is none
      assertThat(index.bm25().retrieve("rose", 10).hits())
          .extracting(hit -> hit.passage().id())
          .containsExactly("titled", "said", "headed");
      assertThat(score(index, "titled")).isEqualTo(bm25(2, 5, lengths, 3), within());
      assertThat(score(index, "headed")).isEqualTo(bm25(1, 4, lengths, 3), within());
    }
    try (LuceneIndex index =
        LuceneIndex.builder()
            .headingWeight(3)
            .metadataWeight("title", 0)
            .metadataWeight("tags", 4)
            .open()) {
      index.addAll(passages());
      int[] lengths = {3, 6, 11, 2, 3};
      assertThat(score(index, "titled")).isZero();
      assertThat(score(index, "headed")).isEqualTo(bm25(3, 6, lengths, 3), within());
      assertThat(score(index, "tagged")).isEqualTo(bm25(4, 11, lengths, 3), within());
    }
    try (LuceneIndex index = LuceneIndex.builder().headingWeight(0).open()) {
      index.addAll(passages());
      assertThat(score(index, "headed")).isZero();
    }
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.data.Offset.offset(1e-6);
  }

  @Test
  void isSearchedAsItWasMade() {
    try (LuceneIndex index =
        LuceneIndex.builder().directory(folder).metadataWeight("a key=1", 3).open()) {
      index.addAll(passages());
    }
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      assertThat(index.bm25().description().toString())
          .contains("weights=headings^1 a key=1^3 title^2");
      index.addAll(List.of(passage("late", "x", List.of(), Metadata.of("a key=1", "roses"))));
      assertThat(score(index, "late")).isPositive();
    }
    LuceneIndex.Builder other = LuceneIndex.builder().directory(folder).headingWeight(2);
    for (boolean readOnly : List.of(false, true)) {
      assertThatThrownBy(() -> (readOnly ? other.openReadOnly() : other.open()).close())
          .isInstanceOf(IndexMismatchException.class)
          .hasMessageContaining(
              "was made with the weights 'headings^1 a key=1^3 title^2' and is opened with"
                  + " 'headings^2 title^2'; open it with those, or with none said");
    }
    LuceneIndex.builder().directory(folder).metadataWeight("a key=1", 3).open().close();
  }

  @Test
  void refusesWeightsOutOfRange() {
    for (int weight : List.of(-1, 101)) {
      assertThatThrownBy(() -> LuceneIndex.builder().headingWeight(weight))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a weight must be within 0 and 100, was " + weight);
      assertThatThrownBy(() -> LuceneIndex.builder().metadataWeight("title", weight))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
