package dev.ragwright.documents.html;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.documents.options.ReadOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shapes of pages that generators of manuals make; each was read wrongly once. */
class HtmlPagesTest {
  @TempDir Path folder;

  private String text(String html) throws IOException {
    Path page = Files.writeString(folder.resolve("page.html"), html);
    return new HtmlReader(ReadOptions.defaults())
        .read("page.html", page, problem -> {})
        .text()
        .stripTrailing();
  }

  @Test
  void keepsATermWithWhatIsSaidOfIt() throws IOException {
    assertThat(
            text(
                "<dl><dt>port<dd>A number.<p>More.<dt>host<dt>name<dd><ul><li>a</ul>"
                    + "<dt>code<dd><pre>x</pre><dt>last</dl>end"))
        .isEqualTo(
            """
            port
            A number.

            More.

            host
            name

            - a

            code

            ```
            x
            ```

            last

            end\
            """);
  }

  @Test
  void seesNoItemsInAListThatLaysOutThePage() throws IOException {
    assertThat(
            text(
                "<ul><li><h3>Methods</h3><ul><li><h4>add</h4><pre>int add(\u200bint a)</pre>"
                    + "<p>Adds.</p><ul><li>one</ul></ul></ul>"))
        .isEqualTo("### Methods\n\n#### add\n\n```\nint add(int a)\n```\n\nAdds.\n\n- one");
    assertThat(text("<ol><li><h3>Open it</h3>now<li><h3>Close it</h3></ol>"))
        .isEqualTo("### 1. Open it\n\nnow\n\n### 2. Close it");
  }

  @Test
  void partsATableAtItsHeadings() throws IOException {
    assertThat(
            text(
                "<table><tr><td colspan=2><h2>Types</h2><tr><td>class&nbsp;<td>A<tr><td>class<td>B"
                    + "<tr><td colspan=2>&nbsp;<tr><td colspan=2><h2>Macros</h2>"
                    + "<tr><td>#define<td>C 5</table>"))
        .isEqualTo(
            """
            ## Types

            | class | A |
            | --- | --- |
            | class | B |

            ## Macros

            | #define | C 5 |
            | --- | --- |\
            """);
  }

  @Test
  void keepsCellsThatHoldListsAndCodeUnderTheirHeader() throws IOException {
    assertThat(
            text(
                "<table><tr><th>Name<th>Values<tr><td>mode<td><ul><li>fast<li>slow</ul>"
                    + "<tr><td>run<td><pre>a b</pre></table>"))
        .isEqualTo("| Name | Values |\n| --- | --- |\n| mode | - fast - slow |\n| run | a b |");
    assertThat(text("<table><tr><td><ul><li>menu</ul><td>text</table>"))
        .isEqualTo("- menu\n\ntext");
  }

  /** Only a header says what the rows hold; a first row that is none is not told again. */
  @Test
  void repeatsARowOnlyIfItIsAHeader() throws IOException {
    String rows = "<tr><td>name<td>words that say what it is for".repeat(40);
    String table = "<table><tr><td>%s<td>%s" + rows + "</table>";
    assertThat(text(String.format(table, "first()", "makes one"))).containsOnlyOnce("first()");
    assertThat(text(String.format(table, "<b>Function</b>", "<b>Use</b>")).split("Function", -1))
        .hasSizeGreaterThan(3);
  }

  @Test
  void takesThePagesTitleForItsHeading() throws IOException {
    assertThat(text("<title>Manual: Locks</title><div><div>Locks</div></div><h3>Kinds</h3>Two."))
        .isEqualTo("# Locks\n\n### Kinds\n\nTwo.");
    assertThat(text("<title>Locks - Manual</title><h2>All</h2><p>Locks</p>"))
        .as("below a heading")
        .isEqualTo("## All\n\nLocks");
    assertThat(text("<title>Set-up</title><p>Set<p>up")).isEqualTo("Set\n\nup");
  }

  @Test
  void writesAHeadingThatStandsTwiceOnce() throws IOException {
    assertThat(text("<h1>9&nbsp;Ports</h1><div><h1>9 Ports</h1></div>a<h1>9 Ports</h1>"))
        .isEqualTo("# 9\u00a0Ports\n\na\n\n# 9 Ports");
  }

  @Test
  void readsCodeWithoutTheNumbersOfItsLines() throws IOException {
    assertThat(
            text(
                "<div class=fragment><div class=line><span class=lineno>1</span>a  b</div>\n"
                    + "<div class=line><span class=lineno>2</span> c</div></div>"))
        .isEqualTo("```\na  b\n c\n```");
    assertThat(text("<pre class=line-numbers>1\n2</pre><pre>x\ny</pre>"))
        .isEqualTo("```\nx\ny\n```");
    assertThat(text("<pre>1\n2\n</pre>")).as("a program's output").isEqualTo("```\n1\n2\n```");
  }

  @Test
  void readsFormulasThatArePictures() throws IOException {
    assertThat(text("<p>Between <img class=formulaInl alt='$(x,y)$'> and <img alt='\\pi'>."))
        .isEqualTo("Between $(x,y)$ and \\pi.");
    assertThat(text("<p>See <img src=a.png alt='the logo'> here")).isEqualTo("See here");
  }

