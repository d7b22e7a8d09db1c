package dev.ragwright.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Places.Heading;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Emphasis;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.SourceSpan;
import org.commonmark.node.Text;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Golden values are those of commonmark-java 0.32, but for front matter, which it does not know.
 */
class MarkdownHeadingsTest {
  private static final Parser COMMONMARK =
      Parser.builder().includeSourceSpans(IncludeSourceSpans.BLOCKS).build();

  private static List<Heading> expected(String text) {
    List<Heading> headings = new ArrayList<>();
    for (Node node = COMMONMARK.parse(text).getFirstChild(); node != null; node = node.getNext()) {
      if (node instanceof org.commonmark.node.Heading heading) {
        List<SourceSpan> lines = heading.getSourceSpans();
        int start = lines.getFirst().getInputIndex() - lines.getFirst().getColumnIndex();
        int end = lines.getLast().getInputIndex() + lines.getLast().getLength();
        while (end < text.length() && " \t".indexOf(text.charAt(end)) >= 0) {
          end++;
        }
        int next = text.startsWith("\r\n", end) ? end + 2 : Math.min(end + 1, text.length());
        headings.add(new Heading(start, next, heading.getLevel(), title(heading)));
      }
    }
    return headings;
  }

  private static String title(Node heading) {
    StringBuilder title = new StringBuilder();
    heading.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Text text) {
            title.append(text.getLiteral());
          }

          @Override
          public void visit(Code code) {
            title.append('`').append(code.getLiteral()).append('`');
          }

          @Override
          public void visit(HtmlInline html) {
            title.append(html.getLiteral());
          }

          @Override
          public void visit(Emphasis emphasis) {
            title.append('*');
            visitChildren(emphasis);
            title.append('*');
          }

          @Override
          public void visit(Link link) {
            title.append('<').append(link.getDestination()).append('>');
          }

          @Override
          public void visit(SoftLineBreak lineBreak) {
            title.append(' ');
          }

