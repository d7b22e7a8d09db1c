package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A block of a page whose first line names a file stands in that file, which is built and run. */
class QuotedCodeTest {
  private static final Path ROOT = Repository.root();
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```[a-z]+ (\\S+)\\n(.*?)^```$");

  @Test
  void blocksStandInTheirFiles() throws IOException {
    int blocks = 0;
    for (Path page : pages()) {
      Matcher block = BLOCK.matcher(Files.readString(page));
      while (block.find()) {
        assertThat(Files.readString(ROOT.resolve(block.group(1))))
            .as("%s, of which %s has a piece", block.group(1), ROOT.relativize(page))
            .contains(block.group(2));
        blocks++;
      }
    }
    assertThat(blocks).isGreaterThan(7);
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
      return files.filter(file -> file.toString().endsWith(".md")).sorted().toList();
    }
  }
}
