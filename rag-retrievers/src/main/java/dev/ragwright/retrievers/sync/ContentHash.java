package dev.ragwright.retrievers.sync;

import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import dev.ragwright.text.Sha;
import dev.ragwright.text.TypedValues;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.apache.lucene.util.BytesRef;

/**
 * SHA-256 over values, each with its type and length, so that no two sequences run together. The
 * order of metadata counts: it is stored and shown in it.
 */
public final class ContentHash {
  private final MessageDigest digest = Sha.sha256();

  private ContentHash() {}

  /** All that the passages of a document depend on. */
  public static byte[] of(Document document, String chunker) {
    ContentHash hash = new ContentHash().add(chunker).add(document.text()).add(document.metadata());
    hash.add(document.places());
    return hash.digest.digest();
  }

  /** A number that stands for a passage, whose sum over passages stands for an index. */
  public static long fingerprint(Passage passage) {
    ContentHash hash =
        new ContentHash()
            .add(passage.id())
            .add(passage.documentId())
            .add(passage.start())
            .add(passage.text())
            .add(passage.headings().size());
    passage.headings().forEach(hash::add);
    hash.add(passage.metadata());
    hash.add(passage.places());
    return ByteBuffer.wrap(hash.digest.digest()).getLong();
  }

  /** A digest of bytes. */
  public static byte[] of(BytesRef bytes) {
    MessageDigest digest = Sha.sha256();
    digest.update(bytes.bytes, bytes.offset, bytes.length);
    return digest.digest();
  }

  /** Unknown places add nothing, so that what was hashed before there were any stays as it is. */
  private ContentHash add(Places places) {
    if (places.known()) { // a sheet's are as long as its text, and are not held at once
      int[] length = {0};
      places.write(piece -> length[0] += Utf16.length(piece));
      add(length[0]);
      places.write(
          piece -> {
            BytesRef bytes = Utf16.encode(piece.toString());
            digest.update(bytes.bytes, bytes.offset, bytes.length);
          });
    }
    return this;
  }

  private ContentHash add(Metadata metadata) {
    add(metadata.asMap().size());
    TypedValues.texts(metadata.asMap()).forEach(this::add);
    return this;
  }

  private ContentHash add(String text) {
    BytesRef bytes = Utf16.encode(text);
    add(bytes.length);
    digest.update(bytes.bytes, bytes.offset, bytes.length);
    return this;
  }

  private ContentHash add(int number) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
    return this;
  }
}
