import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks, or with {@code write} mends, the format of every Java file below the working directory:
 * {@code java -cp google-java-format.jar build/Format.java check|write}. The build runs it; see
 * CONTRIBUTING.md.
 */
final class Format {
  public static void main(String[] args) throws Exception {
    boolean write = List.of(args).equals(List.of("write"));
    Formatter formatter = new Formatter();
    List<Path> different = new ArrayList<>();
    for (Path file : sources()) {
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
