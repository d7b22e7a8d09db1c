package dev.ragwright.pgvector;

import dev.ragwright.document.Metadata;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrievers.stored.Keys;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link Filter} as a condition of SQL over two arrays that each passage has of its metadata:
 * {@code marks}, digests of what is compared for being equal, which an index finds, and {@code
 * ordered}, {@link Keys} of what has an order. Neither is ever null, so no condition is.
 */
final class FilterSql {
  private static final String TEXT = "t";
  private static final String NUMBER = "n";
  private static final String TRUTH = "b";
  private static final String KEY = "k";

  private final StringBuilder sql = new StringBuilder();
  private final List<Object> parameters = new ArrayList<>();

  private FilterSql() {}

  static FilterSql of(Filter filter) {
    FilterSql made = new FilterSql();
    made.add(filter);
    return made;
  }

  /** The condition, in parentheses where it needs them. */
  String sql() {
    return sql.toString();
  }

  /**
   * Sets the condition's parameters.
   *
   * @param first the place of the first
   * @return the place behind the last
   */
  int bind(Session session, PreparedStatement statement, int first) throws SQLException {
    int place = first;
    for (Object parameter : parameters) {
      if (parameter instanceof String text) {
        statement.setString(place++, text);
      } else {
        List<String> texts = ((List<?>) parameter).stream().map(Object::toString).toList();
        statement.setArray(place++, session.texts(texts));
      }
    }
    return place;
  }

  /** The marks of a passage's metadata. */
  static List<String> marks(Metadata metadata) {
    List<String> marks = new ArrayList<>();
    metadata
        .asMap()
        .forEach(
            (key, value) -> {
              marks.add(exists(key));
              if (value instanceof List<?> several) {
                several.forEach(text -> marks.add(mark(key, text)));
              } else {
                marks.add(mark(key, value));
              }
            });
    return marks.stream().distinct().toList();
  }

  /** What has an order in a passage's metadata. */
  static List<String> ordered(Metadata metadata) {
    List<String> ordered = new ArrayList<>();
    metadata
        .asMap()
        .forEach(
            (key, value) -> {
              switch (value) {
                case Number number -> ordered.add(number(key, number.doubleValue()));
                case Boolean truth -> {}
                case List<?> several ->
                    several.forEach(text -> ordered.add(text(key) + Keys.text(text.toString())));
                default -> ordered.add(text(key) + Keys.text(value.toString()));
              }
            });
    return ordered;
  }

  private static String mark(String key, Object value) {
    return Keys.digest(
        switch (value) {
          case Number number -> number(key, number.doubleValue());
          case Boolean truth -> TRUTH + Keys.under(key) + truth;
          default -> text(key) + value;
        });
  }

  private static String exists(String key) {
    return Keys.digest(KEY + key);
  }

  private static String text(String key) {
    return TEXT + Keys.under(key);
  }

  private static String number(String key, double number) {
    return NUMBER + Keys.number(key, number);
  }

  private void add(Filter filter) {
    switch (filter) {
      case Filter.All all -> sql.append("true");
      case Filter.Documents documents ->
          any("document = any(?)", documents.ids().stream().map(Keys::digest).toList());
      case Filter.In in ->
          any(
              "marks && ?",
              in.values().stream()
                  .filter(value -> !(value instanceof Double number && number.isNaN()))
                  .map(value -> mark(in.key(), value))
                  .toList());
      case Filter.Range range ->
          within(number(range.key(), range.from()), behind(number(range.key(), range.to())));
      case Filter.TextRange range -> {
        String from = range.from();
        String to = range.to();
        within(
            text(range.key()) + (from == null ? "" : Keys.text(from)),
            to == null
                ? TEXT + Keys.behind(range.key())
                : behind(text(range.key()) + Keys.text(to)));
      }
      case Filter.Prefix prefix -> {
        String beginning = text(prefix.key()) + Keys.text(prefix.prefix());
        within(beginning, beginning + "g"); // behind all hexadecimal digits
      }
      case Filter.Exists exists -> any("marks && ?", List.of(exists(exists.key())));
      case Filter.And and -> all(and.parts(), " and ", "true");
      case Filter.Or or -> all(or.parts(), " or ", "false");
      case Filter.Not not -> {
        sql.append("not ");
        add(not.filter());
      }
    }
  }

  /** The first key behind one, and before all that begin with it and are longer. */
  private static String behind(String key) {
    return key + " ";
  }

  private void any(String condition, List<String> values) {
    if (values.isEmpty()) {
      sql.append("false");
    } else {
      sql.append('(').append(condition).append(')');
      parameters.add(values);
    }
  }

  private void within(String from, String behind) {
    sql.append(
        "exists (select 1 from unnest(ordered) as o(k)"
            + " where o.k collate \"C\" >= ? and o.k collate \"C\" < ?)");
    parameters.add(from);
    parameters.add(behind);
  }

  private void all(List<Filter> parts, String between, String none) {
    sql.append('(');
    for (int i = 0; i < parts.size(); i++) {
      sql.append(i == 0 ? "" : between);
      add(parts.get(i));
    }
    sql.append(parts.isEmpty() ? none : "").append(')');
  }
}
