package dev.ragwright.guard;

import dev.ragwright.call.Sent;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.document.TokenSpans;
import java.nio.charset.StandardCharsets;

/** Counts a token for each byte of a text in UTF-8. */
enum ByteBound implements TokenCounter {
  COUNTER;

  /** More than any chat template has around a message. */
  static final int FRAME = 16;

  @Override
  public int count(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** The most that a text costs which is sent by itself. */
  static long framed(String text) {
    return COUNTER.count(text) + (long) FRAME;
  }

  /** The most that is sent but for replies, where what is given is {@code once} by itself. */
  static long all(Sent sent, long once) {
    return Math.addExact(Math.multiplyExact(sent.times(), once), sent.bytes());
  }

  @Override
  public TokenSpans spans(String text) {
    throw new UnsupportedOperationException("bytes are counted, and have no place in a text");
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("tokens", "bytes");
  }
}
