package dev.ragwright.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.trace.StageRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RestoringTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final String OWNER = "\"Max\\\t\n\r\u0001\u001f\" «é😀»";

  private static Restoring restoring() {
    return new Restoring(() -> Map.of("«NAME1»", OWNER, "«NAME2»", "Ada"));
  }

  private static Citation cited(String text, String words) {
    int start = text.indexOf(words);
    return new Citation("p", "d", 0, 3, "The", List.of(), "", start, start + words.length(), false);
  }

  private static Generation answer(String text, String words) {
    return Generation.of(
        text, List.of(cited(text, words)), Generation.FinishReason.STOP, Usage.none());
  }

  private static String restoredOf(Generation made) {
    Citation citation = made.citations().getFirst();
    return made.text().substring(citation.answerStart(), citation.answerEnd());
  }

  @Test
  void jsonStaysJson() throws Exception {
    String text = " {\"«NAME1»\": [1, \"«NAME2» and «NAME1» own it.\", {\"x\": \"«NAME3»\"}]}\n";
    Generation made = restoring().generation(answer(text, "«NAME2» and «NAME1» own it."));
    JsonNode json = JSON.readTree(made.text());
    assertThat(json.get(OWNER).get(1).asText()).isEqualTo("Ada and " + OWNER + " own it.");
    assertThat(json.get(OWNER).get(2).get("x").asText()).isEqualTo("«NAME3»");
    assertThat(JSON.readTree('"' + restoredOf(made) + '"').asText())
        .isEqualTo("Ada and " + OWNER + " own it.");
  }

  @Test
  void whatIsNoJsonHasTheWordsAsTheyAre() {
    for (String text : List.of("«NAME1» owns it.", "{\"a\": \"«NAME1»\"} he says.", "[«NAME1»]")) {
      Generation made = restoring().generation(answer(text, "«NAME1»"));
      assertThat(made.text()).isEqualTo(text.replace("«NAME1»", OWNER));
      assertThat(restoredOf(made)).isEqualTo(OWNER);
    }
  }

  /** The pieces joined are the text of the result, however they are cut. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "«NAME1» owns [it] and «NAME2» not.",
        "[Link](x) of «NAME1»",
        " {\"a\": [true, -1.5e3, \"«NAME1»\"]} ",
        "{\"a\": \"«NAME1»\"} he says.",
        "{\"a\": \"«NAME1»\"",
        "«NAME1",
        "{}"
      })
  void aStreamIsRestoredAsTheWholeIs(String text) {
    String whole = restoring().generation(Generation.of(text)).text();
    for (int length = 1; length <= text.length() + 1; length++) {
      int size = length;
      Stream<String> pieces =
          Stream.iterate(0, from -> from < text.length(), from -> from + size)
              .map(from -> text.substring(from, Math.min(text.length(), from + size)));
      assertThat(restoring().pieces(pieces).collect(Collectors.joining())).isEqualTo(whole);
    }
  }

  @Test
  void onlyWhatMayBeJsonIsHeldBack() {
    assertThat(restoring().pieces(Stream.of("[", "No", " «NAME2»", " owns"))).hasSize(3);
    assertThat(restoring().pieces(Stream.of("{\"a\"", ":\"«NA", "ME2»\"", "}")))
        .containsExactly("{\"a\":\"Ada\"}");
  }

  @Test
  void allElseOfAnAnswerIsKept() {
    Context read = new Context(List.of(Evidence.of(Passage.of("p", "The pump."), 1)), 2, List.of());
    StageRecord part =
        StageRecord.of("part", StageDescription.of("x", "y"), Duration.ZERO, Usage.none());
    Generation made =
        Generation.of("«NAME2»", List.of(), Generation.FinishReason.LENGTH, Usage.of("requests", 1))
            .withRefusedCitations(3)
            .withConfidence(0.25)
            .withModel("served")
            .withContext(read)
            .withParts(List.of(part));
    Generation restored = restoring().generation(made);
    assertThat(restored.text()).isEqualTo("Ada");
    assertThat(restored.context()).containsSame(read);
    assertThat(restored).usingRecursiveComparison().ignoringFields("values.text").isEqualTo(made);
  }

  /** Jackson is the judge: of what is, of each beginning of it, and of what is spoilt. */
  @Test
  void jsonIsToldAsJacksonTellsIt() {
    long seed = Long.getLong("ragwright.seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    int spoilt = 0;
    for (int i = 0; i < 2_000; i++) {
      String json = random.nextBoolean() ? object(random, 0) : array(random, 0);
      assertThat(JsonText.of(json)).as("seed %d: %s", seed, json).isEqualTo(JsonText.WHOLE);
      int cut = random.nextInt(json.stripTrailing().length());
      assertThat(JsonText.of(json.substring(0, cut)))
          .as("seed %d: %s", seed, json.substring(0, cut))
          .isEqualTo(JsonText.BEGUN);
      String other =
          json.substring(0, cut)
              + "{}[],:\"\\x1-.e \u0001".charAt(random.nextInt(15))
              + json.substring(cut + random.nextInt(2));
      boolean is = isContainer(other);
      spoilt += is ? 0 : 1;
      assertThat(JsonText.of(other) == JsonText.WHOLE).as("seed %d: %s", seed, other).isEqualTo(is);
    }
    assertThat(spoilt).isGreaterThan(500);
  }

  private static boolean isContainer(String text) {
    try {
      return JSON.readTree(text).isContainerNode();
    } catch (IOException e) {
      return false;
    }
  }

  private static String object(Random random, int depth) {
    return Stream.generate(() -> string(random) + space(random) + ":" + value(random, depth + 1))
        .limit(random.nextInt(4))
        .collect(Collectors.joining(",", space(random) + "{" + space(random), "}" + space(random)));
  }

  private static String array(Random random, int depth) {
    return Stream.generate(() -> value(random, depth + 1))
        .limit(random.nextInt(4))
        .collect(Collectors.joining(",", space(random) + "[", space(random) + "]"));
  }

  private static String value(Random random, int depth) {
    return switch (random.nextInt(depth > 4 ? 3 : 5)) {
      case 0 -> string(random);
      case 1 -> List.of("0", "-1", "10.50", "2e9", "1.5E-3").get(random.nextInt(5)) + space(random);
      case 2 -> List.of("true", "false", "null").get(random.nextInt(3));
      case 3 -> object(random, depth);
      default -> array(random, depth);
    };
  }

  private static String string(Random random) {
    List<String> parts = List.of("a", "«", "\\\"", "\\\\", "\\u00e9", "\\n", " ", "}", "é");
    return Stream.generate(() -> parts.get(random.nextInt(parts.size())))
        .limit(random.nextInt(6))
        .collect(Collectors.joining("", "\"", "\""));
  }

  private static String space(Random random) {
    return List.of("", "", " ", "\n\t").get(random.nextInt(4));
  }

  @Test
  void aLongOneCostsNoStack() {
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    assertThat(JsonText.of(deep)).isEqualTo(JsonText.WHOLE);
    String wide = "{\"a\":\"" + "x\\n".repeat(500_000) + "\"}";
    assertThat(JsonText.of(wide)).isEqualTo(JsonText.WHOLE);
    assertThat(JsonText.of(wide.substring(0, 900_000))).isEqualTo(JsonText.BEGUN);
    assertThat(JsonText.of("[" + "1,".repeat(200_000) + "1" + "0".repeat(100_000) + "]"))
        .isEqualTo(JsonText.WHOLE);
  }
}
