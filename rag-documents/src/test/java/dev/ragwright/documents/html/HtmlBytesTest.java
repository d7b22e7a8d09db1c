package dev.ragwright.documents.html;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HtmlBytesTest {

  private static byte[] page(String head, String text, String encoding) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
    bytes.writeBytes(text.getBytes(Charset.forName(encoding)));
    return bytes.toByteArray();
  }

  /** What the labels mean to browsers: the table of the Encoding Standard. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "iso-8859-1 | windows-1252 | € “a” –",
        "US-ASCII | windows-1252 | € “a”",
        "shift_jis | windows-31j | ①㈱ 値段",
        "gb2312 | GB18030 | 價格€",
        "euc-kr | x-windows-949 | 똠방각하",
        "iso-8859-9 | windows-1254 | ğış €",
        "tis-620 | x-windows-874 | ราคา …",
        "latin2 | ISO-8859-2 | ąęł",
        "utf8 | UTF-8 | €",
        "utf-16 | UTF-8 | €",
        "no-such-label | UTF-8 | €",
      })
  void readsLabelsAsBrowsersDo(String label, String encoding, String text) {
    String head = "<!-- <meta charset=big5> --><meta name=a charset='" + label + "'><p>";
    HtmlBytes read = HtmlBytes.of(page(head, text, encoding));
    assertThat(read.encoding().name()).isEqualTo(encoding);
    assertThat(read.text()).endsWith(text);
    assertThat(read.problem()).isNull();
  }

  @Test
  void readsTheLongFormAndThatOfXml() {
    String meta = "<META http-equiv=Content-Type content='text/html; charset=koi8-r'>";
    assertThat(HtmlBytes.of(page(meta, "цена", "KOI8-R")).text()).endsWith("цена");
    String xml = "<?xml version='1.0' encoding=\"windows-1251\"?>";
    assertThat(HtmlBytes.of(page(xml, "цена", "windows-1251")).text()).endsWith("цена");
  }

  @Test
  void believesAMarkMoreThanALabel() {
    String mark = "\u00ef\u00bb\u00bf<meta charset=latin1>";
    assertThat(HtmlBytes.of(page(mark, "€", "UTF-8")).text()).isEqualTo("<meta charset=latin1>€");
    assertThat(HtmlBytes.of(page("\u00ff\u00fe", "€", "UTF-16LE")).text()).isEqualTo("€");
    assertThat(HtmlBytes.of(page("\u00fe\u00ff", "€", "UTF-16BE")).text()).isEqualTo("€");
  }

  @Test
  void takesUnlabelledBytesForUtf8OrElseForWindows1252() {
    assertThat(HtmlBytes.of(page("<p>", "café", "UTF-8")).text()).endsWith("café");
    assertThat(HtmlBytes.of(page("<p>", "caf\u00e9 \u0081", "ISO-8859-1")).text())
        .endsWith("café \u0081");
    assertThat(HtmlBytes.of(new byte[0]).text()).isEmpty();
  }

  @Test
  void saysThatBytesAreNotWhatTheLabelSays() {
    HtmlBytes read = HtmlBytes.of(page("<meta charset=utf-8><p>", "caf\u00e9s", "ISO-8859-1"));
    assertThat(read.text()).endsWith("caf\uFFFDs");
    assertThat(read.problem())
        .isEqualTo("1 characters cannot be read: its bytes are not all UTF-8");
  }
}
