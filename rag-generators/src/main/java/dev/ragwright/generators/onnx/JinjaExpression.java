package dev.ragwright.generators.onnx;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An expression of a chat template, cut into words: what jinjava reads as Python does stays, what
 * has an equivalent is rewritten, all else is {@link Unsupported}.
 */
final class JinjaExpression {
  private static final Pattern WORD =
      Pattern.compile(
          "(?<string>'(?:[^'\\\\]++|\\\\.)*+'|\"(?:[^\"\\\\]++|\\\\.)*+\")|(?<number>\\d+(?:\\.\\d+)?)"
              + "|(?<name>[A-Za-z_]\\w*)|(?<space>\\s+)"
              + "|(?<sign>==|!=|<=|>=|\\*\\*|//|[-+*/%~|.,:()\\[\\]{}<>=])",
          Pattern.DOTALL);
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", ">", "<=", ">=", "in");
  private static final Set<String> ENDS = Set.of("and", "or", "if", "else", ",", ")", "]", "}");
  private static final Set<String> ARGUMENT_ENDS = Set.of(",", ")", "]", "}");
  private static final Set<String> OPENING = Set.of("(", "[", "{");
  private static final Set<String> CLOSING = Set.of(")", "]", "}");
  private static final Set<String> WORDS =
      Set.of(
          "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False",
          "None");
  private static final Set<String> LOOP =
      Set.of("index", "index0", "first", "last", "length", "revindex", "revindex0");

  /** A part of a tag. */
  private record Word(String kind, String text, int start, int end) {
    boolean is(String wanted) {
      return !kind.equals("string") && text.equals(wanted);
    }
  }

  /** Text to be put in place of {@code [from, to)} of a tag. */
  private record Edit(int from, int to, String text) {}

  /** What jinjava cannot do, at the place where it was seen. */
  static final class Unsupported extends Exception {
    private static final long serialVersionUID = 1L;

    Unsupported(String construct) {
      super(construct);
    }
  }

  private final String text;
  private final boolean printed;
  private final Set<String> macros;

  private JinjaExpression(String text, boolean printed, Set<String> macros) {
    this.text = text;
    this.printed = printed;
    this.macros = macros;
  }

  /**
   * The expression as jinjava has to be given it.
   *
   * @param printed whether its value is printed
   * @param macros the names of the template's own macros
   */
  static String rewrite(String text, boolean printed, Set<String> macros) throws Unsupported {
    return new JinjaExpression(text, printed, macros).rewrite();
  }

  /** Whether a word stands in a text, outside its strings. */
  static boolean has(String text, String word) throws Unsupported {
    return words(text).stream().anyMatch(each -> each.is(word));
  }

