package dev.ragwright.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Node;
import org.commonmark.node.SourceSpan;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Golden values are those of commonmark-java 0.32 and its extension for tables. */
class WholeBlocksTest {
  private static final Parser COMMONMARK =
      Parser.builder()
          .extensions(List.of(TablesExtension.create()))
          .includeSourceSpans(IncludeSourceSpans.BLOCKS)
          .build();

  private static BitSet found(String text) {
    BitSet within = new BitSet();
    WholeBlocks.blocks(text).forEach(block -> add(block.start(), block.end(), text, within));
    return within;
  }

  /** The places at which a block is not to be cut. */
  private static void add(int start, int end, String text, BitSet within) {
    int first = TextCutter.skipSpace(text, start);
    if (first < end) {
      within.set(first + 1, Math.max(first + 1, TextCutter.skipSpace(text, end)));
    }
  }

  private static BitSet expected(String text) {
    BitSet within = new BitSet();
    addBlocks(COMMONMARK.parse(text), text, within);
    return within;
  }

  private static void addBlocks(Node node, String text, BitSet within) {
    if (node instanceof FencedCodeBlock
        || node instanceof IndentedCodeBlock
        || node instanceof TableBlock) {
      List<SourceSpan> lines = node.getSourceSpans();
      int start = lines.getFirst().getInputIndex() - lines.getFirst().getColumnIndex();
      int last = lines.size() - 1;
      while (last > 0 && lines.get(last).getLength() == 0) {
        last--;
      }
      int end = lines.get(last).getInputIndex() + lines.get(last).getLength();
      add(start, end, text, within);
      return;
    }
    for (Node child = node.getFirstChild(); child != null; child = child.getNext()) {
      addBlocks(child, text, within);
    }
  }

  private static void assertAsCommonMark(String text) {
    assertThat(found(text))
        .as("%s <%s>", RandomTexts.REPLAY, text.replace("\r", "\\r"))
        .isEqualTo(expected(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "text\n\n```java\nint a;\n\nint b;\n```\ntext",
        "```\na\n```\n```\nb\n```\n~~~\nc\n```\n~~~~\nd",
        "- ```\n  a\n```\nb\n```\nc\n",
        "text\n    no code\n\n    code\n\n    more\n\ntext",
        "> ```\n> a\n> ```\n> b\n",
        "| a | b |\n| --- | :-: |\n| 1 | 2 |\n| 3 | 4 |\n\ntext",
        "a | b\n--- | ---\n1 | 2\nlazy row\n\ntext",
        "| a |\n|---|\n| 1 |\n# heading\n",
        "| a | b |\n| --- |\n| no |\n",
        "text\n\n| a \\| b | c |\n| -- | -- |\nrow\n",
        "| a |\n| - |\n```\ncode\n```\n",
        "| a | b |\r\n| - | - |\r\n| 1 | 2 |\r\ntext\r\n\r\ntext",
        "- | a | b |\n  | - | - |\n  | 1 | 2 |\n- c\n",
        "a\n===\n| a |\n| - |\n\n    \n",
      })
  void areThoseOfCommonMark(String text) {
    assertAsCommonMark(text);
  }

  @Test
  void areTheCodeThatCommonMarkFindsInRandomTexts() {
    assertRandomOnesAsCommonMark(
        "text\n",
        "# one\n",
        "===\n",
        "\n",
        "\n",
        "```\n",
        "```java\n",
        "~~~\n",
        "    code\n",
        "    ```\n",
        "> quote\n",
        "> ```\n",
        "- item\n",
        "  text\n",
        "  ```\n",
        "      deep\n",
        "* * *\n",
        "\ttab\n",
        "a\r\n");
  }

  /**
   * As far as it keeps to the specification: it takes a header with fewer cells than dashes, and
   * list items for rows. A line that is indented, or only lazily in a quote, ends a table there.
   */
  @Test
  void areTheTablesThatCommonMarkFindsInRandomTexts() {
    assertRandomOnesAsCommonMark(
        "text\n",
        "# one\n",
        "\n",
        "\n",
        "```\n",
        "| a | b |\n",
        "| a | b |\n",
        "|---|:-:|\n",
        "|---|:-:|\n",
        "a | b\n",
        "--- | ---\n",
        "a \\| b | c\n",
        "* * *\n");
  }

  private static void assertRandomOnesAsCommonMark(String... lines) {
    RandomGenerator random = RandomTexts.random();
    for (int i = 0; i < 20_000; i++) {
      assertAsCommonMark(RandomTexts.of(random, 12, lines));
    }
  }
}
