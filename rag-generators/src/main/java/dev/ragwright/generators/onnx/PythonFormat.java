package dev.ragwright.generators.onnx;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code text % values} and {@code text.format(values)}. */
final class PythonFormat {
  private static final Pattern PERCENT =
      Pattern.compile(
          "%(?:\\((?<key>[^()]*)\\))?(?<flags>[-+ #0]*)(?<width>\\d*)(?:\\.(?<precision>\\d*))?[lLh]?"
              + "(?<type>.)",
          Pattern.DOTALL);
  private static final Pattern FIELD = Pattern.compile("[^.\\[\\]{}!:]*");
  private static final Pattern SPEC =
      Pattern.compile(
          "(?:(?<fill>.)?(?<align>[<>=^]))?(?<sign>[-+ ]?)(?<zero>0?)(?<width>\\d*)(?<comma>,?)"
              + "(?:\\.(?<precision>\\d+))?(?<type>[a-zA-Z%]?)",
          Pattern.DOTALL);

  private PythonFormat() {}

  /** {@code text % values}. */
  static PythonText percent(PythonText text, Object values) {
    if (text.isSafe() || (values instanceof PythonText other && other.isSafe())) {
      throw JinjaError.unsupported("formatting a text marked safe");
    }
    boolean tuple = values instanceof PythonList list && list.isTuple();
    boolean mapping =
        !tuple
            && (values instanceof PythonList
                || values instanceof PythonDict
                || values instanceof Python.Range
                || values instanceof Python.Undefined);
    Iterator<Object> next =
        (values instanceof PythonList list && tuple ? list.items() : List.of(values)).iterator();
    PythonText.Builder out = new PythonText.Builder();
    int[] places = places(text);
    Matcher matcher = PERCENT.matcher(text.toString());
    int place = 0;
    while (matcher.find()) {
      int start = places[matcher.start()];
      appendPlain(out, text, place, start);
      place = places[matcher.end()];
      String type = String.valueOf(matcher.group("type"));
      String key = matcher.group("key");
      if (key != null) {
        next = List.of(value(values, key)).iterator();
      }
      if (type.equals("%")) {
        out.append('%');
      } else if (!next.hasNext()) {
        throw JinjaError.python("not enough values for a format");
      } else {
        out.append(percent(matcher, type, next.next()));
      }
    }
    appendPlain(out, text, place, text.length());
    if (next.hasNext() && !mapping) {
      throw JinjaError.python("more values than a format takes");
    }
    return out.build();
  }

  private static void appendPlain(PythonText.Builder out, PythonText text, int from, int to) {
    PythonText plain = text.slice(from, to);
    if (plain.has('%')) {
      throw JinjaError.unsupported("a format like \"" + plain + "\"");
    }
    out.append(plain);
  }

  private static Object value(Object values, String key) {
    if (values instanceof Python.Undefined undefined) {
      throw undefined.failure();
    } else if (values instanceof PythonDict dict) {
      Object value = dict.get(PythonText.of(key));
      if (value != null) {
        return value;
      }
    }
    throw JinjaError.python("there is no \"" + key + "\" for a format");
  }

  private static PythonText percent(Matcher spec, String type, Object value) {
    String flags = spec.group("flags");
    if (flags.contains("#")) {
      throw JinjaError.unsupported("a format with \"#\"");
    }
    int precision = precision(spec.group("precision"));
    String sign = flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
    String align = flags.contains("-") ? "<" : ">";
    int width = size(spec.group("width"));
    return switch (type) {
      case "s", "r" -> {
        PythonText text = type.equals("s") ? PythonRepr.str(value) : PythonRepr.repr(value);
        yield padded(cut(text, precision), "", ' ', align, width);
      }
      case "c" -> padded(character(value), "", ' ', align, width);
      case "d", "i", "u", "x", "X", "o", "e", "E", "f", "F", "g", "G" -> {
        String number =
            "diu".contains(type) || "xXo".contains(type)
                ? digits(integer(value, type), type, precision)
                : digits(toDouble(value), type, precision < 0 ? 6 : precision);
        boolean negative = number.startsWith("-");
        yield padded(
            PythonText.of(negative ? number.substring(1) : number),
            negative ? "-" : sign,
            flags.contains("0") && align.equals(">") ? '0' : ' ',
            flags.contains("0") && align.equals(">") ? "=" : align,
            width);
      }
      case "a" -> throw JinjaError.unsupported("%a in a format");
      default -> throw JinjaError.python("%" + type + " in a format");
    };
  }