  private static List<Word> words(String text) throws Unsupported {
    List<Word> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text);
    int place = 0;
    while (place < text.length()) {
      if (!matcher.find(place) || matcher.start() != place) {
        throw new Unsupported("the character \"" + text.charAt(place) + "\"");
      }
      for (String kind : List.of("string", "number", "name", "sign")) {
        if (matcher.group(kind) != null) {
          words.add(new Word(kind, matcher.group(), matcher.start(), matcher.end()));
        }
      }
      place = matcher.end();
    }
    return words;
  }

  private String rewrite() throws Unsupported {
    List<Word> words = words(text);
    List<Edit> edits = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      check(words, i);
      edit(words, i, edits);
    }
    StringBuilder edited = new StringBuilder(text);
    edits.stream()
        .sorted(Comparator.comparingInt(Edit::from).thenComparingInt(Edit::to).reversed())
        .forEach(edit -> edited.replace(edit.from(), edit.to(), edit.text()));
    return edited.toString().strip();
  }

  private static void edit(List<Word> words, int i, List<Edit> edits) throws Unsupported {
    Word word = words.get(i);
    if ((word.is("+") || word.is("-"))
        && !isWord(words, i - 1, ":")) { // jinjava takes n+1 for a name
      edits.add(new Edit(word.start(), word.start(), " "));
      edits.add(new Edit(word.end(), word.end(), " "));
    } else if (word.is("}") && isWord(words, i + 1, "}")) { // no end of a tag
      edits.add(new Edit(word.end(), word.end(), " "));
    } else if (word.is("=")) { // jinjava ends the value of a named argument at the next operator
      edits.add(new Edit(word.end(), word.end(), "("));
      int end = end(words, i + 1, ARGUMENT_ENDS);
      edits.add(new Edit(end, end, ")"));
    } else if (word.is("not") && !isWord(words, i + 1, "in") && !isWord(words, i - 1, "is")) {
      // It reaches less far in jinjava.
      edits.add(new Edit(word.end(), word.end(), " ("));
      int end = end(words, i + 1, ENDS);
      edits.add(new Edit(end, end, ")"));
    } else if (word.is(":") && isWord(words, i + 1, ":")) {
      if (isWord(words, i - 1, "[")
          && isWord(words, i + 2, "-")
          && isWord(words, i + 3, "1")
          && isWord(words, i + 4, "]")) {
        int operand = operand(words, i - 2);
        edits.add(new Edit(operand, operand, "("));
        edits.add(
            new Edit(
                words.get(i - 1).start(),
                words.get(i + 4).end(),
                "|" + PythonLibrary.REVERSED + ")"));
      } else {
        throw new Unsupported("a slice with a step");
      }
    } else if (word.is("is")
        && i > 0
        && words.get(i - 1).kind().equals("name")
        && !isWord(words, i - 2, ".")
        && (isWord(words, i + 1, "defined")
            || (isWord(words, i + 1, "not") && isWord(words, i + 2, "defined")))) {
      // To jinjava what is none is not defined.
      boolean not = isWord(words, i + 1, "not");
      edits.add(
          new Edit(
              words.get(i - 1).start(),
              words.get(not ? i + 2 : i + 1).end(),
              "%s('%s', %s)".formatted(PythonLibrary.DEFINED, words.get(i - 1).text(), !not)));
    }
  }

  /** Where the value that ends with a word begins: {@code a.b[0].c} does at {@code a}. */
  private static int operand(List<Word> words, int last) {
    int i = last;
    int depth = 0;
    while (i > 0) {
      depth += closes(words.get(i)) ? 1 : opens(words.get(i)) ? -1 : 0;
      boolean goesOn =
          depth > 0
              || isWord(words, i, ".")
              || isWord(words, i - 1, ".")
              || (opens(words.get(i))
                  && (words.get(i - 1).kind().equals("name") || closes(words.get(i - 1))));
      if (!goesOn) {
        break;
      }
      i--;
    }
    return words.get(Math.max(i, 0)).start();
  }

  /** Where what begins at a word ends: before the next {@code and}, comma or closing bracket. */
  private static int end(List<Word> words, int from, Set<String> ends) {
    int depth = 0;
    int end = from < words.size() ? words.get(from).start() : 0;
    for (int i = from; i < words.size(); i++) {
      Word word = words.get(i);
      if (depth == 0 && !word.kind().equals("string") && ends.contains(word.text())) {
        break;
      }
      depth += opens(word) ? 1 : closes(word) ? -1 : 0;
      end = word.end();
    }
    return end;
  }

  private void check(List<Word> words, int i) throws Unsupported {
    Word word = words.get(i);
    Word before = i > 0 ? words.get(i - 1) : null;
    if (word.kind().equals("string")) {
      if (before != null && before.kind().equals("string")) {
        throw new Unsupported("strings side by side");
      }
      if (isWord(words, i + 1, "%")) {
        throw new Unsupported("formatting with %");
      }
    } else if (word.is("**")
        || (word.is("*") && (before == null || before.is("(") || before.is(",")))) {
      throw new Unsupported("\"" + word.text() + "\"");
    } else if (printed && word.is("and") && !isCondition(words, i)) {
      throw new Unsupported("\"and\" as a value");
    } else if (COMPARISONS.contains(word.text()) && isChained(words, i)) {
      throw new Unsupported("a chain of comparisons");
    } else if (word.kind().equals("name")) {
      checkName(words, i, before);
    }
  }

  private void checkName(List<Word> words, int i, @Nullable Word before) throws Unsupported {
    String name = words.get(i).text();
    boolean called = isWord(words, i + 1, "(");
    if (before != null && before.is("|")) {
      if (!PythonLibrary.FILTERS.contains(name)) {
        throw new Unsupported("the filter \"" + name + "\"");
      }
    } else if (before != null
        && (before.is("is") || (before.is("not") && isWord(words, i - 2, "is")))) {
      if (!PythonLibrary.TESTS.contains(name) && !name.equals("not")) {
        throw new Unsupported("the test \"" + name + "\"");
      }
    } else if (before != null && before.is(".")) {
      if (isWord(words, i - 2, "loop") && !LOOP.contains(name)) {
        throw new Unsupported("loop." + name);
      }
      if (called && !PythonResolver.METHODS.contains(name)) {
        throw new Unsupported("the method \"" + name + "\"");
      }
    } else if (called
        && !WORDS.contains(name)
        && !PythonLibrary.FUNCTIONS.contains(name)
        && !macros.contains(name)) {
      throw new Unsupported("the function \"" + name + "\"");
    }
  }

  /** Whether an operator stands in the condition of an {@code a if b else c}. */
  private static boolean isCondition(List<Word> words, int at) {
    int depth = 0;
    for (int i = at - 1; i >= 0; i--) {
      Word word = words.get(i);
      if (depth <= 0 && word.is("if")) {
        return true;
      }
      depth += closes(word) ? 1 : opens(word) ? -1 : 0;
    }
    return false;
  }

  private static boolean isChained(List<Word> words, int at) {
    int depth = 0;
    for (int i = at + 1; i < words.size(); i++) {
      Word word = words.get(i);
      if (depth == 0 && !word.kind().equals("string")) {
        if (ENDS.contains(word.text())) {
          return false;
        }
        if (COMPARISONS.contains(word.text())) {
          return true;
        }
      }
      depth += opens(word) ? 1 : closes(word) ? -1 : 0;
    }
    return false;
  }

  private static boolean opens(Word word) {
    return !word.kind().equals("string") && OPENING.contains(word.text());
  }

  private static boolean closes(Word word) {
    return !word.kind().equals("string") && CLOSING.contains(word.text());
  }

  private static boolean isWord(List<Word> words, int i, String text) {
    return i >= 0 && i < words.size() && words.get(i).is(text);
  }
}
