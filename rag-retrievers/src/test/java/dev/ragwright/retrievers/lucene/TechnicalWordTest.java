package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.testkit.seeds.Seeds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Words of the trade are found as they stand and by their parts. */
final class TechnicalWordTest {

  /** Terms in their order; those at one place are joined by a bar. */
  private static String terms(Analyzer analyzer, String text) throws IOException {
    StringBuilder terms = new StringBuilder();
    try (TokenStream tokens = analyzer.tokenStream("text", text)) {
      CharTermAttribute term = tokens.getAttribute(CharTermAttribute.class);
      PositionIncrementAttribute place = tokens.getAttribute(PositionIncrementAttribute.class);
      tokens.reset();
      while (tokens.incrementToken()) {
        if (!terms.isEmpty()) {
          terms.append(place.getPositionIncrement() == 0 ? "|" : " ");
        }
        terms.append(term);
      }
      tokens.end();
    }
    return terms.toString();
  }

  private static String english(String text) throws IOException {
    return terms(Languages.of("en").analyzer(), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        // signs that Lucene cuts off
        "C# and C++ code;               c|c# c|c++ code",
        "(F#), Objective-C++;           f|f# object c|c++",
        ".NET and ASP.NET;              net|.net asp.net|asp|net",
        "in .gitignore, e.g. this.;     gitignor|.gitignore e.g",
        "a+b, C+ and #42;               b c 42",
        // capitals
        "the IT policy;                 it polici",
        "IT;                            it",
        "WHAT IT IS;                    what",
        "it is what it is;              what",
        "our IT-department, NOT it;     our depart|it|not",
        "US and U.S. and U.S.A.;        us u.|us u.s.a|usa",
        "J.R.R. Tolkien;                j.r.r|jrr tolkien",
        "R&D at AT&T;                   r d|r&d t|at|at&t",
        "TCP/IP and/or I/O;             tcp ip|tcp/ip i o|i/o",
        "PDFs;                          pdf",
        // codes and versions
        "RFC-2119 or RFC2119;           rfc 2119|rfc2119 rfc2119|rfc|2119",
        "X-200 or X200;                 x 200|x200 x200",
        "UTF\u20118;                   utf 8|utf8",
        "2020-01-05;                    2020 01 05|2020-01-05",
        "1.2.3 or v1.2;                 1.2.3|1.2 v1.2|1.2",
        "pi is 3.14, of 1,000;          pi 3.14 1,000",
        "10.6.0-SNAPSHOT;               10.6.0 snapshot|10.6.0snapshot|10.6",
        "the 19th of the 1960s;         19th 1960",
        // addresses and names of files
        "user@example.com;              user example.com|user@example.com|exampl|com",
        "see file.txt.;                 see file.txt|file|txt",
        "src/main/Foo.java;             src main foo.java|src/main/foo.java|foo|java",
        "and/or, he/she;                he she",
        // identifiers
        "foo_bar, __init__;             foo_bar|foo|bar __init__|init",
        "fooBar;                        foobar|foo|bar",
        "parseHTTPHeaders;              parsehttphead|pars|http|header",
        "MAX_VALUE;                     max_valu|max|valu",
        // prose
        "well-known state-of-the-art;   well known state art",
        "e-mail;                        e mail|email",
        "the end.Start anew;            end.start|end|start anew",
      })
  void hasTermsOfItsExactFormAndOfItsParts(String text, String terms) throws IOException {
    assertThat(english(text.translateEscapes())).isEqualTo(terms);
  }

  @ParameterizedTest
  @CsvSource({
    "zh, 使用C#的IT部门, 使|使用 用 c|c# 的 it 部|部门 门",
    "ja, 東京のC#とRFC-2119, 東京 c|c# rfc 2119|rfc2119",
    "ko, 서울의 C#, 서울 c|c#",
    "th, ภาษาไทยC#, ภาษา ไทย c|c#",
    "de, C# in den Häusern, c|c# haus",
    "tr, XI-200 ve C#, xı 200|xı200 c|c#",
  })
  void isFoundInEveryLanguage(String tag, String text, String terms) throws IOException {
    assertThat(terms(Languages.of(tag).analyzer(), text)).isEqualTo(terms);
  }

