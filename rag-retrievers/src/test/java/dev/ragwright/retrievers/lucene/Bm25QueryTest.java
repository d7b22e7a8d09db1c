package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.miscellaneous.KeywordRepeatFilter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a term counts that stands more than once in the query. */
class Bm25QueryTest {

  private static LuceneIndex index(double k3, String... texts) {
    LuceneIndex index = LuceneIndex.builder().bm25(1.5, 0.75, k3).open();
    index.addAll(
        IntStream.range(0, texts.length).mapToObj(i -> Passage.of("d" + i, texts[i])).toList());
    return index;
  }

  private static Map<String, Double> scores(LuceneIndex index, String query) {
    return index.bm25().retrieve(query, 100).hits().stream()
        .collect(Collectors.toMap(hit -> hit.passage().id(), Hit::score));
  }

  private static double score(LuceneIndex index, String query, String id) {
    return Objects.requireNonNull(scores(index, query).get(id), id);
  }

  /** {@code bm25.json} is of bm25s 0.3.16; {@code src/test/python/bm25_golden.py} made it. */
  @ParameterizedTest
  @ValueSource(strings = {"0", "1.2", "8", "Infinity"})
  void scoresAreThoseOfBm25s(String k3) throws IOException {
    JsonNode golden;
    try (InputStream in = Bm25QueryTest.class.getResourceAsStream("bm25.json")) {
      golden = new ObjectMapper().readTree(Objects.requireNonNull(in));
    }
    String[] documents = new String[golden.path("documents").size()];
    for (int i = 0; i < documents.length; i++) {
      documents[i] = golden.path("documents").path(i).asText();
    }
    try (LuceneIndex index = index(Double.parseDouble(k3), documents)) {
      for (JsonNode one : golden.path("cases")) {
        Map<String, Double> found = scores(index, one.path("query").asText());
        for (int i = 0; i < documents.length; i++) {
          assertThat(found.getOrDefault("d" + i, 0.0))
              .as("d%d for %s", i, one.path("query"))
              .isCloseTo(one.path("scores").path(k3).path(i).asDouble(), within(1e-4));
        }
      }
    }
  }

  @Test
  void countsEachPlaceUnlessToldOtherwise() {
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(List.of(Passage.of("a", "red car"), Passage.of("b", "blue car")));
      double once = score(index, "red", "a");
      assertThat(score(index, "red red RED", "a")).isCloseTo(3 * once, within(1e-6));
      assertThat(index.bm25().description().parameters()).containsEntry("k3", "Infinity");
    }
    try (LuceneIndex index = index(1.2, "red car", "blue car")) {
      assertThat(index.bm25().description().parameters()).containsEntry("k3", "1.2");
    }
    assertThat(Bm25Retriever.weight(3, 1.2)).isCloseTo(3 * 2.2 / 4.2, within(1e-15));
    assertThat(Bm25Retriever.weight(7, 0)).isCloseTo(1, within(1e-15));
    assertThat(Bm25Retriever.weight(7, Double.MAX_VALUE)).isEqualTo(7);
    assertThat(Bm25Retriever.weight(7, Double.MIN_VALUE)).isCloseTo(1, within(1e-15));
  }

  @Test
  void wordsOfOneStemAreOneTerm() {
    try (LuceneIndex index = index(Double.POSITIVE_INFINITY, "they run", "they sit")) {
      assertThat(scores(index, "Running runs, run!")).isEqualTo(scores(index, "run run run"));
    }
  }

  /** An analyzer that keeps a word beside its stem puts both at one place, equal or not. */
  @Test
  void termsOfOnePlaceCountThereOnceEach() {
    Analyzer both =
        new Analyzer() {
          @Override
          protected TokenStreamComponents createComponents(String field) {
            Tokenizer words = new WhitespaceTokenizer();
            TokenStream twice = new KeywordRepeatFilter(new LowerCaseFilter(words));
            return new TokenStreamComponents(words, new PorterStemFilter(twice));
          }
        };
    List<Passage> passages = List.of(Passage.of("d0", "run"), Passage.of("d1", "running"));
    try (LuceneIndex linear = LuceneIndex.builder().analyzer("both", both).open();
        LuceneIndex once = LuceneIndex.builder().analyzer("both", both).bm25(1.5, 0.75, 0).open()) {
      linear.addAll(passages);
      once.addAll(passages);
      assertThat(scores(linear, "run")).isEqualTo(scores(once, "run"));
      assertThat(scores(linear, "running")).isEqualTo(scores(once, "running"));
      assertThat(score(linear, "run run", "d0")).isEqualTo(2 * score(once, "run", "d0"));
    }
    both.close();
  }

  /** A word of letters alone, which are a term and no more. */
  private static String term(int number) {
    return "t" + Integer.toString(number, 2).replace('0', 'k').replace('1', 'm');
  }

  @Test
  void aDocumentIsAQuestionToo() {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < 1_024; i++) {
      words.addAll(Collections.nCopies(1 + i % 4, term(i)));
    }
    Collections.shuffle(words, new Random(7));
    String query = (String.join(" ", words) + " ").repeat(3);
    try (LuceneIndex index =
        index(
            Double.POSITIVE_INFINITY,
            term(3) + " " + term(903),
            term(1) + " " + term(2),
            "nothing of it")) {
      Retrieval found = index.bm25().retrieve(query, 5);
      assertThat(found.usage()).isEqualTo(Usage.none());
      assertThat(found.hits()).extracting(hit -> hit.passage().id()).containsExactly("d0", "d1");
      assertThat(score(index, term(3), "d0") * 12 + score(index, term(903), "d0") * 12)
          .isCloseTo(found.hits().getFirst().score(), within(1e-4));
      Retrieval beyond = index.bm25().retrieve(query + term(5_000) + " " + term(5_000), 5);
      assertThat(beyond.hits()).isEqualTo(found.hits());
      assertThat(beyond.usage()).isEqualTo(Usage.of(Usage.DROPPED_TERMS, 1));
    }
  }

  @Test
  void refusesAK3ThatIsNone() {
    for (double k3 : new double[] {-0.1, Double.NaN, Double.NEGATIVE_INFINITY}) {
      assertThatThrownBy(() -> LuceneIndex.builder().bm25(1.5, 0.75, k3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "k3 must be >= 0 (0 counts a repeated term once, infinity each time), was " + k3);
    }
    assertThatThrownBy(() -> LuceneIndex.builder().bm25(-1, 0.75, 0))
        .hasMessage("k1 must be finite and >= 0 and b in [0, 1], were -1.0 and 0.75");
  }
}
