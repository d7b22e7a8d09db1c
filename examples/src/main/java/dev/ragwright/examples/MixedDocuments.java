package dev.ragwright.examples;

import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.document.Chunkers;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.index.SyncReport;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;

/**
 * Asks a folder of documents of several kinds, and shows the page that an answer is from.
 *
 * <p>{@code mvn -q -Pexample -Dexample=MixedDocuments}
 */
public final class MixedDocuments {
  private MixedDocuments() {}

  /** Takes no arguments. */
  public static void main(String... args) throws IOException {
    Path work = Files.createTempDirectory("mixed-documents");
    Path documents = Files.createDirectory(work.resolve("documents"));
    Files.writeString(documents.resolve("ferry.md"), "# Ferry\n\nThe ferry leaves at eight.\n");
    Files.writeString(documents.resolve("fares.html"), "<h1>Fares</h1><p>A cabin is 40 euros.");
    Files.writeString(documents.resolve("horn.mp3"), "no text");
    String[] pages = {"Boats are painted in May.", "The harbour light is lit at dusk."};
    writePdf(documents.resolve("handbook.pdf"), pages);

    // With rag-documents on the class path, a folder finds the readers of PDF, Office and HTML.
    try (LuceneIndex index = LuceneIndex.open(work.resolve("index"))) {
      SyncReport report = index.sync(Folder.of(documents), Chunkers.markdown(300));
      System.out.println(report.added() + " documents");
      report.problems().forEach(System.out::println);
      RagPipeline rag =
          RagPipeline.builder()
              .retriever(index.bm25())
              .generator(ExtractiveGenerator.create())
              .build();
      for (String question : List.of("When is the harbour light lit?", "What is a cabin?")) {
        Answer answer = rag.ask(question);
        System.out.println(answer.text());
        answer.citations().forEach(System.out::println);
      }
    }
  }

  private static void writePdf(Path file, String... pages) throws IOException {
    try (PDDocument pdf = new PDDocument()) {
      for (String text : pages) {
        PDPage page = new PDPage();
        pdf.addPage(page);
        try (PDPageContentStream content = new PDPageContentStream(pdf, page)) {
          content.beginText();
          content.setFont(new PDType1Font(FontName.HELVETICA), 12);
          content.newLineAtOffset(72, 700);
          content.showText(text);
          content.endText();
        }
      }
      pdf.save(file.toFile());
    }
  }
}
