package dev.ragwright.retrievers.lucene;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.AnalyzerWrapper;

/** The terms of a language's analyzer, and what a {@link TechnicalFilter} adds to them. */
final class LanguageAnalyzer extends AnalyzerWrapper {
  private final Analyzer words;
  private final Analyzer forms;

  LanguageAnalyzer(Supplier<Analyzer> words) {
    super(GLOBAL_REUSE_STRATEGY);
    this.words = words.get();
    this.forms = words.get();
  }

  @Override
  protected Analyzer getWrappedAnalyzer(String field) {
    return words;
  }

  @Override
  protected TokenStreamComponents wrapComponents(String field, TokenStreamComponents components) {
    TechnicalFilter filter = new TechnicalFilter(components.getTokenStream(), forms);
    return new TokenStreamComponents(
        reader -> {
          String text = read(reader);
          filter.text(text);
          components.getSource().accept(new StringReader(text));
        },
        filter);
  }

  private static String read(Reader reader) {
    try {
      StringWriter text = new StringWriter();
      reader.transferTo(text);
      return text.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    words.close();
    forms.close();
    super.close();
  }
}
