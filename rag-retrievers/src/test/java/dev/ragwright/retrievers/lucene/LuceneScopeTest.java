package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tenants apart, and ranges of what is not what they ask for. */
final class LuceneScopeTest {
  private static final Filter ACME = Filter.is("tenant", "acme");

  @TempDir private Path folder;

  private static Passage passage(String id, String tenant, int year) {
    String text = "The VPN of " + tenant + ".";
    Document document =
        new Document(
            "vpn-" + tenant,
            text,
            Metadata.of("tenant", tenant).with("year", year).with("on", year + "-02-03"));
    return new Passage(id, document.id(), 0, text.length(), text, List.of(), document.metadata());
  }

  private static void fill(LuceneIndex index) {
    index.addAll(
        List.of(
            passage("a1", "acme", 2020),
            passage("a2", "acme", 2024),
            passage("g1", "globex", 2024)));
  }

  private static List<String> ids(Retrieval retrieval) {
    return retrieval.hits().stream().map(hit -> hit.passage().id()).sorted().toList();
  }

  @Test
  void findsNothingBeyondItsScope() {
    try (LuceneIndex index = LuceneIndex.inMemory(new HashEmbedder())) {
      fill(index);
      ScopedIndex acme = index.scopedTo(ACME);
      RetrievalRequest late =
          RetrievalRequest.of("vpn", 5).withFilter(Filter.atLeast("year", 2024));
      for (Retriever retriever : List.of(acme.bm25(), acme.knn(), acme.hybrid())) {
        assertThat(ids(retriever.retrieve("vpn", 5))).containsExactly("a1", "a2");
        assertThat(ids(retriever.retrieve(late, CallContext.unbounded()))).containsExactly("a2");
        assertThat(retriever.description().toString())
            .startsWith("scoped(scope=tenant in [acme]; ");
      }
      assertThat(acme.passages("vpn-acme")).hasSize(2);
      assertThat(acme.passages("vpn-globex")).isEmpty();
      assertThat(ids(acme.scopedTo(Filter.atMost("year", 2020)).hybrid().retrieve("vpn", 5)))
          .containsExactly("a1");
      assertThat(acme).hasToString("the index in memory, scoped to tenant in [acme]");
    }
  }

