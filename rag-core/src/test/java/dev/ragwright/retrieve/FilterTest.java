package dev.ragwright.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FilterTest {
  private static final Passage RHINE =
      Passage.of(
          new Document(
              "rhine",
              "A river.",
              Metadata.of("continent", "Europe")
                  .with("km", 1233L)
                  .with("slope", 1.5)
                  .with("dammed", true)),
          0,
          8,
          List.of());

  @Test
  void acceptsDocuments() {
    assertThat(Filter.documents(List.of("rhine", "elbe", "rhine")).test(RHINE)).isTrue();
    assertThat(Filter.documents(List.of("elbe")).test(RHINE)).isFalse();
    assertThat(Filter.documents(List.of()).test(RHINE)).isFalse();
  }

  @Test
  void comparesValuesByTypeAndNumbersAsDoubles() {
    assertThat(Filter.is("continent", "Europe").test(RHINE)).isTrue();
    assertThat(Filter.is("continent", "europe").test(RHINE)).isFalse();
    assertThat(Filter.in("continent", "Asia", "Europe").test(RHINE)).isTrue();
    assertThat(Filter.in("continent", new String[0]).test(RHINE)).isFalse();
    assertThat(Filter.is("km", 1233).test(RHINE)).isTrue();
    assertThat(Filter.is("km", "1233").test(RHINE)).isFalse();
    assertThat(new Filter.In("slope", List.of(1L, 1.5)).test(RHINE)).isTrue();
    assertThat(Filter.is("dammed", true).test(RHINE)).isTrue();
    assertThat(Filter.is("dammed", "true").test(RHINE)).isFalse();
    assertThat(Filter.is("missing", "Europe").test(RHINE)).isFalse();
  }

  @Test
  void includesTheBoundsOfARange() {
    assertThat(Filter.atLeast("km", 1233).test(RHINE)).isTrue();
    assertThat(Filter.atMost("km", 1233).test(RHINE)).isTrue();
    assertThat(Filter.atLeast("km", 1233.5).test(RHINE)).isFalse();
    assertThat(new Filter.Range("slope", 1.5, 1.5).test(RHINE)).isTrue();
    assertThat(new Filter.Range("slope", 2, 1).test(RHINE)).isFalse();
    assertThat(Filter.atLeast("continent", 0).test(RHINE)).isFalse();
    assertThat(Filter.atLeast("missing", Double.NEGATIVE_INFINITY).test(RHINE)).isFalse();
  }

  @Test
  void takesSeveralNumbersAndBothBounds() {
    assertThat(Filter.in("km", 1, 1233).test(RHINE)).isTrue();
    assertThat(Filter.in("slope", 2, 1.5).test(RHINE)).isTrue();
    assertThat(Filter.in("km", 1, 2).test(RHINE)).isFalse();
    assertThat(Filter.in("km", new double[0]).test(RHINE)).isFalse();
    assertThat(Filter.in("continent", 1, 2).test(RHINE)).isFalse();
    assertThat(Filter.in("km", 1, 2.5)).hasToString("km in [1.0, 2.5]");
    assertThat(Filter.between("km", 1233, 1234).test(RHINE)).isTrue();
    assertThat(Filter.between("km", 1000, 1233).test(RHINE)).isTrue();
    assertThat(Filter.between("km", 1234, 2000).test(RHINE)).isFalse();
    assertThat(Filter.between("km", 1234, 1232).test(RHINE)).isFalse();
    assertThat(Filter.between("missing", 0, 1).test(RHINE)).isFalse();
    assertThatThrownBy(() -> Filter.between("km", 0, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the range of 'km' must not be NaN");
  }

  @Test
  void comparesTextsInTheirOrder() {
    Passage dated =
        Passage.of(
            new Document("d", "x", Metadata.of("date", "2024-02-29").with("year", 2024)),
            0,
            1,
            List.of());
    assertThat(Filter.between("date", "2024-02-29", "2024-02-29").test(dated)).isTrue();
    assertThat(Filter.between("date", "2023", "2024").test(dated)).isFalse();
    assertThat(Filter.between("date", "2025", "2023").test(dated)).isFalse();
    assertThat(Filter.atLeast("date", "2024").test(dated)).isTrue();
    assertThat(Filter.atLeast("date", "2024-03").test(dated)).isFalse();
    assertThat(Filter.atMost("date", "2024-03").test(dated)).isTrue();
    assertThat(Filter.atMost("date", "2024").test(dated)).isFalse();
    assertThat(Filter.atLeast("year", "2").test(dated)).as("a number is no text").isFalse();
    assertThat(Filter.atLeast("date", 2020).test(dated)).as("a text is no number").isFalse();
    assertThat(Filter.atMost("missing", "z").test(dated)).isFalse();
    assertThat(Filter.atLeast("date", "2024")).hasToString("date in ['2024', …]");
    assertThat(Filter.between("date", "a", "b").not()).hasToString("not (date in ['a', 'b'])");
  }

  @Test
  void comparesTimesToTheSecond() {
    Instant noon = Instant.parse("2024-02-29T12:00:00.75Z");
    Passage dated = passage(Metadata.empty().with("at", noon));
    assertThat(dated.metadata().get("at")).isEqualTo("2024-02-29T12:00:00Z");
    assertThat(Filter.atLeast("at", noon).test(dated)).isTrue();
    assertThat(Filter.atMost("at", noon.minusMillis(750)).test(dated)).isTrue();
    assertThat(Filter.atLeast("at", noon.plusSeconds(1)).test(dated)).isFalse();
    assertThat(Filter.between("at", noon.minusSeconds(9), noon.minusSeconds(1)).test(dated))
        .isFalse();
    Filter thatDay = Filter.atLeast("at", Instant.parse("2024-02-29T00:00:00Z"));
    assertThat(thatDay.test(passage(Metadata.of("at", "2024-02-29"))))
        .as("a day alone is before its times")
        .isFalse();
    assertThat(thatDay.test(passage(Metadata.of("at", "2024-03-01")))).isTrue();
    assertThatThrownBy(() -> Filter.atMost("at", Instant.MAX))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a time in metadata must be within the years 0 to 9999, was +1000");
  }

  @Test
  void acceptsWhereOneOfSeveralTextsIsAccepted() {
    List<String> given = new ArrayList<>(List.of("api", "Beta"));
    Metadata metadata = Metadata.empty().with("tags", given);
    given.clear();
    Passage tagged = passage(metadata);
    assertThat(Filter.is("tags", "Beta").test(tagged)).isTrue();
    assertThat(Filter.is("tags", "beta").test(tagged)).isFalse();
    assertThat(Filter.is("tags", "[api, Beta]").test(tagged)).isFalse();
    assertThat(Filter.is("tags", "api").not().test(tagged)).isFalse();
    assertThat(Filter.is("tags", "none").not().test(tagged)).isTrue();
    assertThat(Filter.between("tags", "a", "b").test(tagged)).isTrue();
    assertThat(Filter.between("tags", "C", "Z").test(tagged)).isFalse();
    assertThat(Filter.startsWith("tags", "Be").test(tagged)).isTrue();
    assertThat(Filter.is("tags", 1).or(Filter.is("tags", true)).test(tagged)).isFalse();
    assertThat(metadata.with("tags", List.of())).isEqualTo(Metadata.empty());
  }

  @Test
  void asksForABeginningAndForAKey() {
    assertThat(Filter.startsWith("continent", "Eu").test(RHINE)).isTrue();
    assertThat(Filter.startsWith("continent", "").test(RHINE)).isTrue();
    assertThat(Filter.startsWith("continent", "eu").test(RHINE)).isFalse();
    assertThat(Filter.startsWith("km", "1").test(RHINE)).isFalse();
    assertThat(Filter.startsWith("missing", "").test(RHINE)).isFalse();
    for (String key : List.of("continent", "km", "slope", "dammed")) {
      assertThat(Filter.exists(key).test(RHINE)).isTrue();
    }
    assertThat(Filter.exists("missing").test(RHINE)).isFalse();
    assertThat(Filter.startsWith("path", "docs/").and(Filter.exists("year").not()))
        .hasToString("(path starts with 'docs/') and (not (exists year))");
  }

  @Test
  void listsItsConditions() {
    Filter english = Filter.is("lang", "en");
    Filter recent = Filter.atLeast("year", 2020);
    assertThat(english.and(recent.or(Filter.documents(List.of("a"))).not()).conditions())
        .containsExactly(english, recent);
    assertThat(Filter.all().conditions()).isEmpty();
  }

  private static Passage passage(Metadata metadata) {
    return Passage.of(new Document("d", "x", metadata), 0, 1, List.of());
  }

  @Test
  void combinesWithAllAsIfItWereNotThere() {
    Filter english = Filter.is("lang", "en");
    assertThat(english.and(Filter.all())).isEqualTo(english);
    assertThat(Filter.all().and(english)).isEqualTo(english);
  }

  @Test
  void combines() {
    Filter yes = Filter.all();
    Filter no = Filter.all().not();
    assertThat(yes.and(no).test(RHINE)).isFalse();
    assertThat(yes.or(no).test(RHINE)).isTrue();
    assertThat(no.or(no).not().test(RHINE)).isTrue();
    assertThat(new Filter.And(List.of()).test(RHINE)).isTrue();
    assertThat(new Filter.Or(List.of()).test(RHINE)).isFalse();
    assertThat(Filter.is("missing", 1).not().test(RHINE)).isTrue();
  }

  @Test
  void refusesWhatMetadataCannotHold() {
    assertThatThrownBy(() -> new Filter.In("km", List.of(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "filter on 'km': a value is compared with a String, Long, Double or Boolean, not"
                + " java.lang.Integer; of several texts name each");
    assertThatThrownBy(() -> Filter.atLeast("km", Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the range of 'km' must not be NaN");
  }

  @Test
  void isEqualByValueAndTellsPeople() {
    assertThat(Filter.documents(List.of("b", "a"))).isEqualTo(Filter.documents(List.of("a", "b")));
    assertThat(Filter.all()).isEqualTo(Filter.all()).hasToString("all");
    assertThat(
            Filter.is("lang", "en")
                .and(Filter.atLeast("year", 2020).or(Filter.documents(List.of("b", "a"))).not()))
        .hasToString(
            "(lang in [en]) and (not ((year in [2020.0, Infinity]) or (document in [a, b])))");
  }

  /**
   * Descriptions have filters as texts, and what is kept under one must not be found by another.
   */
  @Test
  void twoFiltersHaveTwoTexts() {
    assertThat(
            Stream.of(
                    Filter.is("tenant", "1"),
                    Filter.is("tenant", 1),
                    Filter.is("tenant", "1.0"),
                    Filter.is("on", "true"),
                    Filter.is("on", true),
                    Filter.in("k", "a, b"),
                    Filter.in("k", "a", "b"),
                    Filter.is("k in [a]", "b"),
                    Filter.is("k", ""),
                    Filter.is("k", " "),
                    Filter.documents(List.of("a, b")),
                    Filter.documents(List.of("a", "b")),
                    Filter.between("k", "a', 'b", "c"),
                    Filter.between("k", "a", "b', 'c"),
                    Filter.startsWith("k", "a' and x"),
                    Filter.exists("a in b"),
                    Filter.exists("a").and(Filter.exists("b")),
                    Filter.exists("a) and (exists b"))
                .map(Filter::toString))
        .doesNotHaveDuplicates();
    assertThat(Filter.is("lang", "de")).hasToString("lang in [de]");
    assertThat(Filter.is("tenant", "1")).hasToString("tenant in ['1']");
  }
}
