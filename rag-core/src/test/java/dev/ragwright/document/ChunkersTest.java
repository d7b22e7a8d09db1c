package dev.ragwright.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the library's chunkers promise beyond ChunkerContract, which they keep in rag-testkit. */
class ChunkersTest {
  /** Each word is a token, however long. */
  private static final TokenCounter WORDS = byPattern("\\S+");

  /** As byte-level tokenizers do: white space is a part of the next word's token, or a token. */
  private static final TokenCounter WITH_SPACES = byPattern(" ?[^\\s]{1,4}|\\s");

  private static final String[] PARTS = {
    "river ",
    "a ",
    "internationalization ",
    "Stop. ",
    "Really? ",
    "\n",
    "\n\n",
    "\r\n",
    "   ",
    "\ud83d\ude80",
    "\u6c34\u3002",
    "e\u0301",
    "# Title\n",
    "   ## Indented\n",
    "    code\n",
    "```\n",
    "| a | b |\n",
    "|---|---|\n",
    "x"
  };

  private static TokenCounter byPattern(String pattern) {
    Pattern token = Pattern.compile(pattern);
    return text -> {
      int[][] places =
          token
              .matcher(text)
              .results()
              .map(match -> new int[] {match.start(), match.end()})
              .toArray(int[][]::new);
      int[] starts = new int[places.length];
      int[] ends = new int[places.length];
      for (int i = 0; i < places.length; i++) {
        starts[i] = places[i][0];
        ends[i] = places[i][1];
      }
      return TokenSpans.of(starts, ends);
    };
  }

  private static List<Passage> chunk(Chunker chunker, String text) {
    return chunker.chunk(Document.of("doc", text));
  }

  private static List<String> texts(Chunker chunker, String text) {
    return chunk(chunker, text).stream().map(Passage::text).toList();
  }

  /** The JDK's iterator would give the full stop before a Markdown heading as a sentence. */
  @Test
  void beginNoSentenceWithAFullStop() {
    assertThat(texts(Chunkers.sentences(1, 0), "Two work a gate.\n\n# Ferries\n\nA ferry."))
        .containsExactly("Two work a gate.\n\n", "# Ferries\n\nA ferry.");
  }

  @Test
  void preferParagraphsToLinesToSentencesToWordsToTokens() {
    Chunker five = Chunkers.recursive(5, 0, WORDS);
    assertThat(texts(five, "one two. three\nfour\n\nfive six"))
        .containsExactly("one two. three\nfour\n\n", "five six");
    assertThat(texts(five, "one two. three\nfour five six. Seven"))
        .containsExactly("one two. three\n", "four five six. Seven");
    assertThat(texts(five, "one two. Three four five. Six seven"))
        .containsExactly("one two. Three four five. ", "Six seven");
    assertThat(texts(five, "one two three four five six seven eight"))
        .containsExactly("one two three four five ", "six seven eight");
    assertThat(texts(Chunkers.recursive(2, 0), "internationalization of it"))
        .containsExactly("internationa", "lization ", "of it");
  }

  @Test
  void joinWhatFitsAcrossTheRestOfACutParagraph() {
    assertThat(texts(Chunkers.recursive(3, 0, WORDS), "one two three four\n\nfive six\n\nseven"))
        .containsExactly("one two three ", "four\n\nfive six\n\n", "seven");
  }

  @Test
  void tokenizeATextOnce() {
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger letters = new AtomicInteger();
    TokenCounter counting =
        text -> {
          asked.incrementAndGet();
          letters.addAndGet(text.length());
          return TokenCounter.approximate().spans(text);
        };
    String text = "A river is a stream. It flows into a sea, mostly.\n\n# Title\n".repeat(100);
    for (Chunker chunker :
        List.of(
            Chunkers.recursive(20, 0, counting),
            Chunkers.recursive(20, 7, counting),
            Chunkers.markdown(20, counting),
            Chunkers.markdown(20, 40, counting),
            Chunkers.fixedWindow(20, 5, counting))) {
      asked.set(0);
      letters.set(0);
      assertThat(chunk(chunker, text)).hasSizeGreaterThan(50);
      assertThat(asked).as("%s", chunker.description()).hasValue(1);
      assertThat(letters).hasValue(text.length());
    }
  }

