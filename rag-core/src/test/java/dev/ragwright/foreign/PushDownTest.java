package dev.ragwright.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Filter;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PushDownTest {
  private static final Filter ACME = Filter.is("tenant", "acme");
  private static final Filter ALL = Filter.all();

  private static Filter pushed(Filter filter) {
    return PushDown.of(filter);
  }

  private static boolean acceptsNothing(Filter filter) {
    return PushDown.acceptsNothing(pushed(filter));
  }

  @Test
  void asksOfAConjunctionWhatCanBeAsked() {
    Filter open = Filter.is("open", true);
    assertThat(pushed(ACME.and(open))).isEqualTo(ACME);
    assertThat(pushed(open.and(Filter.atLeast("date", "2024")))).isEqualTo(ALL);
    assertThat(pushed(ACME.and(Filter.documents(List.of("a.md", "b"))).and(open.not())))
        .isEqualTo(ACME.and(Filter.documents(List.of("a.md", "b"))));
    assertThat(pushed(new Filter.And(List.of()))).isEqualTo(ALL);
  }

  @Test
  void asksADisjunctionOnlyAsAWhole() {
    Filter other = Filter.is("tenant", "globex");
    assertThat(pushed(ACME.or(other))).isEqualTo(ACME.or(other));
    assertThat(pushed(ACME.or(Filter.is("open", true)))).isEqualTo(ALL);
    assertThat(pushed(ACME.or(Filter.all().not()))).isEqualTo(ACME);
    assertThat(acceptsNothing(new Filter.Or(List.of()))).isTrue();
  }

  @Test
  void takesANegationDownAndAsksNoNegatedCondition() {
    Filter open = Filter.is("open", true);
    assertThat(pushed(ACME.not())).isEqualTo(ALL);
    assertThat(pushed(ACME.not().not())).isEqualTo(ACME);
    assertThat(pushed(ACME.not().or(open).not())).as("acme and not open").isEqualTo(ACME);
    assertThat(pushed(ACME.and(open).not())).isEqualTo(ALL);
    assertThat(pushed(Filter.atLeast("year", 2020).not())).isEqualTo(ALL);
    assertThat(acceptsNothing(ALL.not())).isTrue();
    assertThat(pushed(new Filter.Or(List.of()).not())).isEqualTo(ALL);
    assertThat(acceptsNothing(new Filter.And(List.of()).not())).isTrue();
    assertThat(pushed(new Filter.In("tenant", List.of()).not())).isEqualTo(ALL);
  }

  @Test
  void asksOfTextsOnlyThoseThatAreTextsEverywhere() {
    for (String safe :
        List.of(
            "acme",
            "New York",
            "guide/a-b_c.md",
            "9f1c2a34-0000-4000-8000-123456789abc",
            "12345678-0000-4000-8000-123456789abc",
            "a@b.example:8080",
            "x",
            "x".repeat(200))) {
      assertThat(pushed(Filter.is("k", safe))).as(safe).isEqualTo(Filter.is("k", safe));
    }
    for (String unsafe :
        List.of(
            "",
            " ",
            " a",
            "a ",
            "it's",
            "a\"b",
            "\u00e9",
            "a\nb",
            "50%",
            "a\\b",
            "2026-11-29",
            "2026-11-29T08:00:00Z",
            "2026/11/29",
            "2026",
            "2026-11",
            "-2026-11",
            "x".repeat(201))) {
      assertThat(pushed(Filter.is("k", unsafe))).as(unsafe).isEqualTo(ALL);
      assertThat(pushed(Filter.documents(List.of("a", unsafe)))).as(unsafe).isEqualTo(ALL);
    }
    assertThat(pushed(Filter.in("k", "acme", "it's"))).isEqualTo(ALL);
    for (String key : List.of("", "a b", "a.b", "1a", "\u00e9", "k'", "k".repeat(61))) {
      assertThat(pushed(Filter.is(key, "acme"))).as(key).isEqualTo(ALL);
      assertThat(pushed(Filter.atLeast(key, 1))).as(key).isEqualTo(ALL);
    }
    assertThat(pushed(Filter.is("_Key9", "acme"))).isEqualTo(Filter.is("_Key9", "acme"));
  }

  @Test
  void asksNumbersWithinAMargin() {
    Filter.Range price = (Filter.Range) pushed(Filter.is("price", 0.1));
    assertThat(price.from()).isLessThan(Math.min(0.1, 0.1f));
    assertThat(price.to()).isGreaterThan(Math.max(0.1, 0.1f)).isLessThan(0.1001);
    assertThat(pushed(Filter.atLeast("year", 2020)))
        .isEqualTo(Filter.atLeast("year", 2020 - 2020 * 1e-6 - Float.MIN_NORMAL));
    Filter.Range negative = (Filter.Range) pushed(Filter.between("k", -3, -3));
    assertThat(negative.from()).isLessThan(-3);
    assertThat(negative.to()).isGreaterThan(-3);
    Filter.Range tiny = (Filter.Range) pushed(Filter.is("k", 1e-320));
    assertThat(tiny.from()).as("as a float it is 0").isNegative();
    assertThat(pushed(Filter.atMost("k", 1e300))).as("no float is as large").isEqualTo(ALL);
    assertThat(pushed(Filter.atLeast("k", Double.NEGATIVE_INFINITY))).isEqualTo(ALL);
    assertThat(acceptsNothing(Filter.between("k", 2, 1))).isTrue();
    assertThat(acceptsNothing(Filter.atLeast("k", Double.POSITIVE_INFINITY))).isTrue();
    assertThat(acceptsNothing(new Filter.In("k", List.of(Double.NaN)))).isTrue();
    assertThat(acceptsNothing(new Filter.In("k", List.of()))).isTrue();
    assertThat(acceptsNothing(Filter.documents(List.of()))).isTrue();
    assertThat(pushed(new Filter.In("k", List.of("a", 5L))))
        .isEqualTo(new Filter.Or(List.of(pushed(Filter.is("k", 5)), Filter.is("k", "a"))));
    assertThat(pushed(new Filter.In("k", List.of("a", true)))).isEqualTo(ALL);
  }

  @Test
  void asksNoMoreThanAThousandValues() {
    List<String> many = IntStream.range(0, 1_001).mapToObj(i -> "d" + i).toList();
    assertThat(pushed(Filter.documents(many))).isEqualTo(ALL);
    assertThat(pushed(Filter.documents(many.subList(0, 1_000)))).isNotEqualTo(ALL);
    assertThat(pushed(ACME.and(Filter.documents(many.subList(0, 1_000))))).isEqualTo(ACME);
    assertThat(pushed(new Filter.Or(many.stream().map(id -> Filter.is("k", id)).toList())))
        .isEqualTo(ALL);
  }

  /** Of whatever nesting: what is asked accepts at least what the filter does, in plain forms. */
  @Test
  void acceptsAtLeastWhatTheFilterAccepts() {
    long seed = new SplittableRandom().nextLong();
    System.out.println("seed " + seed);
    RandomGenerator random = new SplittableRandom(seed);
    for (int round = 0; round < 5_000; round++) {
      Filter filter = random(random, 4);
      Filter asked = pushed(filter);
      if (!asked.equals(ALL) && !PushDown.acceptsNothing(asked)) {
        assertPlain(asked);
      }
      for (int i = 0; i < 20; i++) {
        Passage passage = passage(random);
        if (filter.test(passage)) {
          assertThat(asked.test(passage))
              .as("%s is asked as %s, for %s, seed %d", filter, asked, passage, seed)
              .isTrue();
        }
      }
    }
  }

  private static void assertPlain(Filter asked) {
    switch (asked) {
      case Filter.And and -> {
        assertThat(and.parts()).hasSizeGreaterThan(1);
        and.parts().forEach(PushDownTest::assertPlain);
      }
      case Filter.Or or -> {
        assertThat(or.parts()).hasSizeGreaterThan(1);
        or.parts().forEach(PushDownTest::assertPlain);
      }
      case Filter.In in -> assertThat(in.values()).isNotEmpty().allMatch(String.class::isInstance);
      case Filter.Documents documents -> assertThat(documents.ids()).isNotEmpty();
      case Filter.Range range ->
          assertThat(Double.isInfinite(range.from()) && Double.isInfinite(range.to())).isFalse();
      default -> throw new AssertionError(asked);
    }
  }

  private static final List<Object> VALUES =
      List.of("a", "b", "it's", "2024-01-01", "", 1L, 1.5, -2L, 0.0, true, false);

  private static Object value(RandomGenerator random) {
    return VALUES.get(random.nextInt(VALUES.size()));
  }

  private static Passage passage(RandomGenerator random) {
    Metadata metadata = Metadata.empty();
    for (String key : List.of("k", "other", "a b")) {
      metadata =
          switch (value(random)) {
            case String text -> metadata.with(key, text);
            case Long number -> metadata.with(key, number.longValue());
            case Double number -> metadata.with(key, number.doubleValue());
            case Boolean truth -> metadata.with(key, truth.booleanValue());
            default -> throw new AssertionError();
          };
    }
    return new Passage("p", "d" + random.nextInt(3), 0, 1, "x", List.of(), metadata);
  }

  private static Filter random(RandomGenerator random, int depth) {
    String key = List.of("k", "other", "a b", "nowhere").get(random.nextInt(4));
    return switch (random.nextInt(depth == 0 ? 5 : 8)) {
      case 0 -> Filter.all();
      case 1 -> Filter.documents(List.of("d" + random.nextInt(4), "d0"));
      case 2 -> new Filter.In(key, List.of(value(random), value(random)));
      case 3 -> Filter.between(key, random.nextInt(4) - 2, random.nextInt(4) - 2);
      case 4 -> Filter.between(key, "a", "c");
      case 5 -> random(random, depth - 1).not();
      case 6 -> new Filter.And(several(random, depth - 1));
      default -> new Filter.Or(several(random, depth - 1));
    };
  }

  private static List<Filter> several(RandomGenerator random, int depth) {
    List<Filter> several = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      several.add(random(random, depth));
    }
    return several;
  }
}
