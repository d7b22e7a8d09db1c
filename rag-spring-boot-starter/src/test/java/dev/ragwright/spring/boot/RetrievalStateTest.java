package dev.ragwright.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class RetrievalStateTest {

  @Test
  void anIndexWithoutHealthIsUp() {
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      RetrievalState.Told told =
          new RetrievalState(index, null, Duration.ofHours(1), InstantSource.system()).told();
      assertThat(told.status()).isEqualTo("UP");
      assertThat(told.details()).containsOnlyKeys("index", "documents", "passages", "unread");
    }
  }
}
