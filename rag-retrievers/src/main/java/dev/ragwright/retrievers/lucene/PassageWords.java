package dev.ragwright.retrievers.lucene;

import dev.ragwright.document.Passage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.util.BytesRef;

/**
 * The words of passages and questions as a {@link LuceneIndex} of a language has them, for an
 * engine elsewhere that is to find by words what the index finds. Immutable and safe to share.
 */
public final class PassageWords {
  private final Languages.Choice language;
  private final SearchedText searched;

  private PassageWords(Languages.Choice language, SearchedText searched) {
    this.language = language;
    this.searched = searched;
  }

  /**
   * Those of a language, with the weights that an index has by default.
   *
   * @param tag as of {@link LuceneIndex.Builder#language}, but for {@code auto}
   * @throws IllegalArgumentException as there, or if it is {@code auto}
   */
  public static PassageWords of(String tag) {
    Languages.Choice language = Languages.of(tag);
    if (language.analyzer() instanceof DetectedLanguages) {
      throw new IllegalArgumentException(
          "the languages of single documents are known to an index in this process alone; name the"
              + " language of all, or say und, which knows words of any language and no forms of"
              + " them");
    }
    return new PassageWords(language, SearchedText.usual());
  }

  /** With another weight of headings, as {@link LuceneIndex.Builder#headingWeight} has it. */
  public PassageWords withHeadings(int weight) {
    return new PassageWords(language, searched.withHeadings(weight));
  }

  /** With another weight of a key, as {@link LuceneIndex.Builder#metadataWeight} has it. */
  public PassageWords withMetadata(String key, int weight) {
    return new PassageWords(language, searched.with(key, weight));
  }

  /** What two of them that make the same words have in common: the language and the weights. */
  public String name() {
    return language.name() + " " + searched;
  }

  /**
   * The terms of a passage: of each place in what is searched of it, those that stand there, one at
   * least.
   */
  public List<List<String>> of(Passage passage) {
    List<List<String>> places = new ArrayList<>();
    for (String text : searched.texts(passage)) {
      for (QuestionWords.Word word : words(text)) {
        places.add(word.terms().stream().map(BytesRef::utf8ToString).toList());
      }
    }
    return places;
  }

  /**
   * The distinct terms of a question in the order of their first place, with what each weighs.
   *
   * @param k3 as of {@link LuceneIndex.Builder#bm25(double, double, double)}
   */
  public Map<String, Double> ofQuestion(String text, double k3) {
    Map<String, Integer> places = new LinkedHashMap<>();
    for (QuestionWords.Word word : words(text)) {
      for (BytesRef term : new LinkedHashSet<>(word.terms())) {
        places.merge(term.utf8ToString(), 1, Integer::sum);
      }
    }
    Map<String, Double> weights = new LinkedHashMap<>();
    places.forEach((term, count) -> weights.put(term, Bm25Retriever.weight(count, k3)));
    return weights;
  }

  /** The terms of a text in its order, as of {@link LuceneIndex#terms}. */
  public List<String> terms(String text) {
    return words(text).stream()
        .flatMap(word -> word.terms().stream())
        .map(BytesRef::utf8ToString)
        .toList();
  }

  private List<QuestionWords.Word> words(String text) {
    Analyzer analyzer = language.analyzer();
    try {
      return QuestionWords.of(text, analyzer);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // of a text in memory
    }
  }
}
