package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * The POMs of what is published have what Maven Central asks for, by themselves or from the parent.
 */
class PublishedPomsTest {
  private static final Path ROOT = Repository.root();
  private static final Pattern OURS = Pattern.compile("rag-[a-z0-9-]+");

  /** Maven takes these from the parent; a name and a description it does not. */
  private static final List<String> INHERITED =
      List.of("url", "licenses", "developers", "scm", "issueManagement");

  private static Element pom(Path file) throws Exception {
    return DocumentBuilderFactory.newDefaultInstance()
        .newDocumentBuilder()
        .parse(file.toFile())
        .getDocumentElement();
  }

  private static boolean has(Element pom, String name) {
    for (Node child = pom.getFirstChild(); child != null; child = child.getNextSibling()) {
      if (child.getNodeName().equals(name)) {
        return !child.getTextContent().isBlank();
      }
    }
    return false;
  }

  private static List<Path> published() throws IOException {
    try (Stream<Path> folders = Files.list(ROOT)) {
      return folders
          .filter(folder -> OURS.matcher(folder.getFileName().toString()).matches())
          .map(folder -> folder.resolve("pom.xml"))
          .filter(Files::exists)
          .sorted()
          .toList();
    }
  }

  @Test
  void theyHaveWhatMavenCentralAsksFor() throws Exception {
    Element parent = pom(ROOT.resolve("pom.xml"));
    assertThat(INHERITED).allMatch(name -> has(parent, name));
    assertThat(published()).hasSizeGreaterThan(18);
    for (Path file : published()) {
      Element pom = pom(file);
      assertThat(List.of("name", "description", "artifactId"))
          .as("of %s", ROOT.relativize(file))
          .allMatch(name -> has(pom, name));
      if (!has(pom, "parent")) {
        assertThat(INHERITED).as("of %s", ROOT.relativize(file)).allMatch(name -> has(pom, name));
      }
    }
  }
}
