package dev.ragwright.generators.onnx;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Python's {@code json.dumps}, byte for byte. */
final class PythonJson {
  private final PythonText.Builder out = new PythonText.Builder();
  private final boolean ascii;
  private final @Nullable PythonText indent;
  private final PythonText comma;
  private final PythonText colon;
  private final boolean sorted;

  private PythonJson(
      boolean ascii,
      @Nullable PythonText indent,
      PythonText comma,
      PythonText colon,
      boolean sorted) {
    this.ascii = ascii;
    this.indent = indent;
    this.comma = comma;
    this.colon = colon;
    this.sorted = sorted;
  }

  /** The filter {@code tojson} as transformers has it. */
  static PythonText dumps(Object value, JinjaArguments arguments) {
    Object[] given =
        arguments.bind(
            0,
            new String[] {"ensure_ascii", "indent", "separators", "sort_keys"},
            false,
            Python.NONE,
            Python.NONE,
            false);
    PythonText indent =
        switch (given[1]) {
          case PythonText text -> text;
          case Object none when none == Python.NONE -> null;
          default ->
              new PythonText.Builder()
                  .repeat(' ', Math.max(0, PythonNumbers.index(given[1])))
                  .build();
        };
    PythonText comma = PythonText.of(indent == null ? ", " : ",");
    PythonText colon = PythonText.of(": ");
    if (given[2] != Python.NONE) {
      List<Object> two = Python.list(given[2]);
      if (two.size() != 2 || !two.stream().allMatch(PythonText.class::isInstance)) {
        throw JinjaError.python("separators of JSON are two texts");
      }
      comma = (PythonText) two.get(0);
      colon = (PythonText) two.get(1);
    }
    PythonJson json =
        new PythonJson(Python.truth(given[0]), indent, comma, colon, Python.truth(given[3]));
    json.write(value, 1);
    return json.out.build();
  }

  private void write(Object value, int level) {
    switch (value) {
      case PythonText text -> write(text);
      case PythonDict dict -> {
        String before = "";
        out.append('{');
        for (PythonDict.Entry entry : entries(dict)) {
          separate(before, level);
          write(name(entry.key()));
          out.append(colon);
          write(entry.value(), level + 1);
          before = ",";
        }
        end(dict.length() == 0, level, '}');
      }
      case PythonList list -> {
        String before = "";
        out.append('[');
        for (Object element : list.items()) {
          separate(before, level);
          write(element, level + 1);
          before = ",";
        }
        end(list.length() == 0, level, ']');
      }
      case Boolean truth -> out.append(truth ? "true" : "false");
      case BigInteger number -> out.append(number.toString());
      case Double number -> out.append(PythonNumbers.text(number));
      default -> {
        if (value != Python.NONE) {
          throw JinjaError.python("%s is no JSON".formatted(Python.type(value)));
        }
        out.append("null");
      }
    }
  }

  private List<PythonDict.Entry> entries(PythonDict dict) {
    List<PythonDict.Entry> entries = new ArrayList<>(dict.entries());
    if (sorted) {
      entries.sort((a, b) -> Python.compare(a.key(), b.key()));
    }
    return entries;
  }

  private static PythonText name(Object key) {
    return switch (key) {
      case PythonText text -> text;
      case Boolean truth -> PythonText.of(truth ? "true" : "false");
      case BigInteger number -> PythonText.of(number.toString());
      case Double number -> PythonText.of(PythonNumbers.text(number));
      default -> {
        if (key != Python.NONE) {
          throw JinjaError.python("%s is no key of JSON".formatted(Python.type(key)));
        }
        yield PythonText.of("null");
      }
    };
  }

  private void separate(String before, int level) {
    if (!before.isEmpty()) {
      out.append(comma);
    }
    if (indent != null) {
      line(level);
    }
  }

  private void end(boolean empty, int level, int bracket) {
    if (indent != null && !empty) {
      line(level - 1);
    }
    out.append(bracket);
  }

  private void line(int level) {
    out.append('\n');
    for (int i = 0; i < level && indent != null; i++) {
      out.append(indent);
    }
  }

  private void write(PythonText text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      int c = text.at(i);
      switch (c) {
        case '"' -> out.append("\\\"", text, i);
        case '\\' -> out.append("\\\\", text, i);
        case '\n' -> out.append("\\n", text, i);
        case '\r' -> out.append("\\r", text, i);
        case '\t' -> out.append("\\t", text, i);
        case '\b' -> out.append("\\b", text, i);
        case '\f' -> out.append("\\f", text, i);
        default -> {
          if (c < ' ' || (ascii && c > '~')) {
            for (char unit : Character.toChars(c)) {
              out.append(String.format(Locale.ROOT, "\\u%04x", (int) unit), text, i);
            }
          } else {
            out.append(text, i, i + 1);
          }
        }
      }
    }
    out.append('"');
  }
}
