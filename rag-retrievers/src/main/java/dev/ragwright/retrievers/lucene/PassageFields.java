package dev.ragwright.retrievers.lucene;

import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import dev.ragwright.retrievers.sync.ContentHash;
import dev.ragwright.retrievers.sync.Utf16;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.DoublePoint;
import org.apache.lucene.document.FeatureField;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * How passages lie in Lucene. A document of the source is one block: a Lucene document for each
 * passage and a <em>record</em> last, which holds the hash of what it was made from. All of them
 * carry the source document's id, so a block is replaced or deleted by one term.
 */
final class PassageFields {
  /** The passage's id: a term to replace it by, and sorted values to break ties by. */
  static final String ID = "id";

  /** The id of the document, on its passages and on its record. */
  static final String DOCUMENT = "document";

  /** The analysed search text. */
  static final String TEXT = "text";

  /** The tag of its language, where each document has its own. */
  static final String LANGUAGE = "language";

  static final String VECTOR = "vector";

  /** The vectors of the tokens of the search text. */
  static final String TOKENS = "tokens";

  /** A term for each token of a vocabulary that a sparse encoder weighs above nothing. */
  static final String SPARSE = "sparse";

  /**
   * A term for each metadata value that is a text or a truth value, and one for each key of a text
   * that is too long for a term of its own.
   */
  static final String METADATA = "metadata";

  static final String FINGERPRINT = "fingerprint";

  /** The id of the document, on its record only. */
  static final String RECORD = "record";

  /** The hash, on a record only; empty when passages were changed one by one since. */
  static final String HASH = "hash";

  /**
   * On a record whose hash is empty: the ids that a database of vectors may have of the document.
   */
  static final String ANNOUNCED = "announced";

  private static final String STORED_START = "start";
  private static final String STORED_TEXT = "words";
  private static final String STORED_HEADING = "heading";
  private static final String STORED_PLACES = "places";
  private static final String STORED_KEY = "key";
  private static final String STORED_VALUE = "value";
  private static final String STORED_ONE_OF = "oneOf";
  private static final int LONGEST_PLAIN_TERM = 1_000;

  private PassageFields() {}

  /**
   * The fields of a passage.
   *
   * @param language what it was detected to be in; null where all are in one
   */
  static Document of(
      Passage passage, SearchedText searched, @Nullable String language, PassageVectors vectors) {
    BytesRef id = Utf16.id("passage", passage.id());
    Document fields = new Document();
    fields.add(new StringField(ID, id, Field.Store.YES));
    fields.add(new SortedDocValuesField(ID, id));
    fields.add(
        new StringField(DOCUMENT, Utf16.id("document", passage.documentId()), Field.Store.YES));
    searched.addTo(fields, TEXT, passage, language);
    if (language != null) {
      fields.add(new StringField(LANGUAGE, language, Field.Store.NO));
    }
    fields.add(new NumericDocValuesField(FINGERPRINT, ContentHash.fingerprint(passage)));
    float[] vector = vectors.whole();
    if (vector != null) {
      fields.add(new KnnFloatVectorField(VECTOR, vector, VectorSimilarityFunction.DOT_PRODUCT));
    }
    byte[] tokens = vectors.tokens();
    if (tokens != null) {
      fields.add(new BinaryDocValuesField(TOKENS, new BytesRef(tokens)));
    }
    Map<String, Float> sparse = vectors.sparse();
    if (sparse != null) {
      // With a term vector, out of which a sync reads them again.
      sparse.forEach((token, weight) -> fields.add(new FeatureField(SPARSE, token, weight, true)));
    }
    fields.add(new StoredField(STORED_START, passage.start()));
    fields.add(new StoredField(STORED_TEXT, Utf16.encode(passage.text())));
    for (String heading : passage.headings()) {
      fields.add(new StoredField(STORED_HEADING, Utf16.encode(heading)));
    }
    if (passage.places().known()) {
      fields.add(new StoredField(STORED_PLACES, Utf16.encode(passage.places().toString())));
    }
    for (Map.Entry<String, Object> entry : passage.metadata().asMap().entrySet()) {
      addMetadata(fields, entry.getKey(), entry.getValue());
    }
    return fields;
  }

  private static void addMetadata(Document fields, String key, Object value) {
    fields.add(new StoredField(STORED_KEY, Utf16.encode(key)));
    switch (value) {
      case String text -> {
        fields.add(new StoredField(STORED_VALUE, Utf16.encode(text)));
        addTerm(fields, key, text);
      }
      case List<?> several ->
          several.forEach(
              text -> {
                fields.add(new StoredField(STORED_ONE_OF, Utf16.encode(text.toString())));
                addTerm(fields, key, text.toString());
              });
      case Boolean truth -> {
        fields.add(new StoredField(STORED_VALUE, truth ? 1 : 0));
        fields.add(new StringField(METADATA, term(key, value), Field.Store.NO));
      }
      case Long number -> {
        fields.add(new StoredField(STORED_VALUE, number));
        fields.add(new DoublePoint(numbers(key), number(number)));
      }
      case Double number -> {
        fields.add(new StoredField(STORED_VALUE, number));
        fields.add(new DoublePoint(numbers(key), number(number)));
      }
      default -> throw new IllegalArgumentException("metadata cannot hold " + value.getClass());
    }
  }

