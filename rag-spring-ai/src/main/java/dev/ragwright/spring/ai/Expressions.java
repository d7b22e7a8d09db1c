package dev.ragwright.spring.ai;

import dev.ragwright.foreign.PassageProperties;
import dev.ragwright.retrieve.Filter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.vectorstore.filter.Filter.Expression;
import org.springframework.ai.vectorstore.filter.Filter.ExpressionType;
import org.springframework.ai.vectorstore.filter.Filter.Group;
import org.springframework.ai.vectorstore.filter.Filter.Value;

/** The part of a filter that every store can be asked, in Spring AI's words. */
final class Expressions {
  /** Accepts nothing. */
  static final Expression PROBE =
      new Expression(
          ExpressionType.EQ,
          new org.springframework.ai.vectorstore.filter.Filter.Key(PassageProperties.PASSAGE_ID),
          new Value("ragwright-probe-no-such-passage"));

  private Expressions() {}

  /**
   * An expression that accepts what the filter accepts, or more; null where it would accept all. Of
   * which document a passage is, a store knows of our documents alone, so it is not asked.
   */
  static @Nullable Expression of(Filter filter) {
    return switch (filter) {
      case Filter.In in when in.values().stream().allMatch(String.class::isInstance) ->
          in.values().size() == 1
              ? compare(ExpressionType.EQ, in.key(), in.values().getFirst())
              : compare(ExpressionType.IN, in.key(), in.values());
      case Filter.Range range -> range(range);
      case Filter.And and -> joined(ExpressionType.AND, known(and.parts()));
      case Filter.Or or -> {
        List<Expression> parts = known(or.parts());
        yield parts.size() < or.parts().size() ? null : joined(ExpressionType.OR, parts);
      }
      default -> null;
    };
  }

  private static @Nullable Expression range(Filter.Range range) {
    List<Expression> bounds = new ArrayList<>();
    if (Double.isFinite(range.from())) {
      bounds.add(compare(ExpressionType.GTE, range.key(), range.from()));
    }
    if (Double.isFinite(range.to())) {
      bounds.add(compare(ExpressionType.LTE, range.key(), range.to()));
    }
    return joined(ExpressionType.AND, bounds);
  }

  private static Expression compare(ExpressionType type, String key, Object value) {
    return new Expression(
        type, new org.springframework.ai.vectorstore.filter.Filter.Key(key), new Value(value));
  }

  private static List<Expression> known(List<Filter> parts) {
    List<Expression> known = new ArrayList<>();
    for (Filter part : parts) {
      Expression expression = of(part);
      if (expression != null) {
        known.add(expression);
      }
    }
    return known;
  }

  /** Grouped, since some stores write what is joined without brackets. */
  private static @Nullable Expression joined(ExpressionType type, List<Expression> parts) {
    return parts.stream()
        .reduce((a, b) -> new Expression(type, grouped(a), grouped(b)))
        .orElse(null);
  }

  private static org.springframework.ai.vectorstore.filter.Filter.Operand grouped(
      Expression expression) {
    return expression.type() == ExpressionType.AND || expression.type() == ExpressionType.OR
        ? new Group(expression)
        : expression;
  }
}
