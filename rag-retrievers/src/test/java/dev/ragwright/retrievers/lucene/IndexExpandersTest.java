package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.Usage;
import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an index makes of a question by its own words. */
class IndexExpandersTest {

  private static Passage passage(String id, String owner, String text) {
    Document document = new Document(id, text, Metadata.of("owner", owner));
    return new Passage(id, id, 0, text.length(), text, List.of(), document.metadata());
  }

  private static LuceneIndex filled(String language) {
    LuceneIndex index = LuceneIndex.builder().language(language).open();
    index.addAll(
        List.of(
            passage("d1", "a", "The boundary layer of a slender wing separates."),
            passage("d2", "a", "The Boundaries of heating are the layer's."),
            passage("d3", "b", "Quarterly secrets: the takeover of Initech, part XJ-4711."),
            passage("d4", "a", "Layers of heat, and heating.")));
    return index;
  }

  private static List<String> texts(QueryExpander expander, String question) {
    return expander.expand(question).queries().stream().map(Query::text).toList();
  }

  @Test
  void spellsByTheWordsOfPassagesAsTheseWriteThem() {
    try (LuceneIndex index = filled("en")) {
      Expansion expansion = index.spelling().expand("Does the bonudary layre seperate?");
      assertThat(expansion.queries())
          .containsExactly(Query.of("Does the boundary layer separates?"));
      assertThat(expansion.usage()).isEqualTo(Usage.none());
      assertThat(expansion.parts().getFirst().details())
          .containsEntry("changed", "bonudary > boundary, layre > layer, seperate > separates");
      assertThat(index.spelling().description().toString()).startsWith("spelling(index=");
    }
  }

  @Test
  void leavesWhatIsKnownShortOrHasADigit() {
    try (LuceneIndex index = filled("en")) {
      for (String question :
          List.of("the boundary layers", "wng", "XJ-4712", "nothing near anywhere", "", "?!")) {
        Expansion expansion = index.spelling().expand(question);
        assertThat(expansion.queries()).containsExactly(Query.of(question));
        assertThat(expansion.parts()).isEmpty();
      }
    }
  }

  @Test
  void spellsByTheWordsOfItsScopeAlone() {
    try (LuceneIndex index = filled("en")) {
      assertThat(texts(index.spelling(), "takeovre")).containsExactly("takeover");
      ScopedIndex a = index.scopedTo(Filter.is("owner", "a"));
      assertThat(texts(a.spelling(), "takeovre bonudary")).containsExactly("takeovre boundary");
      assertThat(a.spelling().description().toString()).contains("scope=owner in [a]");
    }
  }

  @Test
  void addsTheRarestHalfOfTheWords() {
    try (LuceneIndex index = filled("en")) {
      assertThat(texts(index.keywords(), "What heating has the layer of a slender wing, unheard?"))
          .containsExactly(
              "What heating has the layer of a slender wing, unheard?", "slender wing");
      assertThat(texts(index.keywords(), "layer")).containsExactly("layer");
      assertThat(texts(index.keywords(), "unheard of")).containsExactly("unheard of");
      assertThat(texts(index.keywords(), "")).containsExactly("");
      assertThat(texts(index.scopedTo(Filter.is("owner", "a")).keywords(), "layer of a wing"))
          .containsExactly("layer of a wing", "wing");
    }
  }

  @Test
  void worksWithWordsOfTwoCharacters() {
    try (LuceneIndex index = LuceneIndex.builder().language("zh").open()) {
      index.addAll(List.of(Passage.of("z1", "水閘管理員兩名"), Passage.of("z2", "水閘")));
      assertThat(texts(index.spelling(), "水閘管理員")).containsExactly("水閘管理員");
      assertThat(texts(index.keywords(), "水閘管理員").getFirst()).isEqualTo("水閘管理員");
    }
  }

  @Test
  void refusesWhenItsIndexDoes() {
    LuceneIndex index = filled("en");
    QueryExpander spelling = index.spelling();
    index.close();
    assertThatThrownBy(() -> spelling.expand("q")).isInstanceOf(IllegalStateException.class);
    try (LuceneIndex scoped = LuceneIndex.builder().scopeRequired("owner").open()) {
      for (Runnable refused :
          List.<Runnable>of(
              scoped::spelling, scoped::keywords, scoped::rm3, () -> scoped.rm3(1, 1, 1))) {
        assertThatThrownBy(refused::run)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("requires a scope that fixes 'owner'");
      }
    }
  }
}
