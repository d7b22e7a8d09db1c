package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What each module brings, in MB of others' jars and, of a model, of its files, as the page of
 * modules' table says it. {@code -Dragwright.docs=write} writes the table's last column.
 */
class FootprintTest {
  private static final Path ROOT = Repository.root();
  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^(\\| `(rag-[a-z0-9-]+)`(?: with `([a-z-]+)`)? \\|.*\\|.*\\|) ([0-9.]+) \\|$");

  /** The jars that a module brings, by name, with their sizes; of what is optional, only this. */
  private static Map<String, Long> jars(String module, @Nullable String optional)
      throws IOException {
    Path tree = ROOT.resolve(module).resolve("target/dependencies.json");
    Map<String, Long> jars = new HashMap<>();
    for (JsonNode child : new JsonMapper().readTree(tree.toFile()).path("children")) {
      boolean wanted =
          !child.path("optional").asBoolean() || child.path("artifactId").asText().equals(optional);
      if (wanted) {
        add(child, jars);
      }
    }
    if (module.startsWith("rag-model-")) {
      try (Stream<Path> files = Files.list(ROOT.resolve(module).resolve("target/classes"))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          jars.put(file.toString(), Files.size(file));
        }
      }
    }
    return jars;
  }

  private static void add(JsonNode dependency, Map<String, Long> jars) throws IOException {
    if (Set.of("test", "provided").contains(dependency.path("scope").asText())) {
      return;
    }
    String group = dependency.path("groupId").asText();
    if (!group.equals("dev.ragwright")) {
      String name = dependency.path("artifactId").asText();
      String version = dependency.path("version").asText();
      Path jar =
          Path.of(System.getProperty("ragwright.repository"))
              .resolve(group.replace('.', '/'))
              .resolve(name)
              .resolve(version)
              .resolve(name + "-" + version + ".jar");
      jars.put(name, Files.size(jar));
    }
    for (JsonNode child : dependency.path("children")) {
      add(child, jars);
    }
  }

  private static double megabytes(Map<String, Long> jars) {
    return jars.values().stream().mapToLong(Long::longValue).sum() / 1e6;
  }

  @Test
  void thePageSaysWhatAModuleBrings() throws IOException {
    Path page = ROOT.resolve("docs/modules.md");
    String text = Files.readString(page);
    StringBuilder now = new StringBuilder();
    int rows = 0;
    Matcher row = ROW.matcher(text);
    while (row.find()) {
      String said = String.format(Locale.ROOT, "%.1f", megabytes(jars(row.group(2), row.group(3))));
      row.appendReplacement(now, Matcher.quoteReplacement(row.group(1) + " " + said + " |"));
      rows++;
    }
    row.appendTail(now);
    assertThat(rows).as("rows of the table").isGreaterThan(9);
    if (System.getProperty("ragwright.docs").equals("write")) {
      Files.writeString(page, now);
    } else {
      assertThat(text).as("with -Dragwright.docs=write it is written").isEqualTo(now.toString());
    }
  }

  /** Who wants one metric, or one listener, does not take a search engine and a runtime along. */
  @Test
  void whatNeedsNoNativeLibraryBringsNone() throws IOException {
    double core = megabytes(jars("rag-core", null));
    assertThat(megabytes(jars("rag-eval", null)) - core).isLessThan(5);
    assertThat(megabytes(jars("rag-observe", "micrometer-core")) - core).isLessThan(2);
    for (String module : new String[] {"rag-eval", "rag-experiment", "rag-observe"}) {
      assertThat(jars(module, null).keySet())
          .as(module)
          .doesNotContain("onnxruntime", "lucene-core", "tokenizers", "langchain4j-core");
    }
  }
}