  /** What leads to other pages, and is in no text. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<div id=main>$<a class=previous_page href=a>vor</a><a class=next_page href=b>nach</a>",
        "<ul class=docnav><li class=previous><a href=a>Anterior</a><li class=next><a href=b>Seg</a></ul>",
        "<div><a accesskey=p href=a>Zur\u00fcck</a> <a accesskey=n href=b>Weiter</a></div>",
        "<p><a href=prev.html>Tilbake</a><a href=next.html>Neste</a></p>",
        "<div>Goto Chapter: <a href=a>Top</a> <a href=1>1</a> <a href=2>2</a> <a href=3>3</a>"
            + " <a href=4>4</a> <a href=5>10</a></div>",
        "<p><a href=#A>A</a> : <a href=#B>B</a> : <a href=#C>C</a> <a href=#D>D</a>"
            + " <a href=#E>E</a> <a href=#F>F</a></p>",
        "<p>[<a href=#top>Back to top</a>]</p>",
        "<p>[<a href=a>Top of Book</a>] [<a href=b>Next Chapter</a>]</p>",
        "<div class=topNav><a href=a>Overview</a></div><div id=nav-path>odf</div>",
        "<div id=footer>Last updated 2024</div>",
        "<a class=longdesc-link href=d>[D]</a>",
      })
  void leavesOutWhatLeadsToOtherPages(String navigation) throws IOException {
    String page =
        "<head><link rel=prev href=prev.html><link rel=next href=next.html></head><h1>T</h1>"
            + navigation.replace("$", "<p>" + "Words of the text. ".repeat(30) + "</p>")
            + "<p>End";
    assertThat(text(page)).startsWith("# T\n").endsWith("\n\nEnd");
    assertThat(
            text(page).replace("Words of the text. ", "").lines().filter(line -> !line.isBlank()))
        .filteredOn(line -> !line.equals("Words of the text."))
        .containsExactly("# T", "End");
  }

  /** What looks like it, and is the text. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<ul><li><a href=next.html>One</a><li><a href=b>Two</a><li><a href=c>Index</a></ul>"
            + "| - One/- Two/- Index",
        "<p>See <a href=next.html>locks</a> and the <a href=i>index</a>.</p>"
            + "| See locks and the index.",
        "<p>lock, <a href=a>1</a>, <a href=b>2</a>, <a href=c>3</a>, <a href=d>4</a>,"
            + " <a href=e>5</a>, <a href=f>6</a></p>| lock, 1, 2, 3, 4, 5, 6",
        "<div><p>Next: <a rel=next href=a>B</a>, Up: <a rel=up href=u>U</a></p><h4>S</h4><p>Short."
            + "</div>| #### S//Short.",
        "<div><a rel=next href=a>B</a> <a rel=up href=u>U</a><p>Is cut. More: x</p></div>"
            + "| Is cut. More: x",
        "<dl><dt><a href=up.html>up</a><dd>Goes up.</dl>| up/Goes up.",
        "<article><p>a</p><div class=footer>Signed: B.</div></article>| a//Signed: B.",
      })
  void keepsWhatOnlyLooksLikeIt(String html, String seen) throws IOException {
    assertThat(text("<head><link rel=next href=next.html></head><h1>T</h1>" + html))
        .isEqualTo("# T\n\n" + seen.replace('/', '\n'));
  }

  @Test
  void leavesOutTheLinksAboveThePage() throws IOException {
    String menu = "<table><tr><td><a href=a>Home</a><td><a href=b>People</a><td><a href=c>FAQ</a>";
    assertThat(text(menu + "</table><h1>T</h1>text")).isEqualTo("# T\n\ntext");
    assertThat(text("<h1>T</h1>" + menu + "</table>")).contains("People");
  }

  /** An index of ten thousand links took half a minute, since each looked at all. */
  @Test
  void readsALongIndex() throws IOException {
    StringBuilder page = new StringBuilder("<h1>Index</h1><div><table><tr><td><ul>");
    for (int i = 0; i < 10_000; i++) {
      page.append("<li><a href=a").append(i).append(">entry ").append(i).append("</a>");
    }
    assertThat(text(page.toString()).lines()).hasSize(10_002).last().isEqualTo("- entry 9999");
  }

  @Test
  void saysThatAPageHasNoText() throws IOException {
    assertThat(problems("<script>x()</script>")).containsExactly("has no text");
    assertThat(problems("<img src=a>")).containsExactly("has no text; it shows pictures");
    assertThat(problems("<nav>Home</nav>")).containsExactly("has no text but navigation");
    assertThat(problems("<p>text</p>")).isEmpty();
  }

  private List<String> problems(String html) throws IOException {
    Path page = Files.writeString(folder.resolve("page.html"), html);
    List<String> told = new ArrayList<>();
    new HtmlReader(ReadOptions.defaults())
        .read("page.html", page, problem -> told.add(problem.reason()));
    return told;
  }
}
