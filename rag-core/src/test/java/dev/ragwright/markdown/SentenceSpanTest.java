package dev.ragwright.markdown;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SentenceSpanTest {
  private static final String[] PORT = {"The port is 8080.", "The host is localhost by default."};

  private static List<String> sentences(String text) {
    return SentenceSpan.of(text).stream()
        .map(span -> text.substring(span.start(), span.end()))
        .toList();
  }

  @Test
  void knowsWhereCodeEnds() {
    String prose = "\n\n" + String.join(" ", PORT) + "\n";
    assertThat(sentences("```\n~~~\ncode here\n```" + prose))
        .containsExactly("~~~\ncode here", PORT[0], PORT[1]);
    assertThat(sentences("````\n```\ncode here\n````" + prose))
        .containsExactly("```\ncode here", PORT[0], PORT[1]);
    assertThat(sentences("~~~ java `x`\na\n~~~" + prose)).containsExactly("a", PORT[0], PORT[1]);
    assertThat(sentences("``` is `no fence` ```" + prose))
        .containsExactly("``` is `no fence` ```", PORT[0], PORT[1]);
    assertThat(sentences("- item one here\n  ```\n  code\n\nNo longer in the list. " + PORT[0]))
        .containsExactly("item one here", "code", "No longer in the list.", PORT[0]);
  }

  /** As a document is cut in the midst of a block of code. */
  @ParameterizedTest
  @ValueSource(strings = {"a = 1\nb = 2\n```\n\n", "    indented\n~~~\n\n", "a\n\nb\n````\n\n"})
  void knowsThatAPassageBeginsInCode(String end) {
    String passage = end + String.join(" ", PORT) + "\n";
    assertThat(sentences(passage)).hasSize(3).endsWith(PORT);
    String more = passage + "\n```java\nx\n```\n\nOne sentence more here.\n";
    assertThat(sentences(more)).hasSize(5).endsWith("x", "One sentence more here.");
  }

  @Test
  void takesAPassageThatEndsInCodeForOne() {
    assertThat(sentences(PORT[0] + "\n\n```\na = 1\nb = 2\n"))
        .containsExactly(PORT[0], "a = 1\nb = 2");
    assertThat(sentences(PORT[0] + "\n```sh\n\na = 1\n")).containsExactly(PORT[0], "a = 1");
  }

  @Test
  void takesNoHeadingForASentence() {
    assertThat(sentences("# The first heading here\n\nA title of words\n===\n" + PORT[0]))
        .containsExactly(PORT[0]);
  }

  /** Where sentences end in scripts that write no spaces between words, and with a danda. */
  @Test
  void knowsSentencesOfOtherScripts() {
    assertThat(sentences("渡轮六点开航。票价是三百元。")).containsExactly("渡轮六点开航。", "票价是三百元。");
    assertThat(sentences("船は六時に出ます。料金は三百円です！")).containsExactly("船は六時に出ます。", "料金は三百円です！");
    assertThat(sentences("नाव छह बजे चलती है। किराया तीन सौ रुपये है।"))
        .containsExactly("नाव छह बजे चलती है।", "किराया तीन सौ रुपये है।");
    assertThat(sentences("เรือออกหกโมง ค่าโดยสารสามร้อยบาท"))
        .as("Thai marks no ends")
        .containsExactly("เรือออกหกโมง ค่าโดยสารสามร้อยบาท");
  }

  @Test
  void isNeverMoreThanASentenceOfTheDocumentWhereverThatIsCut() {
    long seed = Long.getLong("ragwright.seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int trial = 0; trial < 200; trial++) {
      Document document = Document.of("d", page(random));
      List<SentenceSpan> whole = SentenceSpan.of(document.text());
      for (Passage passage : Chunkers.markdown(8 + random.nextInt(30)).chunk(document)) {
        for (SentenceSpan span : SentenceSpan.of(passage.text())) {
          long touched =
              whole.stream()
                  .filter(s -> s.start() < passage.start() + span.end())
                  .filter(s -> s.end() > passage.start() + span.start())
                  .filter(s -> document.text().startsWith("The ", s.start()))
                  .count();
          assertThat(touched)
              .as("seed %d, trial %d: <%s>", seed, trial, passage.text())
              .isLessThanOrEqualTo(span.start() == 0 ? 2 : 1); // the end of a cut one joins
        }
      }
    }
  }

  /** Golden values are those of commonmark-java 0.32. */
  @Test
  void findsTheCodeThatCommonMarkFinds() {
    String[] lines = {
      "```",
      "````",
      "~~~",
      "~~~~~",
      "```sh",
      "~~~ a `b`",
      "``` a `b`",
      "   ```",
      "    ```",
      "``",
      "",
      "",
      "code here",
      "# heading",
      "The number is one today. And two tomorrow.",
      "``` ",
      "~~~x"
    };
    long seed = Long.getLong("ragwright.seed", System.nanoTime());
    System.out.println("random tests: replay with -Dragwright.seed=" + seed);
    Random random = new Random(seed);
    for (int trial = 0; trial < 3_000; trial++) {
      StringBuilder text = new StringBuilder("Some words to begin with.\n\n```x\nalways\n```\n\n");
      for (int i = random.nextInt(12); i > 0; i--) {
        text.append(lines[random.nextInt(lines.length)]).append('\n');
      }
      text.append("\n~~~~~~~~\nended\n````````\n"); // so that no reading ends within code
      List<String> code = new ArrayList<>();
      Node document = Parser.builder().build().parse(text.toString());
      for (Node node = document.getFirstChild(); node != null; node = node.getNext()) {
        if (node instanceof FencedCodeBlock block && !block.getLiteral().isBlank()) {
          code.add(block.getLiteral().strip());
        }
      }
      List<String> found = sentences(text.toString());
      assertThat(found).as("seed %d, trial %d: <%s>", seed, trial, text).containsAll(code);
    }
  }

  private static String page(Random random) {
    List<String> blocks = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      if (random.nextInt(3) == 0) {
        String fence = random.nextBoolean() ? "```" : "~~~~";
        String name = random.nextBoolean() ? "sh" : "";
        blocks.add(fence + name + "\n" + "run this now\n".repeat(1 + random.nextInt(12)) + fence);
      } else {
        StringBuilder prose = new StringBuilder();
        for (int s = 1 + random.nextInt(4); s > 0; s--) {
          prose.append("The number is ").append(random.nextInt(100)).append(" today. ");
        }
        blocks.add(prose.toString().strip());
      }
    }
    return String.join("\n\n", blocks) + "\n";
  }
}
