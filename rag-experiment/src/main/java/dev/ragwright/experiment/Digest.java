package dev.ragwright.experiment;

import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import dev.ragwright.text.Sha;
import dev.ragwright.text.TypedValues;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;

/**
 * SHA-256 over a sequence of values, each with its length, so that no two sequences run into one
 * another. For one thread.
 */
final class Digest {
  private final MessageDigest sha = Sha.sha256();

  private Digest() {}

  static Digest start() {
    return new Digest();
  }

  Digest add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    add(bytes.length);
    sha.update(bytes);
    return this;
  }

  Digest add(long number) {
    sha.update(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
    return this;
  }

  Digest add(double number) {
    return add(Double.doubleToLongBits(number));
  }

  /** All of a description, which its text for people would not keep apart. */
  Digest add(StageDescription description) {
    add(description.kind()).add(description.name()).add(description.parameters().size());
    description.parameters().forEach((name, value) -> add(name).add(value));
    add(description.parts().size());
    description.parts().forEach(this::add);
    return this;
  }

  Digest add(Passage passage) {
    add(passage.id()).add(passage.documentId()).add(passage.start()).add(passage.text());
    add(passage.headings().size());
    passage.headings().forEach(this::add);
    add(passage.metadata().asMap().size());
    TypedValues.texts(passage.metadata().asMap()).forEach(this::add);
    return passage.places().known() ? add(passage.places().toString()) : this;
  }

  /** The digest of what was added, as 43 letters; nothing can be added afterwards. */
  String end() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(sha.digest());
  }
}
