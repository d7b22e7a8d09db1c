package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.Chunker;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.retrieve.SemanticChunker;
import dev.ragwright.testkit.seeds.Seeds;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What it promises beyond the contract. The fake embedder sees shared words as likeness. */
class SemanticChunkerTest {
  private static final String BARGES = "Barges go up. Barges go down. Barges go up again. ";
  private static final String KEYS = "Keys expire yearly. New keys expire late. Old keys expire. ";

  private static Chunker of(int maxTokens) {
    return SemanticChunker.of(FakeEmbedder.of(256), maxTokens, TokenCounter.approximate());
  }

  private static List<String> texts(int maxTokens, String text) {
    return of(maxTokens).chunk(Document.of("d", text)).stream().map(Passage::text).toList();
  }

  @Test
  void cutsWhereTheSubjectChanges() {
    assertThat(texts(22, BARGES + KEYS + BARGES)).containsExactly(BARGES, KEYS, BARGES);
    assertThat(texts(100, BARGES + KEYS)).containsExactly(BARGES + KEYS);
  }

  @Test
  void holdsTheBudgetAndGivesTheTextBack() {
    RandomGenerator random = Seeds.random();
    TokenCounter counter = TokenCounter.approximate();
    for (int i = 0; i < 100; i++) {
      String text = OddTexts.random(random, 300);
      int maxTokens = 1 + random.nextInt(40);
      List<String> texts = texts(maxTokens, text);
      assertThat(texts)
          .as("%s: %d", Seeds.replay(), maxTokens)
          .allMatch(each -> counter.count(each) <= maxTokens);
      assertThat(text).as(Seeds.replay()).endsWith(String.join("", texts));
    }
  }

  @Test
  void refusesABudgetOfNothing() {
    assertThatThrownBy(() -> of(0)).hasMessage("maxTokens must be >= 1, was 0");
  }
}
