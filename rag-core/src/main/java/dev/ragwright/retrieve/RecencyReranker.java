package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Multiplies a score by {@code 0.5^(age / halfLife)}. */
record RecencyReranker(String metadataKey, Duration halfLife, InstantSource clock)
    implements Reranker {

  @Override
  public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
    context.throwIfStopped();
    Instant now = clock.instant();
    List<Hit> decayed = new ArrayList<>();
    int undated = 0;
    for (Hit hit : hits) {
      Optional<Instant> date = date(hit.passage().metadata().get(metadataKey));
      if (date.isEmpty()) {
        undated++;
      }
      double score =
          date.map(then -> Rerankers.weighted(hit.score(), weight(then, now))).orElse(hit.score());
      decayed.add(new Hit(hit.passage(), score, "recency"));
    }
    return Retrieval.ranked(decayed, topK, Usage.of(Usage.UNDATED_PASSAGES, undated));
  }

  /** In (0, 1]; never 0, by which an infinite score would become NaN. */
  private double weight(Instant then, Instant now) {
    double age = Math.max(0, seconds(Duration.between(then, now)));
    return Math.max(Double.MIN_NORMAL, StrictMath.pow(0.5, age / seconds(halfLife)));
  }

  private static double seconds(Duration duration) {
    return duration.getSeconds() + duration.getNano() / 1e9;
  }

  private static Optional<Instant> date(@Nullable Object value) {
    return switch (value) {
      case Long millis -> Optional.of(Instant.ofEpochMilli(millis));
      case String text -> parsed(text.strip());
      case null, default -> Optional.empty();
    };
  }

  private static Optional<Instant> parsed(String text) {
    try {
      if (text.indexOf('T') < 0) {
        return Optional.of(LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant());
      }
      TemporalAccessor time =
          DateTimeFormatter.ISO_DATE_TIME.parseBest(text, ZonedDateTime::from, LocalDateTime::from);
      return Optional.of(
          time instanceof ZonedDateTime zoned
              ? zoned.toInstant()
              : LocalDateTime.from(time).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  @Override
  public StageDescription description() {
    StageDescription described =
        StageDescription.of("reranker", "recency")
            .with("metadataKey", metadataKey)
            .with("halfLife", halfLife);
    return clock instanceof Clock fixed
            && fixed.equals(Clock.fixed(fixed.instant(), fixed.getZone()))
        ? described.with("now", fixed.instant())
        : new StageDescription(
            described.kind(), described.name(), described.parameters(), List.of(), true);
  }
}
