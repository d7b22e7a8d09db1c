package dev.ragwright.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ragwright.RagPipeline;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.answer.TokenF1;
import dev.ragwright.eval.ranking.Recall;
import dev.ragwright.experiment.Experiment;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.Progress;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.generators.onnx.ChatTemplate;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.pdfbox.pdfwriter.compress.CompressParameters;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.apache.poi.xslf.usermodel.XMLSlideShow;
import org.apache.poi.xslf.usermodel.XSLFSlide;
import org.apache.poi.xslf.usermodel.XSLFTextBox;
import org.apache.poi.xssf.usermodel.XSSFSheet;
import org.apache.poi.xssf.usermodel.XSSFWorkbook;
import org.apache.poi.xwpf.usermodel.XWPFDocument;
import org.apache.poi.xwpf.usermodel.XWPFTable;

/** Valid inputs for {@link FuzzTargets}. */
final class FuzzSeeds {
  static final List<String> JINJA =
      List.of(
          "{{ ",
          " }}",
          "{% ",
          " %}",
          "{%- ",
          "-%}",
          "{# ",
          " #}",
          "if ",
          "elif ",
          "else",
          "endif",
          "for m in messages ",
          "endfor",
          "set a = ",
          "endset",
          "macro f(a, b=1) ",
          "endmacro",
          "filter upper ",
          "endfilter",
          "raw",
          "endraw",
          "break",
          "continue",
          "messages",
          "m.role",
          "m['content']",
          "[0]",
          "[1:]",
          "[::-1]",
          "loop.index",
          "loop.last",
          "namespace(a=1)",
          "range(9)",
          "raise_exception('no')",
          "strftime_now('%Y-%j')",
          "|trim",
          "|upper",
          "|tojson",
          "|length",
          "|join(',')",
          "|map(attribute='role')",
          "|selectattr('role','equalto','user')",
          "|list",
          "|sort",
          "|indent(4)",
          "|replace('a','b')",
          "|int",
          "|float",
          "|default('x')",
          " is defined",
          " is none",
          " is string",
          " in ",
          " not in ",
          " and ",
          " or ",
          "not ",
          " == ",
          " != ",
          " < ",
          " ~ ",
          " + ",
          " * ",
          " ** ",
          " // ",
          " % ",
          "(",
          ")",
          "[",
          "]",
          "{",
          "}",
          "'a'",
          "\"b\"",
          "'\\x41\\u00e4'",
          "1",
          "-1",
          "1.5",
          "1e3",
          "99999999999",
          "a",
          ".",
          ",",
          ":",
          "=",
          "true",
          "none",
          "'a'*9",
          "'%s' % 1",
          "'{}'.format(1)",
          ".split(',')",
          ".strip()",
          ".items()",
          ".upper()",
          ".startswith('a')",
          ".append(1)",
          "add_generation_prompt");
  static final List<String> MARKUP =
      List.of(
          "<",
          ">",
          "</",
          "/>",
          "<a>",
          "</a>",
          "<p>",
          "</p>",
          "<table>",
          "<tr>",
          "<td colspan=99>",
          "<td rowspan=99>",
          "<th>",
          "<ul>",
          "<li>",
          "<ol start=99>",
          "<h1>",
          "</h1>",
          "<pre>",
          "<br>",
          "<script>",
          "<style>",
          "<!--",
          "-->",
          "<![CDATA[",
          "]]>",
          "<?xml?>",
          "<!DOCTYPE a>",
          "&amp;",
          "&#0;",
          "&#x10ffff;",
          "&nope;",
          "\"",
          "'",
          "=",
          " a=\"1\"",
          "text ",
          "Two words. ",
          "<w:p>",
          "<w:r><w:t>x</w:t></w:r>",
          "</w:p>",
          "<w:tbl>",
          "<w:gridSpan w:val=\"99\"/>",
          "<c r=\"A1\">",
          "<v>1</v>",
          "<row r=\"9\">",
          "<a:t>x</a:t>",
          "<text:p>",
          "<text:s text:c=\"99\"/>",
          "<table:table-cell table:number-columns-repeated=\"99\"/>",
          "<m:f><m:num/></m:f>");
  static final List<String> PDF =
      List.of(
          "<<",
          ">>",
          "[",
          "]",
          "(",
          ")",
          "/Type",
          "/Page",
          "/Kids",
          "/Count 9",
          "/Length 9",
          " 0 R",
          "1 0 R",
          "obj",
          "endobj",
          "stream\n",
          "\nendstream",
          "xref",
          "trailer",
          "startxref",
          "%%EOF",
          "BT ",
          " ET",
          " Tj ",
          " TJ ",
          " Tf ",
          " Td ",
          " Tm ",
          " cm ",
          "q ",
          "Q ",
          "1 ",
          "-1 ",
          "1e9 ",
          "0 ",
          "/F1 ",
          "<41>",
          "\n",
          "null",
          "true",
          "/MediaBox [0 0 9 9]",
          "/Rotate 90",
          "/Parent 2 0 R");

