package dev.ragwright.tools;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts a recipe of examples/ or a tool by its name, with arguments that it splits as a shell
 * does. Maven hands them over whole, in the environment, because plugins that split them lose empty
 * arguments and backslashes.
 */
final class Launcher {
  private Launcher() {}

  public static void main(String[] args) throws Exception {
    String name = args.length == 1 ? args[0] : "";
    try {
      String[] arguments = split(System.getenv().getOrDefault("RAGWRIGHT_ARGS", ""));
      Cli.run(find(name), arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("error: " + e.getMessage());
      System.exit(2);
    }
  }

  /**
   * Returns the method that starts it.
   *
   * @throws IllegalArgumentException if there is no such recipe or tool
   */
  static Method find(String name) {
    for (String place : List.of("dev.ragwright.examples.", "dev.ragwright.tools.")) {
      try {
        return Class.forName(place + name).getMethod("main", String[].class);
      } catch (ClassNotFoundException | NoClassDefFoundError | NoSuchMethodException e) {
        // The next place. An error it is where a file system takes quickstart for QuickStart.
      }
    }
    throw new IllegalArgumentException(
        "there is no example '"
            + name
            + "'; -Dexample= takes a class of examples/src/main/java/dev/ragwright/examples, such"
            + " as QuickStart, or of tools/src/main/java/dev/ragwright/tools, such as Search");
  }

  /**
   * Splits at white space outside quotes. Single quotes keep everything; in double quotes a
   * backslash keeps a double quote or a backslash from its meaning, outside quotes any character.
   *
   * @throws IllegalArgumentException if a quote is not closed
   */
  static String[] split(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean begun = false;
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      boolean escapes = c == '\\' && quote != '\'' && i + 1 < line.length();
      if (escapes && (quote == 0 || line.charAt(i + 1) == '"' || line.charAt(i + 1) == '\\')) {
        word.append(line.charAt(++i));
        begun = true;
      } else if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
        begun = true;
      } else if (Character.isWhitespace(c)) {
        if (begun) {
          words.add(word.toString());
          word.setLength(0);
          begun = false;
        }
      } else {
        word.append(c);
        begun = true;
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("a quote " + quote + " is not closed in: " + line);
    }
    if (begun) {
      words.add(word.toString());
    }
    return words.toArray(String[]::new);
  }
}