  private static void addTerm(Document fields, String key, String text) {
    BytesRef term = term(key, text);
    fields.add(new StringField(METADATA, term, Field.Store.NO));
    if (isHash(term)) {
      fields.add(new StringField(METADATA, keyOfLong(key), Field.Store.NO));
    }
  }

  /** The record of a document; an empty hash fits no content. */
  static Document record(String documentId, BytesRef hash) {
    return record(documentId, hash, Set.of());
  }

  /** A record that announces what a database of vectors is to have of the document. */
  static Document record(String documentId, BytesRef hash, Set<String> passageIds) {
    Document fields = new Document();
    BytesRef id = Utf16.id("document", documentId);
    fields.add(new StringField(DOCUMENT, id, Field.Store.YES));
    fields.add(new StringField(RECORD, id, Field.Store.NO));
    fields.add(new BinaryDocValuesField(HASH, hash));
    for (String passageId : passageIds) {
      fields.add(new StoredField(ANNOUNCED, Utf16.encode(passageId)));
    }
    return fields;
  }

  /** The passage of what is stored of it. */
  static Passage read(Document stored) {
    int start = 0;
    String id = "";
    String documentId = "";
    String text = "";
    List<String> headings = new ArrayList<>();
    Map<String, Object> metadata = new LinkedHashMap<>();
    Places places = Places.unknown();
    String key = "";
    List<String> several = new ArrayList<>();
    for (IndexableField field : stored) {
      switch (field.name()) {
        case ID -> id = Utf16.decode(field.binaryValue());
        case DOCUMENT -> documentId = Utf16.decode(field.binaryValue());
        case STORED_START -> start = field.numericValue().intValue();
        case STORED_TEXT -> text = Utf16.decode(field.binaryValue());
        case STORED_HEADING -> headings.add(Utf16.decode(field.binaryValue()));
        case STORED_PLACES -> places = Places.parse(Utf16.decode(field.binaryValue()));
        case STORED_KEY -> {
          key = Utf16.decode(field.binaryValue());
          several = new ArrayList<>();
        }
        case STORED_ONE_OF -> {
          several.add(Utf16.decode(field.binaryValue()));
          metadata.put(key, several);
        }
        case STORED_VALUE -> metadata.put(key, value(field));
        default -> {}
      }
    }
    return new Passage(
        id,
        documentId,
        start,
        start + text.length(),
        text,
        headings,
        Metadata.of(metadata),
        places);
  }

  private static Object value(IndexableField field) {
    return switch (field.numericValue()) {
      case null -> Utf16.decode(field.binaryValue());
      case Integer truth -> truth == 1;
      case Long number -> number;
      case Number number -> number.doubleValue();
    };
  }

  /** The term of a metadata value; a long one is a hash, because Lucene bounds a term's length. */
  static BytesRef term(String key, Object value) {
    return bounded(
        value instanceof String text
            ? texts(key, text)
            : Utf16.encode("b" + key.length() + ":" + key + value));
  }

  private static BytesRef bounded(BytesRef term) {
    return term.length <= LONGEST_PLAIN_TERM
        ? term
        : new BytesRef("h" + HexFormat.of().formatHex(ContentHash.of(term)));
  }

  private static boolean isHash(BytesRef term) {
    return term.bytes[term.offset] == 'h';
  }

  /** The term of passages whose text under a key is a hash, which has no place in an order. */
  static BytesRef keyOfLong(String key) {
    return bounded(Utf16.encode("l" + key));
  }

  /**
   * Where a text stands, however long it is, among the terms of the others under its key, whose
   * order is that of the texts; all of them begin as the empty text does.
   */
  static BytesRef texts(String key, String text) {
    return Utf16.encode("s" + key.length() + ":" + key + text);
  }

  /** What a frequency of {@link #SPARSE} stands for: the first 17 bits of a float. */
  static float weight(int frequency) {
    return Float.intBitsToFloat(frequency << 15);
  }

  /**
   * The field that holds the numbers under a metadata key. Lucene writes names of fields in UTF-8,
   * in which a surrogate without its partner is another character.
   */
  static String numbers(String key) {
    if (Utf16.isWellFormed(key)) {
      return "number:" + key;
    }
    BytesRef units = Utf16.encode(key);
    return "number-units:" + HexFormat.of().formatHex(units.bytes, 0, units.length);
  }

  /** A number as it is compared: 0 and -0 are equal, as they are for {@code ==}. */
  static double number(Number number) {
    return number.doubleValue() + 0.0;
  }
}
