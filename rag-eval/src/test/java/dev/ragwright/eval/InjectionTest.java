package dev.ragwright.eval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.ChatMessage.Role;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.CitedText;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.Turn;
import dev.ragwright.retrieve.Query;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Retrieved text stays text: in the prompt, and in what is made of a model's output. */
class InjectionTest {
  /** What stands for a mark to whoever does not see, or fold, what is in it. */
  private static final Pattern MARK = Pattern.compile("<\\s*/?\\s*document");

  static Stream<Injection> all() {
    return Injection.all().stream();
  }

  private static Context context(List<Passage> passages, List<String> titles, List<Turn> turns) {
    return new Context(
        passages.stream().map(passage -> Evidence.of(passage, 1)).toList(),
        1,
        List.of(),
        titles,
        turns);
  }

  private static List<ChatMessage> messages(String question, Context context) {
    return PromptTemplate.grounded().messages(GenerationRequest.of(Query.of(question), context));
  }

  /** As one who folds letters and leaves out what is not seen reads it. */
  private static String folded(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFKC)
        .replaceAll("[\\p{Cf}\\p{Mn}\\u115f\\u1160\\u3164\\uffa0]", "")
        .toLowerCase(Locale.ROOT);
  }

  private static long marks(String text) {
    return MARK.matcher(folded(text)).results().count();
  }

  @Test
  void thereAreEnoughAndEachIsItsOwn() {
    assertThat(Injection.all()).hasSizeGreaterThanOrEqualTo(60);
    assertThat(Injection.all().stream().map(Injection::id)).doesNotHaveDuplicates();
    assertThat(Injection.all().stream().map(Injection::language).distinct()).hasSizeGreaterThan(10);
    for (Injection one : Injection.all()) {
      assertThat(one.question() + one.answer() + one.harmless().text())
          .as(one.id())
          .doesNotContain(one.word());
      assertThat(one.harmless().text()).contains(one.answer());
      assertThat(one.passages().getFirst().text()).contains(one.harmless().text().substring(0, 12));
    }
  }

  /** The same messages, and the same marks in the same order, as of harmless passages. */
  @ParameterizedTest
  @MethodSource("all")
  void aPromptHasItsOwnMarksAndRolesOnly(Injection injection) {
    String all =
        String.join(
            "\n",
            injection.passages().stream()
                .flatMap(passage -> Stream.of(passage.searchText(), passage.metadata().toString()))
                .toList());
    Context attacked =
        context(injection.passages(), List.of(all.lines().findFirst().orElseThrow()), List.of());
    List<ChatMessage> messages = messages(injection.question(), attacked);
    assertThat(messages).extracting(ChatMessage::role).containsExactly(Role.SYSTEM, Role.USER);
    Context harmless =
        context(
            injection.passages().stream().map(passage -> injection.harmless()).toList(),
            List.of("Title"),
            List.of());
    List<ChatMessage> expected = messages(injection.question(), harmless);
    assertThat(messages.getFirst()).isEqualTo(expected.getFirst());
    String shown = messages.getLast().text();
    assertThat(marks(shown)).as(shown).isEqualTo(marks(expected.getLast().text()));
    assertThat(shown)
        .startsWith("<document 1>\n")
        .endsWith("\n\nQuestion: " + injection.question());
    // As a question, in a turn before, and as what was answered.
    for (Context other :
        List.of(
            harmless,
            context(List.of(), List.of(), List.of(Turn.of(all, "yes"))),
            context(List.of(), List.of(), List.of(Turn.of("why", all))))) {
      List<ChatMessage> asked = messages(all, other);
      assertThat(asked).extracting(ChatMessage::role).containsExactly(Role.SYSTEM, Role.USER);
      assertThat(marks(asked.getLast().text()))
          .isEqualTo(
              marks(
                  messages(
                          "why?",
                          context(
                              other.evidence().stream().map(Evidence::passage).toList(),
                              other.titles(),
                              List.of()))
                      .getLast()
                      .text()));
    }
  }

  /** Whatever a model repeats of it: citations are of the evidence, to the character. */
  @ParameterizedTest
  @MethodSource("all")
  void whatIsRepeatedCitesTheEvidenceOnly(Injection injection) {
    Context context = context(injection.passages(), List.of(), List.of());
    for (Passage passage : injection.passages()) {
      for (String output :
          List.of(
              passage.text(),
              "It is so. [1] " + passage.text(),
              passage.text() + " [1]",
              String.join("\n", passage.headings()) + passage.metadata())) {
        Generation made =
            CitedText.read(
                output, context, PromptTemplate.grounded(), FinishReason.STOP, Usage.none());
        for (Citation citation : made.citations()) {
          assertThat(context.holds(citation)).as("%s of %s", citation, output).isTrue();
          assertThat(injection.passages())
              .anySatisfy(
                  source -> {
                    assertThat(source.id()).isEqualTo(citation.passageId());
                    assertThat(source.text().substring(citation.start(), citation.end()))
                        .isEqualTo(citation.quote());
                  });
          assertThat(citation.answerEnd()).isLessThanOrEqualTo(made.text().length());
        }
      }
    }
  }
}
