package dev.ragwright.benchmarks;

import dev.ragwright.document.TokenCounter;
import dev.ragwright.document.TokenSpans;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Real English that is there without a download: the Markdown pages and the Javadoc of this
 * project, in the order of their paths. The same commit gives the same text.
 */
final class ProjectProse {
  private static final Pattern JAVADOC = Pattern.compile("/\\*\\*(.*?)\\*/", Pattern.DOTALL);
  private static final Pattern MARKUP =
      Pattern.compile("(?m)^\\s*\\* ?|\\{@\\w+\\s|</?\\w+>|[{}`|]|@(param|return|throws)\\b");

  private ProjectProse() {}

  /** All of it, one line. */
  static String read(Path root) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(root)) {
      files =
          all.filter(file -> file.toString().matches(".*[.](md|java)"))
              .filter(file -> !file.toString().matches(".*/(target|[.]git)/.*"))
              .sorted()
              .toList();
    }
    StringBuilder prose = new StringBuilder();
    for (Path file : files) {
      String text = Files.readString(file);
      if (file.toString().endsWith(".md")) {
        prose.append(text).append('\n');
      } else {
        Matcher comments = JAVADOC.matcher(text);
        while (comments.find()) {
          prose.append(comments.group(1)).append('\n');
        }
      }
    }
    return MARKUP.matcher(prose).replaceAll(" ").replaceAll("\\s+", " ").strip();
  }

  /**
   * The first {@code count} stretches of at most {@code tokens} tokens, cut before a word.
   *
   * @throws IllegalStateException if there is not enough text
   */
  static List<String> passages(String text, int tokens, int count, TokenCounter counter) {
    TokenSpans spans = counter.spans(text);
    List<String> passages = new ArrayList<>();
    int start = 0;
    while (passages.size() < count) {
      int first = spans.firstStartingAt(start);
      if (first + tokens >= spans.size()) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "the project's prose has only %d passages of %d tokens, needed are %d",
                passages.size(),
                tokens,
                count));
      }
      int end = text.lastIndexOf(' ', spans.start(first + tokens)) + 1;
      if (end > start) {
        passages.add(text.substring(start, end).strip());
        start = end;
      } else { // a word of more than so many tokens
        start = text.indexOf(' ', start) + 1;
      }
    }
    return passages;
  }
}
