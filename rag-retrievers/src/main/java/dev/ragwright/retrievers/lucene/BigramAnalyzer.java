package dev.ragwright.retrievers.lucene;

import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;

/**
 * Characters of Chinese, Japanese and Korean, and each two that are beside each other. Lucene's own
 * {@code CJKAnalyzer} leaves out the single ones, and so finds no word of one character.
 */
final class BigramAnalyzer extends Analyzer {
  private static final int ALL =
      CJKBigramFilter.HAN
          | CJKBigramFilter.HIRAGANA
          | CJKBigramFilter.KATAKANA
          | CJKBigramFilter.HANGUL;

  @Override
  protected TokenStreamComponents createComponents(String field) {
    Tokenizer characters = new StandardTokenizer();
    return new TokenStreamComponents(
        characters,
        new CJKBigramFilter(new LowerCaseFilter(new CJKWidthFilter(characters)), ALL, true));
  }
}
