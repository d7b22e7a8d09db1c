package dev.ragwright.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.ragwright.Answer;
import dev.ragwright.RagPipeline;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generator;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.json.JsonMapper;

class RagwrightAutoConfigurationTest {
  @TempDir Path folder;
  private ApplicationContextRunner runner;

  @BeforeEach
  void runner() throws IOException {
    Path documents = Files.createDirectory(folder.resolve("documents"));
    Files.writeString(documents.resolve("keys.md"), "# Keys\n\nRotate the key yearly.\n");
    runner =
        new ApplicationContextRunner()
            .withConfiguration(
                AutoConfigurations.of(
                    RagwrightAutoConfiguration.class, RagwrightHealthAutoConfiguration.class))
            .withPropertyValues("ragwright.documents.folder=" + documents);
  }

  private String index() {
    return "ragwright.index.directory=" + folder.resolve("index");
  }

  @Test
  void settingsMakeAPipelineAndTheIndexIsCommittedWhenItEnds() {
    runner
        .withPropertyValues(
            index(), "ragwright.retriever=bm25", "ragwright.documents.sync-at-start=true")
        .run(
            context -> {
              Answer answer = context.getBean(RagPipeline.class).ask("When do I rotate the key?");
              assertThat(answer.text()).isEqualTo("Rotate the key yearly.");
              assertThat(context).doesNotHaveBean(Embedder.class);
            });
    try (LuceneIndex index = LuceneIndex.open(folder.resolve("index"))) {
      assertThat(index.size().documents()).isEqualTo(1);
    }
  }

  @Test
  void hybridIsSearchedUnlessSetOtherwise() {
    runner
        .withPropertyValues("ragwright.documents.sync-at-start=true")
        .run(
            context -> {
              assertThat(context.getBean(LuceneIndex.class).hasVectors()).isTrue();
              assertThat(context.getBean(Retriever.class).description().toString())
                  .contains("bm25", "knn");
            });
  }

  @Test
  void nothingIsSyncedUnlessAsked() {
    runner
        .withPropertyValues(index(), "ragwright.retriever=bm25")
        .run(
            context -> {
              assertThat(context.getBean(LuceneIndex.class).size().documents()).isZero();
              assertThat(context.getBean(DocumentSync.class).sync().added()).isEqualTo(1);
            });
  }

  @Configuration(proxyBeanMethods = false)
  static class OwnStages {
    @Bean
    Retriever own() {
      return ((Retriever)
              (request, context) ->
                  Retrieval.of(List.of(new Hit(Passage.of("T-1", "A ticket."), 1, "tickets"))))
          .named("tickets");
    }

    @Bean
    Generator generator() {
      return ((Generator) (request, context) -> Generation.of("own")).named("own");
    }

    @Bean
    Reranker reranker() {
      return Reranker.none();
    }
  }

