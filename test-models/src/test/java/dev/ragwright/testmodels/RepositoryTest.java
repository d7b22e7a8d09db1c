package dev.ragwright.testmodels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

class RepositoryTest {
  @Test
  void isTheFolderOfAllModules() {
    assertThat(Repository.root().resolve("rag-testkit/pom.xml")).isRegularFile();
    assertThat(Repository.root().resolve("README.md")).isRegularFile();
  }

  @Test
  void isFoundFromFarWithinAModuleAndNotOutside(@TempDir Path folder) throws IOException {
    Path within = Files.createDirectories(folder.resolve("repository/module/target/work"));
    Files.writeString(folder.resolve("repository/module/pom.xml"), "");
    assertThatThrownBy(() -> Repository.above(within))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "no folder above %s has .mvn and pom.xml; run tests with a working directory in the"
                    .formatted(within)
                + " repository");
    Files.createDirectory(folder.resolve("repository/.mvn"));
    Files.writeString(folder.resolve("repository/pom.xml"), "");
    assertThat(Repository.above(within)).isEqualTo(folder.resolve("repository"));
  }

  @Test
  void whatIsNotThereIsSkippedByName() {
    Path nothing = Repository.root().resolveSibling("shared/no such data");
    assertThat(Repository.shared("no such data")).isEqualTo(nothing);
    assertThatThrownBy(() -> Repository.sharedOrSkip("no such data"))
        .isInstanceOf(TestAbortedException.class)
        .hasMessageContaining("skipped: there is no " + nothing);
  }
}
