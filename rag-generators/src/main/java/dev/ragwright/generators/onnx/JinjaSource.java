package dev.ragwright.generators.onnx;

import dev.ragwright.generators.onnx.JinjaExpression.Unsupported;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A chat template, rewritten so that jinjava does with it what Python's Jinja2 would do, or fails.
 * Jinjava reads most of the language, parts of it otherwise, and says so of neither. Each tag is
 * gone through by {@link JinjaExpression}: what means the same stays, what can be said otherwise is
 * ({@code [::-1]}, the reach of {@code not}), and all else becomes a call of {@link
 * PythonLibrary#UNSUPPORTED} with its line: an error if it is ever reached, since what a template
 * does with tools need not stop a plain chat.
 */
final class JinjaSource {
  private static final Set<String> PLAIN_TAGS =
      Set.of("endfor", "else", "endif", "endset", "endmacro", "break", "continue");

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

  /** Where a tag ends, which neither its strings nor the dictionaries in it end. */
  private int closing(int from, String close) {
    char quote = 0;
    int open = 0;
    for (int i = from; i + 1 < source.length(); i++) {
      char c = source.charAt(i);
      if (quote != 0) {
        i += c == '\\' ? 1 : 0;
        quote = c == quote ? 0 : quote;
      } else if (open == 0 && source.startsWith(close, i)) {
        return i;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '{' || c == '}') {
        open += c == '{' ? 1 : -1;
      }
    }
    return -1;
  }

  private String expressionTag(String body) {
    try {
      return PythonLibrary.OUTPUT + "(" + placed(JinjaExpression.rewrite(body, true, macros)) + ")";
    } catch (Unsupported e) {
      return unsupported(line, e);
    }
  }

  /** The expression, which notes its line when it is evaluated: jinjava loses count. */
  private String placed(String expression) throws Unsupported {
    if (expression.isEmpty()) {
      throw new Unsupported("a tag without its expression");
    }
    return String.format(
        Locale.ROOT, "%s(%s(%d), %s)", PythonLibrary.VALUE, PythonLibrary.LINE, line, expression);
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
    return switch (name) {
      case "if", "elif" -> name + " " + placed(JinjaExpression.rewrite(rest, false, macros));
      case "for" -> forTag(rest);
      case "set" -> setTag(rest);
      case "macro" -> name + rest;
      case "generation" -> "if true"; // only marks what was generated
      case "endgeneration" -> "endif";
      default -> plainTag(name, rest);
    };
  }

  private String setTag(String rest) throws Unsupported {
    Matcher assignment =
        Pattern.compile("\\s*([\\w.]+)\\s*=(?!=)(.*)", Pattern.DOTALL).matcher(rest);
    if (assignment.matches()) {
      return "set "
          + assignment.group(1)
          + " = "
          + placed(JinjaExpression.rewrite(assignment.group(2), false, macros));
    }
    if (!rest.strip().matches("\\w+")) {
      throw new Unsupported("{% set" + rest.stripTrailing() + " %}");
    }
    return "set" + rest;
  }

  private String plainTag(String name, String rest) throws Unsupported {
    Block block = blocks.peek();
    if (name.equals("else") && block != null && block.name().equals("for")) {
      spoil(block, "{% else %} of a {% for %}");
    } else if (!PLAIN_TAGS.contains(name)) {
      throw new Unsupported("{% " + name + " %}");
    }
    return name + rest;
  }

  private String forTag(String rest) throws Unsupported {
    Matcher loop =
        Pattern.compile("\\s+(\\w+(?:\\s*,\\s*\\w+)*)\\s+in\\s+(.*)", Pattern.DOTALL).matcher(rest);
    if (!loop.matches()) {
      throw new Unsupported("{% for" + rest.stripTrailing() + " %}");
    }
    for (String word : List.of("if", "recursive")) {
      if (JinjaExpression.has(loop.group(2), word)) {
        throw new Unsupported("\"" + word + "\" in a {% for %}");
      }
    }
    return "for "
        + loop.group(1)
        + " in "
        + placed(JinjaExpression.rewrite(loop.group(2), false, macros));
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
    return String.format(Locale.ROOT, "%s(%d, '%s')", PythonLibrary.UNSUPPORTED, line, text);
  }
}