  @ParameterizedTest
  @CsvSource({
    "C#, csharp cpp",
    "C++, cpp csharp",
    "c++ code, cpp csharp",
    "IT policy, it policy",
    "what is the policy about it, policy it",
    "U.S. law, us law",
    "US law, us law",
    "RFC2119, rfc",
    "rfc 2119, rfc",
    "X200, code",
    "version 1.2, version",
    "user@example.com, mail",
    "example.com, mail",
    "config file, names",
    "config_file.txt, names",
    "parse the header, names",
    "parseHeader, names",
  })
  void isRankedFirstForItsOwnQuestion(String question, String expected) {
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(
          List.of(
              Passage.of("cpp", "Generics are templates in C++."),
              Passage.of("csharp", "Generics are types in C#."),
              Passage.of("it", "The IT policy forbids it."),
              Passage.of("policy", "Each policy says what it forbids."),
              Passage.of("us", "Congress makes U.S. law."),
              Passage.of("law", "No law is above others."),
              Passage.of("rfc", "Key words are defined in RFC-2119."),
              Passage.of("code", "Order the pump X-200 by telephone."),
              Passage.of("version", "Fixed since 1.2.3 of the pump."),
              Passage.of("mail", "Write to user@example.com today."),
              Passage.of("names", "It calls parseHeader with config_file.txt.")));
      List<String> hits =
          index.bm25().retrieve(question, 20).hits().stream()
              .map(Hit::passage)
              .map(Passage::id)
              .toList();
      assertThat(hits).startsWith(expected.split(" "));
    }
  }

  /** Terms beside the text's own are at places that it has, which is what BM25 counts. */
  @Test
  void doesNotMakeATextLonger() throws IOException {
    String text = "Parse RFC-2119 with parseHeader of C# in file.txt";
    String plain = terms(new EnglishAnalyzer(), text);
    assertThat(plain).isEqualTo("pars rfc 2119 parsehead c file.txt");
    assertThat(english(text).replaceAll("\\|\\S+", "")).isEqualTo(plain);
  }

  @Test
  void leavesProseAsItIs() throws IOException {
    String prose =
        "A flow past a well-known cylinder, heated by one half; nobody's theory (as yet) fits the data.";
    assertThat(english(prose)).isEqualTo(terms(new EnglishAnalyzer(), prose));
  }

  @ParameterizedTest
  @ValueSource(strings = {"en", "de", "fa", "ja", "ko", "th", "th-x-icu", "zh", "zh-x-smartcn"})
  void findsAnyTextByItself(String tag) {
    RandomGenerator random = Seeds.random();
    String[] pieces = {
      "C",
      "#",
      "+",
      "-",
      ".",
      "/",
      "@",
      "&",
      "_",
      " ",
      "IT",
      "foo",
      "Bar",
      "42",
      "é",
      "東京",
      "ไทย",
      "\u200c",
      "\uD83D\uDE00",
      "\uD83D",
      "ا",
      "ｶﾞ",
      "서울",
      "\n"
    };
    try (LuceneIndex index = LuceneIndex.builder().language(tag).open()) {
      List<Passage> passages = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        StringBuilder text = new StringBuilder("word" + i + " ");
        for (int n = random.nextInt(12); n > 0; n--) {
          text.append(pieces[random.nextInt(pieces.length)]);
        }
        passages.add(Passage.of("p" + i, text.toString()));
      }
      index.addAll(passages);
      for (Passage passage : passages) {
        assertThat(index.bm25().retrieve(passage.text(), 300).hits())
            .as("%s in %s, %s", passage.text(), tag, Seeds.replay())
            .extracting(hit -> hit.passage().id())
            .contains(passage.id());
      }
    }
  }
}
