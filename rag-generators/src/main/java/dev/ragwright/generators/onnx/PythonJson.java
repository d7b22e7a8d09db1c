package dev.ragwright.generators.onnx;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's {@code json.dumps(x, ensure_ascii=False)}, byte for byte. */
final class PythonJson {
  private final StringBuilder out = new StringBuilder();
  private final int indent;

  private PythonJson(int indent) {
    this.indent = indent;
  }

  /**
   * The text.
   *
   * @param indent how many spaces a level is moved to the right; below 0 for one line
   */
  static String dumps(@Nullable Object value, int indent) {
    PythonJson json = new PythonJson(indent);
    json.write(value, 1);
    return json.out.toString();
  }

  private void write(@Nullable Object value, int level) {
    switch (value) {
      case null -> out.append("null");
      case String text -> write(text);
      case Map<?, ?> map -> {
        String before = "";
        out.append('{');
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          separate(before, level);
          write(String.valueOf(entry.getKey()));
          out.append(": ");
          write(entry.getValue(), level + 1);
          before = ",";
        }
        end(map.isEmpty(), level, '}');
      }
      case Collection<?> list -> {
        String before = "";
        out.append('[');
        for (Object element : list) {
          separate(before, level);
          write(element, level + 1);
          before = ",";
        }
        end(list.isEmpty(), level, ']');
      }
      case Boolean truth -> out.append(truth);
      case Integer number -> out.append(number);
      case Long number -> out.append(number);
      default -> throw PythonLibrary.unsupported("tojson of a " + value.getClass().getSimpleName());
    }
  }

  private void separate(String before, int level) {
    out.append(before);
    if (indent >= 0) {
      out.append('\n').append(" ".repeat(indent * level));
    } else if (!before.isEmpty()) {
      out.append(' ');
    }
  }

  private void end(boolean empty, int level, char bracket) {
    if (indent >= 0 && !empty) {
      out.append('\n').append(" ".repeat(indent * (level - 1)));
    }
    out.append(bracket);
  }

  private void write(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < ' ') {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
