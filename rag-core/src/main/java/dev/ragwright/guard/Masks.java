package dev.ragwright.guard;

import dev.ragwright.call.Usage;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What stands in the place of what was found in the texts of one call: {@code «EMAIL1»} for the
 * first address and wherever it stands again, or {@code «EMAIL»} for any. Ends with a mark behind
 * which a citation's marker is still read, and is no code in Markdown. For one thread.
 */
final class Masks {
  private final Redactor redactor;
  private final List<String> all; // texts of the call; null where masks have no numbers
  private final boolean numbered;
  private final Map<String, String> masks = new LinkedHashMap<>(); // by kind and original
  private final Map<String, String> originals = new LinkedHashMap<>(); // by mask
  private final Map<String, Integer> numbers = new TreeMap<>();
  private final SortedMap<String, Long> places = new TreeMap<>();

  private Masks(Redactor redactor, List<String> all, boolean numbered) {
    this.redactor = redactor;
    this.all = all;
    this.numbered = numbered;
  }

  /** Masks that tell one address from another, and none of which stands in the texts already. */
  static Masks numbered(Redactor redactor, List<String> all) {
    return new Masks(redactor, all, true);
  }

  /** Masks that are the same whatever else is in the call. */
  static Masks plain(Redactor redactor) {
    return new Masks(redactor, List.of(), false);
  }

  /** The text as it may leave. */
  String text(String text) {
    List<Redactor.Place> found = merged(text);
    if (found.isEmpty()) {
      return text;
    }
    StringBuilder masked = new StringBuilder();
    int end = 0;
    for (Redactor.Place place : found) {
      masked.append(text, end, place.start());
      masked.append(mask(place.kind(), text.substring(place.start(), place.end())));
      places.merge(place.kind(), 1L, Long::sum);
      end = place.end();
    }
    return masked.append(text, end, text.length()).toString();
  }

  /** The places in their order; those that overlap are one, of the kind that begins first. */
  private List<Redactor.Place> merged(String text) {
    List<Redactor.Place> found = new ArrayList<>(redactor.find(text));
    found.sort(
        Comparator.comparingInt(Redactor.Place::start)
            .thenComparing(Comparator.comparingInt(Redactor.Place::end).reversed())
            .thenComparing(Redactor.Place::kind));
    List<Redactor.Place> merged = new ArrayList<>();
    for (Redactor.Place place : found) {
      if (place.end() > text.length()) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "the redactor %s found [%d, %d) in a text of %d units",
                redactor.description(),
                place.start(),
                place.end(),
                text.length()));
      }
      Redactor.Place last = merged.isEmpty() ? null : merged.getLast();
      if (last != null && place.start() < last.end()) {
        merged.set(
            merged.size() - 1,
            new Redactor.Place(last.start(), Math.max(last.end(), place.end()), last.kind()));
      } else {
        merged.add(place);
      }
    }
    return merged;
  }

  private String mask(String kind, String original) {
    return masks.computeIfAbsent(
        kind + ":" + original,
        key -> {
          String mask = numbered ? free(kind) : "«" + kind + "»";
          originals.put(mask, original);
          return mask;
        });
  }

  /** One that stands in none of the texts: else a text could have itself restored to another's. */
  private String free(String kind) {
    while (true) {
      String mask = "«" + kind + numbers.merge(kind, 1, Integer::sum) + "»";
      if (all.stream().noneMatch(text -> text.contains(mask))) {
        return mask;
      }
    }
  }

  /** A passage as it may leave: with its id, and without places in a file, which would be wrong. */
  Passage passage(Passage passage) {
    String text = text(passage.text());
    return new Passage(
        passage.id(),
        passage.documentId(),
        passage.start(),
        passage.start() + text.length(),
        text,
        passage.headings().stream().map(this::text).toList(),
        metadata(passage.metadata()),
        Places.unknown());
  }

  private Metadata metadata(Metadata metadata) {
    Metadata masked = metadata;
    for (Map.Entry<String, Object> entry : metadata.asMap().entrySet()) {
      if (entry.getValue() instanceof String text) {
        masked = masked.with(entry.getKey(), text(text));
      } else if (entry.getValue() instanceof List<?> texts) {
        masked =
            masked.with(
                entry.getKey(), texts.stream().map(each -> text(String.valueOf(each))).toList());
      }
    }
    return masked;
  }

  /** What stood where, by mask; unmodifiable. */
  Map<String, String> originals() {
    return Collections.unmodifiableMap(originals);
  }

  /** How many places were found, by kind; unmodifiable. */
  SortedMap<String, Long> places() {
    return Collections.unmodifiableSortedMap(places);
  }

  /** What it counted, besides what the stage did. */
  Usage counted(Usage usage) {
    long sum = sum();
    return sum == 0
        ? usage
        : usage.with(Usage.REDACTED_PLACES, sum + usage.count(Usage.REDACTED_PLACES).orElse(0));
  }

  private long sum() {
    return places.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The record of it, before those of what ran behind it. */
  List<StageRecord> record(List<StageRecord> parts) {
    StageRecord record =
        StageRecord.of("redact", redactor.description(), Duration.ZERO, counted(Usage.none()))
            .with("places", sum());
    for (Map.Entry<String, Long> kind : places.entrySet()) {
      record = record.with(kind.getKey(), kind.getValue());
    }
    List<StageRecord> all = new ArrayList<>(List.of(record));
    all.addAll(parts);
    return all;
  }
}
