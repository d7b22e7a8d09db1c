package dev.ragwright.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.spi.model.embedding.EmbeddingModelFactory;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class CoreVersionTest {

  @Test
  void knowsTheCoreThatIsThere() {
    assertThat(CoreVersion.read().orElseThrow())
        .isEqualTo(System.getProperty("ragwright.langchain4j"));
    CoreVersion.require();
  }

  @Test
  void objectsToThoseThatWereNotTried() {
    for (String tried : new String[] {"1.19.0", "1.20.0", "1.23.7", "1.23.0-SNAPSHOT", "what"}) {
      assertThat(CoreVersion.objection(tried)).as(tried).isEmpty();
    }
    assertThat(CoreVersion.objection("1.18.2"))
        .hasValue(
            "langchain4j-core 1.18.2 is too old for rag-langchain4j, which needs 1.19 to 1.23");
    assertThat(CoreVersion.objection("0.36.2")).isPresent();
    assertThat(CoreVersion.objection("1.24.0"))
        .hasValue(
            "langchain4j-core 1.24.0 is newer than those that rag-langchain4j was tried with"
                + " (1.19 to 1.23)");
    assertThat(CoreVersion.objection("2.0.0")).isPresent();
  }

  /** LangChain4j's Easy RAG takes the one model that it finds so, and fails when it finds two. */
  @Test
  void ourModelsAreNoServicesOfLangChain4j() {
    assertThat(getClass().getResource("/bge-small-en-v1.5-q.onnx")).isNotNull();
    assertThat(getClass().getResource("/all-minilm-l6-v2-q.onnx")).isNotNull();
    assertThat(ServiceLoader.load(EmbeddingModelFactory.class)).isEmpty();
  }
}
