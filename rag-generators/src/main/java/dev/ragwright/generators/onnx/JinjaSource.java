package dev.ragwright.generators.onnx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A chat template, rewritten so that jinjava does with it what Python's Jinja2 would do, or fails.
 * Jinjava reads most of the language, parts of it otherwise, and says so of neither. Each tag is
 * cut into words here; what is known to mean the same stays, what can be said in other words is
 * ({@code [::-1]}, the reach of {@code not}), and all else becomes a call of {@link
 * PythonLibrary#UNSUPPORTED} with its line: an error if it is ever reached, since what a template
 * does with tools need not stop a plain chat.
 */
final class JinjaSource {
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
  private static final Set<String> FUNCTIONS =
      Set.of("namespace", "raise_exception", "strftime_now", "range", "dict");
  private static final Set<String> WORDS =
      Set.of(
          "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False",
          "None");
  private static final Set<String> LOOP =
      Set.of("index", "index0", "first", "last", "length", "revindex", "revindex0");
  private static final Set<String> PLAIN_TAGS =
      Set.of("endfor", "else", "endif", "endset", "endmacro", "break", "continue");

  /** A part of a tag. */
  private record Word(String kind, String text, int start, int end) {
    boolean is(String wanted) {
      return !kind.equals("string") && text.equals(wanted);
    }
  }

  /** Text to be put in place of {@code [from, to)} of a tag. */
  private record Edit(int from, int to, String text) {}

  /** What jinjava cannot do, at the place where it was seen. */
  private static final class Unsupported extends Exception {
    private static final long serialVersionUID = 1L;

    Unsupported(String construct) {
      super(construct);
    }
  }

  /** An opened block: where its tag stands in the output, so that it can be spoilt afterwards. */
  private record Block(String name, int start, int end, int line) {}

  private final String source;
  private final StringBuilder out = new StringBuilder();
  private final Deque<Block> blocks = new ArrayDeque<>();
  private final Set<String> macros = new HashSet<>();
  private int line = 1;

  private JinjaSource(String source) {
    this.source = source;
  }

  /**
   * The rewritten template.
   *
   * @throws ChatTemplateException if it is cut off within a tag
   */
  static String rewrite(String template) {
    // Jinja2 drops the last newline of a template; jinjava would drop the last of what it renders.
    String source = template.replace("\r\n", "\n");
    source = source.endsWith("\n") ? source.substring(0, source.length() - 1) : source;
    return new JinjaSource(source).rewrite();
  }

  private String rewrite() {
    Matcher macro = Pattern.compile("\\{%[-+]?\\s*macro\\s+(\\w+)").matcher(source);
    while (macro.find()) {
      macros.add(macro.group(1));
    }
    int place = 0;
    while (place < source.length()) {
      int tag = nextTag(place);
      copy(source.substring(place, tag));
      if (tag == source.length()) {
        break;
      }
      place = tag(tag);
    }
    return out.toString();
  }

  private int nextTag(int from) {
    for (int i = from; i + 1 < source.length(); i++) {
      if (source.charAt(i) == '{' && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return source.length();
  }

  private void copy(String text) {
    out.append(text);
    line += (int) text.chars().filter(c -> c == '\n').count();
  }

  /** Rewrites the tag at a place and returns where it ends. */
  private int tag(int start) {
    char kind = source.charAt(start + 1);
    String close = kind == '{' ? "}}" : kind + "}";
    int end = kind == '#' ? source.indexOf("#}", start + 2) : closing(start + 2, close);
    if (end < 0) {
      throw new ChatTemplateException(line, "a tag without its end \"" + close + "\"", "");
    }
    String image = source.substring(start, end + 2);
    if (kind == '#') {
      copy(image);
      return end + 2;
    }
    String open = image.substring(0, "-+".indexOf(image.charAt(2)) >= 0 ? 3 : 2);
    String shut =
        image.length() > open.length() + 2 && "-+".indexOf(image.charAt(image.length() - 3)) >= 0
            ? image.substring(image.length() - 3)
            : close;
    String body = image.substring(open.length(), image.length() - shut.length());
    if (kind == '{') {
      out.append(open).append(' ').append(expressionTag(body)).append(' ').append(shut);
    } else {
      statement(open, body, shut);
    }
    line += (int) image.chars().filter(c -> c == '\n').count();
    return end + 2;
  }

  /** Where a tag ends, which its strings do not end. */
  private int closing(int from, String close) {
    char quote = 0;
    for (int i = from; i + 1 < source.length(); i++) {
      char c = source.charAt(i);
      if (quote != 0) {
        i += c == '\\' ? 1 : 0;
        quote = c == quote ? 0 : quote;
      } else if (source.startsWith(close, i)
          // the end of a dictionary may stand before the end of the tag
          && !(close.equals("}}") && source.startsWith("}}}", i))) {
        return i;
      } else if (c == '\'' || c == '"') {
        quote = c;
      }
    }
    return -1;
  }

  private String expressionTag(String body) {
    try {
      return PythonLibrary.OUTPUT + "(" + expression(body, true) + ")";
    } catch (Unsupported e) {
      return unsupported(line, e);
    }
  }

  private void statement(String open, String body, String shut) {
    String name = body.strip().split("\\W", 2)[0];
    String rest = body.strip().substring(name.length());
    int start = out.length();
    int at = line;
    String rewritten;
    try {
      rewritten = rewritten(name, rest);
    } catch (Unsupported e) {
      rewritten = spoilt(name, rest, unsupported(at, e));
    }
    out.append(open).append(' ').append(rewritten).append(' ').append(shut);
    switch (name) {
      case "for", "if", "macro" -> blocks.push(new Block(name, start, out.length(), at));
      case "endfor", "endif", "endmacro" -> blocks.poll();
      default -> {}
    }
  }

  private String rewritten(String name, String rest) throws Unsupported {
    switch (name) {
      case "if", "elif" -> {
        return name + " " + expression(rest, false);
      }
      case "for" -> {
        return forTag(rest);
      }
      case "set" -> {
        Matcher assignment =
            Pattern.compile("\\s*([\\w.]+)\\s*=(?!=)(.*)", Pattern.DOTALL).matcher(rest);
        if (assignment.matches()) {
          return "set " + assignment.group(1) + " = " + expression(assignment.group(2), false);
        }
        if (!rest.strip().matches("\\w+")) {
          throw new Unsupported("{% set" + rest.stripTrailing() + " %}");
        }
        return "set" + rest;
      }
      case "macro" -> {
        return name + rest;
      }
      case "generation" -> {
        return "if true";
      }
      case "endgeneration" -> {
        return "endif";
      }
      default -> {
        if (name.equals("else") && !blocks.isEmpty() && blocks.peek().name().equals("for")) {
          spoil(blocks.pop(), "{% else %} of a {% for %}");
        } else if (!PLAIN_TAGS.contains(name)) {
          throw new Unsupported("{% " + name + " %}");
        }
        return name + rest;
      }
    }
  }

  private String forTag(String rest) throws Unsupported {
    Matcher loop =
        Pattern.compile("\\s+(\\w+(?:\\s*,\\s*\\w+)*)\\s+in\\s+(.*)", Pattern.DOTALL).matcher(rest);
    if (!loop.matches()) {
      throw new Unsupported("{% for" + rest.stripTrailing() + " %}");
    }
    for (Word word : words(loop.group(2))) {
      if (word.is("if") || word.is("recursive")) {
        throw new Unsupported("\"" + word.text() + "\" in a {% for %}");
      }
    }
    return "for " + loop.group(1) + " in " + expression(loop.group(2), false);
  }

  /** The same tag, so that blocks stay in balance, with a call that fails for what it evaluates. */
  private static String spoilt(String name, String rest, String unsupported) {
    return switch (name) {
      case "if", "elif" -> name + " " + unsupported;
      case "for" -> "for unsupported in " + unsupported;
      case "macro" -> name + rest;
      default -> "set unsupported = " + unsupported;
    };
  }

  private void spoil(Block block, String construct) {
    String tag = out.substring(block.start(), block.end());
    String call = unsupported(block.line(), new Unsupported(construct));
    String spoilt =
        tag.replaceFirst(
            "(?s) in .*? ([-+]?%\\})$", Matcher.quoteReplacement(" in " + call) + " $1");
    out.replace(block.start(), block.end(), spoilt);
  }

  private static String unsupported(int line, Unsupported e) {
    String text =
        String.valueOf(e.getMessage()).replaceAll("\\s+", " ").replaceAll("['\\\\{}%#]", "_");
    return "%s(%d, '%s')".formatted(PythonLibrary.UNSUPPORTED, line, text);
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

  private String expression(String text, boolean printed) throws Unsupported {
    List<Word> words = words(text);
    List<Edit> edits = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      check(words, i, printed);
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
        edits.add(
            new Edit(
                words.get(i - 1).start(), words.get(i + 4).end(), "|" + PythonLibrary.REVERSED));
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

  private void check(List<Word> words, int i, boolean printed) throws Unsupported {
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
        || word.is("*") && (before == null || before.is("(") || before.is(","))) {
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
        && (before.is("is") || before.is("not") && isWord(words, i - 2, "is"))) {
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
        && !FUNCTIONS.contains(name)
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
