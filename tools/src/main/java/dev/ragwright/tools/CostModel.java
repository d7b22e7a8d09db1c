package dev.ragwright.tools;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a month costs, as a sum of products of assumptions: exact, and in each assumption by itself
 * a straight line, but for the months that a training lasts. For one thread.
 */
final class CostModel {
  private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);
  private static final BigDecimal FARTHEST = BigDecimal.valueOf(1_000);

  private final Map<String, Assumption> assumptions = new LinkedHashMap<>();
  private final Map<String, String> others = new HashMap<>(); // names of what is the same

  /**
   * A number that the costs rest on.
   *
   * @param source where it is from, for people
   * @param most it can be
   */
  record Assumption(String name, BigDecimal value, String unit, String source, BigDecimal most) {}

  /** How a total changes. */
  record Swing(String name, BigDecimal low, BigDecimal high) {
    BigDecimal size() {
      return high.subtract(low).abs();
    }
  }

  /** The value of an assumption at which a way costs what retrieval does. */
  record BreakEven(Way way, String name, BigDecimal value, BigDecimal now) {}

  /** A way to answer. */
  enum Way {
    RETRIEVAL("retrieval") {
      @Override
      BigDecimal total(Values v) {
        BigDecimal call =
            v.tokens("prompt tokens, passages", "generator input")
                .add(v.tokens("answer tokens", "generator output"))
                .add(v.of("generator request"));
        BigDecimal searched =
            v.tokens("question tokens", "embedder input").multiply(v.of("traffic"));
        BigDecimal indexed =
            v.tokens("corpus tokens", "embedder input").multiply(v.of("reindexed share"));
        return v.calls(call).add(searched).add(indexed).add(v.of("index a month"));
      }
    },
    CORPUS("long context, the corpus") {
      @Override
      BigDecimal total(Values v) {
        return readLong(v, "prompt tokens, corpus");
      }
    },
    DOCUMENT("long context, the best document") {
      @Override
      BigDecimal total(Values v) {
        return readLong(v, "prompt tokens, document").add(v.of("index a month"));
      }
    },
    SMALL("small model, trained") {
      @Override
      BigDecimal total(Values v) {
        BigDecimal call =
            v.tokens("prompt tokens, question alone", "small input")
                .add(v.tokens("answer tokens", "small output"))
                .add(v.of("small request"));
        BigDecimal trained =
            v.tokens("corpus tokens", "training input")
                .multiply(v.of("epochs"))
                .add(v.of("training once"))
                .divide(v.of("training lasts"), MathContext.DECIMAL64);
        return v.calls(call).add(v.of("small model a month")).add(trained);
      }
    };

    private final String text;

    Way(String text) {
      this.text = text;
    }

    abstract BigDecimal total(Values values);

    /** The prompt that has to fit the model of a long context; null for other ways. */
    @Nullable String prompt() {
      return switch (this) {
        case CORPUS -> "prompt tokens, corpus";
        case DOCUMENT -> "prompt tokens, document";
        default -> null;
      };
    }

    String text() {
      return text;
    }

    private static BigDecimal readLong(Values v, String prompt) {
      BigDecimal cached = v.of("cached share");
      BigDecimal input =
          v.tokens(prompt, "long input")
              .multiply(BigDecimal.ONE.subtract(cached))
              .add(v.tokens(prompt, "long cached input").multiply(cached));
      return v.calls(input.add(v.tokens("answer tokens", "long output")).add(v.of("long request")));
    }
  }

  /** Assumptions, of which one may have another value. */
  record Values(CostModel model, String changed, BigDecimal value) {
    BigDecimal of(String name) {
      return model.name(name).equals(changed) ? value : model.value(name);
    }

    /** What tokens cost by a price for a million. */
    BigDecimal tokens(String count, String price) {
      return of(count).multiply(of(price)).divide(MILLION);
    }

    /** What the questions of a month cost, with those that are asked twice. */
    BigDecimal calls(BigDecimal one) {
      return one.multiply(of("traffic")).multiply(of("retried share").add(BigDecimal.ONE));
    }
  }

  void add(String name, BigDecimal value, String unit, String source) {
    assumptions.put(
        name, new Assumption(name, value, unit, source, BigDecimal.valueOf(Long.MAX_VALUE)));
  }

  void addShare(String name, BigDecimal value, String source) {
    assumptions.put(name, new Assumption(name, value, "of 1", source, BigDecimal.ONE));
  }

  /** Makes one assumption of two: whatever changes, they stay equal. */
  void same(String name, String as) {
    others.put(name, as);
  }

  private String name(String name) {
    return others.getOrDefault(name, name);
  }

  boolean has(String name) {
    return assumptions.containsKey(name);
  }

  BigDecimal value(String name) {
    Assumption found = assumptions.get(name(name));
    if (found == null) {
      throw new IllegalStateException("nothing is assumed of " + name);
    }
    return found.value();
  }

  Collection<Assumption> assumptions() {
    return assumptions.values();
  }

  BigDecimal total(Way way) {
    return way.total(new Values(this, "", BigDecimal.ZERO));
  }

  private BigDecimal total(Way way, Assumption changed, BigDecimal value) {
    return way.total(new Values(this, changed.name(), value));
  }

  /** The changes of a total by each assumption that is this share lower and higher. */
  List<Swing> swings(Way way, BigDecimal share) {
    BigDecimal now = total(way);
    List<Swing> all = new ArrayList<>();
    for (Assumption one : assumptions.values()) {
      BigDecimal step = one.value().multiply(share);
      boolean divides = one.name().equals("training lasts");
      BigDecimal lower = one.value().subtract(step);
      BigDecimal low = divides && lower.signum() == 0 ? one.value() : lower;
      Swing swing =
          new Swing(
              one.name(),
              total(way, one, low).subtract(now),
              total(way, one, one.value().add(step).min(one.most())).subtract(now));
      if (swing.size().signum() > 0) {
        all.add(swing);
      }
    }
    return all;
  }

  /** Where the others would cost what retrieval does, if one assumption alone were another. */
  List<BreakEven> breakEvens() {
    List<BreakEven> all = new ArrayList<>();
    for (Way way : Way.values()) {
      if (way == Way.RETRIEVAL) {
        continue;
      }
      for (Assumption one : assumptions.values()) {
        if (one.name().equals("training lasts")) {
          continue; // no straight line
        }
        BigDecimal at0 = gap(way, one, BigDecimal.ZERO);
        BigDecimal slope = gap(way, one, BigDecimal.ONE).subtract(at0);
        if (slope.signum() == 0) {
          continue; // no effect
        }
        BigDecimal value = at0.negate().divide(slope, MathContext.DECIMAL64);
        if (value.signum() > 0 && value.compareTo(one.most()) <= 0 && isNear(value, one.value())) {
          all.add(new BreakEven(way, one.name(), value, one.value()));
        }
      }
    }
    return all;
  }

  /** Whether it is worth telling: within a factor of a thousand, or of what is 0 now. */
  private static boolean isNear(BigDecimal value, BigDecimal now) {
    return now.signum() == 0
        || (value.compareTo(now.multiply(FARTHEST)) <= 0
            && now.compareTo(value.multiply(FARTHEST)) <= 0);
  }

  private BigDecimal gap(Way way, Assumption one, BigDecimal value) {
    return total(way, one, value).subtract(total(Way.RETRIEVAL, one, value));
  }
}
