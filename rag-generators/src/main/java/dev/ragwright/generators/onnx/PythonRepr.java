package dev.ragwright.generators.onnx;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/** {@code str} and {@code repr}: what Python prints of a value. */
final class PythonRepr {
  private final PythonText.Builder out = new PythonText.Builder();

  private PythonRepr() {}

  /** {@code str}: a text itself, and of all else its {@code repr}. */
  static PythonText str(Object value) {
    return switch (value) {
      case PythonText text -> text.asSafe(false);
      case Python.Undefined u -> PythonText.EMPTY;
      default -> repr(value);
    };
  }

  /** {@code repr}, of what has the same one in every run. */
  static PythonText repr(Object value) {
    PythonRepr repr = new PythonRepr();
    repr.write(value);
    return repr.out.build();
  }

  private void write(Object value) {
    switch (value) {
      case PythonText text -> {
        out.append(text.isSafe() ? "Markup(" : "");
        write(text);
        out.append(text.isSafe() ? ")" : "");
      }
      case Boolean truth -> out.append(truth ? "True" : "False");
      case BigInteger number -> out.append(number.toString());
      case Double number -> out.append(PythonNumbers.text(number));
      case PythonList list -> {
        out.append(list.isTuple() ? "(" : "[");
        write(list.items());
        out.append(!list.isTuple() ? "]" : list.length() == 1 ? ",)" : ")");
      }
      case PythonDict dict -> {
        out.append("{");
        Iterator<PythonDict.Entry> entries = dict.entries().iterator();
        while (entries.hasNext()) {
          PythonDict.Entry entry = entries.next();
          write(entry.key());
          out.append(": ");
          write(entry.value());
          out.append(entries.hasNext() ? ", " : "");
        }
        out.append("}");
      }
      case Python.View view -> {
        out.append("dict_" + view.kind() + "([");
        write(view.list().items());
        out.append("])");
      }
      case Python.Range range ->
          out.append(
              String.format(
                  Locale.ROOT,
                  "range(%d, %d%s)",
                  range.start(),
                  range.stop(),
                  range.step() == 1 ? "" : ", " + range.step()));
      case Python.Undefined u -> out.append("Undefined");
      case JinjaMacro macro -> out.append(macro.repr());
      case JinjaLoop loop ->
          out.append(
              String.format(Locale.ROOT, "<LoopContext %d/%d>", loop.index(), loop.length()));
      default -> {
        if (value != Python.NONE) {
          throw JinjaError.unsupported("%s as text".formatted(Python.type(value)));
        }
        out.append("None");
      }
    }
  }

  private void write(List<Object> items) {
    for (int i = 0; i < items.size(); i++) {
      out.append(i > 0 ? ", " : "");
      write(items.get(i));
    }
  }

  private void write(PythonText text) {
    int quote = text.has('\'') && !text.has('"') ? '"' : '\'';
    out.append(quote);
    for (int i = 0; i < text.length(); i++) {
      int c = text.at(i);
      switch (c) {
        case '\\' -> out.append("\\\\", text, i);
        case '\n' -> out.append("\\n", text, i);
        case '\r' -> out.append("\\r", text, i);
        case '\t' -> out.append("\\t", text, i);
        default -> {
          if (c == quote) {
            out.append("\\" + (char) c, text, i);
          } else if (isPrintable(c)) {
            out.append(text, i, i + 1);
          } else {
            String escape = c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
            out.append(escape.formatted(c), text, i);
          }
        }
      }
    }
    out.append(quote);
  }

  /** {@code str.isprintable} of a character. */
  static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }
}
