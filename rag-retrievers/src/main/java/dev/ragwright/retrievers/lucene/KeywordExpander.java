package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrievers.lucene.QuestionWords.Word;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.index.Term;
import org.apache.lucene.util.BytesRef;

/** The question, and the half of its words that the fewest passages have. */
final class KeywordExpander implements QueryExpander {
  private final IndexStore store;
  private final Analyzer analyzer;

  KeywordExpander(IndexStore store, Analyzer analyzer) {
    this.store = store;
    this.analyzer = analyzer;
  }

  private record Known(Word word, int passages) {}

  @Override
  public Expansion expand(Query question, CallContext context) {
    String text = question.text();
    return store.search(
        context,
        searcher -> {
          List<Known> known = new ArrayList<>();
          Set<BytesRef> seen = new HashSet<>();
          for (Word word : QuestionWords.of(text, analyzer, searcher.getIndexReader())) {
            for (BytesRef term : word.terms()) {
              int passages = searcher.getIndexReader().docFreq(new Term(PassageFields.TEXT, term));
              if (passages > 0) {
                if (seen.add(term)) {
                  known.add(new Known(word, passages));
                }
                break;
              }
            }
          }
          String rarest =
              known.stream()
                  .sorted(
                      Comparator.comparingInt(Known::passages)
                          .thenComparingInt(one -> one.word().start()))
                  .limit((known.size() + 1) / 2)
                  .sorted(Comparator.comparingInt(one -> one.word().start()))
                  .map(one -> one.word().in(text))
                  .collect(Collectors.joining(" "));
          return Expansion.of(List.of(question, Query.of(rarest)), Usage.none());
        });
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("expander", "keywords")
        .with(StageDescription.INDEX, store.identity());
  }
}