  private static BigInteger integer(Object value, String type) {
    if (value instanceof Double number && "diu".contains(type)) {
      return PythonNumbers.truncate(number);
    }
    BigInteger integer = PythonNumbers.integer(value);
    if (integer == null) {
      throw JinjaError.python("%s where a number is wanted".formatted(Python.type(value)));
    }
    return integer;
  }

  private static double toDouble(Object value) {
    if (value instanceof Python.Undefined undefined) {
      throw undefined.failure();
    }
    return PythonNumbers.toDouble(value);
  }

  private static PythonText character(Object value) {
    if (value instanceof PythonText text && text.length() == 1) {
      return text;
    }
    int point = PythonNumbers.index(value);
    if (!Character.isValidCodePoint(point) || (point >= 0xD800 && point < 0xE000)) {
      throw JinjaError.python("%c of what is no character");
    }
    return PythonText.ofPoint(point);
  }

  private static String digits(BigInteger number, String type, int precision) {
    String digits =
        switch (type) {
          case "x" -> number.abs().toString(16);
          case "X" -> number.abs().toString(16).toUpperCase(java.util.Locale.ROOT);
          case "o" -> number.abs().toString(8);
          case "b" -> number.abs().toString(2);
          default -> number.abs().toString();
        };
    return (number.signum() < 0 ? "-" : "")
        + "0".repeat(Math.max(0, precision - digits.length()))
        + digits;
  }

  /** As C's {@code printf} rounds: the exact value, half to even. */
  private static String digits(double number, String type, int precision) {
    String sign = Double.doubleToRawLongBits(number) < 0 ? "-" : "";
    BigDecimal exact = new BigDecimal(Math.abs(number));
    String digits =
        switch (type) {
          case "f", "F" -> exact.setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
          case "e", "E" -> scientific(exact, precision);
          default -> general(exact, Math.max(1, precision));
        };
    return sign + (type.equals("E") || type.equals("G") ? digits.replace('e', 'E') : digits);
  }

