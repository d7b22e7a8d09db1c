package dev.ragwright.langchain4j;

import dev.langchain4j.data.document.BlankDocumentException;
import dev.langchain4j.data.document.DocumentParser;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.source.DocumentReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** {@link LangChain4j#documentReader}. */
record ParserReader(DocumentParser parser, String name, int version, List<String> endings)
    implements DocumentReader {

  /**
   * Of the interface's type: whoever returns this class as a reader has rag-sources loaded when it
   * is verified itself, called or not.
   */
  static DocumentReader of(DocumentParser parser, String name, int version, List<String> endings) {
    return new ParserReader(parser, name, version, endings);
  }

  @Override
  public Document read(String id, Path file, Consumer<ReadProblem> problems) throws IOException {
    dev.langchain4j.data.document.Document parsed;
    try (InputStream bytes = Files.newInputStream(file)) {
      parsed = parser.parse(bytes);
    } catch (BlankDocumentException e) {
      throw new DocumentReadException("has no text that the parser '" + name + "' finds", e);
    } catch (RuntimeException e) {
      throw new DocumentReadException(
          "cannot be read by the parser '" + name + "': " + Failures.said(e), e);
    }
    Metadata metadata = Metadata.empty();
    for (Map.Entry<String, Object> entry : parsed.metadata().toMap().entrySet()) {
      metadata = Segments.with(metadata, entry.getKey(), entry.getValue());
    }
    return new Document(id, parsed.text(), metadata);
  }
}
