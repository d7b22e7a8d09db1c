package dev.ragwright.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.testmodels.Repository;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The types that a user sees, module by module, stand in {@code docs/public-types.txt}: one more is
 * a decision that a diff shows. {@code -Dragwright.docs=write} writes the file.
 */
class PublicTypesTest {
  private static final Path ROOT = Repository.root();
  private static final Path FILE = ROOT.resolve("docs/public-types.txt");

  @Test
  void aNewPublicTypeIsADecision() throws IOException {
    StringBuilder now = new StringBuilder();
    int all = 0;
    int nested = 0;
    for (Path module : modules()) {
      List<String> types = types(module.resolve("target/classes"));
      all += types.size();
      nested += (int) types.stream().filter(name -> name.contains("$")).count();
      now.append(module.getFileName()).append(": ").append(types.size()).append('\n');
      types.forEach(type -> now.append("  ").append(type.replace('$', '.')).append('\n'));
    }
    now.insert(0, (all - nested) + " public types, and " + nested + " in them\n");
    if (System.getProperty("ragwright.docs").equals("write")) {
      Files.writeString(FILE, now);
    }
    assertThat(now).as("-Dragwright.docs=write writes it").hasToString(Files.readString(FILE));
  }

  private static List<Path> modules() throws IOException {
    try (Stream<Path> folders = Files.list(ROOT)) {
      return folders
          .filter(folder -> folder.getFileName().toString().startsWith("rag-"))
          .filter(folder -> Files.exists(folder.resolve("src/main/java")))
          .sorted()
          .toList();
    }
  }

  private static List<String> types(Path classes) throws IOException {
    Predicate<String> isExported = exports(classes);
    try (Stream<Path> files = Files.walk(classes)) {
      return files
          .map(file -> classes.relativize(file).toString())
          .filter(file -> file.endsWith(".class") && !file.matches("(?:.*\\W)?\\w*-info[.]class"))
          .map(
              file -> file.substring(0, file.length() - 6).replace(java.io.File.separatorChar, '.'))
          .filter(name -> isExported.test(name.substring(0, Math.max(0, name.lastIndexOf('.')))))
          .filter(PublicTypesTest::isSeen)
          .sorted(Comparator.naturalOrder())
          .toList();
    }
  }

  /** The packages that a module's descriptor exports to all; without a descriptor, all it has. */
  private static Predicate<String> exports(Path classes) {
    if (!Files.exists(classes.resolve("module-info.class"))) {
      return name -> true;
    }
    ModuleReference module = ModuleFinder.of(classes).findAll().iterator().next();
    return module.descriptor().exports().stream()
            .filter(exported -> !exported.isQualified())
            .map(ModuleDescriptor.Exports::source)
            .toList()
        ::contains;
  }

  /** Whether it and what it stands in are public or, inside, protected. */
  private static boolean isSeen(String name) {
    try {
      Class<?> type = Class.forName(name, false, PublicTypesTest.class.getClassLoader());
      for (Class<?> at = type; at != null; at = at.getEnclosingClass()) {
        if ((!Modifier.isPublic(at.getModifiers()) && !Modifier.isProtected(at.getModifiers()))
            || at.isAnonymousClass()
            || at.isLocalClass()) {
          return false;
        }
      }
      return true;
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
