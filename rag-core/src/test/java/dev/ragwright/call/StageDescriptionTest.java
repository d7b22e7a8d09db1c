package dev.ragwright.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class StageDescriptionTest {
  private static final StageDescription BM25 =
      StageDescription.of("retriever", "bm25").with("k1", 1.5).with("b", 0.75);

  @Test
  void tellsParametersByNameAndParts() {
    assertThat(StageDescription.of("retriever", "bm25")).hasToString("bm25");
    assertThat(BM25).hasToString("bm25(b=0.75, k1=1.5)");
    StageDescription fused =
        StageDescription.of("retriever", "fused")
            .withParts(List.of(BM25, StageDescription.of("retriever", "knn")));
    assertThat(fused).hasToString("fused(bm25(b=0.75, k1=1.5), knn)");
    assertThat(fused.with("depth", 100)).hasToString("fused(depth=100; bm25(b=0.75, k1=1.5), knn)");
  }

  @Test
  void aStageWithoutANameIsRefused() {
    assertThatThrownBy(() -> StageDescription.of("retriever", " "))
        .hasMessage("a stage needs a kind and a name, had \"retriever\" and \" \"");
    Retriever lambda = (request, context) -> Retrieval.of(List.of());
    assertThatThrownBy(() -> lambda.named("")).hasMessageStartingWith("a stage needs a kind and");
  }

  @Test
  void isEqualWhereAllIs() {
    assertThat(BM25)
        .isEqualTo(StageDescription.of("retriever", "bm25").with(Map.of("b", "0.75", "k1", "1.5")))
        .isNotEqualTo(BM25.with("b", 0.5));
  }

  @Test
  void isOpaqueWhereItOrAPartIs() {
    Supplier<String> lambda = () -> "";
    StageDescription opaque = StageDescription.opaque("retriever", lambda);
    assertThat(opaque).hasToString("lambda?");
    assertThat(opaque.opaque()).isTrue();
    assertThat(BM25.withParts(List.of(opaque)).with("a", "b").opaque()).isTrue();
    assertThat(BM25.withParts(List.of(BM25)).opaque()).isFalse();
    assertThat(StageDescription.opaque("retriever", "text")).hasToString("String?");
    assertThat(StageDescription.opaque("retriever", new Object() {})).hasToString("anonymous?");
  }
}
