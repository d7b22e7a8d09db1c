package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages point at what is there, and each decision is found from the index. */
class PagesTest {
  private static final Path ROOT = Repository.root();
  private static final Pattern LINK =
      Pattern.compile("\\]\\((?!https?:)(?<to>[^)#\\s]+)(#[^)]*)?\\)");
  private static final Pattern PAGE = Pattern.compile("(?<!\\S/|\\w/)\\bdocs/[a-z0-9/-]+\\.md\\b");
  private static final Pattern TEST = Pattern.compile("`(?<name>[A-Z]\\w+(?:Test|Contract))`");
  private static final Pattern DECIDED =
      Pattern.compile("# .+\n\nDecided (?<date>\\d{4}-\\d\\d-\\d\\d)[.,].*");

  private static List<Path> files(String... names) throws IOException {
    List<Path> all = new ArrayList<>();
    for (String name : names) {
      try (Stream<Path> found = Files.walk(ROOT.resolve(name))) {
        found.filter(Files::isRegularFile).forEach(all::add);
      }
    }
    Collections.sort(all);
    return all;
  }

  @Test
  void linksLeadToFiles() throws IOException {
    for (Path page : files("README.md", "CONTRIBUTING.md", "docs")) {
      String prose = Files.readString(page).replaceAll("(?ms)^```.*?^```", "");
      assertThat(LINK.matcher(prose).results().map(link -> link.group("to")))
          .as("links of %s", ROOT.relativize(page))
          .allMatch(to -> Files.exists(page.resolveSibling(to)));
    }
  }

  @Test
  void codeNamesPagesThatAreThere() throws IOException {
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.filter(m -> Files.exists(m.resolve("src/main"))).toList()) {
        sources.add(module.resolve("pom.xml"));
        sources.addAll(files(ROOT.relativize(module.resolve("src/main")).toString()));
      }
    }
    sources.removeIf(file -> !file.toString().matches(".*[.](java|xml)"));
    assertThat(sources).hasSizeGreaterThan(100);
    for (Path file : sources) {
      assertThat(PAGE.matcher(Files.readString(file)).results().map(MatchResult::group))
          .as("pages that %s names", ROOT.relativize(file))
          .allMatch(page -> Files.exists(ROOT.resolve(page)));
    }
  }

  @Test
  void faultsHaveTestsThatAreThere() throws IOException {
    Set<String> classes = new HashSet<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.filter(m -> Files.exists(m.resolve("src"))).toList()) {
        for (Path file : files(ROOT.relativize(module.resolve("src")).toString())) {
          classes.add(file.getFileName().toString().replace(".java", ""));
        }
      }
    }
    String page = Files.readString(ROOT.resolve("docs/reliability.md"));
    List<String> named =
        TEST.matcher(page).results().map(found -> found.group("name")).distinct().toList();
    assertThat(named).hasSizeGreaterThan(10).allMatch(classes::contains);
  }

  @Test
  void decisionsAreDatedAndInTheIndex() throws IOException {
    String index = Files.readString(ROOT.resolve("docs/decisions.md"));
    List<Path> decisions = files("docs/decisions");
    assertThat(decisions).hasSizeGreaterThan(100);
    for (Path decision : decisions) {
      Matcher decided = DECIDED.matcher(Files.readString(decision));
      assertThat(decided.lookingAt()).as("%s begins with title and date", decision).isTrue();
      assertThat(index)
          .containsPattern(
              "(?m)^- %s \\[.+\\]\\(decisions/%s\\): "
                  .formatted(
                      decided.group("date"), Pattern.quote(decision.getFileName().toString())));
    }
  }
}
