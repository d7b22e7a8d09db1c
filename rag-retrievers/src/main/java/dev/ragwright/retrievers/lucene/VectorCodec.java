package dev.ragwright.retrievers.lucene;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Lucene's own codec under its own name, so any Lucene can read the files, written with two other
 * settings: vectors may be longer than 1,024 numbers, as those of hosted models are, and a segment
 * gets a graph only where one pays. Below about ten thousand vectors a scan is as fast as a graph,
 * so the graph would be built, and at the next merge built again, for nothing.
 */
final class VectorCodec extends Lucene104Codec {
  static final int MAX_DIMENSION = 8_192;

  /** In Lucene's measure, the k whose search would visit all: n / ln n for n = 9,100. */
  private static final int SMALL_SEGMENT = 1_000;

  private final KnnVectorsFormat vectors = new Vectors();

  @Override
  public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
    return vectors;
  }

  private static final class Vectors extends KnnVectorsFormat {
    private final KnnVectorsFormat format =
        new Lucene99HnswVectorsFormat(
            Lucene99HnswVectorsFormat.DEFAULT_MAX_CONN,
            Lucene99HnswVectorsFormat.DEFAULT_BEAM_WIDTH,
            1,
            null,
            SMALL_SEGMENT);

    Vectors() {
      super("Lucene99HnswVectorsFormat");
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
