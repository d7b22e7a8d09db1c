package dev.ragwright.langchain4j;

import static dev.langchain4j.store.embedding.filter.MetadataFilterBuilder.metadataKey;

import dev.ragwright.retrieve.Filter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;

/**
 * Filters in LangChain4j's words, of those only that mean the same in every store: equality of
 * texts, bounds as double, and, or. So no {@code isIn} (Milvus Lite has none), no {@code not}
 * (which every store understands otherwise) and no equality of numbers (whose types must be the
 * stored ones in some).
 */
final class StoreFilters {
  private final List<String> documentKeys;

  /** Filters for a store whose entries have their document's id under one of these keys. */
  StoreFilters(List<String> documentKeys) {
    this.documentKeys = documentKeys;
  }

  /**
   * A filter's meaning.
   *
   * @param condition empty for every entry or, if {@code none}, for no entry
   */
  record Translated(
      Optional<dev.langchain4j.store.embedding.filter.Filter> condition, boolean none) {
    static final Translated ALL = new Translated(Optional.empty(), false);
    static final Translated NONE = new Translated(Optional.empty(), true);

    static Translated of(dev.langchain4j.store.embedding.filter.Filter condition) {
      return new Translated(Optional.of(condition), false);
    }
  }

  /**
   * Translates a filter.
   *
   * @throws UnsupportedOperationException if it has a form that stores understand differently
   */
  Translated translate(Filter filter) {
    return switch (filter) {
      case Filter.All all -> Translated.ALL;
      case Filter.Documents documents -> documents(documents.ids());
      case Filter.In in -> any(in.values().stream().map(value -> equal(in.key(), value)).toList());
      case Filter.Range range -> range(range);
      case Filter.And and -> all(and.parts().stream().map(this::translate).toList());
      case Filter.Or or -> any(or.parts().stream().map(this::translate).toList());
      case Filter.Not not -> throw untranslatable(not);
      case Filter.TextRange range -> throw untranslatable(range);
      case Filter.Prefix prefix -> throw untranslatable(prefix);
      case Filter.Exists exists -> throw untranslatable(exists);
    };
  }

  private static UnsupportedOperationException untranslatable(Filter filter) {
    return new UnsupportedOperationException(
        "no store is asked for the filter '%s': each understands it in its own way"
            .formatted(filter));
  }

  private Translated documents(Collection<String> ids) {
    List<Translated> parts = new ArrayList<>();
    for (String id : ids) {
      parts.add(equal(Segments.DOCUMENT, id));
      documentKeys.forEach(key -> parts.add(equal(key, id)));
    }
    return any(parts);
  }

  private static Translated equal(String key, Object value) {
    return value instanceof Number number
        ? between(key, number.doubleValue(), number.doubleValue())
        : Translated.of(metadataKey(key).isEqualTo(Segments.storable(value.toString())));
  }

  private static Translated range(Filter.Range range) {
    if (range.from() > range.to()) {
      return Translated.NONE;
    }
    return between(
        range.key(),
        Math.max(range.from(), -Double.MAX_VALUE),
        Math.min(range.to(), Double.MAX_VALUE));
  }

  private static Translated between(String key, double from, double to) {
    dev.langchain4j.store.embedding.filter.Filter above =
        metadataKey(key).isGreaterThanOrEqualTo(from);
    dev.langchain4j.store.embedding.filter.Filter below = metadataKey(key).isLessThanOrEqualTo(to);
    if (to == Double.MAX_VALUE) {
      return Translated.of(above);
    }
    return Translated.of(from == -Double.MAX_VALUE ? below : above.and(below));
  }

  private static Translated all(List<Translated> parts) {
    if (parts.stream().anyMatch(Translated::none)) {
      return Translated.NONE;
    }
    List<dev.langchain4j.store.embedding.filter.Filter> conditions =
        parts.stream().flatMap(part -> part.condition().stream()).toList();
    return conditions.isEmpty()
        ? Translated.ALL
        : Translated.of(balanced(conditions, (a, b) -> a.and(b)));
  }

  private static Translated any(List<Translated> parts) {
    if (parts.contains(Translated.ALL)) {
      return Translated.ALL;
    }
    List<dev.langchain4j.store.embedding.filter.Filter> conditions =
        parts.stream().flatMap(part -> part.condition().stream()).toList();
    return conditions.isEmpty()
        ? Translated.NONE
        : Translated.of(balanced(conditions, (a, b) -> a.or(b)));
  }

  /** As a tree, not a chain: stores translate it by recursion, and a thousand ids are common. */
  private static dev.langchain4j.store.embedding.filter.Filter balanced(
      List<dev.langchain4j.store.embedding.filter.Filter> parts,
      BinaryOperator<dev.langchain4j.store.embedding.filter.Filter> join) {
    int half = parts.size() / 2;
    return half == 0
        ? parts.getFirst()
        : join.apply(
            balanced(parts.subList(0, half), join),
            balanced(parts.subList(half, parts.size()), join));
  }
}