  @Test
  void neverExceedTheBudget() {
    RandomGenerator random = RandomTexts.random();
    for (int i = 0; i < 500; i++) {
      String text = RandomTexts.of(random, 80, PARTS);
      int budget = 1 + random.nextInt(12);
      int overlap = random.nextInt(budget);
      for (TokenCounter counter : List.of(TokenCounter.approximate(), WORDS)) {
        for (Chunker chunker :
            List.of(
                Chunkers.recursive(budget, 0, counter),
                Chunkers.recursive(budget, overlap, counter),
                Chunkers.markdown(budget, counter),
                Chunkers.markdown(budget, budget, counter),
                Chunkers.fixedWindow(budget, overlap, counter))) {
          assertThat(texts(chunker, text))
              .as("%s of <%s>, %s", chunker.description(), text, RandomTexts.REPLAY)
              .allSatisfy(piece -> assertThat(counter.count(piece)).isLessThanOrEqualTo(budget));
        }
      }
    }
  }

  @Test
  void exceedTheBudgetByWhiteSpaceAtTheEndOnly() {
    RandomGenerator random = RandomTexts.random();
    for (int i = 0; i < 500; i++) {
      String text = RandomTexts.of(random, 80, PARTS);
      int budget = 2 + random.nextInt(12);
      Chunker chunker = Chunkers.recursive(budget, random.nextInt(budget), WITH_SPACES);
      assertThat(texts(chunker, text))
          .as("budget %d, <%s>, %s", budget, text, RandomTexts.REPLAY)
          .allSatisfy(
              piece ->
                  assertThat(WITH_SPACES.count(piece.stripTrailing())).isLessThanOrEqualTo(budget));
    }
    assertThat(texts(Chunkers.recursive(4, 0, WITH_SPACES), "abcdefghijklmnop\n\nq"))
        .containsExactly("abcdefghijkl", "mnop\n\nq");
  }

  @Test
  void repeatWholeWordsOfThePassageBefore() {
    assertThat(texts(Chunkers.recursive(5, 2, WORDS), "one two three four five six seven"))
        .containsExactly("one two three ", "two three four five six ", "five six seven");
    assertThat(texts(Chunkers.recursive(6, 3), "internationalization works well everywhere"))
        .containsExactly("internationalizati", "on works well ", "works well everywhere");
  }

  @Test
  void ascendWithAnyOverlap() {
    RandomGenerator random = RandomTexts.random();
    for (int i = 0; i < 500; i++) {
      String text = RandomTexts.of(random, 80, PARTS);
      int budget = 2 + random.nextInt(12);
      int overlap = 1 + random.nextInt(budget - 1);
      List<Passage> passages = chunk(Chunkers.recursive(budget, overlap, WORDS), text);
      for (int k = 1; k < passages.size(); k++) {
        Passage before = passages.get(k - 1);
        Passage passage = passages.get(k);
        assertThat(passage.start()).isGreaterThan(before.start()).isLessThanOrEqualTo(before.end());
        assertThat(passage.end()).isGreaterThan(before.end());
        String repeated = text.substring(passage.start(), before.end());
        assertThat(WORDS.count(repeated)).isLessThanOrEqualTo(overlap);
        if (!repeated.isEmpty()) {
          assertThat(Character.isWhitespace(text.charAt(passage.start() - 1))).isTrue();
        }
      }
    }
  }

  @Test
  void tileWithoutOverlap() {
    RandomGenerator random = RandomTexts.random();
    for (int i = 0; i < 500; i++) {
      String text = RandomTexts.of(random, 80, PARTS);
      int budget = 1 + random.nextInt(12);
      for (TokenCounter counter : List.of(TokenCounter.approximate(), WITH_SPACES)) {
        for (Chunker chunker :
            List.of(
                Chunkers.whole(),
                Chunkers.recursive(budget, 0, counter),
                Chunkers.markdown(budget, counter),
                Chunkers.markdown(budget, 2 * budget, counter),
                Chunkers.sentences(budget, 0),
                Chunkers.fixedWindow(budget, 0, counter))) {
          assertThat(texts(chunker, text).stream().collect(Collectors.joining()))
              .as("%s of <%s>, %s", chunker.description(), text, RandomTexts.REPLAY)
              .isEqualTo(text.stripLeading());
        }
      }
    }
  }

