package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.testmodels.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Every jar that a published module brings, also where a user has to ask for it, has a licence that
 * asks for no more than its text: docs/licences.md lists them, as the POMs name them, and {@code
 * -Dragwright.docs=write} writes it.
 */
class LicencesTest {
  private static final Path ROOT = Repository.root();
  private static final Path PAGE = ROOT.resolve("docs/licences.md");
  private static final Pattern OURS = Pattern.compile("rag-[a-z0-9-]+");

  /** By their names on Maven Central; of several licences of an artifact one is enough. */
  private static final Pattern ALLOWED =
      Pattern.compile(
          "(?i).*(apache|\\bmit\\b|\\bbsd\\b|bsd-[23]|\\bepl\\b|eclipse|\\bedl\\b|unicode|public domain|cc0|bouncy castle).*");

  /** Under the Mozilla Public License, and brought by Tika alone, which users ask for. */
  private static final Set<String> KNOWN = Set.of("com.github.albfernandez:juniversalchardet");

  private static final String HEAD =
      """
      # Licences

      Ragwright is under the Apache License 2.0. This is what its published modules bring, what is optional among it, with the licences
      that the POMs name; a test fails where one is unknown or asks for more than its text. Models have [licences of their
      own](modules.md).

      | artifact | licence |
      | --- | --- |
      """;

  private record Artifact(String group, String name, String version) {
    Path pom() {
      return Path.of(System.getProperty("ragwright.repository"))
          .resolve(group.replace('.', '/'))
          .resolve(name)
          .resolve(version)
          .resolve(name + "-" + version + ".pom");
    }
  }

  @Test
  void everyDependencyHasALicenceThatIsAllowed() throws Exception {
    SortedMap<String, Artifact> all = new TreeMap<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.sorted().toList()) {
        Path tree = module.resolve("target/dependencies.json");
        if (OURS.matcher(module.getFileName().toString()).matches() && Files.exists(tree)) {
          add(new JsonMapper().readTree(tree.toFile()), all);
        }
      }
    }
    assertThat(all).hasSizeGreaterThan(60);
    StringBuilder page = new StringBuilder(HEAD);
    List<String> refused = new ArrayList<>();
    for (var entry : all.entrySet()) {
      List<String> licences = licences(entry.getValue());
      if (!KNOWN.contains(entry.getKey())
          && licences.stream().noneMatch(name -> ALLOWED.matcher(name).matches())) {
        refused.add(entry.getKey() + ": " + licences);
      }
      page.append("| ")
          .append(entry.getKey())
          .append(" | ")
          .append(String.join(", or ", licences))
          .append(" |\n");
    }
    assertThat(refused).as("licences that are not allowed").isEmpty();
    if ("write".equals(System.getProperty("ragwright.docs"))) {
      Files.writeString(PAGE, page);
    } else {
      assertThat(Files.readString(PAGE))
          .as("with -Dragwright.docs=write it is written")
          .isEqualTo(page.toString());
    }
  }

  private static void add(JsonNode node, SortedMap<String, Artifact> all) {
    for (JsonNode child : node.path("children")) {
      if (child.path("scope").asText().matches("test|provided")) {
        continue;
      }
      String group = child.path("groupId").asText();
      String name = child.path("artifactId").asText();
      if (!group.equals("dev.ragwright")) {
        all.put(group + ":" + name, new Artifact(group, name, child.path("version").asText()));
      }
      add(child, all);
    }
  }

  /** Those of its POM, else of the nearest parent that names some. */
  private static List<String> licences(Artifact artifact) throws Exception {
    Element pom =
        DocumentBuilderFactory.newDefaultInstance()
            .newDocumentBuilder()
            .parse(artifact.pom().toFile())
            .getDocumentElement();
    List<String> found = new ArrayList<>();
    Element licences = child(pom, "licenses");
    if (licences != null) {
      for (Node each = licences.getFirstChild(); each != null; each = each.getNextSibling()) {
        if (each instanceof Element licence) {
          found.add(text(licence, "name").replaceAll("\\s+", " "));
        }
      }
    }
    Element parent = child(pom, "parent");
    if (found.isEmpty() && parent != null) {
      return licences(
          new Artifact(
              text(parent, "groupId"), text(parent, "artifactId"), text(parent, "version")));
    }
    return found;
  }

  private static @Nullable Element child(Element of, String name) {
    for (Node child = of.getFirstChild(); child != null; child = child.getNextSibling()) {
      if (child instanceof Element element && element.getNodeName().equals(name)) {
        return element;
      }
    }
    return null;
  }

  private static String text(Element of, String name) {
    Element child = child(of, name);
    return child == null ? "" : child.getTextContent().strip();
  }
}