          @Override
          public void visit(HardLineBreak lineBreak) {
            title.append(' ');
          }
        });
    return title.toString();
  }

  private static void assertAsCommonMark(String text) {
    assertThat(MarkdownHeadings.of(text))
        .as("<%s>", text.replace("\r", "\\r"))
        .isEqualTo(expected(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# One\n\ntext\n\n## Two ##\n### Three",
        "#\n##   \n### ###\n# a # b #\n# c#\n#d\n####### e\n#\te\n# # #",
        "   # three\n    # four\n\n\t# tab\n \t# both",
        "Title\n===\n\nSub\n---\n\nTwo\nlines\n  ===  \n",
        "===\n---\n\na\n\n===\n\nb\n    ===\nc\n= =\n",
        "a\n***\nb\n- - -\nc\n___\nd\n--\n",
        "```\n# code\n```\n# after\n~~~ info\n# code\n```\n~~~\n## after",
        "````\n```\n# code\n`````\n# after\n``` a`b\n# heading\n",
        "```\n# never closed",
        "   ```\n   # x\n    ```\n# y\n  ```   \n# z",
        "> # quoted\n# top\n> a\nlazy\n===\n\n> ```\n# top\n> # quoted",
        "> a\n---\nb\n---\n",
        "> # h\nparagraph\n---\n",
        "- # in a list\n- b\n  # in it too\n\n  # and here\n# top",
        "- a\n\n b\n---\n",
        "- a\nlazy\n---\n",
        "1. a\n   ===\n2. b\n\n   c\n   ===\nd\n===\n",
        "10) a\n    # in\n   # top\n",
        "-\n  # in\n-\n\n  # top\n",
        "-     code\n\n      # code\n  # in\n",
        "- a\n  - b\n\n    # in b\n   # in a\n # top",
        "a\n2. b\n---\n\na\n1. b\n---\n\na\n-\n\na\n* \nb\n---\n",
        "- ```\n  # code\n# top\n- ```\n  # code\n  ```\n  # in\n",
        "<div>\n# html\n\n# top\n</div>\n# html\n",
        "<!-- a\n\n# comment\n-->\n# top\n<!-- b --> c\n# top",
        "<script>\n\n# s\n\n</script>\n# top\n<pre>\n\n# p\n</pre> x\n# top\n",
        "<?php\n\n# p\n?>\n# top\n<!DOCTYPE html>\n# top\n<![CDATA[\n\n# c\n]]>\n# top",
        "<custom-tag a=\"b\" c>\n# html\n\n# top\na\n<custom>\n# top\n",
        "<custom> text\n===\n<https://example.org>\n---\n",
        "<del>*x*</del>\n---\n",
        "[a]: /url\n===\n\n[b]: <u> \"t\"\ntext\n===\n[c]: /u (t)\n# d\n",
        "    code\ntext\n---\n\n    code\n\n    # code\n# top\n",
        "a\n    b\n===\n",
        "# a\r\n\r\nb\r\n===\r\n\r\n```\r\n# c\r\n```\r\n# d\r\n",
        "# a\rb\r===\rc\n",
        ">\t# in\n>- # in\n>\n# top\n>> a\n> lazy\n===\n# top",
        "# \ud83d\ude80 \u6c34\n\ud83d\ude80\n---\n",
        "* * *\n*\t# in\n* a\n * b\n  * c\n   # top? \n",
        "+ a\n\n\n# top\n+ b\n\n\n  # in",
        "text\n# heading\nmore\n## next\n",
        "- a\n> b\n===\nc\n---\n",
        "1. a\n\n2. b\n   > c\n   d\n===\n# top\n"
      })
  void findsTheHeadingsThatCommonMarkFinds(String text) {
    assertAsCommonMark(text);
  }

  @Test
  void findsTheHeadingsOfRandomTexts() {
    RandomGenerator random = RandomTexts.random();
    String[] lines = {
      "text\n",
      "word\n",
      "# one\n",
      "## two ##\n",
      "   ### three\n",
      "===\n",
      "---\n",
      "--\n",
      "\n",
      "\n",
      "   \n",
      "```\n",
      "```java\n",
      "~~~\n",
      "    ```\n",
      "> quote\n",
      "> # quoted\n",
      "> ```\n",
      ">\n",
      "> - item\n",
      "- item\n",
      "-\n",
      "- # in\n",
      "  # two\n",
      "  text\n",
      "  ```\n",
      "    deep\n",
      "    # deep\n",
      "      deeper\n",
      "1. one\n",
      "2. two\n",
      "   # in\n",
      "   text\n",
      "* * *\n",
      "<div>\n",
      "</div>\n",
      "<!--\n",
      "-->\n",
      "<b>\n",
      "\ttab\n",
      "\t# tab\n",
      "-\titem\n",
      ">\t# tab\n",
      "a\r\n",
      "# b\r\n",
      "===\r\n",
      "[x]: /y\n",
      "10. ten\n",
      "    # ten\n",
      "- - a\n",
      "> > b\n",
      "- > c\n",
      "+ \n",
      "#\n"
    };
    for (int i = 0; i < 20_000; i++) {
      String text = RandomTexts.of(random, 12, lines);
      if (!text.startsWith("---")) { // front matter
        assertThat(places(MarkdownHeadings.of(text)))
            .as("%s <%s>", RandomTexts.REPLAY, text.replace("\r", "\\r"))
            .isEqualTo(places(expected(text)));
      }
    }
  }

  /** Titles are compared where the hand made them: here they hold links and code by accident. */
  private static List<Heading> places(List<Heading> headings) {
    return headings.stream()
        .map(heading -> new Heading(heading.start(), heading.bodyStart(), heading.level(), ""))
        .toList();
  }

  /** Each would take minutes, or the stack, if it were more than linear in time or depth. */
  @Test
  void readsLongLines() {
    int many = 100_000;
    for (String line :
        List.of(
            "-".repeat(many),
            "- ".repeat(many),
            "> ".repeat(many),
            ">".repeat(many),
            "* ".repeat(many) + "x",
            "#".repeat(many),
            "# " + " ".repeat(many) + "x",
            "# " + "# ".repeat(many) + "x",
            "x" + " ".repeat(many) + "y\n===",
            "[" + "x".repeat(many) + "]: /url",
            "[" + "\\x".repeat(many),
            "<a" + " b=c".repeat(many) + ">",
            "<a " + " ".repeat(many) + "b",
            "`".repeat(many) + "x`",
            "<!--" + "-".repeat(many),
            "\t".repeat(many) + "x",
            "1".repeat(many) + ". x")) {
      MarkdownHeadings.of((line + "\n").repeat(3));
    }
    assertThat(MarkdownHeadings.of("x" + " ".repeat(many) + "y\n===")).hasSize(1);
    assertThat(MarkdownHeadings.of("> ".repeat(many) + "\n# top")).hasSize(1);
  }

  @Test
  void takesFrontMatterForText() {
    assertThat(MarkdownHeadings.of("---\ntitle: x\n# comment\n---\n# Heading\n"))
        .containsExactly(new Heading(27, 37, 1, "Heading"));
    assertThat(MarkdownHeadings.of("---\r\na: b\r\n...\r\nT\r\n===\r\n"))
        .containsExactly(new Heading(16, 24, 1, "T"));
    assertThat(MarkdownHeadings.of("---\nno end\n# Heading\n"))
        .containsExactly(new Heading(11, 21, 1, "Heading"));
    assertThat(MarkdownHeadings.of("+++\ntitle = 'x'\n[menu]\n# no\n+++\n# Yes\n"))
        .extracting(Heading::title)
        .containsExactly("Yes");
    assertThat(
            MarkdownHeadings.of(
                "---\ntags:\n- a\ntext: |\n  # no\n\n  more\nlist: [1,\n]\n---\n# Yes\n"))
        .extracting(Heading::title)
        .containsExactly("Yes");
  }

  @Test
  void takesARuleThatLeadsATextForNoFrontMatter() {
    assertThat(MarkdownHeadings.of("---\n\nNote: text.\n\n# One\n\n---\n# Two\n"))
        .extracting(Heading::title)
        .containsExactly("One", "Two");
    assertThat(MarkdownHeadings.of("---\nWords that are no key\n# One\n\n---\n# Two\n"))
        .extracting(Heading::title)
        .containsExactly("One", "Two");
  }

  @Test
  void readsLongFrontMatterWithoutRecursion() {
    assertThat(MarkdownHeadings.of("---\n" + "a: b\n".repeat(100_000) + "---\n# Yes\n"))
        .extracting(Heading::title)
        .containsExactly("Yes");
  }
}
