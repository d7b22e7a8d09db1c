package dev.ragwright.foreign;

import dev.ragwright.retrieve.Filter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a store is asked of a filter: the part of it that means the same in every store, and accepts
 * at least what the filter accepts. Databases differ in what a negation makes of a missing key, in
 * which numbers are equal, and in how they read texts that look like something else; so a negated
 * condition, an equality of truth values and a range of texts are not asked, and numbers only
 * within a margin.
 */
public final class PushDown {
  /** More values, or texts, some stores refuse. */
  static final int MOST_VALUES = 1_000;

  private static final int LONGEST_KEY = 60;
  private static final double MARGIN = 1e-6; // a float keeps 24 bits, 6e-8

  private static final Pattern KEY = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern TEXT =
      Pattern.compile("[A-Za-z0-9_./:@-]([A-Za-z0-9 _./:@-]{0,198}[A-Za-z0-9_./:@-])?");

  /** Elasticsearch makes these dates, which equal nothing that is a text. */
  private static final Pattern DATE = Pattern.compile("-?[0-9]{4}([-/T ].*)?");

  private static final Filter ALL = Filter.all();
  private static final Filter NONE = new Filter.Or(List.of());

  private PushDown() {}

  /** The part to ask; {@link Filter.All} where nothing can be asked. */
  public static Filter of(Filter filter) {
    return of(filter, false);
  }

  /** Whether this, which {@link #of(Filter)} returned, accepts nothing. */
  public static boolean acceptsNothing(Filter pushed) {
    return pushed.equals(NONE);
  }

  private static Filter of(Filter filter, boolean negated) {
    return switch (filter) {
      case Filter.Not not -> of(not.filter(), !negated);
      case Filter.And and ->
          negated ? or(parts(and.parts(), true)) : and(parts(and.parts(), false));
      case Filter.Or or -> negated ? and(parts(or.parts(), true)) : or(parts(or.parts(), false));
      case Filter.All all -> negated ? NONE : ALL;
      case Filter leaf when negated -> ALL;
      case Filter.Documents documents -> documents(documents);
      case Filter.In in -> isSafeKey(in.key()) ? values(in) : ALL;
      case Filter.Range range -> isSafeKey(range.key()) ? range(range) : ALL;
      case Filter.TextRange texts -> ALL;
      case Filter.Prefix prefix -> ALL;
      case Filter.Exists exists -> ALL;
    };
  }

  private static List<Filter> parts(List<Filter> parts, boolean negated) {
    return parts.stream().map(part -> of(part, negated)).toList();
  }

  /** Leaves out parts that would make it too large. */
  private static Filter and(List<Filter> parts) {
    List<Filter> asked = new ArrayList<>();
    int values = 0;
    for (Filter part : parts) {
      if (acceptsNothing(part)) {
        return NONE;
      }
      int more = values(part);
      if (!part.equals(ALL) && values + more <= MOST_VALUES) {
        asked.add(part);
        values += more;
      }
    }
    return switch (asked.size()) {
      case 0 -> ALL;
      case 1 -> asked.getFirst();
      default -> new Filter.And(asked);
    };
  }

  private static Filter or(List<Filter> parts) {
    List<Filter> asked = parts.stream().filter(part -> !acceptsNothing(part)).toList();
    int values = asked.stream().mapToInt(PushDown::values).sum();
    if (asked.contains(ALL) || values > MOST_VALUES) {
      return ALL;
    }
    return asked.size() == 1 ? asked.getFirst() : new Filter.Or(asked);
  }

  private static int values(Filter pushed) {
    return switch (pushed) {
      case Filter.And and -> and.parts().stream().mapToInt(PushDown::values).sum();
      case Filter.Or or -> or.parts().stream().mapToInt(PushDown::values).sum();
      case Filter.Documents documents -> documents.ids().size();
      case Filter.In in -> in.values().size();
      default -> 1;
    };
  }

  private static Filter documents(Filter.Documents documents) {
    if (documents.ids().isEmpty()) {
      return NONE;
    }
    return documents.ids().size() <= MOST_VALUES
            && documents.ids().stream().allMatch(PushDown::isSafeText)
        ? documents
        : ALL;
  }

  private static Filter values(Filter.In in) {
    List<Object> texts = new ArrayList<>();
    List<Filter> either = new ArrayList<>();
    for (Object value : in.values()) {
      if (value instanceof Number number) {
        double exact = number.doubleValue();
        either.add(Double.isNaN(exact) ? NONE : range(new Filter.Range(in.key(), exact, exact)));
      } else if (value instanceof String text && isSafeText(text)) {
        texts.add(text);
      } else {
        return ALL;
      }
    }
    if (!texts.isEmpty()) {
      either.add(new Filter.In(in.key(), texts));
    }
    return or(either);
  }

  /** Numbers in metadata are finite. */
  private static Filter range(Filter.Range range) {
    double from = range.from();
    double to = range.to();
    if (from > to || from == Double.POSITIVE_INFINITY || to == Double.NEGATIVE_INFINITY) {
      return NONE;
    }
    double least = from - margin(from);
    double most = to + margin(to);
    return Double.isInfinite(least) && Double.isInfinite(most)
        ? ALL // no store was seen to tell numbers from texts otherwise than by a bound
        : new Filter.Range(range.key(), least, most);
  }

  /** As far as a float may be from a double; infinite where no float is as large. */
  private static double margin(double bound) {
    double size = Math.abs(bound);
    return size >= Float.MAX_VALUE ? Double.POSITIVE_INFINITY : size * MARGIN + Float.MIN_NORMAL;
  }

  private static boolean isSafeKey(String key) {
    return key.length() <= LONGEST_KEY && KEY.matcher(key).matches();
  }

  private static boolean isSafeText(String text) {
    return TEXT.matcher(text).matches() && !DATE.matcher(text).matches();
  }
}
