package dev.ragwright.pipeline;

import dev.ragwright.call.StageDescription;
import dev.ragwright.generate.Turn;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.text.Sha;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/**
 * What an answer depends on beside its question, as a digest: what the stages are, the filter, and
 * the turns before. All of each, which their texts for people would not keep apart.
 */
final class Scope {
  private Scope() {}

  static String of(Stages stages) {
    List<StageDescription> all =
        new ArrayList<>(List.of(stages.description(), of(stages.filter())));
    stages.turns().forEach(turn -> all.add(of(turn)));
    MessageDigest sha = Sha.sha256();
    add(all, sha);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(sha.digest());
  }

  private static StageDescription of(Turn turn) {
    return StageDescription.of("turn", "turn")
        .with("asked", turn.asked())
        .with("question", turn.question())
        .with("answer", turn.answer());
  }

  private static StageDescription of(Filter filter) {
    StageDescription described = StageDescription.of("filter", filter.getClass().getName());
    return switch (filter) {
      case Filter.All all -> described;
      case Filter.Documents documents -> described.withParts(values(documents.ids()));
      case Filter.In in -> described.with("key", in.key()).withParts(values(in.values()));
      case Filter.Range range ->
          described.with("key", range.key()).with("from", range.from()).with("to", range.to());
      case Filter.TextRange range -> {
        StageDescription from = described.with("key", range.key());
        from = range.from() == null ? from : from.with("from", range.from());
        yield range.to() == null ? from : from.with("to", range.to());
      }
      case Filter.Prefix prefix ->
          described.with("key", prefix.key()).with("prefix", prefix.prefix());
      case Filter.Exists exists -> described.with("key", exists.key());
      case Filter.And and -> described.withParts(and.parts().stream().map(Scope::of).toList());
      case Filter.Or or -> described.withParts(or.parts().stream().map(Scope::of).toList());
      case Filter.Not not -> described.withParts(List.of(of(not.filter())));
    };
  }

  private static List<StageDescription> values(Collection<?> values) {
    return values.stream()
        .map(value -> StageDescription.of("value", value.getClass().getName()).with("value", value))
        .toList();
  }

  private static void add(List<StageDescription> all, MessageDigest sha) {
    add(Integer.toString(all.size()), sha);
    for (StageDescription one : all) {
      add(one.kind(), sha);
      add(one.name(), sha);
      add(Integer.toString(one.parameters().size()), sha);
      one.parameters()
          .forEach(
              (parameter, value) -> {
                add(parameter, sha);
                add(value, sha);
              });
      add(one.parts(), sha);
    }
  }

  /** Its units, so that no half of a character is another, with their number before them. */
  private static void add(String text, MessageDigest sha) {
    ByteBuffer units = ByteBuffer.allocate(Integer.BYTES + text.length() * Character.BYTES);
    units.putInt(text.length()).asCharBuffer().put(text);
    sha.update(units.array());
  }
}
