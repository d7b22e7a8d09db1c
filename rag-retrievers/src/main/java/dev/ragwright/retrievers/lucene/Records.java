package dev.ragwright.retrievers.lucene;

import dev.ragwright.document.Passage;
import dev.ragwright.retrievers.sync.Utf16;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.document.FeatureField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/** Looks up what is not deleted by its id, without a search. */
final class Records {
  private Records() {}

  /** The hash in the record of a document, or null if no sync has indexed it. */
  static @Nullable BytesRef hash(IndexReader reader, BytesRef documentId) throws IOException {
    Term term = new Term(PassageFields.RECORD, documentId);
    for (LeafReaderContext leaf : reader.leaves()) {
      int doc = firstLive(leaf.reader().postings(term, PostingsEnum.NONE), liveDocs(leaf));
      if (doc != DocIdSetIterator.NO_MORE_DOCS) {
        BinaryDocValues hashes = leaf.reader().getBinaryDocValues(PassageFields.HASH);
        hashes.advanceExact(doc);
        return BytesRef.deepCopyOf(hashes.binaryValue());
      }
    }
    return null;
  }

  /** The passage of an id, or null if there is none. */
  static @Nullable Passage passage(IndexReader reader, String passageId) throws IOException {
    int doc = document(reader, passageId);
    return doc < 0 ? null : new PassageReader(reader).read(doc);
  }

  /** The number of a passage in a view of the index, or -1 if there is none. */
  static int document(IndexReader reader, String passageId) throws IOException {
    Term term = new Term(PassageFields.ID, Utf16.encode(passageId));
    for (LeafReaderContext leaf : reader.leaves()) {
      int doc = firstLive(leaf.reader().postings(term, PostingsEnum.NONE), liveDocs(leaf));
      if (doc != DocIdSetIterator.NO_MORE_DOCS) {
        return leaf.docBase + doc;
      }
    }
    return -1;
  }

  /** The ids of a document's passages, and of those that its record announces. */
  static Set<String> passageIds(IndexReader reader, BytesRef documentId) throws IOException {
    Term term = new Term(PassageFields.DOCUMENT, documentId);
    Set<String> fields = Set.of(PassageFields.ID, PassageFields.ANNOUNCED);
    Set<String> ids = new TreeSet<>();
    for (LeafReaderContext leaf : reader.leaves()) {
      Bits live = liveDocs(leaf);
      PostingsEnum postings = leaf.reader().postings(term, PostingsEnum.NONE);
      for (int doc = firstLive(postings, live);
          doc != DocIdSetIterator.NO_MORE_DOCS;
          doc = firstLive(postings, live)) {
        for (IndexableField id : leaf.reader().storedFields().document(doc, fields)) {
          ids.add(Utf16.decode(id.binaryValue()));
        }
      }
    }
    return ids;
  }

  /** Adds the vectors of those passages of a document that read as one of the texts, by text. */
  static void vectors(
      IndexReader reader,
      BytesRef documentId,
      Set<String> texts,
      Map<String, PassageVectors> byText)
      throws IOException {
    Term term = new Term(PassageFields.DOCUMENT, documentId);
    for (LeafReaderContext leaf : reader.leaves()) {
      PostingsEnum postings = leaf.reader().postings(term, PostingsEnum.NONE);
      FloatVectorValues vectors = leaf.reader().getFloatVectorValues(PassageFields.VECTOR);
      BinaryDocValues tokens = leaf.reader().getBinaryDocValues(PassageFields.TOKENS);
      boolean isSparse = leaf.reader().getFieldInfos().fieldInfo(PassageFields.SPARSE) != null;
      if (postings == null || (vectors == null && tokens == null && !isSparse)) {
        continue;
      }
      PassageReader passages = new PassageReader(leaf.reader());
      KnnVectorValues.DocIndexIterator places = vectors == null ? null : vectors.iterator();
      Bits live = liveDocs(leaf);
      for (int doc = firstLive(postings, live);
          doc != DocIdSetIterator.NO_MORE_DOCS;
          doc = firstLive(postings, live)) {
        float[] whole = whole(vectors, places, doc);
        byte[] ofTokens = ofTokens(tokens, doc);
        Terms weights =
            isSparse ? leaf.reader().termVectors().get(doc, PassageFields.SPARSE) : null;
        if (whole != null || ofTokens != null || weights != null) { // not a record
          String text = passages.read(doc).searchText();
          if (texts.contains(text)) {
            byText.put(
                text,
                new PassageVectors(whole, ofTokens, weights == null ? null : weights(weights)));
          }
        }
      }
    }
  }

  private static float @Nullable [] whole(
      @Nullable FloatVectorValues vectors,
      KnnVectorValues.@Nullable DocIndexIterator places,
      int doc)
      throws IOException {
    if (vectors == null || places == null) {
      return null;
    }
    int place = places.docID() < doc ? places.advance(doc) : places.docID();
    return place == doc ? vectors.vectorValue(places.index()).clone() : null;
  }

  private static byte @Nullable [] ofTokens(@Nullable BinaryDocValues tokens, int doc)
      throws IOException {
    return tokens != null && tokens.advanceExact(doc)
        ? BytesRef.deepCopyOf(tokens.binaryValue()).bytes
        : null;
  }

  /** Out of the frequencies that {@link FeatureField} makes of them. */
  private static Map<String, Float> weights(Terms terms) throws IOException {
    Map<String, Float> weights = new LinkedHashMap<>();
    TermsEnum tokens = terms.iterator();
    PostingsEnum postings = null;
    for (BytesRef token = tokens.next(); token != null; token = tokens.next()) {
      postings = tokens.postings(postings, PostingsEnum.FREQS);
      postings.nextDoc();
      weights.put(token.utf8ToString(), PassageFields.weight(postings.freq()));
    }
    return weights;
  }

  static @Nullable Bits liveDocs(LeafReaderContext leaf) {
    return leaf.reader().getLiveDocs();
  }

  /** The next of the postings, where there are some, that is not deleted, or NO_MORE_DOCS. */
  static int firstLive(@Nullable PostingsEnum postings, @Nullable Bits live) throws IOException {
    if (postings == null) {
      return DocIdSetIterator.NO_MORE_DOCS;
    }
    int doc = postings.nextDoc();
    while (doc != DocIdSetIterator.NO_MORE_DOCS && live != null && !live.get(doc)) {
      doc = postings.nextDoc();
    }
    return doc;
  }
}
