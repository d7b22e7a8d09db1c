package sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Generation;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxChatModel;
import dev.ragwright.langchain4j.LangChain4j;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ManualTest {
  private static final Path DOCUMENTS = Path.of("../documents");
  private static final String QUESTION = "How often do I rotate the signing key?";

  @Test
  void anAiServiceAnswersWithItsPlace() {
    try (Manual manual = new Manual(DOCUMENTS, new Quoting())) {
      Generation answer = manual.ask(QUESTION);
      assertEquals("Rotate the signing key every year.", answer.text());
      assertEquals(1, answer.citations().size());
      Citation citation = answer.citations().getFirst();
      assertEquals("keys.md#0-136", citation.passageId());
      assertEquals("Rotate the signing key every year.", citation.quote());
      assertEquals("keys.md › Keys › Rotation [21, 55)", citation.toString());
    }
  }

  @Test
  void aLanguageModelInThisProcessAnswers() {
    String folder = System.getProperty("model", "");
    assumeFalse(folder.isEmpty(), "needs -Dmodel=DIR, a folder with a language model");
    try (OnnxChatModel local = OnnxChatModel.load(Path.of(folder));
        Manual manual =
            new Manual(DOCUMENTS, LangChain4j.chatModel(local, DecodingOptions.greedy()))) {
      Generation answer = manual.ask(QUESTION);
      System.out.println(local.name() + ": " + answer.text() + " " + answer.citations());
      assertFalse(answer.text().isBlank());
    }
  }
}