  private static final Retriever RETRIEVER =
      ((Retriever)
              (request, context) ->
                  Retrieval.ranked(
                      List.of(new Hit(Passage.of("d1", "The Rhine flows north."), 2, "words")),
                      request.topK(),
                      Usage.none()))
          .named("words");

  static final RagPipeline PIPELINE =
      RagPipeline.builder()
          .retriever(RETRIEVER)
          .topK(2)
          .generator(ExtractiveGenerator.create())
          .build();

  private FuzzSeeds() {}

  /** A small result of an experiment, as a file. */
  static String result(Path folder) throws IOException {
    EvalSet set =
        EvalSet.of(
            "rivers",
            List.of(new Question("q1", "Where does the Rhine flow?", List.of("north"))),
            Qrels.ofGrades(Map.of("q1", Map.of("d1", 1))));
    ExperimentResult result =
        Experiment.over(set)
            .arm("one", PIPELINE)
            .arm("two", PIPELINE.with(r -> r.topK(1)))
            .measure(Recall.at(1), TokenF1.squad())
            .build()
            .run(Progress.none());
    Path file = folder.resolve("seed-result.json");
    result.writeJson(file);
    return Files.readString(file);
  }

  /** A pipeline's file. */
  static String pipeline() {
    return """
        {"format":"ragwright-pipeline","version":1,"arm":"one","set":"rivers",
         "measured":{"recall@1":{"mean":1.0,"interval":{"low":0.5,"high":1.0,"level":0.95},"questions":1}},
         "wiring":{"topK":2,"rerankDepth":5,"filter":"all",
          "stages":{"retriever":{"kind":"retriever","name":"words","parameters":{"k1":"0.9"},"parts":[],"opaque":false}}}}
        """;
  }

  /** A {@code tokenizer.json} that spells bytes. */
  static String bytePairs() {
    StringBuilder vocabulary = new StringBuilder();
    int id = 0;
    for (int unit = 0; unit < 256; unit++) {
      boolean shown = isShown(unit);
      int named = shown ? unit : 256 + id - shownBefore(unit);
      vocabulary
          .append(id == 0 ? "" : ",")
          .append(String.format(Locale.ROOT, "\"\\u%04x\":%d", named, id++));
    }
    return """
        {"version":"1.0","truncation":null,"padding":null,
         "added_tokens":[{"id":256,"content":"<s>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
                         {"id":257,"content":"</s>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
         "normalizer":null,"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
         "post_processor":null,"decoder":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
         "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,
                  "fuse_unk":false,"byte_fallback":false,"vocab":{VOCABULARY},"merges":[]}}
        """
        .replace("VOCABULARY", vocabulary);
  }

  private static boolean isShown(int unit) {
    return (unit > 32 && unit < 127) || (unit > 160 && unit != 173);
  }

  /** How many of the bytes before this one are shown as they are. */
  private static int shownBefore(int unit) {
    int shown = 0;
    for (int i = 0; i < unit; i++) {
      shown += isShown(i) ? 1 : 0;
    }
    return shown;
  }

