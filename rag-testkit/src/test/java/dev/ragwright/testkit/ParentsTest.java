package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.testkit.seeds.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Small passages are searched for, larger ones returned, exact to the character. */
class ParentsTest {
  private static final Document LOCKS =
      new Document(
          "locks.md",
          "# Locks\n\nA lock lifts boats. Gates hold the water. Two keepers work a gate.\n\n"
              + "# Ferries\n\nA ferry needs no gate. It has a cable.\n",
          Metadata.of("lang", "en"));

  private static final Chunker SENTENCES_OF_SECTIONS =
      Chunkers.children(Chunkers.markdown(100), Chunkers.sentences(1, 0));

  private static Retriever over(List<Passage> passages) {
    return Retrievers.parents(FakeRetriever.of(passages), id -> passages);
  }

  private static List<String> places(Retrieval found) {
    return found.hits().stream().map(hit -> hit.passage().place()).toList();
  }

  @Test
  void returnsTheParentOfTheBestChildOnce() {
    List<Passage> sentences = SENTENCES_OF_SECTIONS.chunk(LOCKS);
    Retrieval found = over(sentences).retrieve("gate keepers", 5);
    assertThat(places(found))
        .containsExactly("locks.md › Locks [0, 77)", "locks.md › Ferries [77, 127)");
    Hit best = found.hits().getFirst();
    assertThat(best.score()).isEqualTo(2);
    assertThat(best.source()).isEqualTo("fake");
    assertThat(best.passage()).isEqualTo(Chunkers.markdown(100).chunk(LOCKS).getFirst());
    assertThat(found.parts()).hasSize(1);
  }

  @Test
  void asksForMoreChildrenUntilThereAreEnoughParents() {
    String many = "# A\n\n" + "A gate. ".repeat(20) + "\n\n# B\n\nA gate, too.\n";
    List<Passage> sentences = SENTENCES_OF_SECTIONS.chunk(Document.of("many", many));
    Retrieval found = over(sentences).retrieve("a gate", 2);
    assertThat(found.hits()).extracting(hit -> hit.passage().headings().getFirst()).contains("B");
    assertThat(found.parts()).hasSizeGreaterThan(1);
  }

  @Test
  void endsWhereAChildIsMissingOrRefused() {
    List<Passage> sentences = SENTENCES_OF_SECTIONS.chunk(LOCKS);
    List<Passage> without = new ArrayList<>(sentences);
    without.removeIf(passage -> passage.text().startsWith("Gates"));
    assertThat(texts(over(without).retrieve("keepers", 1)))
        .containsExactly("Two keepers work a gate.\n\n");

    List<Passage> secret = new ArrayList<>();
    for (Passage passage : sentences) {
      boolean hidden = passage.text().startsWith("Gates");
      secret.add(withMetadata(passage, passage.metadata().with("secret", hidden)));
    }
    Retriever open = over(secret).scopedTo(Filter.is("secret", true).not());
    assertThat(texts(open.retrieve("keepers", 1))).containsExactly("Two keepers work a gate.\n\n");
  }

  private static List<String> texts(Retrieval found) {
    return found.hits().stream().map(hit -> hit.passage().text()).toList();
  }

  private static Passage withMetadata(Passage passage, Metadata metadata) {
    return new Passage(
        passage.id(),
        passage.documentId(),
        passage.start(),
        passage.end(),
        passage.text(),
        passage.headings(),
        metadata);
  }

  /** Whatever cuts the parents and the children, each parent comes back to the character. */
  @Test
  void bringsBackEachParentOfRandomTexts() {
    RandomGenerator random = Seeds.random();
    for (int i = 0; i < 200; i++) {
      Document document = Document.of("d", OddTexts.random(random, 200));
      int size = 2 + random.nextInt(30);
      Chunker parent =
          random.nextBoolean()
              ? Chunkers.recursive(size, random.nextInt(size))
              : Chunkers.markdown(size);
      Chunker child =
          random.nextBoolean()
              ? Chunkers.fixedWindow(3, random.nextInt(3))
              : Chunkers.sentences(1, 0);
      List<Passage> children = Chunkers.children(parent, child).chunk(document);
      Retriever all =
          (request, context) ->
              Retrieval.ranked(
                  children.stream().map(passage -> new Hit(passage, 1, "all")).toList(),
                  request.topK(),
                  Usage.none());
      List<Passage> found =
          Retrievers.parents(all, id -> children)
              .retrieve(RetrievalRequest.of("q", 1_000), CallContext.unbounded())
              .hits()
              .stream()
              .map(Hit::passage)
              .toList();
      assertThat(found)
          .as("%s: %s of %s", Seeds.replay(), parent.description(), document.text())
          .extracting(Passage::id)
          .containsExactlyInAnyOrderElementsOf(
              parent.chunk(document).stream().map(Passage::id).toList());
      for (Passage passage : found) {
        assertThat(document.text().substring(passage.start(), passage.end()))
            .as(Seeds.replay())
            .isEqualTo(passage.text());
      }
    }
  }

  @Test
  void returnsTheNeighboursOfASentence() {
    List<Passage> sentences = Chunkers.sentences(1, 0).chunk(LOCKS);
    Retriever window = Retrievers.window(FakeRetriever.of(sentences), 1, id -> sentences);
    assertThat(texts(window.retrieve("water", 1)).getFirst())
        .endsWith("A lock lifts boats. Gates hold the water. Two keepers work a gate.\n\n");
    assertThat(texts(window.retrieve("cable", 1)))
        .containsExactly("# Ferries\n\nA ferry needs no gate. It has a cable.\n");
    List<Passage> apart = List.of(Passage.of("one", "A gate."));
    assertThat(
            Retrievers.window(FakeRetriever.of(apart), 3, id -> apart).retrieve("gate", 1).hits())
        .extracting(Hit::passage)
        .containsExactlyElementsOf(apart);
  }

  @Test
  void refusesAWindowOfNothingAndAKeyThatIsTaken() {
    assertThatThrownBy(() -> Retrievers.window(Retriever.none(), 0, id -> List.of()))
        .hasMessage("neighbours must be >= 1, was 0");
    Document taken = new Document("d", "text", Metadata.empty().with("parentEnd", 7));
    assertThatThrownBy(() -> SENTENCES_OF_SECTIONS.chunk(taken))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "document d: the metadata 'parentEnd' is 7; that key is for where a passage's parent is, name it otherwise");
  }

  @Test
  void describesWhatItSearches() {
    assertThat(over(List.of()).description().toString()).isEqualTo("parents(fake(passages=1))");
  }
}
