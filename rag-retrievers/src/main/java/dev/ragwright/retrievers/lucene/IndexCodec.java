package dev.ragwright.retrievers.lucene;

import java.io.IOException;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.StoredFieldsFormat;
import org.apache.lucene.codecs.StoredFieldsReader;
import org.apache.lucene.codecs.StoredFieldsWriter;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene90.Lucene90StoredFieldsFormat;
import org.apache.lucene.codecs.lucene90.compressing.Lucene90CompressingStoredFieldsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;

/**
 * Lucene's own codec under its own name, so any Lucene can read the files, written with three other
 * settings. Vectors may be longer than 1,024 numbers, as those of hosted models are. A segment gets
 * a graph only where one pays: below about twenty thousand vectors comparing all is as fast, so the
 * graph would be built, and at the next merge built again, for nothing. And stored passages are
 * packed few together: a search unpacks all that were packed with each one it returns, which with
 * Lucene's 80 kB takes longer than finding it.
 */
final class IndexCodec extends FilterCodec {
  static final int MAX_DIMENSION = 8_192;

  /** In Lucene's measure, the k whose search would visit all: n / ln n for n = 19,800. */
  private static final int SMALL_SEGMENT = 2_000;

  private final StoredFieldsFormat stored = new Stored();

  /**
   * @param mergers how many threads build a graph when segments are merged; more than one are the
   *     merge scheduler's
   */
  IndexCodec(VectorSearch search, int mergers) {
    super("Lucene104", new WithVectors(search, mergers));
  }

  @Override
  public StoredFieldsFormat storedFieldsFormat() {
    return stored;
  }

  private static final class WithVectors extends Lucene104Codec {
    private final KnnVectorsFormat vectors;

    WithVectors(VectorSearch search, int mergers) {
      this.vectors = new Vectors(format(search, mergers));
    }

    private static KnnVectorsFormat format(VectorSearch search, int mergers) {
      int small = search.isExact() ? Integer.MAX_VALUE : search.isGraph() ? 0 : SMALL_SEGMENT;
      return search.bits() == 32
          ? new Lucene99HnswVectorsFormat(
              Lucene99HnswVectorsFormat.DEFAULT_MAX_CONN,
              Lucene99HnswVectorsFormat.DEFAULT_BEAM_WIDTH,
              mergers,
              null,
              small)
          : new Lucene104HnswScalarQuantizedVectorsFormat(
              encoding(search.bits()),
              Lucene99HnswVectorsFormat.DEFAULT_MAX_CONN,
              Lucene99HnswVectorsFormat.DEFAULT_BEAM_WIDTH,
              mergers,
              null,
              small);
    }

    private static ScalarEncoding encoding(int bits) {
      return switch (bits) {
        case 8 -> ScalarEncoding.UNSIGNED_BYTE;
        case 7 -> ScalarEncoding.SEVEN_BIT;
        case 4 -> ScalarEncoding.PACKED_NIBBLE;
        default -> ScalarEncoding.SINGLE_BIT_QUERY_NIBBLE;
      };
    }

    @Override
    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
      return vectors;
    }
  }

  /** What Lucene's format reads, with its name and compression, in smaller chunks. */
  private static final class Stored extends StoredFieldsFormat {
    private static final int CHUNK_BYTES = 8 * 1024;
    private static final int CHUNK_DOCUMENTS = 128;
    private static final int BLOCK_SHIFT = 10;

    private final Lucene90StoredFieldsFormat usual = new Lucene90StoredFieldsFormat();
    private final StoredFieldsFormat format =
        new Lucene90CompressingStoredFieldsFormat(
            "Lucene90StoredFieldsFastData",
            Lucene90StoredFieldsFormat.BEST_SPEED_MODE,
            CHUNK_BYTES,
            CHUNK_DOCUMENTS,
            BLOCK_SHIFT);

    @Override
    public StoredFieldsReader fieldsReader(
        Directory directory, SegmentInfo segment, FieldInfos fields, IOContext context)
        throws IOException {
      return usual.fieldsReader(directory, segment, fields, context);
    }

    @Override
    public StoredFieldsWriter fieldsWriter(
        Directory directory, SegmentInfo segment, IOContext context) throws IOException {
      segment.putAttribute(
          Lucene90StoredFieldsFormat.MODE_KEY, Lucene90StoredFieldsFormat.Mode.BEST_SPEED.name());
      return format.fieldsWriter(directory, segment, context);
    }
  }

  private static final class Vectors extends KnnVectorsFormat {
    private final KnnVectorsFormat format;

    Vectors(KnnVectorsFormat format) {
      super(format.getName());
      this.format = format;
    }

    @Override
    public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
      return format.fieldsWriter(state);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
      return format.fieldsReader(state);
    }

    @Override
    public int getMaxDimensions(String field) {
      return MAX_DIMENSION;
    }
  }
}
