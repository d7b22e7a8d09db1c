package dev.ragwright.generators.onnx;

import dev.ragwright.call.Usage;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.TokenStream;
import java.util.Optional;
import java.util.stream.Stream;

/** The pieces of a reply, without its markers. */
final class Answering implements TokenStream {
  private final ReplyStream reply;
  private final AnswerText cited;
  private final int dropped;

  Answering(ReplyStream reply, AnswerText cited, int dropped) {
    this.reply = reply;
    this.cited = cited;
    this.dropped = dropped;
  }

  @Override
  public Stream<String> text() {
    return Stream.generate(this::next)
        .takeWhile(Optional::isPresent)
        .map(Optional::orElseThrow)
        .filter(piece -> !piece.isEmpty());
  }

  private Optional<String> next() {
    Optional<String> piece = reply.next();
    if (piece.isPresent()) {
      return Optional.of(cited.append(piece.get()));
    }
    String rest = cited.end();
    return rest.isEmpty() ? Optional.empty() : Optional.of(rest);
  }

  @Override
  public Generation result() {
    text().forEach(piece -> {});
    ChatReply whole = reply.reply();
    Usage usage = whole.usage();
    Generation made =
        cited.generation(
            whole.finishReason(),
            dropped == 0 ? usage : usage.with(OnnxGenerator.DROPPED_EVIDENCE, dropped));
    double sure = whole.meanLogprob(); // infinite where a constraint took what the model rules out
    return made.abstention().isPresent() || Double.isInfinite(sure)
        ? made
        : made.withConfidence(sure);
  }

  @Override
  public void close() {
    reply.close();
  }
}
