package dev.ragwright.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.spi.model.embedding.EmbeddingModelFactory;
import java.io.File;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  /** Documents are read, and answers decoded, with modules that this one does not bring. */
  @Test
  void needsNoModuleThatItDoesNotBring() throws Exception {
    List<URL> path = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!entry.contains("rag-sources") && !entry.contains("rag-generators")) {
        path.add(Path.of(entry).toUri().toURL());
      }
    }
    try (URLClassLoader loader =
        new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      for (Class<?> type : List.of(LangChain4j.class, ChatModelGenerator.class)) {
        assertThat(Class.forName(type.getName(), true, loader)).isNotEqualTo(type);
      }
    }
  }

  /** The same classes, where a file before them says that the core is another one. */
  @Test
  void anOlderCoreIsRefusedAtTheFirstCall(@TempDir Path before) throws Exception {
    Path file = before.resolve("META-INF/maven/dev.langchain4j/langchain4j-core/pom.properties");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "version=1.18.2\n");
    List<URL> path = new ArrayList<>(List.of(before.toUri().toURL()));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      path.add(Path.of(entry).toUri().toURL());
    }
    try (URLClassLoader loader =
        new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      for (Class<?> model : List.of(ChatModel.class, StreamingChatModel.class)) {
        assertRefused(loader, model);
      }
    }
  }

  private static void assertRefused(ClassLoader there, Class<?> model) throws Exception {
    Method method =
        there
            .loadClass(ChatModelGenerator.class.getName())
            .getMethod("builder", there.loadClass(model.getName()));
    assertThatThrownBy(() -> method.invoke(null, (Object) null))
        .cause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "langchain4j-core 1.18.2 is too old for rag-langchain4j, which needs 1.19 to 1.23");
  }

  /** LangChain4j's Easy RAG takes the one model that it finds so, and fails when it finds two. */
  @Test
  void ourModelsAreNoServicesOfLangChain4j() {
    assertThat(getClass().getResource("/bge-small-en-v1.5-q.onnx")).isNotNull();
    assertThat(getClass().getResource("/all-minilm-l6-v2-q.onnx")).isNotNull();
    assertThat(ServiceLoader.load(EmbeddingModelFactory.class)).isEmpty();
  }
}