  @Test
  void windowsAreFullAndStepOn() {
    assertThat(texts(Chunkers.fixedWindow(3, 1, WORDS), "a b c d e f g"))
        .containsExactly("a b c ", "c d e ", "e f g");
    assertThat(texts(Chunkers.fixedWindow(3, 0, WORDS), " a b c d")).containsExactly("a b c ", "d");
  }

  /** A window smaller than a character's tokens takes the character, and the next one is full. */
  @Test
  void windowsDoNotLagBehindTheirTokens() {
    TokenCounter bytes =
        text -> {
          List<Integer> starts = new ArrayList<>();
          List<Integer> ends = new ArrayList<>();
          for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
            for (int k = 0; k < (text.codePointAt(i) > 0xffff ? 4 : 1); k++) {
              starts.add(i);
              ends.add(text.offsetByCodePoints(i, 1));
            }
          }
          return TokenSpans.of(
              starts.stream().mapToInt(i -> i).toArray(), ends.stream().mapToInt(i -> i).toArray());
        };
    assertThat(texts(Chunkers.fixedWindow(2, 0, bytes), "\ud83d\ude80\ud83d\ude80abcd"))
        .containsExactly("\ud83d\ude80", "\ud83d\ude80", "ab", "cd");
  }

  @Test
  void sentencesStayWhole() {
    assertThat(texts(Chunkers.sentences(2, 1), "One is here. Two is there! Is three? Four."))
        .containsExactly(
            "One is here. Two is there! ", "Two is there! Is three? ", "Is three? Four.");
    assertThat(texts(Chunkers.sentences(9, 0), "One.  ")).containsExactly("One.  ");
  }

  @Test
  void sectionsKnowTheirHeadings() {
    String text =
        """
        Preface.

        # Guide

        ## Generators
        They write.

           ## Rerankers
        They sort, and they sort.
        """;
    assertThat(chunk(Chunkers.markdown(8), text))
        .extracting(Passage::headings, Passage::text)
        .containsExactly(
            tuple(List.of(), "Preface.\n\n"),
            tuple(List.of("Guide", "Generators"), "# Guide\n\n"),
            tuple(List.of("Guide", "Generators"), "## Generators\nThey write.\n\n   "),
            tuple(List.of("Guide", "Rerankers"), "## Rerankers\n"),
            tuple(List.of("Guide", "Rerankers"), "They sort, and they sort.\n"));
    assertThat(chunk(Chunkers.markdown(50), text))
        .extracting(Passage::searchText)
        .last()
        .isEqualTo("Guide \u203a Rerankers\n## Rerankers\nThey sort, and they sort.\n");
  }

  private static final String CODE = "```\na b\n\nc d e\n```\n";
  private static final String TABLE = "| a | b |\n|---|---|\n| c d | e |\n| f | g |\n";

  @Test
  void keepCodeAndTablesWhole() {
    String text = "one two three\n\n" + CODE + "\nfour five\n\n" + TABLE + "\nsix seven.";
    assertThat(texts(Chunkers.markdown(7, 17, WORDS), text))
        .containsExactly(
            "one two three\n\n" + CODE + "\n", "four five\n\n", TABLE + "\n", "six seven.");
    assertThat(texts(Chunkers.markdown(7, 19, WORDS), text))
        .containsExactly(
            "one two three\n\n" + CODE + "\n", "four five\n\n" + TABLE + "\n", "six seven.");
    assertThat(texts(Chunkers.markdown(5, 12, WORDS), "    a b\n\n    c d e f\ntext"))
        .containsExactly("a b\n\n    c d e f\n", "text");
  }

  /** A heading, a paragraph or another block tells what a block is. */
  @Test
  void keepABlockWithWhatStandsAboveIt() {
    String text = "one two three four\n\n# A\n\nfive six\n\n" + CODE + "\n" + CODE + "seven";
    assertThat(texts(Chunkers.markdown(4, 20, WORDS), text))
        .containsExactly(
            "one two three four\n\n", "# A\n\nfive six\n\n" + CODE + "\n" + CODE, "seven");
    assertThat(texts(Chunkers.markdown(4, 17, WORDS), text))
        .containsExactly(
            "one two three four\n\n", "# A\n\nfive six\n\n" + CODE + "\n", CODE, "seven");
    assertThat(texts(Chunkers.markdown(4, 10, WORDS), text))
        .containsExactly(
            "one two three four\n\n", "# A\n\n", "five six\n\n" + CODE + "\n", CODE, "seven");
    assertThat(texts(Chunkers.markdown(3, 7, WORDS), "one\ntwo three\n| a |\n|-|\nb\n\nfour"))
        .containsExactly("one\ntwo three\n", "| a |\n|-|\nb\n\n", "four");
  }

  @Test
  void cutLargerTablesBetweenRowsAndLargerCodeBetweenLines() {
    assertThat(texts(Chunkers.markdown(7, 16, WORDS), "see\n\n" + TABLE))
        .containsExactly("see\n\n", "| a | b |\n|---|---|\n| c d | e |\n", "| f | g |\n");
    assertThat(texts(Chunkers.markdown(3, 4, WORDS), "```\na b\n\nc d e f\n```"))
        .containsExactly("```\na b\n\n", "c d e f\n", "```");
    assertThat(texts(Chunkers.markdown(3, 3, WORDS), "```\na b\n\nc d e f\n```"))
        .containsExactly("```\na b\n\n", "c d e ", "f\n```");
  }

  /** Texts are put together of blocks, so that their places are known. */
  @Test
  void neverCutWithinWhatIsKeptWhole() {
    RandomGenerator random = RandomTexts.random();
    for (int i = 0; i < 2_000; i++) {
      StringBuilder text = new StringBuilder();
      List<int[]> blocks = new ArrayList<>();
      int maxTokens = 3 + random.nextInt(12);
      int maxBlockTokens = maxTokens + random.nextInt(12);
      for (int k = random.nextInt(8); k > 0; k--) {
        int start = text.length();
        switch (random.nextInt(3)) {
          case 0 -> text.append(CODE);
          case 1 -> text.append(TABLE);
          default -> text.append(RandomTexts.of(random, 30, "a ", "word. ", "\n", "x. Y ", "z"));
        }
        String block = text.substring(start);
        if (!block.isBlank()
            && (block.equals(CODE) || block.equals(TABLE))
            && WORDS.count(block) <= maxBlockTokens) {
          blocks.add(new int[] {start, text.length()});
        }
        text.append("\n\n");
      }
      List<Passage> passages =
          chunk(Chunkers.markdown(maxTokens, maxBlockTokens, WORDS), text.toString());
      String hint = RandomTexts.REPLAY + " <" + text + "> " + maxTokens + ", " + maxBlockTokens;
      int end = passages.isEmpty() ? text.length() : passages.getFirst().start();
      assertThat(text.substring(0, end)).as(hint).isBlank();
      for (Passage passage : passages) {
        assertThat(passage.start()).as(hint).isEqualTo(end);
        end = passage.end();
        for (int[] block : blocks) {
          assertThat(end <= block[0] || end >= block[1]).as(hint).isTrue();
        }
        assertThat(WORDS.count(passage.text())).as(hint).isLessThanOrEqualTo(maxBlockTokens);
      }
      assertThat(end).as(hint).isEqualTo(text.length());
    }
  }

  @Test
  void titledPassagesHaveTheTitleAsAHeading() {
    Metadata titled = Metadata.of("title", " Roses ");
    String text = "# Roses\n\nCut.\n\n## Rain\n\nRoses in rain.\n\n# Other\n\nWind.";
    Chunker chunker = Chunkers.titled(Chunkers.markdown(8, WORDS));
    List<Passage> passages = chunker.chunk(new Document("doc", text, titled));
    assertThat(passages)
        .extracting(Passage::headings)
        .containsExactly(List.of("Roses"), List.of("Roses", "Rain"), List.of("Roses", "Other"));
    Chunker lines = Chunkers.titled(Chunkers.sentences(1, 0));
    assertThat(lines.chunk(new Document("doc", "Roses, cut.  Then rest.", titled)))
        .extracting(Passage::headings, Passage::text)
        .containsExactly(tuple(List.of(), "Roses, cut.  "), tuple(List.of("Roses"), "Then rest."));
    for (Metadata other :
        List.of(Metadata.empty(), Metadata.of("title", " "), Metadata.empty().with("title", 3))) {
      assertThat(lines.chunk(new Document("doc", "Then rest.", other)))
          .isEqualTo(Chunkers.sentences(1, 0).chunk(new Document("doc", "Then rest.", other)));
    }
  }

  @Test
  void describeThemselves() {
    assertThat(Chunkers.titled(Chunkers.whole()).description())
        .hasToString("titled(maxTitleLength=1000; whole)");
    assertThat(Chunkers.recursive(300, 30).description())
        .hasToString("recursive(maxTokens=300, overlapTokens=30; approximate(longest=6))");
    assertThat(Chunkers.markdown(300, WORDS).description())
        .hasToString("markdown?(maxHeadingTokens=150, maxTokens=300; lambda?)");
    assertThat(Chunkers.markdown(300, 600, TokenCounter.approximate()).description())
        .hasToString(
            "markdown(maxBlockTokens=600, maxHeadingTokens=150, maxTokens=300; approximate(longest=6))");
    assertThat(Chunkers.sentences(3, 1).description())
        .hasToString("sentences(overlap=1, sentences=3)");
    assertThat(Chunkers.whole().named("notes v2").description()).hasToString("notes v2");
  }

  @Test
  void refuseSettingsThatCannotBe() {
    assertThatThrownBy(() -> Chunkers.recursive(0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maxTokens must be >= 1, was 0");
    assertThatThrownBy(() -> Chunkers.markdown(8, 7, WORDS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maxBlockTokens must be >= maxTokens, was 7 with maxTokens 8");
    assertThatThrownBy(() -> Chunkers.fixedWindow(8, 8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("overlapTokens must be in [0, maxTokens), was 8 with maxTokens 8");
    assertThatThrownBy(() -> Chunkers.sentences(1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("sentences must be >= 1 and overlap in [0, sentences), were 1 and 1");
  }

  @Test
  void passagesRefuseAPlaceThatIsNotTheirs() {
    assertThatThrownBy(() -> new Passage("p", "doc", 3, 5, "abc", List.of(), Metadata.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("passage p: [3, 5) is not the place of a text of 3 units");
    assertThatThrownBy(() -> Passage.of("", "text")).hasMessage("a passage's id must not be empty");
    assertThatThrownBy(() -> Document.of("", "text"))
        .hasMessage("a document's id must not be empty");
    assertThatThrownBy(() -> Metadata.empty().with("rate", Double.NaN))
        .hasMessage("metadata 'rate' must be finite, was NaN");
    assertThat(Passage.of(Document.of("guide.md", "abcdef"), 1, 3, List.of("Title")).place())
        .isEqualTo("guide.md \u203a Title [1, 3)");
  }

  @Test
  void headingsHaveABoundBesideTheText() {
    TokenCounter counter = TokenCounter.approximate();
    String body = "One two three four five six seven eight. ".repeat(200);
    String path =
        "# Outer heading of ten words " + "more ".repeat(30) + "\n\n## Middle\n\n### Inner one\n\n";
    for (Passage passage : Chunkers.markdown(64).chunk(Document.of("d", path + body))) {
      assertThat(passage.headings()).containsExactly("Middle", "Inner one");
      assertThat(counter.count(passage.searchText())).isLessThanOrEqualTo(64 + 32 + 1);
    }
    String endless = "# " + "word ".repeat(80_000) + "\n\n";
    List<Passage> cut = Chunkers.markdown(64).chunk(Document.of("d", endless + body));
    assertThat(cut).hasSizeGreaterThan(30);
    for (Passage passage : cut) {
      assertThat(counter.count(String.join(" ", passage.headings()))).isEqualTo(32);
      assertThat(counter.count(passage.searchText())).isLessThanOrEqualTo(64 + 32);
    }
    assertThat(Chunkers.markdown(8).chunk(Document.of("d", "# A \n\nText.")).getFirst().headings())
        .containsExactly("A");
  }

  @Test
  void aTitleHasABound() {
    Document document =
        new Document(
            "d", "Text. ".repeat(40), Metadata.of("title", "\ud83d\ude00a".repeat(90_000)));
    for (Passage passage : Chunkers.titled(Chunkers.recursive(8, 0)).chunk(document)) {
      assertThat(passage.headings().getFirst()).hasSizeBetween(998, 1_000);
    }
  }
}
