package dev.ragwright.documents.html;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Passage;
import java.util.List;
import org.junit.jupiter.api.Test;

class HtmlTextTest {

  private static String text(String html) {
    return HtmlText.document("page", html).text();
  }

  @Test
  void keepsBlocksApartAndFoldsWhiteSpace() {
    assertThat(text("<p>One   two\n three</p><p>Four <b>bo</b>ld<br>five</p><div>six</div>"))
        .isEqualTo("One two three\n\nFour bold\nfive\n\nsix\n");
  }

  @Test
  void leavesOutWhatNobodySees() {
    assertThat(
            text(
                "<head><title>T</title><style>p{}</style></head><body><script>x()</script>"
                    + "<p>Seen</p><p hidden>no</p><p aria-hidden=true>no</p><template>no</template>"))
        .isEqualTo("Seen\n");
  }

  @Test
  void marksHeadingsListsAndTables() {
    assertThat(
            text(
                "<h1>Top</h1><p>a</p><h2>Sub</h2><ul><li>x</li><li><p>y</p></li></ul>"
                    + "<table><tr><th>k</th><th>v</th></tr><tr><td>1</td><td>2</td></tr></table>"))
        .isEqualTo("# Top\n\na\n\n## Sub\n\n- x\n\n- y\n\nk\tv\n1\t2\n");
  }

  @Test
  void keepsPreformattedText() {
    assertThat(text("<pre>a\n  b\n</pre><p>c</p>")).isEqualTo("a\n  b\n\nc\n");
  }

  @Test
  void keepsPreformattedTextWithElementsInside() {
    assertThat(
            text(
                "<p>x</p><pre class=code><code><span>def</span> <span>f</span>():\n"
                    + "<span>    </span><b>return</b> <i>1</i>\n\n<i># end</i>\n</code></pre>y"))
        .isEqualTo("x\n\ndef f():\n    return 1\n\n# end\n\ny\n");
    assertThat(text("<pre>a<br>b<br><br>c</pre>")).isEqualTo("a\nb\n\nc\n");
    assertThat(text("<pre><div>a</div><div>  b</div>c</pre>")).isEqualTo("a\n  b\nc\n");
    assertThat(text("<pre>\n  a</pre>")).as("the first line break is none").isEqualTo("  a\n");
    assertThat(text("<pre>\n\n  a</pre>")).as("the second is one").isEqualTo("\n  a\n");
    assertThat(text("a<pre> <b> </b>\n</pre>b")).isEqualTo("a\n\nb\n");
    assertThat(text("<ul><li><pre>a <i>b</i></pre></li></ul>")).isEqualTo("- a b\n");
  }

  @Test
  void makesNoHeadingOfTheTextBehindAnEmptyOne() {
    assertThat(text("<h2></h2><b>a</b>")).isEqualTo("a\n");
    assertThat(text("<h1>T</h1><h2><img src=x></h2>b<h2 hidden>no</h2>c"))
        .isEqualTo("# T\n\nb\n\nc\n");
    assertThat(text("<h2><div>in a block</div></h2>c")).isEqualTo("## in a block\n\nc\n");
  }

  @Test
  void survivesWhatIsNoHtml() {
    assertThat(text("")).isEmpty();
    assertThat(text("just words & 1 < 2")).isEqualTo("just words & 1 < 2\n");
    assertThat(text("<p>un<b>closed")).isEqualTo("unclosed\n");
  }

  @Test
  void givesPassagesTheirHeadings() {
    List<Passage> passages =
        Chunkers.markdown(100)
            .chunk(HtmlText.document("page", "<h1>Top</h1><p>a</p><h2>Sub</h2><p>b</p>"));
    assertThat(passages)
        .extracting(Passage::headings)
        .containsExactly(List.of("Top"), List.of("Top", "Sub"));
  }
}
