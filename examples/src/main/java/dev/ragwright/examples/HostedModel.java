package dev.ragwright.examples;

import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.RagException;
import dev.ragwright.document.Passage;
import dev.ragwright.langchain4j.ChatModelGenerator;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers with a hosted model that speaks OpenAI's protocol, checks what it cites, and tells what
 * it cost. {@code OPENAI_API_KEY} is needed; {@code OPENAI_BASE_URL} leads to another service, and
 * {@code OPENAI_MODEL} names the model.
 *
 * <p>{@code OPENAI_API_KEY=... mvn -q -Pexample -Dexample=HostedModel}
 */
public final class HostedModel {
  private HostedModel() {}

  /** Takes no arguments. */
  public static void main(String... args) {
    @Nullable String key = System.getenv("OPENAI_API_KEY");
    if (key == null || key.isBlank()) {
      System.out.println(
          "This recipe asks a hosted model: set OPENAI_API_KEY, and OPENAI_BASE_URL for a service"
              + " other than api.openai.com. Nothing was sent.");
      return;
    }
    String model = System.getenv().getOrDefault("OPENAI_MODEL", "gpt-4o-mini");
    OpenAiStreamingChatModel chat =
        OpenAiStreamingChatModel.builder()
            .baseUrl(System.getenv().getOrDefault("OPENAI_BASE_URL", "https://api.openai.com/v1"))
            .apiKey(key)
            .modelName(model)
            .temperature(0.0)
            .timeout(Duration.ofSeconds(60))
            .build();
    PriceTable prices =
        PriceTable.builder("USD", LocalDate.of(2026, 11, 1)) // yours: they change
            .model(model, PriceTable.ModelPrice.perMillionTokens("0.15", "0.60"))
            .build();
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(
          List.of(Passage.of("manual", "Keys are secret. Rotate the signing key every year.")));
      RagPipeline rag =
          RagPipeline.builder()
              .retriever(index.bm25())
              .generator(ChatModelGenerator.of(chat))
              .timeout(Duration.ofSeconds(60))
              .build();
      Answer answer = rag.ask("How often do I rotate the signing key?");
      System.out.println(answer.text());
      answer.citations().forEach(c -> System.out.println(c + " \"" + c.quote() + "\""));
      System.out.println("cost: " + answer.trace().cost(prices));
    } catch (RagException e) {
      System.out.println((e.retryable() ? "try again later: " : "failed: ") + e.getMessage());
    }
  }
}