  /** The source of a preset of chat templates. */
  static String preset(String name) throws IOException {
    try (InputStream in = ChatTemplate.class.getResourceAsStream(name + ".jinja")) {
      if (in == null) {
        throw new IOException("there is no preset " + name);
      }
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  /** The settings of a model's folder, by file. */
  static Map<String, String> settings() {
    Map<String, String> files = new LinkedHashMap<>();
    files.put(
        "config.json",
        "{\"model_type\":\"bert\",\"hidden_size\":384,\"max_position_embeddings\":512,\"vocab_size\":258,"
            + "\"id2label\":{\"0\":\"no\",\"1\":\"yes\"},\"is_encoder_decoder\":false,\"architectures\":[\"BertModel\"]}");
    files.put("tokenizer.json", bytePairs());
    files.put(
        "tokenizer_config.json",
        "{\"model_max_length\":512,\"bos_token\":\"<s>\",\"eos_token\":{\"content\":\"</s>\"},\"add_bos_token\":true,"
            + "\"chat_template\":\"{% for m in messages %}{{ m.content }}{% endfor %}\",\"tokenizer_class\":\"GPT2Tokenizer\"}");
    files.put("special_tokens_map.json", "{\"bos_token\":\"<s>\",\"eos_token\":\"</s>\"}");
    files.put(
        "modules.json",
        "[{\"idx\":0,\"name\":\"0\",\"path\":\"\",\"type\":\"sentence_transformers.models.Transformer\"},"
            + "{\"idx\":1,\"name\":\"1\",\"path\":\"1_Pooling\",\"type\":\"sentence_transformers.models.Pooling\"},"
            + "{\"idx\":2,\"name\":\"2\",\"path\":\"2_Normalize\",\"type\":\"sentence_transformers.models.Normalize\"}]");
    files.put(
        "1_Pooling/config.json",
        "{\"word_embedding_dimension\":384,\"pooling_mode_cls_token\":true,\"pooling_mode_mean_tokens\":false,\"include_prompt\":true}");
    files.put("sentence_bert_config.json", "{\"max_seq_length\":512,\"do_lower_case\":false}");
    files.put(
        "config_sentence_transformers.json",
        "{\"prompts\":{\"query\":\"query: \",\"document\":\"\"},\"default_prompt_name\":null,\"similarity_fn_name\":\"cosine\"}");
    return files;
  }

  /** Small documents, by the ending of their names. */
  static Map<String, List<byte[]>> documents() throws IOException {
    Map<String, List<byte[]>> all = new LinkedHashMap<>();
    String page =
        """
        <html><head><meta charset="utf-8"><title>Boats</title></head><body><nav><a href="/">Home</a></nav>
        <h1>Boats</h1><p>Two boats<sup>2</sup> sail. <a href="#x">More</a></p><ol start=3><li>One<li>Two<ul><li>Deep</ul></ol>
        <table><tr><th rowspan=2>Class<th colspan=2>Fee<tr><td>1<td></table><pre>a\n  b</pre>
        <math><mfrac><mn>1</mn><mn>2</mn></mfrac></math><img alt="a boat"><!-- no --></body></html>
        """;
    all.put("html", List.of(page.getBytes(UTF_8)));
    all.put("pdf", List.of(pdf()));
    all.put("docx", List.of(word()));
    all.put("xlsx", List.of(sheet()));
    all.put("pptx", List.of(slides()));
    String table =
        "<table:table table:name=\"One\"><table:table-row table:number-rows-repeated=\"2\"><table:table-cell office:value-type=\"float\" office:value=\"1.5\"><text:p>1.5</text:p></table:table-cell>"
            + "<table:table-cell table:number-columns-repeated=\"3\"/><table:table-cell office:value-type=\"date\" office:date-value=\"2024-03-01\"><text:p>1 March</text:p></table:table-cell></table:table-row></table:table>";
    all.put(
        "odt",
        List.of(
            open(
                "text",
                "<text:h text:outline-level=\"1\">Boats</text:h><text:p>The fee is <text:s text:c=\"2\"/>300.</text:p><text:list><text:list-item><text:p>Item</text:p></text:list-item></text:list>"
                    + table)));
    all.put("ods", List.of(open("spreadsheet", table)));
    all.put(
        "odp",
        List.of(
            open(
                "presentation",
                "<draw:page draw:name=\"One\"><draw:frame svg:x=\"1cm\" svg:y=\"2cm\"><draw:text-box><text:p>Boats</text:p></draw:text-box></draw:frame></draw:page>")));
    all.put("epub", List.of(book(page)));
    return all;
  }

  private static byte[] pdf() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (PDDocument document = new PDDocument()) {
      PDType1Font font = new PDType1Font(Standard14Fonts.FontName.HELVETICA);
      for (int number = 1; number <= 2; number++) {
        PDPage page = new PDPage();
        document.addPage(page);
        try (PDPageContentStream content =
            new PDPageContentStream(
                document, page, PDPageContentStream.AppendMode.OVERWRITE, false)) {
          content.beginText();
          content.setFont(font, 12);
          content.newLineAtOffset(72, 700);
          for (String line : List.of("Winter service", "The lake holds 3 x 10", "Heron 120")) {
            content.showText(line + " " + number);
            content.newLineAtOffset(0, -16);
          }
          content.endText();
        }
      }
      document.getDocumentInformation().setTitle("Ferry");
      document.save(out, CompressParameters.NO_COMPRESSION);
    }
    return out.toByteArray();
  }

  private static byte[] word() throws IOException {
    try (XWPFDocument document = new XWPFDocument()) {
      document.createParagraph().createRun().setText("Boats sail on the lake.");
      XWPFTable table = document.createTable(2, 2);
      table.getRow(0).getCell(0).setText("Class");
      table.getRow(1).getCell(1).setText("300");
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      document.write(out);
      return out.toByteArray();
    }
  }

  private static byte[] sheet() throws IOException {
    try (XSSFWorkbook book = new XSSFWorkbook()) {
      XSSFSheet sheet = book.createSheet("Fees");
      sheet.createRow(0).createCell(0).setCellValue("Class");
      sheet.createRow(1).createCell(1).setCellValue(45_000.5);
      sheet.getRow(1).createCell(2).setCellFormula("B2*2");
      sheet.getRow(1).getCell(1).setCellStyle(book.createCellStyle());
      sheet.getRow(1).getCell(1).getCellStyle().setDataFormat((short) 22);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      book.write(out);
      return out.toByteArray();
    }
  }

  private static byte[] slides() throws IOException {
    try (XMLSlideShow show = new XMLSlideShow()) {
      XSLFSlide slide = show.createSlide();
      XSLFTextBox box = slide.createTextBox();
      box.setText("Boats sail.");
      slide.createTable(2, 2).getCell(0, 0).setText("Class");
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      show.write(out);
      return out.toByteArray();
    }
  }

  private static byte[] open(String kind, String body) throws IOException {
    StringBuilder names = new StringBuilder();
    for (String name :
        List.of("office", "text", "table", "draw", "presentation", "style", "meta")) {
      names.append(
          " xmlns:%s=\"urn:oasis:names:tc:opendocument:xmlns:%s:1.0\""
              .formatted(name, name.equals("draw") ? "drawing" : name));
    }
    names.append(" xmlns:svg=\"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0\"");
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("mimetype", "application/vnd.oasis.opendocument." + kind);
    parts.put(
        "META-INF/manifest.xml",
        "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>");
    parts.put(
        "content.xml",
        "<office:document-content%s><office:body><office:%s>%s</office:%s></office:body></office:document-content>"
            .formatted(names, kind, body, kind));
    return zip(parts);
  }

  private static byte[] book(String page) throws IOException {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("mimetype", "application/epub+zip");
    parts.put(
        "META-INF/container.xml",
        "<container xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\" version=\"1.0\"><rootfiles><rootfile full-path=\"a/b.opf\" media-type=\"application/oebps-package+xml\"/></rootfiles></container>");
    parts.put(
        "a/b.opf",
        "<package xmlns=\"http://www.idpf.org/2007/opf\" version=\"3.0\"><metadata xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>Boats</dc:title></metadata>"
            + "<manifest><item id=\"one\" href=\"one.xhtml\" media-type=\"application/xhtml+xml\"/></manifest><spine><itemref idref=\"one\"/></spine></package>");
    parts.put("a/one.xhtml", page);
    return zip(parts);
  }

  private static byte[] zip(Map<String, String> parts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, String> part : parts.entrySet()) {
        zip.putNextEntry(new ZipEntry(part.getKey()));
        zip.write(part.getValue().getBytes(UTF_8));
      }
    }
    return out.toByteArray();
  }
}