  @Test
  void refusesToBeSearchedWithoutTheScopeThatItRequires() {
    try (LuceneIndex index =
        LuceneIndex.builder().directory(folder).scopeRequired("tenant").open()) {
      fill(index);
    }
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      assertThatThrownBy(index::bm25)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "bm25() is refused: the index at "
                  + folder
                  + " requires a scope that fixes 'tenant'; use scopedTo(Filter.is(\"tenant\","
                  + " ...)).bm25()");
      assertThatThrownBy(index::knn).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(index::hybrid).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> index.passages("vpn-acme"))
          .isInstanceOf(IllegalStateException.class);
      assertThat(ids(index.scopedTo(ACME).bm25().retrieve("vpn", 5))).containsExactly("a1", "a2");
      assertThat(index.scopedTo(ACME).passages("vpn-acme")).hasSize(2);

      for (Filter loose :
          List.of(
              Filter.all(),
              Filter.is("year", 2024),
              Filter.documents(List.of("vpn-acme")),
              ACME.not(),
              ACME.or(Filter.is("year", 2024)),
              new Filter.Or(List.of()),
              Filter.between("tenant", "a", "z"))) {
        assertThatThrownBy(() -> index.scopedTo(loose))
            .as("%s", loose)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("requires a scope that fixes 'tenant', and " + loose);
      }
      for (Filter fixed :
          List.of(
              Filter.in("tenant", "acme", "public"),
              ACME.and(Filter.is("year", 2024)),
              Filter.is("year", 2024).and(ACME.or(Filter.is("tenant", "public"))))) {
        assertThat(index.scopedTo(fixed).scope()).isEqualTo(fixed);
      }
    }
    assertThatThrownBy(
            () -> LuceneIndex.builder().directory(folder).scopeRequired("customer").open())
        .isInstanceOf(IndexMismatchException.class)
        .hasMessageContaining("requires a scope that fixes 'tenant' and is opened with");
  }

  @Test
  void mayRequireAScopeLater() {
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      fill(index);
      assertThat(index.bm25().retrieve("vpn", 5).hits()).hasSize(3);
    }
    try (LuceneIndex index =
        LuceneIndex.builder().directory(folder).scopeRequired("tenant").open()) {
      assertThatThrownBy(index::bm25).isInstanceOf(IllegalStateException.class);
    }
    try (LuceneIndex index = LuceneIndex.open(folder)) {
      assertThatThrownBy(index::bm25).isInstanceOf(IllegalStateException.class);
      assertThat(index.size().passages()).isEqualTo(3);
    }
  }

  @Test
  void saysThatARangeIsOverTheOtherType() {
    try (LuceneIndex index = LuceneIndex.inMemory(new HashEmbedder())) {
      fill(index);
      for (Retriever retriever : List.of(index.bm25(), index.knn())) {
        assertThat(mistyped(retriever, Filter.atLeast("on", 2020))).isEqualTo("0 hits, 1 mistyped");
        assertThat(mistyped(retriever, Filter.atLeast("on", "2021")))
            .isEqualTo("2 hits, 0 mistyped");
        assertThat(mistyped(retriever, Filter.atLeast("on", 2020).not()))
            .isEqualTo("3 hits, 1 mistyped");
        assertThat(mistyped(retriever, Filter.atMost("year", "2021")))
            .isEqualTo("0 hits, 1 mistyped");
        assertThat(mistyped(retriever, Filter.atLeast("nowhere", 1)))
            .isEqualTo("0 hits, 0 mistyped");
        assertThat(mistyped(retriever, Filter.atLeast("year", 2030)))
            .isEqualTo("0 hits, 0 mistyped");
        assertThat(mistyped(retriever, Filter.is("on", 2020).or(Filter.startsWith("year", "2"))))
            .isEqualTo("0 hits, 2 mistyped");
        assertThat(mistyped(retriever, Filter.is("on", true))).isEqualTo("0 hits, 1 mistyped");
        assertThat(mistyped(retriever, new Filter.In("on", List.of(2020L, "none"))))
            .isEqualTo("0 hits, 0 mistyped");
      }
      Retrieval found =
          index
              .bm25()
              .retrieve(
                  RetrievalRequest.of("vpn", 5).withFilter(Filter.atLeast("on", 2020)),
                  CallContext.unbounded());
      assertThat(found.parts().getFirst().details().get("note"))
          .asString()
          .startsWith("on in [2020.0, Infinity] accepts nothing: what is under 'on' is text");
    }
  }

  @Test
  void saysThatNoPassageHasAKey() {
    try (LuceneIndex index = LuceneIndex.inMemory(new HashEmbedder())) {
      fill(index);
      Filter filter = Filter.is("colour", "red").not().and(Filter.exists("on"));
      Retrieval found =
          index
              .hybrid()
              .retrieve(RetrievalRequest.of("vpn", 5).withFilter(filter), CallContext.unbounded());
      assertThat(found.hits()).hasSize(3);
      assertThat(found.usage().count(Usage.UNKNOWN_KEYS)).hasValue(2); // one for each of the two
      assertThat(
              index
                  .bm25()
                  .retrieve(
                      RetrievalRequest.of("vpn", 5).withFilter(filter), CallContext.unbounded())
                  .parts())
          .singleElement()
          .satisfies(
              part -> assertThat(part.details()).containsEntry("note", "no passage has 'colour'"));
    }
  }

  private static String mistyped(Retriever retriever, Filter filter) {
    Retrieval found =
        retriever.retrieve(
            RetrievalRequest.of("vpn", 5).withFilter(filter), CallContext.unbounded());
    return found.hits().size()
        + " hits, "
        + found.usage().count(Usage.MISTYPED_CONDITIONS).orElseThrow()
        + " mistyped";
  }
}
