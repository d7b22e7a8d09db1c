package dev.ragwright.retrievers.lucene;

import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrievers.sync.Utf16;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.lucene.document.DoublePoint;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.ConstantScoreScorerSupplier;
import org.apache.lucene.search.ConstantScoreWeight;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.StringHelper;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Filter} as set algebra over one bit for each Lucene document of a segment, each of whose
 * conditions is worked out at the first search with it. It costs {@code maxDoc / 64} words for each
 * form of the filter and the reading of all postings it names, even where the words of the query
 * leave few documents; in return the meaning is that of {@link Filter#test} by construction, no
 * filter has too many clauses for Lucene, and a vector search knows how many passages are left
 * before it chooses its way.
 */
final class FilterQuery extends Query {
  private final Filter filter;
  private final FilterCache cache;

  FilterQuery(Filter filter, FilterCache cache) {
    this.filter = filter;
    this.cache = cache;
  }

  @Override
  public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) {
    return new ConstantScoreWeight(this, boost) {
      @Override
      public ScorerSupplier scorerSupplier(LeafReaderContext leaf) throws IOException {
        FixedBitSet accepted = cache.accepted(filter, searcher, leaf);
        int count = accepted.cardinality();
        return ConstantScoreScorerSupplier.fromIterator(
            new BitSetIterator(accepted, count), score(), scoreMode, leaf.reader().maxDoc());
      }

      @Override
      public boolean isCacheable(LeafReaderContext leaf) {
        return true;
      }
    };
  }

  /** The documents of a segment that the filter accepts; deleted ones and records may be set. */
  static FixedBitSet accepted(
      Filter filter, IndexSearcher searcher, LeafReaderContext leaf, FilterCache cache)
      throws IOException {
    int maxDoc = leaf.reader().maxDoc();
    FixedBitSet bits = new FixedBitSet(maxDoc);
    switch (filter) {
      case Filter.All all -> bits.set(0, maxDoc);
      case Filter.Documents documents ->
          addTerms(
              bits,
              leaf,
              PassageFields.DOCUMENT,
              documents.ids().stream().map(Utf16::encode).toList());
      case Filter.In in -> addValues(bits, in, searcher, leaf);
      case Filter.Range range -> addRange(bits, range, searcher, leaf);
      case Filter.TextRange range -> addTexts(bits, range, leaf);
      case Filter.Prefix prefix -> addPrefixed(bits, prefix, leaf);
      case Filter.Exists exists -> addKey(bits, exists, searcher, leaf);
      case Filter.And and -> {
        bits.set(0, maxDoc);
        for (Filter part : and.parts()) {
          bits.and(cache.accepted(part, searcher, leaf));
        }
      }
      case Filter.Or or -> {
        for (Filter part : or.parts()) {
          bits.or(cache.accepted(part, searcher, leaf));
        }
      }
      case Filter.Not not -> {
        bits.or(cache.accepted(not.filter(), searcher, leaf));
        bits.flip(0, maxDoc);
      }
    }
    return bits;
  }

  /** Whether something is under a metadata key. */
  static boolean hasKey(String key, IndexSearcher searcher) {
    return hasType(key, String.class, searcher)
        || hasType(key, Number.class, searcher)
        || hasType(key, Boolean.class, searcher);
  }

  /** Whether a value of a type is under a metadata key: text, number or truth value. */
  static boolean hasType(String key, Class<?> type, IndexSearcher searcher) {
    try {
      return type == Number.class
          ? hasNumbers(key, searcher)
          : type == String.class ? hasTexts(key, searcher) : hasTruths(key, searcher);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean hasNumbers(String key, IndexSearcher searcher) throws IOException {
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      if (leaf.reader().getPointValues(PassageFields.numbers(key)) != null) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasTexts(String key, IndexSearcher searcher) throws IOException {
    BytesRef first = PassageFields.texts(key, "");
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      Terms terms = leaf.reader().terms(PassageFields.METADATA);
      if (terms != null) {
        TermsEnum all = terms.iterator();
        if ((all.seekCeil(first) != TermsEnum.SeekStatus.END
                && StringHelper.startsWith(all.term(), first))
            || all.seekExact(PassageFields.keyOfLong(key))) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean hasTruths(String key, IndexSearcher searcher) throws IOException {
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      Terms terms = leaf.reader().terms(PassageFields.METADATA);
      if (terms != null) {
        TermsEnum all = terms.iterator();
        if (all.seekExact(PassageFields.term(key, true))
            || all.seekExact(PassageFields.term(key, false))) {
          return true;
        }
      }
    }
    return false;
  }

  private static void addValues(
      FixedBitSet bits, Filter.In in, IndexSearcher searcher, LeafReaderContext leaf)
      throws IOException {
    List<BytesRef> terms = new ArrayList<>();
    List<Double> numbers = new ArrayList<>();
    for (Object value : in.values()) {
      if (!(value instanceof Number number)) {
        terms.add(PassageFields.term(in.key(), value));
      } else if (!Double.isNaN(number.doubleValue())) {
        numbers.add(PassageFields.number(number));
      }
    }
    addTerms(bits, leaf, PassageFields.METADATA, terms);
    if (!numbers.isEmpty()) {
      add(
          bits,
          DoublePoint.newSetQuery(
              PassageFields.numbers(in.key()),
              numbers.stream().mapToDouble(Double::doubleValue).toArray()),
          searcher,
          leaf);
    }
  }

  private static void addRange(
      FixedBitSet bits, Filter.Range range, IndexSearcher searcher, LeafReaderContext leaf)
      throws IOException {
    double from = PassageFields.number(range.from());
    double to = PassageFields.number(range.to());
    if (from <= to) {
      String field = PassageFields.numbers(range.key());
      add(bits, DoublePoint.newRangeQuery(field, from, to), searcher, leaf);
    }
  }

  private static void addTexts(FixedBitSet bits, Filter.TextRange range, LeafReaderContext leaf)
      throws IOException {
    BytesRef all = PassageFields.texts(range.key(), "");
    BytesRef first = range.from() == null ? all : PassageFields.texts(range.key(), range.from());
    BytesRef last = range.to() == null ? null : PassageFields.texts(range.key(), range.to());
    addTerms(bits, leaf, all, first, last);
    addLong(bits, range.key(), range, leaf);
  }

  private static void addPrefixed(FixedBitSet bits, Filter.Prefix prefix, LeafReaderContext leaf)
      throws IOException {
    BytesRef first = PassageFields.texts(prefix.key(), prefix.prefix());
    addTerms(bits, leaf, first, first, null);
    addLong(bits, prefix.key(), prefix, leaf);
  }

  private static void addKey(
      FixedBitSet bits, Filter.Exists exists, IndexSearcher searcher, LeafReaderContext leaf)
      throws IOException {
    String key = exists.key();
    BytesRef all = PassageFields.texts(key, "");
    addTerms(bits, leaf, all, all, null);
    addTerms(
        bits,
        leaf,
        PassageFields.METADATA,
        List.of(
            PassageFields.keyOfLong(key),
            PassageFields.term(key, true),
            PassageFields.term(key, false)));
    addRange(
        bits,
        new Filter.Range(key, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY),
        searcher,
        leaf);
  }

  /**
   * Reads the terms that begin so, from the first to the last, which is the last of all if null.
   */
  private static void addTerms(
      FixedBitSet bits,
      LeafReaderContext leaf,
      BytesRef beginning,
      BytesRef first,
      @Nullable BytesRef last)
      throws IOException {
    Terms terms = leaf.reader().terms(PassageFields.METADATA);
    if (terms == null) {
      return;
    }
    TermsEnum enumerated = terms.iterator();
    PostingsEnum postings = null;
    if (enumerated.seekCeil(first) != TermsEnum.SeekStatus.END) {
      for (BytesRef term = enumerated.term();
          term != null
              && StringHelper.startsWith(term, beginning)
              && (last == null || term.compareTo(last) <= 0);
          term = enumerated.next()) {
        postings = enumerated.postings(postings, PostingsEnum.NONE);
        bits.or(postings);
      }
    }
  }

  /** Texts too long for a term are compared as they are stored. */
  private static void addLong(
      FixedBitSet bits, String key, Filter condition, LeafReaderContext leaf) throws IOException {
    FixedBitSet longOnes = new FixedBitSet(bits.length());
    addTerms(longOnes, leaf, PassageFields.METADATA, List.of(PassageFields.keyOfLong(key)));
    PassageReader passages = new PassageReader(leaf.reader());
    BitSetIterator docs = new BitSetIterator(longOnes, 0);
    for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
      if (condition.test(passages.read(doc))) {
        bits.set(doc);
      }
    }
  }

  private static void addTerms(
      FixedBitSet bits, LeafReaderContext leaf, String field, Collection<BytesRef> values)
      throws IOException {
    Terms terms = leaf.reader().terms(field);
    if (terms == null) {
      return;
    }
    TermsEnum all = terms.iterator();
    PostingsEnum postings = null;
    for (BytesRef value : values) {
      if (all.seekExact(value)) {
        postings = all.postings(postings, PostingsEnum.NONE);
        bits.or(postings);
      }
    }
  }

  private static void add(
      FixedBitSet bits, Query query, IndexSearcher searcher, LeafReaderContext leaf)
      throws IOException {
    Scorer scorer =
        searcher
            .createWeight(searcher.rewrite(query), ScoreMode.COMPLETE_NO_SCORES, 1)
            .scorer(leaf);
    if (scorer != null) {
      bits.or(scorer.iterator());
    }
  }

  @Override
  public void visit(QueryVisitor visitor) {
    visitor.visitLeaf(this);
  }

  @Override
  public String toString(String field) {
    return filter.toString();
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof FilterQuery other && filter.equals(other.filter);
  }

  @Override
  public int hashCode() {
    return filter.hashCode();
  }
}
