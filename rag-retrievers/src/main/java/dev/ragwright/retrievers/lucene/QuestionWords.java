package dev.ragwright.retrievers.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.analysis.tokenattributes.TermToBytesRefAttribute;
import org.apache.lucene.util.BytesRef;

/** The words of a text with their places in it, as an analyzer finds them. */
final class QuestionWords {
  private QuestionWords() {}

  /**
   * A place of the analyzer's.
   *
   * @param terms all that the analyzer puts there, at least one
   */
  record Word(int start, int end, List<BytesRef> terms) {
    String in(String text) {
      return text.substring(start, end);
    }
  }

  /** The words in their order; they may overlap, as two-character words do. */
  static List<Word> of(String text, Analyzer analyzer) throws IOException {
    List<Word> words = new ArrayList<>();
    try (TokenStream tokens = analyzer.tokenStream(PassageFields.TEXT, text)) {
      TermToBytesRefAttribute term = tokens.getAttribute(TermToBytesRefAttribute.class);
      PositionIncrementAttribute place = tokens.addAttribute(PositionIncrementAttribute.class);
      OffsetAttribute offsets = tokens.addAttribute(OffsetAttribute.class);
      tokens.reset();
      while (tokens.incrementToken()) {
        int start = offsets.startOffset();
        int end = offsets.endOffset();
        List<BytesRef> terms = new ArrayList<>();
        if (place.getPositionIncrement() == 0 && !words.isEmpty()) {
          Word here = words.removeLast();
          start = Math.min(start, here.start());
          end = Math.max(end, here.end());
          terms.addAll(here.terms());
        }
        terms.add(BytesRef.deepCopyOf(term.getBytesRef()));
        words.add(new Word(start, end, terms));
      }
      tokens.end();
    }
    return words;
  }
}
