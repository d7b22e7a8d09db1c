package dev.ragwright.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.guard.Redaction;
import dev.ragwright.guard.Redactor;
import dev.ragwright.retrieve.Query;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** An answer in JSON stays JSON when what was replaced is put back. */
class RestoredJsonTest {
  private static final JsonSchema SCHEMA =
      JsonSchema.builder()
          .name("Owner")
          .rootElement(
              JsonObjectSchema.builder().addStringProperty("answer").required("answer").build())
          .build();

  @Test
  void quotationMarksAreEscaped() throws Exception {
    GenerationRequest request =
        GenerationRequest.of(
            Query.of("Who owns it?"),
            new Context(
                List.of(Evidence.of(Passage.of("p", "The owner is \"Max\tMuster\" here."), 1)),
                20,
                List.of()));
    Redaction redaction =
        Redaction.replacing(Redactor.pattern("NAME", Pattern.compile("\"Max\\sMuster\"")))
            .restoring();
    try (ScriptedServer server =
        new ScriptedServer(ScriptedServer.says("{\"answer\": \"The owner is «NAME1» [1].\"}"))) {
      Generator generator =
          redaction.generator(
              ChatModelGenerator.builder(Models.whole(server)).json(SCHEMA).build());
      Generation made = generator.generate(request, CallContext.unbounded());
      assertThat(server.requests().getFirst()).doesNotContain("Muster");
      assertThat(new ObjectMapper().readTree(made.text()).path("answer").asText())
          .isEqualTo("The owner is \"Max\tMuster\".");
      Citation citation = made.citations().getFirst();
      assertThat(made.text().substring(citation.answerStart(), citation.answerEnd()))
          .isEqualTo("The owner is \\\"Max\\tMuster\\\".");
      assertThat(citation.quote()).isEqualTo("The owner is \"Max\tMuster\" here.");
      try (TokenStream stream = generator.stream(request, CallContext.unbounded())) {
        assertThat(stream.text()).containsExactly(made.text());
      }
    }
  }
}
