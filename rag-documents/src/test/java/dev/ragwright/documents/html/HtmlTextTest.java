package dev.ragwright.documents.html;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.documents.text.TextWriter;
import java.util.List;
import java.util.Set;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HtmlTextTest {

  private static Document document(String html, ReadOptions options) {
    TextWriter out = new TextWriter(1_000_000);
    HtmlReader.write(Jsoup.parse(html), out, options, Set.of());
    return out.document("page", Metadata.empty());
  }

  private static String text(String html) {
    return document(html, ReadOptions.defaults()).text();
  }

  private static List<List<String>> sections(String html) {
    return Chunkers.markdown(100).chunk(document(html, ReadOptions.defaults())).stream()
        .map(Passage::headings)
        .toList();
  }

  @Test
  void keepsBlocksApartAndFoldsWhiteSpace() {
    assertThat(text("<p>One   two\n three</p><p>Four <b>bo</b>ld<br>five</p><div>six</div>"))
        .isEqualTo("One two three\n\nFour bold\nfive\n\nsix\n");
    assertThat(text("<p>a<b> b</b> <i>c</i></p>")).isEqualTo("a b c\n");
  }

  @Test
  void leavesOutWhatNobodySees() {
    assertThat(
            text(
                "<head><title>T</title><style>p{}</style></head><body><script>x()</script>"
                    + "<p>Seen</p><p hidden>no</p><p aria-hidden=true>no</p><template>no</template>"
                    + "<p style='color:red; Display: none'>no</p><canvas>no</canvas>"
                    + "<select><option>first<option>no</select>"))
        .isEqualTo("Seen\n\nfirst\n");
  }

  @Test
  void marksWhatIsUnseenIfAsked() {
    assertThat(
            document(
                    "<p>Fee <del>200</del><ins>300</ins></p><p hidden>secret</p>",
                    ReadOptions.builder().hidden(Unseen.MARK).build())
                .text())
        .isEqualTo("Fee [hidden: 200] 300\n\n[hidden: secret]\n");
  }

  /** Numbers that a reader of the page never sees joined. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<p>10<sup>6</sup> units | 10^6 units",
        "<p>10<sup>-3</sup> | 10^-3",
        "<p>x<sub>2</sub>, H<sub>2</sub>O, 10<sub>2</sub> | x2, H2O, 10_2",
        "<p>costs<sup>2</sup> | costs^2",
        "<p>2<sup>n − 1</sup>−1 | 2^(n − 1)−1",
        "<p>(a+b)<sup>n</sup>™<sup>TM</sup> | (a+b)^n™TM",
        "<p>costs <sup>2</sup> | costs 2",
        "<p>on the 1<sup>st</sup> | on the 1st",
        "<p>fee<sup><a>[1]</a></sup> | fee[1]",
        "<p>price <del>200</del><ins>300</ins> | price 300",
        "<p>price<del>200</del><ins>300</ins> | price 300",
        "<p>20<del>0</del>5 | 20 5",
        "<p>12<br>30 | 12/30",
        "<p>1<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> cup | 1 1/2 cup",
        "<p><math><msup><mn>10</mn><mn>6</mn></msup></math> | 10^6",
        "<p><math><msqrt><mi>a</mi><mo>+</mo><mi>b</mi></msqrt></math> | sqrt(a + b)",
        "<p>dis&shy;count of 1&#8203;2 | discount of 12",
        "<p>said <q>no</q> | said “no”",
        "<p><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字 | 漢字",
      })
  void keepsNumbersAsTheyAreSeen(String html, String seen) {
    assertThat(text(html)).isEqualTo(seen.replace("12/30", "12\n30") + "\n");
  }

  @Test
  void marksHeadingsListsAndTables() {
    assertThat(
            text(
                "<h1>Top</h1><p>a</p><h2>Sub</h2><ul><li>x</li><li><p>y</p><p>z</p></li></ul>"
                    + "<table><caption>C</caption><tr><th>k</th><th>v</th></tr>"
                    + "<tr><td></td><td>2|3</td></tr></table>"))
        .isEqualTo(
            "# Top\n\na\n\n## Sub\n\n- x\n- y\n\nz\n\nC\n\n| k | v |\n| --- | --- |\n| | 2\\|3 |\n");
  }

  @Test
  void keepsTheLabelsOfLists() {
    assertThat(
            text(
                "<ol><li>a<ol type=a><li>b<li>c</ol><li value=5>d</ol><ol reversed><li>x<li>y</ol>"
                    + "<ol type=I start=4><li>z</ol>"))
        .isEqualTo("1. a\n  a. b\n  b. c\n5. d\n2. x\n1. y\nIV. z\n");
  }

  @Test
  void keepsCellsUnderTheirHeading() {
    assertThat(
            text(
                "<table><thead><tr><th>Class<th>Summer<th>Winter</thead>"
                    + "<tr><td>Deck<td><td>9<tr><td rowspan=2>Cabin<td colspan=2>40"
                    + "<tr><td>41<td>10<sup>2</sup></table>"))
        .isEqualTo(
            """
            | Class | Summer | Winter |
            | --- | --- | --- |
            | Deck | | 9 |
            | Cabin | 40 | |
            | | 41 | 10^2 |
            """);
  }

  @Test
  void takesATableThatLaysOutThePageForNone() {
    assertThat(text("<table><tr><td><h1>T</h1><p>left</p></td><td>right</td></tr></table>"))
        .isEqualTo("# T\n\nleft\n\nright\n");
    assertThat(text("<table role=presentation><tr><td>12</td><td>30</td></tr></table>"))
        .isEqualTo("12\n\n30\n");
  }

  @Test
  void putsPreformattedTextBetweenFences() {
    assertThat(text("<pre>a\n  b\n</pre><p>c</p>")).isEqualTo("```\na\n  b\n```\n\nc\n");
    assertThat(text("<pre>a\n```\nb</pre>")).isEqualTo("````\na\n```\nb\n````\n");
    assertThat(
            text(
                "<p>x</p><pre class=code><code><span>def</span> <span>f</span>():\n"
                    + "<span>    </span><b>return</b> <i>1</i>\n\n<i># end</i>\n</code></pre>y"))
        .isEqualTo("x\n\n```\ndef f():\n    return 1\n\n# end\n```\n\ny\n");
    assertThat(text("<pre>a<br>b<br><br>c</pre>")).isEqualTo("```\na\nb\n\nc\n```\n");
    assertThat(text("<pre><div>a</div><div>  b</div>c</pre>")).isEqualTo("```\na\n  b\nc\n```\n");
    assertThat(text("a<pre> <b> </b>\n</pre>b")).isEqualTo("a\n\nb\n");
  }

  @Test
  void takesThePagesOwnHeadingsForSectionsAndNothingElse() {
    assertThat(sections("<h1>Setup</h1><pre># make it\nrun a\n</pre><h2>Next</h2><p>b"))
        .containsExactly(List.of("Setup"), List.of("Setup", "Next"));
    assertThat(sections("<h1>Top</h1><p># no heading</p><p>a</p><h3>Sub</h3><p>b<br>===</p>"))
        .containsExactly(List.of("Top"), List.of("Top", "Sub"));
    assertThat(sections("<h2>Name<a class=headerlink href='#name'>¶</a></h2>x"))
        .containsExactly(List.of("Name"));
  }

  @Test
  void makesNoHeadingOfTheTextBehindAnEmptyOne() {
    assertThat(text("<h2></h2><b>a</b>")).isEqualTo("a\n");
    assertThat(text("<h1>T</h1><h2><img src=x></h2>b<h2 hidden>no</h2>c"))
        .isEqualTo("# T\n\nb\n\nc\n");
    assertThat(text("<h2><div>in a block</div></h2>c")).endsWith("c\n").contains("in a block");
  }

  @Test
  void survivesWhatIsNoHtml() {
    assertThat(text("")).isEmpty();
    assertThat(text("just words & 1 < 2")).isEqualTo("just words & 1 < 2\n");
    assertThat(text("<p>un<b>closed")).isEqualTo("unclosed\n");
    assertThat(text("<div>".repeat(20_000) + "deep")).isEqualTo("deep\n");
  }

  @Test
  void refusesSelectorsThatAreNone() {
    assertThatThrownBy(() -> ReadOptions.builder().leaveOut("p", "a[["))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("leaveOut: 'a[[' is no CSS selector: ");
  }

  private static final String PAGE =
      """
      <header><img alt=logo><a href=/>Site</a></header>
      <div><p>Next: <a href=n rel=next>Formats</a>, Up: <a href=u rel=up>Manual</a></p></div>
      <main><header><h1>Title</h1></header><p>See the <a href=x>next</a> chapter.</p>
      <ul><li><a href=a>One</a><li><a href=b>Two</a></ul><footer>Signed</footer></main>
      <table><tr><td><a href=p>Prev</a><td><a href=n>Next</a><tr><td>Chapter 1<td>Chapter 3</table>
      <div><p>Next: <a href=n>Formats of files</a>, Up: <a href=u>Manual</a> [<a href=i>X</a>]</div>
      <div class="cookie-banner">We use cookies</div><footer>Imprint</footer>
      """;

  @Test
  void leavesOutWhatIsOnEveryPageOfASite() {
    assertThat(text(PAGE))
        .isEqualTo("# Title\n\nSee the next chapter.\n\n- One\n- Two\n\nSigned\n");
    assertThat(document(PAGE, ReadOptions.builder().keepBoilerplate().build()).text())
        .startsWith("Site\n\nNext: Formats, Up: Manual\n")
        .endsWith("We use cookies\n\nImprint\n");
    assertThat(
            text("<p>See the <a href=n>next</a> chapter and the <a href=i>index</a> of words.</p>"))
        .as("prose")
        .isEqualTo("See the next chapter and the index of words.\n");
    assertThat(document(PAGE, ReadOptions.builder().leaveOut("ul", "h1").build()).text())
        .isEqualTo("See the next chapter.\n\nSigned\n");
  }
}
