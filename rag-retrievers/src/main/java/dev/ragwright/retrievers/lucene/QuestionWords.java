package dev.ragwright.retrievers.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.analysis.tokenattributes.TermToBytesRefAttribute;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

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

  /**
   * The words in their order; they may overlap, as two-character words do. Where each document has
   * its own language, they are those of the question's language among these, or of all of them
   * where it is too short to tell.
   */
  static List<Word> of(String text, Analyzer analyzer, IndexReader index) throws IOException {
    if (!(analyzer instanceof DetectedLanguages several)) {
      return of(text, analyzer);
    }
    SortedMap<Integer, Word> words = new TreeMap<>(); // by start
    for (String language : several.asked(text, languages(index))) {
      for (Word word : of(text, several.of(language))) {
        words.merge(word.start(), word, QuestionWords::both);
      }
    }
    return List.copyOf(words.values());
  }

  /** The tags of the languages that an index has documents in. */
  private static Set<String> languages(IndexReader index) throws IOException {
    Set<String> languages = new TreeSet<>();
    for (LeafReaderContext leaf : index.leaves()) {
      Terms terms = leaf.reader().terms(PassageFields.LANGUAGE);
      TermsEnum tags = terms == null ? TermsEnum.EMPTY : terms.iterator();
      for (BytesRef tag = tags.next(); tag != null; tag = tags.next()) {
        if (isLive(tags, leaf.reader().getLiveDocs())) {
          languages.add(tag.utf8ToString());
        }
      }
    }
    return languages;
  }

  /** Whether a term has a document that is not deleted: those stay until a merge. */
  private static boolean isLive(TermsEnum term, @Nullable Bits live) throws IOException {
    if (live == null) {
      return true;
    }
    PostingsEnum documents = term.postings(null, PostingsEnum.NONE);
    for (int next = documents.nextDoc();
        next != DocIdSetIterator.NO_MORE_DOCS;
        next = documents.nextDoc()) {
      if (live.get(next)) {
        return true;
      }
    }
    return false;
  }

  private static Word both(Word one, Word other) {
    Set<BytesRef> terms = new LinkedHashSet<>(one.terms());
    terms.addAll(other.terms());
    return new Word(one.start(), Math.max(one.end(), other.end()), List.copyOf(terms));
  }

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