  private static String scientific(BigDecimal exact, int precision) {
    BigDecimal rounded = exact.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
    String digits = rounded.unscaledValue().toString();
    int exponent = rounded.signum() == 0 ? 0 : digits.length() - 1 - rounded.scale();
    digits = (digits + "0".repeat(precision + 1)).substring(0, precision + 1);
    return digits.charAt(0)
        + (precision > 0 ? "." + digits.substring(1) : "")
        + String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  private static String general(BigDecimal exact, int precision) {
    String scientific = scientific(exact, precision - 1);
    int exponent = Integer.parseInt(scientific.substring(scientific.indexOf('e') + 1));
    if (exponent < -4 || exponent >= precision) {
      return scientific.replaceFirst("\\.?0*e", "e");
    }
    String plain = exact.setScale(precision - 1 - exponent, RoundingMode.HALF_EVEN).toPlainString();
    return plain.contains(".") ? plain.replaceFirst("\\.?0+$", "") : plain;
  }

  private static PythonText cut(PythonText text, int precision) {
    return precision < 0 ? text : text.slice(0, Math.min(precision, text.length()));
  }

  private static int precision(@Nullable String digits) {
    return digits == null ? -1 : size(digits);
  }

  private static int size(String digits) {
    if (digits.length() > 4) {
      throw JinjaError.unsupported("a format %s wide".formatted(digits));
    }
    return digits.isEmpty() ? 0 : Integer.parseInt(digits);
  }

  private static PythonText padded(
      PythonText body, String sign, int fill, String align, int width) {
    long missing = Math.max(0L, (long) width - sign.length() - body.length());
    long left =
        switch (align) {
          case "<" -> 0;
          case "^" -> missing / 2;
          default -> missing;
        };
    PythonText.Builder padded = new PythonText.Builder();
    if (align.equals("=")) {
      padded.append(sign).repeat(fill, left);
    } else {
      padded.repeat(fill, left).append(sign);
    }
    return padded.append(body).repeat(fill, missing - left).build();
  }

  /** Where each UTF-16 unit of a text is in code points. */
  private static int[] places(PythonText text) {
    int[] places = new int[2 * text.length() + 1];
    int unit = 0;
    for (int i = 0; i < text.length(); i++) {
      places[unit++] = i;
      if (Character.isSupplementaryCodePoint(text.at(i))) {
        places[unit++] = i;
      }
    }
    places[unit] = text.length();
    return places;
  }

  /** {@code text.format(...)}. */
  static PythonText format(PythonText text, JinjaArguments arguments) {
    PythonText.Builder out = new PythonText.Builder();
    int automatic = 0;
    int i = 0;
    while (i < text.length()) {
      int c = text.at(i);
      boolean twice = i + 1 < text.length() && text.at(i + 1) == c;
      if (c != '{' && c != '}') {
        out.append(text, i, ++i);
      } else if (twice) {
        out.append(text, i, i + 1);
        i += 2;
      } else if (c == '}') {
        throw JinjaError.python("a single \"}\" in a format");
      } else {
        int end = text.indexOf(PythonText.of("}"), i, text.length());
        if (end < 0) {
          throw JinjaError.python("a \"{\" without its end in a format");
        }
        String field = text.slice(i + 1, end).toString();
        if (field.contains("{") || field.contains("[")) {
          throw JinjaError.unsupported("a format like \"{" + field + "}\"");
        }
        Matcher name = FIELD.matcher(field);
        boolean found = name.lookingAt();
        String first = found ? name.group() : "";
        automatic = automatic(automatic, first);
        out.append(field(arguments, first, automatic - 1, field.substring(first.length())));
        i = end + 1;
      }
    }
    return out.build();
  }

  /** How many fields without a name there were; below 0 after one with a number. */
  private static int automatic(int before, String name) {
    boolean numbered = !name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9');
    if ((name.isEmpty() && before < 0) || (numbered && before > 0)) {
      throw JinjaError.python("fields with and without numbers in a format");
    }
    return name.isEmpty() ? before + 1 : numbered ? -1 : before;
  }

  private static PythonText field(JinjaArguments arguments, String name, int place, String rest) {
    Object value;
    if (name.isEmpty() || name.chars().allMatch(c -> c >= '0' && c <= '9')) {
      value = arguments.at(name.isEmpty() ? place : size(name));
    } else {
      value = arguments.named().get(name);
    }
    if (value == null) {
      throw JinjaError.python("there is no value \"" + name + "\" for a format");
    }
    if (rest.startsWith(".")) {
      throw JinjaError.unsupported("an attribute in a format");
    }
    if (rest.startsWith("!")) {
      String how = rest.length() > 1 ? rest.substring(1, 2) : "";
      if (!how.equals("r") && !how.equals("s")) {
        throw JinjaError.unsupported("a conversion in a format");
      }
      value = how.equals("r") ? PythonRepr.repr(value) : PythonRepr.str(value);
      rest = rest.substring(2);
    }
    if (rest.isEmpty() || rest.equals(":")) {
      return PythonRepr.str(value);
    }
    Matcher spec = SPEC.matcher(rest.substring(1));
    if (!rest.startsWith(":") || !spec.matches()) {
      throw JinjaError.unsupported("a format like \"" + rest + "\"");
    }
    return formatted(value, spec);
  }

  private static PythonText formatted(Object value, Matcher spec) {
    String type = spec.group("type");
    int precision = precision(spec.group("precision"));
    boolean zero = !spec.group("zero").isEmpty();
    String align = spec.group("align");
    String fillGroup = spec.group("fill");
    int fill = fillGroup != null ? fillGroup.codePointAt(0) : zero ? '0' : ' ';
    int width = size(spec.group("width"));
    if (value instanceof PythonText text) {
      if (!(type.isEmpty() || type.equals("s"))
          || !spec.group("sign").isEmpty()
          || !spec.group("comma").isEmpty()
          || "=".equals(align)
          || zero) {
        throw JinjaError.unsupported("a format of a text with \"" + spec.group() + "\"");
      }
      return padded(
          cut(text.asSafe(false), precision), "", fill, align == null ? "<" : align, width);
    }
    BigInteger integer = PythonNumbers.integer(value);
    String digits;
    if (integer != null && (type.isEmpty() || "dxXob".contains(type)) && precision < 0) {
      digits = digits(integer, type, -1);
    } else if (PythonNumbers.isNumber(value) && "fFeE".contains(type) && !type.isEmpty()) {
      digits = digits(PythonNumbers.toDouble(value), type, precision < 0 ? 6 : precision);
    } else {
      throw JinjaError.unsupported(
          "a format of %s with \"%s\"".formatted(Python.type(value), spec.group()));
    }
    boolean negative = digits.startsWith("-");
    String plain = negative ? digits.substring(1) : digits;
    if (!spec.group("comma").isEmpty()) {
      if (zero || (!type.isEmpty() && "xXob".contains(type))) {
        throw JinjaError.unsupported("a format with \"" + spec.group() + "\"");
      }
      plain = plain.replaceAll("(?<=\\d)(?=(\\d{3})+(?!\\d))(?<!\\..{0,40})", ",");
    }
    String sign = negative ? "-" : spec.group("sign").equals("-") ? "" : spec.group("sign");
    return padded(
        PythonText.of(plain), sign, fill, align != null ? align : zero ? "=" : ">", width);
  }
}
