package dev.ragwright.documents.open;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.documents.Samples;
import dev.ragwright.documents.Samples.Read;
import dev.ragwright.documents.archive.OpenZip;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.Unseen;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenSlidesReaderTest {
  private static final ReadOptions MARKED =
      ReadOptions.builder().hidden(Unseen.MARK).comments(Unseen.MARK).build();

  @TempDir private Path folder;

  private Read read(ReadOptions options, String pages) throws IOException {
    String hidden =
        "<style:style style:family='drawing-page' style:name='h'><style:drawing-page-properties "
            + "presentation:visibility='hidden'/></style:style>";
    Path file = new OpenZip().automatic(hidden).in(folder, "t.odp", "presentation", pages);
    return Samples.read(new OpenSlidesReader(options), file);
  }

  private static String page(String attributes, String inside) {
    return "<draw:page " + attributes + ">" + inside + "</draw:page>";
  }

  private static String frame(String attributes, String text) {
    return "<draw:frame "
        + attributes
        + "><draw:text-box><text:p>"
        + text
        + "</text:p></draw:text-box></draw:frame>";
  }

  private static String at(String x, String y) {
    return "svg:x='" + x + "' svg:y='" + y + "' svg:width='5cm' svg:height='1cm'";
  }

  @Test
  void readsShapesInTheOrderOfTheirPlaces() throws IOException {
    Read read =
        read(
            ReadOptions.defaults(),
            page(
                "",
                frame(at("1cm", "9cm"), "low")
                    + frame(at("200mm", "2cm"), "right")
                    + frame("presentation:class='title' " + at("1cm", "20cm"), "Title")
                    + frame(at("1cm", "40mm"), "high")
                    + frame(
                        "presentation:class='outline' presentation:placeholder='true' "
                            + at("0cm", "0cm"),
                        "prompt")
                    + frame("presentation:class='footer' " + at("1cm", "9cm"), "footer")
                    + "<draw:g><draw:rect svg:width='5cm' svg:height='1cm' draw:transform='rotate (0.1) translate (1cm 6cm)'><text:p>in group"
                    + "</text:p></draw:rect></draw:g><presentation:notes>"
                    + frame("presentation:class='notes'", "Say it.")
                    + frame("presentation:class='page-number'", "4")
                    + "</presentation:notes>"));
    assertThat(read.text())
        .isEqualTo("# Title\n\nhigh\n\nin group\n\nlow\n\nright\n\nNotes: Say it.\n");
    int low = read.text().indexOf("low");
    assertThat(read.document().places().at(low, low + 3)).isEqualTo("slide 1");
  }

  @Test
  void readsHiddenSlidesAndCommentsAsChosen() throws IOException {
    String pages =
        page("draw:style-name='h'", frame("", "no"))
            + page(
                "",
                frame("", "seen")
                    + "<office:annotation><dc:creator>Ann</dc:creator><text:p>why?</text:p></office:annotation>");
    assertThat(read(ReadOptions.defaults(), pages).text()).isEqualTo("# Slide 2\n\nseen\n");
    assertThat(read(MARKED, pages).text())
        .isEqualTo("# [hidden: Slide 1]\n\nno\n\n# Slide 2\n\nseen\n\n[comment: why?]\n");
  }

  @Test
  void saysWhichSlidesHaveOnlyPictures() throws IOException {
    Read read =
        read(
            ReadOptions.defaults(),
            page("", "") + page("", "<draw:frame><draw:image/></draw:frame>"));
    assertThat(read.problems()).containsExactly("slide 2: has only pictures");
    assertThat(read.document().metadata().asMap()).containsEntry("slides", 2L);
  }
}
