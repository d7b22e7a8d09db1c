package dev.ragwright.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrievers.stored.Keys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Filter} as a query of the engine over {@link Keys}. Of texts beyond {@link Keys#LONGEST}
 * it compares the beginning, so there it finds more or less than the filter accepts, as is asked:
 * under a {@code not} the one where beside it the other.
 */
final class FilterQueries {
  private static final int TERMS = 10_000; // of the 65,536 that an engine takes in one clause
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private FilterQueries() {}

  /** Whether the query finds just what the filter accepts. */
  static boolean isExact(Filter filter) {
    return of(filter, true).equals(of(filter, false));
  }

  /**
   * The query.
   *
   * @param more whether it finds all that the filter accepts, and maybe more; else nothing that the
   *     filter does not accept, and maybe less
   */
  static ObjectNode of(Filter filter, boolean more) {
    return switch (filter) {
      case Filter.All all -> object("match_all", JSON.objectNode());
      case Filter.Documents documents ->
          terms("document", documents.ids().stream().map(Keys::digest).toList());
      case Filter.In in -> in(in);
      case Filter.Range range ->
          range.from() > range.to()
              ? nothing()
              : range(
                  "numbers",
                  "gte",
                  Keys.number(range.key(), range.from()),
                  "lte",
                  Keys.number(range.key(), range.to()));
      case Filter.TextRange range -> {
        String from = range.from();
        String to = range.to();
        yield range(
            "texts",
            more || !isLong(from) ? "gte" : "gt",
            Keys.text(range.key(), from == null ? "" : from),
            to != null && (more || !isLong(to)) ? "lte" : "lt",
            to == null ? Keys.behind(range.key()) : Keys.text(range.key(), to));
      }
      case Filter.Prefix prefix ->
          isLong(prefix.prefix())
              ? more ? terms("texts", List.of(Keys.text(prefix.key(), prefix.prefix()))) : nothing()
              : beginning(Keys.under(prefix.key()) + Keys.text(prefix.prefix()));
      case Filter.Exists exists -> terms("keys", List.of(Keys.text(exists.key())));
      case Filter.And and -> bool("filter", flat(and), more);
      case Filter.Or or -> or.parts().isEmpty() ? nothing() : bool("should", merged(or), more);
      case Filter.Not not -> bool("must_not", List.of(not.filter()), !more);
    };
  }

  /** The parts, of which those that name values of one key are one: engines count conditions. */
  private static List<Filter> merged(Filter.Or or) {
    List<Filter> merged = new ArrayList<>();
    Map<String, List<Object>> values = new LinkedHashMap<>();
    add(or, merged, values);
    values.forEach((key, some) -> merged.add(new Filter.In(key, some)));
    return merged;
  }

  private static void add(Filter part, List<Filter> merged, Map<String, List<Object>> values) {
    switch (part) {
      case Filter.Or or -> or.parts().forEach(each -> add(each, merged, values));
      case Filter.In in ->
          values.computeIfAbsent(in.key(), key -> new ArrayList<>()).addAll(in.values());
      default -> merged.add(part);
    }
  }

  /** How many conditions a query has, as engines count them. */
  static int conditions(JsonNode query) {
    JsonNode bool = query.path("bool");
    if (bool.isMissingNode()) {
      return 1;
    }
    int conditions = 0;
    for (JsonNode parts : bool) {
      for (JsonNode part : parts) {
        conditions += conditions(part);
      }
    }
    return conditions;
  }

  /** The parts, and theirs in their place: Elasticsearch takes 30 in one another. */
  private static List<Filter> flat(Filter.And and) {
    List<Filter> flat = new ArrayList<>();
    for (Filter part : and.parts()) {
      if (part instanceof Filter.And inner) {
        flat.addAll(flat(inner));
      } else {
        flat.add(part);
      }
    }
    return flat;
  }

  /** All texts whose key begins so; a query by a prefix takes 1,000 characters. */
  private static ObjectNode beginning(String key) {
    return range("texts", "gte", key, "lt", key + "g"); // behind all digits
  }

  private static boolean isLong(@Nullable String text) {
    return text != null && text.length() > Keys.LONGEST;
  }

  private static ObjectNode in(Filter.In in) {
    List<String> texts = new ArrayList<>();
    List<String> longTexts = new ArrayList<>();
    for (String text : values(in, String.class)) {
      if (isLong(text)) {
        longTexts.add(Keys.under(in.key()) + Keys.digest(text));
      } else {
        texts.add(Keys.text(in.key(), text));
      }
    }
    List<String> numbers =
        values(in, Number.class).stream()
            .map(number -> Keys.number(in.key(), number.doubleValue()))
            .toList();
    List<String> truths =
        values(in, Boolean.class).stream().map(truth -> Keys.under(in.key()) + truth).toList();
    ArrayNode any = JSON.arrayNode();
    addTerms(any, "texts", texts);
    addTerms(any, "long_texts", longTexts);
    addTerms(any, "numbers", numbers);
    addTerms(any, "truths", truths);
    return any.isEmpty() ? nothing() : object("bool", object("should", any));
  }

  private static void addTerms(ArrayNode any, String field, List<String> keys) {
    if (!keys.isEmpty()) {
      any.add(terms(field, keys));
    }
  }

  private static <T> List<T> values(Filter.In in, Class<T> type) {
    return in.values().stream().filter(type::isInstance).map(type::cast).toList();
  }

  private static ObjectNode nothing() {
    return object("match_none", JSON.objectNode());
  }

  static ObjectNode terms(String field, Collection<String> values) {
    if (values.isEmpty()) {
      return nothing();
    }
    List<String> all = List.copyOf(values);
    ArrayNode any = JSON.arrayNode();
    for (int from = 0; from < all.size(); from += TERMS) {
      ArrayNode some = JSON.arrayNode();
      all.subList(from, Math.min(all.size(), from + TERMS)).forEach(some::add);
      any.add(object("terms", object(field, some)));
    }
    return any.size() == 1 ? (ObjectNode) any.get(0) : object("bool", object("should", any));
  }

  private static ObjectNode range(
      String field, String lower, String from, String upper, String to) {
    ObjectNode bounds = JSON.objectNode();
    bounds.put(lower, from);
    bounds.put(upper, to);
    return object("range", object(field, bounds));
  }

  private static ObjectNode bool(String occur, List<Filter> parts, boolean more) {
    ArrayNode all = JSON.arrayNode();
    parts.forEach(part -> all.add(of(part, more)));
    return object("bool", object(occur, all));
  }

  private static ObjectNode object(String name, JsonNode value) {
    ObjectNode object = JSON.objectNode();
    object.set(name, value);
    return object;
  }
}
