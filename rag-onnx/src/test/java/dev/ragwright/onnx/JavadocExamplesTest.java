package dev.ragwright.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles the examples in this module's Javadoc; they are not run, as they need a network. */
class JavadocExamplesTest {
  private static final Pattern EXAMPLE =
      Pattern.compile("(?s)<pre>\\{@code\\n(.*?)\\n *\\* }</pre>");

  @TempDir Path folder;

  @Test
  void compile() throws IOException {
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(file -> file.toString().endsWith(".java")).toList()) {
        Matcher example = EXAMPLE.matcher(Files.readString(file));
        while (example.find()) {
          sources.add(write("Example" + sources.size(), example.group(1)));
        }
      }
    }
    assertThat(sources).isNotEmpty();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path"));
      boolean compiled =
          compiler
              .getTask(
                  errors, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
              .call();
      assertThat(compiled).as(errors.toString()).isTrue();
    }
  }

  private Path write(String name, String example) throws IOException {
    Path source = folder.resolve(name + ".java");
    Files.writeString(
        source,
        """
        import dev.ragwright.call.*;
        import dev.ragwright.onnx.*;
        import dev.ragwright.onnx.hub.*;
        import dev.ragwright.onnx.runtime.*;
        class %s {
          void example() throws Exception {
        %s
          }
        }
        """
            .formatted(name, example.replaceAll("(?m)^ *\\* ?", "")));
    return source;
  }
}
