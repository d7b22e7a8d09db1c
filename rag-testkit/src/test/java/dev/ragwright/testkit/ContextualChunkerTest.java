package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.ContextualChunker;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What it promises beyond the contract. */
class ContextualChunkerTest {
  private static final Document LEASE =
      Document.of("lease", "The lease of No. 4. It ends in May. Notice is due in March.");

  private static final Chunker SENTENCES = Chunkers.sentences(1, 0);

  /** Notes that say which call they were made by, until a call fails. */
  private static final class Noting implements Generator {
    final AtomicInteger calls = new AtomicInteger();
    final List<String> prompts = new ArrayList<>();
    private final int failing;
    private final PromptTemplate prompt;

    Noting(int failing) {
      this(failing, PromptTemplate.grounded());
    }

    private Noting(int failing, PromptTemplate prompt) {
      this.failing = failing;
      this.prompt = prompt;
    }

    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      if (calls.incrementAndGet() == failing) {
        throw new IllegalStateException("the service is down");
      }
      prompts.add(prompt.messages(request).getLast().text());
      return Generation.of(
          " Note\n" + calls + " ", List.of(), FinishReason.STOP, Usage.of(Usage.OUTPUT_TOKENS, 2));
    }

    @Override
    public Generator withPrompt(PromptTemplate other) {
      Noting outer = this;
      return new Generator() {
        @Override
        public Generation generate(GenerationRequest request, CallContext context) {
          Noting asked = new Noting(failing, other);
          asked.calls.set(outer.calls.get());
          try {
            return asked.generate(request, context);
          } finally {
            outer.calls.set(asked.calls.get());
            outer.prompts.addAll(asked.prompts);
          }
        }

        @Override
        public StageDescription description() {
          return StageDescription.of("generator", "noting").withParts(List.of(other.description()));
        }
      };
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("generator", "noting");
    }
  }

  private static List<String> searched(List<Passage> passages) {
    return passages.stream().map(Passage::searchText).toList();
  }

  @Test
  void aNoteIsSearchedAndNotQuoted() {
    Noting generator = new Noting(0);
    List<ContextualChunker.Note> notes = new ArrayList<>();
    List<Passage> passages =
        ContextualChunker.of(SENTENCES, generator).telling(notes::add).chunk(LEASE);
    assertThat(searched(passages))
        .containsExactly(
            "Note 1\nThe lease of No. 4. ",
            "Note 2\nIt ends in May. ",
            "Note 3\nNotice is due in March.");
    assertThat(passages.get(1).metadata()).isEqualTo(Metadata.of(Passage.NOTE, "Note 2"));
    Passage second = passages.get(1);
    assertThat(Citation.of(second, second.start(), second.end(), 0, 0).quote())
        .isEqualTo("It ends in May. ");
    assertThat(
            PromptTemplate.documents(
                new dev.ragwright.generate.Context(List.of(Evidence.of(second, 1)), 0, List.of())))
        .doesNotContain("Note");
    assertThat(notes)
        .extracting(note -> note.passageId() + " " + note.usage())
        .containsExactly(
            "lease#0-20 outputTokens 2",
            "lease#20-36 outputTokens 2",
            "lease#36-59 outputTokens 2");
  }

  /** The document first, so that what keeps the beginning of a prompt reads it once. */
  @Test
  void showsTheDocumentThenThePassage() {
    Noting generator = new Noting(0);
    ContextualChunker.of(SENTENCES, generator)
        .chunk(new Document("lease", LEASE.text(), Metadata.of("title", "Leases")));
    assertThat(generator.prompts)
        .hasSize(3)
        .allSatisfy(
            prompt ->
                assertThat(prompt)
                    .startsWith("<document 1>\nLeases\n" + LEASE.text() + "\n</document 1>\n\n"))
        .element(1)
        .asString()
        .contains("A part of it:\nIt ends in May.\n\nIn one or two");
  }

  @Test
  void showsTheBeginningAndTheSurroundingsOfALongDocument() {
    String words =
        Stream.iterate(0, i -> i + 1).limit(200).map(i -> "w" + i).collect(Collectors.joining(" "));
    Noting generator = new Noting(0);
    ContextualChunker.of(Chunkers.fixedWindow(10, 0), generator)
        .withDocumentTokens(40)
        .chunk(Document.of("d", words));
    assertThat(generator.prompts.get(10))
        .startsWith("<document 1>\nw0 w1 w2 w3 w4 w5 w6 w7 w8 w9 \n[...]\nw90 w91 ")
        .contains(" w118 w119 \n</document 1>".replace(" \n", "\n"));
    assertThat(generator.prompts.getFirst()).startsWith("<document 1>\nw0 w1 ").doesNotContain("[");
  }

  @Test
  void aStoppedRunGoesOnWithoutMakingANoteTwice(@TempDir Path folder) throws IOException {
    Noting failing = new Noting(3);
    Chunker first = ContextualChunker.of(SENTENCES, failing).keptIn(folder);
    assertThatThrownBy(() -> first.chunk(LEASE))
        .isInstanceOf(RagException.class)
        .hasMessageStartingWith("no note for the passage lease#36-59: noting(")
        .hasMessageEndingWith(
            "failed: the service is down; what was noted before is kept in "
                + folder
                + ". orWithout(...) goes on without");
    Noting second = new Noting(0);
    List<ContextualChunker.Note> notes = new ArrayList<>();
    List<Passage> passages =
        ContextualChunker.of(SENTENCES, second).keptIn(folder).telling(notes::add).chunk(LEASE);
    assertThat(second.calls).hasValue(1);
    assertThat(notes)
        .extracting(ContextualChunker.Note::remembered)
        .containsExactly(true, true, false);
    assertThat(notes).element(0).extracting("usage").isEqualTo(Usage.none());
    assertThat(passages)
        .extracting(passage -> passage.metadata().get(Passage.NOTE))
        .containsExactly("Note 1", "Note 2", "Note 1");
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile)).hasSize(3);
    }
  }

  @Test
  void anEditMakesAnewTheNotesThatSawIt(@TempDir Path folder) {
    String text =
        "One is here. Two is there. Three is far. Four is near. Five is gone. Six is new.";
    Noting generator = new Noting(0);
    Chunker chunker =
        ContextualChunker.of(SENTENCES, generator).withDocumentTokens(13).keptIn(folder);
    chunker.chunk(Document.of("d", text));
    assertThat(generator.calls).hasValue(6);
    chunker.chunk(Document.of("d", text.replace("new", "old")));
    assertThat(generator.calls.get()).isBetween(7, 8);
  }

  @Test
  void goesOnWithoutANoteIfToldTo() {
    List<ContextualChunker.Note> failures = new ArrayList<>();
    List<Passage> passages =
        ContextualChunker.of(SENTENCES, new Noting(2)).orWithout(failures::add).chunk(LEASE);
    assertThat(searched(passages))
        .containsExactly(
            "Note 1\nThe lease of No. 4. ", "It ends in May. ", "Note 3\nNotice is due in March.");
    assertThat(failures)
        .singleElement()
        .satisfies(
            note -> {
              assertThat(note.passageId()).isEqualTo("lease#20-36");
              assertThat(note.failure()).hasMessage("the service is down");
              assertThat(note.usage()).isEqualTo(Usage.unknown());
            });
  }

  /** The fake quotes the first evidence, which is what stands before or else behind. */
  @Test
  void asksAGeneratorWithoutAPromptAboutTheRest() {
    assertThat(
            ContextualChunker.of(SENTENCES, FakeGenerator.create()).chunk(LEASE).stream()
                .map(passage -> passage.metadata().get(Passage.NOTE)))
        .containsExactly(
            "It ends in May. Notice is due in March.",
            "The lease of No. 4.",
            "The lease of No. 4. It ends in May.");
    assertThat(ContextualChunker.of(Chunkers.whole(), FakeGenerator.create()).chunk(LEASE))
        .isEqualTo(Chunkers.whole().chunk(LEASE));
  }

  @Test
  void childrenHaveTheNoteOfTheirParent() {
    Chunker parents = ContextualChunker.of(Chunkers.sentences(2, 0), new Noting(0));
    assertThat(searched(Chunkers.children(parents, SENTENCES).chunk(LEASE)))
        .containsExactly(
            "Note 1\nThe lease of No. 4. ",
            "Note 1\nIt ends in May. ",
            "Note 2\nNotice is due in March.");
  }

  @Test
  void refusesWhatCannotBe(@TempDir Path folder) {
    ContextualChunker chunker = ContextualChunker.of(SENTENCES, FakeGenerator.create());
    assertThatThrownBy(() -> chunker.withDocumentTokens(0))
        .hasMessage("tokens must be >= 1, was 0");
    assertThatThrownBy(() -> chunker.withParallelCalls(0)).hasMessage("calls must be >= 1, was 0");
    Generator lambda = (request, context) -> Generation.of("x");
    assertThatThrownBy(() -> ContextualChunker.of(SENTENCES, lambda).keptIn(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "does not say what it is, so its notes cannot be told from another's");
    Document taken = new Document("d", "x", Metadata.of(Passage.NOTE, "mine"));
    assertThatThrownBy(() -> chunker.chunk(taken))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("document d: the metadata 'contextNote' is mine; that key is for");
  }

  @Test
  void describesItself() {
    assertThat(ContextualChunker.of(SENTENCES, FakeGenerator.create()).description())
        .hasToString(
            "contextual(documentTokens=4000, version=1; sentences(overlap=0, sentences=1), fake)");
  }
}
