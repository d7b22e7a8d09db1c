package dev.ragwright.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Link;
import org.commonmark.node.LinkReferenceDefinition;
import org.commonmark.node.Node;
import org.commonmark.node.SourceSpan;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;
import org.junit.jupiter.api.Test;

/** What is code, a link or a tag is what commonmark-java 0.32 says. */
class MarkerScanTest {
  private static final long SEED =
      Long.getLong("ragwright.seed", new SplittableRandom().nextLong());
  private static final String REPLAY = "replay with -Dragwright.seed=" + SEED;
  private static final Parser COMMONMARK =
      Parser.builder().includeSourceSpans(IncludeSourceSpans.BLOCKS_AND_INLINES).build();

  /** In the place of a marker, if nothing around it makes code or a link of it. */
  private static final String CITED = "word [2]. ";

  /**
   * For each unit of the text whether CommonMark takes it as it is.
   *
   * @param html also in tags that have text between them, which may cite here
   */
  private static boolean[] verbatim(String text, boolean html) {
    boolean[] verbatim = new boolean[text.length()];
    COMMONMARK
        .parse(text)
        .accept(
            new AbstractVisitor() {
              private void mark(Node node) {
                for (SourceSpan span : node.getSourceSpans()) {
                  for (int i = 0; i < span.getLength(); i++) {
                    verbatim[span.getInputIndex() + i] = true;
                  }
                }
              }

              @Override
              public void visit(Code node) {
                mark(node);
              }

              @Override
              public void visit(FencedCodeBlock node) {
                mark(node);
              }

              @Override
              public void visit(IndentedCodeBlock node) {
                mark(node);
              }

              @Override
              public void visit(HtmlInline node) {
                mark(node);
              }

              @Override
              public void visit(HtmlBlock node) {
                if (html || node.getLiteral().matches("(?s)\\s*(?:<pre|<style|<!--|<[?]).*")) {
                  mark(node);
                }
              }

              @Override
              public void visit(Link node) {
                mark(node);
              }

              @Override
              public void visit(Image node) {
                mark(node);
              }

              // A title in the next line is text here.
              @Override
              public void visit(LinkReferenceDefinition node) {
                if (node.getSourceSpans().size() == 1) {
                  mark(node);
                }
              }
            });
    return verbatim;
  }

  private static List<MarkerScan.Marker> markers(String text) {
    MarkerScan scan = new MarkerScan(9);
    scan.append(text);
    scan.end();
    assertThat(scan.decided()).isEqualTo(text.length());
    return new ArrayList<>(scan.markers());
  }

  private static void assertLeavesCodeAndLinksAlone(String text) {
    boolean[] verbatim = verbatim(text, false);
    List<MarkerScan.Marker> markers = markers(text);
    for (MarkerScan.Marker marker : markers) {
      for (int i = marker.start(); i < marker.end(); i++) {
        assertThat(verbatim[i]).as("%s <%s> unit %d taken", REPLAY, text, i).isFalse();
      }
    }
  }

  private static void assertTakesMarkersElsewhere(String text) {
    boolean[] verbatim = verbatim(text, true);
    List<Integer> ends = markers(text).stream().map(MarkerScan.Marker::end).toList();
    for (int at = text.indexOf(CITED); at >= 0; at = text.indexOf(CITED, at + 1)) {
      if (!verbatim[at + 5]) {
        assertThat(ends).as("%s <%s> unit %d left", REPLAY, text, at).contains(at + 8);
      }
    }
  }

  private static String random(RandomGenerator random, String... parts) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(14); i >= 0; i--) {
      text.append(parts[random.nextInt(parts.length)]);
    }
    return text.toString();
  }

  private static final String[] BLOCKS = {
    CITED,
    CITED,
    "word\n",
    "\n",
    "\n\n",
    "    ",
    "   ",
    "\t",
    "- ",
    "1. ",
    "2. ",
    "> ",
    "```\n",
    "```",
    "~~~\n",
    "~~~ x\n",
    "````\n",
    "# ",
    "---\n",
    "===\n",
    "`",
    "\n<pre>",
    "</pre>",
    "<!-- ",
    " -->",
    "<style>\n",
    "[x]: /u\n",
    "\r\n",
    "+ ",
    "* "
  };
  private static final String[] INLINES = {
    CITED,
    CITED,
    "word ",
    " ",
    "`",
    "``",
    "```",
    "\\",
    "\n",
    "[",
    "]",
    "](u)",
    "](<u> 't')",
    "](u \"",
    "\")",
    "](",
    ")",
    "(",
    "![",
    "[x]",
    "[y]",
    "[1]",
    "v[1]",
    " [3]",
    "<b",
    " a=\"",
    "\"",
    "'",
    " c='",
    ">",
    "</b>",
    "<http://u/",
    "<!-- ",
    " -->",
    "[x]: /u\n",
    ",",
    "*",
    "_",
    "<?",
    "?>"
  };

  @Test
  void leavesAloneWhatCommonMarkTakesAsItIs() {
    RandomGenerator random = new SplittableRandom(SEED);
    for (int i = 0; i < 15_000; i++) {
      String text = random(random, i % 2 == 0 ? BLOCKS : INLINES) + "\n\n[x]: /u\n";
      assertLeavesCodeAndLinksAlone(text);
    }
  }

  @Test
  void takesMarkersWhereCommonMarkHasText() {
    RandomGenerator random = new SplittableRandom(SEED + 1);
    for (int i = 0; i < 15_000; i++) {
      String text = random(random, i % 2 == 0 ? BLOCKS : INLINES);
      // Where a link leads to may be said further down, which nobody can wait for; \\( begins a
      // formula.
      if (!text.contains("]: /u") && !text.contains("][") && !text.matches("(?s).*\\\\[(\\[].*")) {
        assertTakesMarkersElsewhere(text);
      }
    }
  }
}