  @Test
  void aBeanOfTheApplicationTakesThePlaceOfAny() {
    new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(
                RagwrightAutoConfiguration.class, RagwrightHealthAutoConfiguration.class))
        .withUserConfiguration(OwnStages.class)
        .run(
            context -> {
              assertThat(context).doesNotHaveBean(LuceneIndex.class);
              RagPipeline pipeline = context.getBean(RagPipeline.class);
              assertThat(pipeline.ask("?").text()).isEqualTo("own");
              assertThat(pipeline.description().toString()).contains("tickets", "own");
            });
  }

  @Configuration(proxyBeanMethods = false)
  static class OwnSource {
    @Bean
    DocumentSource source() {
      return DocumentSource.of(List.of(Document.of("own", "Beavers build dams.")));
    }
  }

  @Test
  void aSourceOfTheApplicationIsSynced() {
    runner
        .withUserConfiguration(OwnSource.class)
        .withPropertyValues("ragwright.documents.sync-at-start=true", "ragwright.retriever=bm25")
        .run(context -> assertThat(context.getBean(LuceneIndex.class).passages("own")).hasSize(1));
  }

  @Configuration(proxyBeanMethods = false)
  static class OneChatModel {
    @Bean
    ChatModel model() {
      return new ChatModel() {
        @Override
        public ChatResponse doChat(ChatRequest request) {
          return ChatResponse.builder().aiMessage(AiMessage.from("Yearly. [1]")).build();
        }
      };
    }
  }

  @Test
  void aChatModelThatIsThereAnswers() {
    runner
        .withUserConfiguration(OneChatModel.class)
        .withPropertyValues("ragwright.documents.sync-at-start=true", "ragwright.retriever=bm25")
        .run(
            context -> {
              Generator generator = context.getBean(Generator.class);
              assertThat(generator.description().name()).isEqualTo("chat-model");
            });
  }

  @Test
  void aChatModelIsNotAskedWhereAnotherTypeIsSet() {
    runner
        .withUserConfiguration(OneChatModel.class)
        .withPropertyValues(
            "ragwright.documents.sync-at-start=true",
            "ragwright.retriever=bm25",
            "ragwright.generator.type=extractive")
        .run(
            context ->
                assertThat(context.getBean(Generator.class))
                    .isInstanceOf(ExtractiveGenerator.class));
  }

  @Configuration(proxyBeanMethods = false)
  static class Meters {
    @Bean
    MeterRegistry registry() {
      return new SimpleMeterRegistry();
    }
  }

  @Test
  void questionsAreCountedWhereThereIsARegistry() {
    runner
        .withUserConfiguration(Meters.class)
        .withPropertyValues("ragwright.documents.sync-at-start=true", "ragwright.retriever=bm25")
        .run(
            context -> {
              context.getBean(RagPipeline.class).ask("When do I rotate the key?");
              assertThat(
                      context
                          .getBean(MeterRegistry.class)
                          .get("ragwright.question")
                          .tag("outcome", "answered")
                          .timer()
                          .count())
                  .isEqualTo(1);
            });
  }

  @Test
  void theIndexIsPartOfTheHealth() {
    runner
        .withPropertyValues("ragwright.documents.sync-at-start=true", "ragwright.retriever=bm25")
        .run(
            context -> {
              Health health = health(context);
              assertThat(health.getStatus().getCode()).isEqualTo("UP");
              assertThat(health.getDetails()).containsEntry("passages", 1L);
              context.getBean(LuceneIndex.class).close();
              assertThat(health(context).getStatus().getCode()).isEqualTo("DOWN");
            });
  }

  private static Health health(ApplicationContext context) {
    return Objects.requireNonNull(context.getBean(HealthIndicator.class).health());
  }

  @Test
  void anAnswerIsItsBodyInJson() {
    runner
        .withPropertyValues("ragwright.documents.sync-at-start=true", "ragwright.retriever=bm25")
        .run(
            context -> {
              Answer answer = context.getBean(RagPipeline.class).ask("When do I rotate the key?");
              JsonMapper mapper =
                  JsonMapper.builder().addModule(context.getBean(JacksonModule.class)).build();
              assertThat(mapper.valueToTree(Map.of("a", answer)).toString())
                  .isEqualTo(mapper.valueToTree(Map.of("a", answer.body())).toString());
              com.fasterxml.jackson.databind.ObjectMapper second =
                  new com.fasterxml.jackson.databind.ObjectMapper()
                      .registerModule(context.getBean(com.fasterxml.jackson.databind.Module.class));
              assertThat(second.writeValueAsString(answer))
                  .isEqualTo(second.writeValueAsString(answer.body()));
            });
  }

  /** What is printed in place of a stack trace. */
  private static String told(Throwable failure) {
    return Stream.of(new MisspeltSettingAnalyzer(), new SettingFailureAnalyzer())
        .map(analyzer -> analyzer.analyze(failure))
        .filter(Objects::nonNull)
        .findFirst()
        .map(told -> told.getDescription() + "\n-> " + told.getAction())
        .orElse("nothing");
  }

  private void fails(List<String> properties, String... told) {
    runner
        .withInitializer(
            context ->
                context
                    .getEnvironment()
                    .getPropertySources()
                    .addFirst(
                        new MapPropertySource(
                            "application.properties",
                            properties.stream()
                                .map(property -> property.split("=", 2))
                                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1])))))
        .run(
            context -> {
              assertThat(context).hasFailed();
              assertThat(told(Objects.requireNonNull(context.getStartupFailure()))).contains(told);
            });
  }

  @Test
  void aMisspeltSettingIsNamedWithTheNearest() {
    fails(
        List.of(index(), "ragwright.retreiver=bm25"),
        "there is no setting 'ragwright.retreiver'",
        "Did you mean ragwright.retriever?");
    fails(List.of(index(), "ragwright.topk2=3"), "Did you mean ragwright.top-k?");
    fails(
        List.of(index(), "ragwright.documents.sync-on-start=true"),
        "Did you mean ragwright.documents.sync-at-start?");
  }

  @Test
  void aModelThatIsNotThereIsNamedWithItsSetting() {
    String missing = folder.resolve("missing").toString();
    fails(
        List.of(index(), "ragwright.retriever=bm25", "ragwright.reranker.folder=" + missing),
        "ragwright.reranker.folder is '" + missing + "'",
        "-> Set ragwright.reranker.folder to the folder of a cross-encoder");
    fails(
        List.of(index(), "ragwright.retriever=bm25", "ragwright.generator.folder=" + missing),
        "ragwright.generator.folder is '" + missing + "'");
    fails(
        List.of(index(), "ragwright.embedder.folder=" + missing),
        "ragwright.embedder.folder is '" + missing + "'");
    fails(
        List.of(index(), "ragwright.retriever=bm25", "ragwright.generator.type=onnx"),
        "ragwright.generator.folder is not set");
    fails(
        List.of(index(), "ragwright.retriever=bm25", "ragwright.documents.folder=" + missing),
        "ragwright.documents.folder is '" + missing + "': there is no ");
  }

  @Test
  void anIndexThatDoesNotFitIsNamedWithItsSetting() {
    try (LuceneIndex words = LuceneIndex.open(folder.resolve("index"))) {
      words.addAll(List.of(Passage.of("beavers", "Beavers build dams.")));
    }
    fails(
        List.of(index()),
        "ragwright.index.directory is '" + folder.resolve("index") + "'",
        "-> Set ragwright.index.directory to the folder of an index that was made with this");
    try (LuceneIndex open = LuceneIndex.open(folder.resolve("index"))) {
      assertThat(open.size().passages()).isEqualTo(1);
      fails(
          List.of(index(), "ragwright.retriever=bm25"),
          "ragwright.index.directory is '" + folder.resolve("index") + "'");
    }
  }

  @Test
  void anIndexHasALanguage() {
    fails(
        List.of(index(), "ragwright.retriever=bm25", "ragwright.index.language=xx"),
        "ragwright.index.language is 'xx': there is no analyzer for the language",
        "-> Set ragwright.index.language");
    runner
        .withPropertyValues(index(), "ragwright.retriever=bm25", "ragwright.index.language=de")
        .run(
            context -> {
              LuceneIndex index = context.getBean(LuceneIndex.class);
              index.addAll(List.of(Passage.of("haus", "Die Häuser am Fluss")));
              assertThat(index.bm25().retrieve("Haus", 1).hits()).hasSize(1);
            });
  }

  @Test
  void whatIsMissingIsNamed() {
    fails(List.of(), "there is nothing to search: ragwright.index.directory is not set");
    fails(
        List.of(index(), "ragwright.retriever=bm25", "ragwright.generator.type=chat-model"),
        "there is not the one bean of a chat model",
        "dev.langchain4j.model.chat.ChatModel (found 0)");
    fails(
        List.of(index(), "ragwright.retriever=bm25", "ragwright.gate.threshold=2"),
        "ragwright.gate.source is not set");
  }

  @Test
  void itCanBeSwitchedOff() {
    runner
        .withPropertyValues("ragwright.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(RagPipeline.class));
  }

  @Test
  void editorsAreToldOfEverySetting() throws IOException {
    String metadata =
        new String(
            RagwrightAutoConfiguration.class
                .getResourceAsStream("/META-INF/spring-configuration-metadata.json")
                .readAllBytes(),
            StandardCharsets.UTF_8);
    assertThat(MisspeltSettingAnalyzer.names()).hasSizeGreaterThan(15);
    new JsonMapper()
        .readTree(metadata)
        .get("properties")
        .forEach(
            property ->
                assertThat(property.path("description").asString(""))
                    .as(property.get("name").asString())
                    .isNotEmpty());
    for (String name : MisspeltSettingAnalyzer.names()) {
      assertThat(metadata).contains("\"" + name + "\"");
    }
  }
}
