import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks, or with {@code write} mends, the format of every Java file below the working directory:
 * {@code java -cp google-java-format.jar build/Format.java check|write}. The build runs it; see
 * CONTRIBUTING.md. Files that have not changed since all were well formed are not read again, which
 * saves a build some twenty seconds; {@code mvn clean} forgets when that was.
 */
final class Format {
  private static final Path ALL_WELL = Path.of("target", "formatted");

  public static void main(String[] args) throws Exception {
    boolean write = List.of(args).equals(List.of("write"));
    Formatter formatter = new Formatter();
    List<Path> different = new ArrayList<>();
    FileTime start = FileTime.from(Instant.now());
    FileTime before = Files.exists(ALL_WELL) ? Files.getLastModifiedTime(ALL_WELL) : null;
    for (Path file : sources()) {
      if (before != null && Files.getLastModifiedTime(file).compareTo(before) < 0) {
        continue;
      }
      String source = Files.readString(file);
      String formatted =
          formatter.formatSource(
              RemoveUnusedImports.removeUnusedImports(
                  ImportOrderer.reorderImports(source, JavaFormatterOptions.Style.GOOGLE)));
      if (!formatted.equals(source)) {
        different.add(file);
        if (write) {
          Files.writeString(file, formatted);
        }
      }
    }
    if (!different.isEmpty() && !write) {
      different.forEach(file -> System.err.println("not formatted: " + file));
      System.err.println("mend it with: mvn -q validate -Dformat=write");
      System.exit(1);
    }
    Files.createDirectories(ALL_WELL.getParent());
    Files.writeString(ALL_WELL, "");
    Files.setLastModifiedTime(ALL_WELL, start);
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(""))) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.toString().matches("(.*[/\\\\])?(target|\\.git)[/\\\\].*"))
          .sorted()
          .toList();
    }
  }
}
