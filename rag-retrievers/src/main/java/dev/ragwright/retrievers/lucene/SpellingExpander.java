package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrievers.lucene.QuestionWords.Word;
import dev.ragwright.trace.StageRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FuzzyTermsEnum;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * The question with each word that no passage has replaced by the nearest that one has. Terms are
 * compared, which may be stems; what is written into the question is the word as a passage has it,
 * because others than this index may read it.
 */
final class SpellingExpander implements QueryExpander {
  private static final int SHORTEST = 4;
  private static final int LONG = 6; // from here on two edits, as Elasticsearch's AUTO has it
  private static final int TRIED = 10; // that a passage of the scope has
  private static final Sort BY_ID =
      new Sort(new SortField(PassageFields.ID, SortField.Type.STRING));

  private final IndexStore store;
  private final Analyzer analyzer;
  private final Filter scope;

  SpellingExpander(IndexStore store, Analyzer analyzer, Filter scope) {
    this.store = store;
    this.analyzer = analyzer;
    this.scope = scope;
  }

  @Override
  public Expansion expand(Query question, CallContext context) {
    long start = context.ticker().nanos();
    StageDescription description = description(); // which is a search of its own
    return store.search(
        context,
        searcher -> {
          String text = question.text();
          StringBuilder spelled = new StringBuilder();
          List<String> changes = new ArrayList<>();
          int done = 0;
          for (Word word : QuestionWords.of(text, analyzer, searcher.getIndexReader())) {
            context.throwIfStopped();
            String other = word.start() < done ? null : other(searcher, word, word.in(text));
            if (other != null) {
              spelled.append(text, done, word.start()).append(other);
              changes.add(word.in(text) + " > " + other);
              done = word.end();
            }
          }
          if (changes.isEmpty()) {
            return Expansion.of(List.of(question), Usage.none());
          }
          Duration took = Duration.ofNanos(context.ticker().nanos() - start);
          return Expansion.of(
                  List.of(question.withText(spelled.append(text.substring(done)).toString())),
                  Usage.none())
              .withParts(
                  List.of(
                      StageRecord.of("spelling", description, took, Usage.none())
                          .with("changed", String.join(", ", changes))));
        });
  }

  /** What a passage has in place of a word that none has; null where there is nothing near. */
  private @Nullable String other(IndexSearcher searcher, Word word, String written)
      throws IOException {
    int length = written.codePointCount(0, written.length());
    if (length < SHORTEST || written.codePoints().anyMatch(Character::isDigit)) {
      return null; // nobody knows what a number or a name of a part was meant to be
    }
    for (BytesRef term : word.terms()) {
      if (passage(searcher, term) != null) {
        return null;
      }
    }
    for (int edits = 1; edits <= (length < LONG ? 1 : 2); edits++) {
      int tried = 0;
      for (BytesRef near : nearest(searcher, word, edits)) {
        Passage passage = tried == TRIED ? null : passage(searcher, near);
        String there = passage == null ? null : written(searcher, passage, near);
        if (there != null) {
          return there;
        }
        tried += passage == null ? 0 : 1;
      }
    }
    return null;
  }

  private record Near(BytesRef term, int passages) {}

  /** Terms within so many edits, those of most passages first. */
  private static List<BytesRef> nearest(IndexSearcher searcher, Word word, int edits)
      throws IOException {
    Terms terms = MultiTerms.getTerms(searcher.getIndexReader(), PassageFields.TEXT);
    List<Near> near = new ArrayList<>();
    for (BytesRef term : terms == null ? List.<BytesRef>of() : word.terms()) {
      FuzzyTermsEnum found =
          new FuzzyTermsEnum(terms, new Term(PassageFields.TEXT, term), edits, 1, true);
      for (BytesRef next = found.next(); next != null; next = found.next()) {
        near.add(new Near(BytesRef.deepCopyOf(next), found.docFreq()));
      }
    }
    near.sort(Comparator.comparingInt(Near::passages).reversed().thenComparing(Near::term));
    return near.stream().map(Near::term).distinct().toList();
  }

  /** The passage of the scope with the least id that has a term, or null. */
  private @Nullable Passage passage(IndexSearcher searcher, BytesRef term) throws IOException {
    BooleanQuery.Builder query =
        new BooleanQuery.Builder()
            .add(new TermQuery(new Term(PassageFields.TEXT, term)), Occur.FILTER);
    if (!(scope instanceof Filter.All)) {
      query.add(new FilterQuery(scope, store.filters()), Occur.FILTER);
    }
    ScoreDoc[] found = searcher.search(query.build(), 1, BY_ID).scoreDocs;
    return found.length == 0
        ? null
        : new PassageReader(searcher.getIndexReader()).read(found[0].doc);
  }

  private @Nullable String written(IndexSearcher searcher, Passage passage, BytesRef term)
      throws IOException {
    for (String text : store.manifest().searched().texts(passage)) {
      for (Word word : QuestionWords.of(text, analyzer, searcher.getIndexReader())) {
        if (word.terms().contains(term)) {
          return word.in(text);
        }
      }
    }
    return null;
  }

  @Override
  public StageDescription description() {
    StageDescription described =
        StageDescription.of("expander", "spelling").with(StageDescription.INDEX, store.identity());
    return scope instanceof Filter.All ? described : described.with("scope", scope);
  }
}
