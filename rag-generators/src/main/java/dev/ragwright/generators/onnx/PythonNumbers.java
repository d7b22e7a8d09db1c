package dev.ragwright.generators.onnx;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's {@code int}, {@code float} and {@code bool}: their arithmetic and how they look. */
final class PythonNumbers {
  private static final int MOST_BITS = 4096;
  private static final BigInteger EXACT = BigInteger.ONE.shiftLeft(53);
  private static final Pattern INTEGER = Pattern.compile("[+-]?\\d+(_\\d+)*");
  private static final Pattern FLOAT =
      Pattern.compile(
          "[+-]?(\\d+(_\\d+)*(\\.(\\d+(_\\d+)*)?)?|\\.\\d+(_\\d+)*)([eE][+-]?\\d+(_\\d+)*)?");
  private static final Pattern INFINITE =
      Pattern.compile("[+-]?(inf|infinity|nan)", Pattern.CASE_INSENSITIVE);

  private PythonNumbers() {}

  static boolean isNumber(Object value) {
    return value instanceof BigInteger || value instanceof Double || value instanceof Boolean;
  }

  /** An int or a bool as an int; else null. */
  static @Nullable BigInteger integer(Object value) {
    return value instanceof BigInteger number
        ? number
        : value instanceof Boolean truth ? (truth ? BigInteger.ONE : BigInteger.ZERO) : null;
  }

  static double toDouble(Object number) {
    if (number instanceof Double d) {
      return d;
    }
    BigInteger integer = integer(number);
    if (integer == null) {
      throw JinjaError.python("%s is no number".formatted(Python.type(number)));
    }
    return finite(integer.doubleValue());
  }

  /** An argument that has to be an int, cut to what a place in a text or a list can be. */
  static int index(Object value) {
    BigInteger integer = integer(value);
    if (integer == null) {
      if (value instanceof Python.Undefined undefined) {
        throw undefined.failure();
      }
      throw JinjaError.python("%s is no int".formatted(Python.type(value)));
    }
    return integer.bitLength() < 31
        ? integer.intValue()
        : integer.signum() < 0 ? -Integer.MAX_VALUE : Integer.MAX_VALUE;
  }

  static int compare(Object a, Object b) {
    return decimal(a).compareTo(decimal(b));
  }

  private static BigDecimal decimal(Object number) {
    BigInteger integer = integer(number);
    return integer == null ? new BigDecimal((Double) number) : new BigDecimal(integer);
  }

  static Object key(Object number) {
    BigInteger integer = integer(number);
    if (integer != null) {
      return integer;
    }
    double value = (Double) number;
    return value == Math.rint(value) ? new BigDecimal(value).toBigInteger() : number;
  }

  static BigInteger checked(BigInteger number) {
    if (number.bitLength() > MOST_BITS) {
      throw JinjaError.unsupported("an integer of more than 1,200 digits");
    }
    return number;
  }

  static double finite(double number) {
    if (!Double.isFinite(number)) {
      throw JinjaError.unsupported("a number that is not finite");
    }
    return number;
  }

  /** {@code a op b} of two numbers. */
  static Object binary(String op, Object a, Object b) {
    BigInteger left = integer(a);
    BigInteger right = integer(b);
    if (left == null || right == null) {
      return ofDoubles(op, toDouble(a), toDouble(b));
    }
    if (right.signum() == 0 && (op.equals("/") || op.equals("//") || op.equals("%"))) {
      throw JinjaError.python("division by zero");
    }
    return switch (op) {
      case "+" -> checked(left.add(right));
      case "-" -> checked(left.subtract(right));
      case "*" -> checked(left.multiply(right));
      case "//" -> floorDivide(left, right);
      case "%" -> left.subtract(floorDivide(left, right).multiply(right));
      case "**" -> power(left, right);
      default -> {
        if (left.abs().compareTo(EXACT) > 0 || right.abs().compareTo(EXACT) > 0) {
          throw JinjaError.unsupported("dividing integers above 2**53");
        }
        yield left.doubleValue() / right.doubleValue();
      }
    };
  }

  private static BigInteger floorDivide(BigInteger a, BigInteger b) {
    BigInteger[] parts = a.divideAndRemainder(b);
    boolean exact = parts[1].signum() == 0 || parts[1].signum() == b.signum();
    return exact ? parts[0] : parts[0].subtract(BigInteger.ONE);
  }

  private static Object power(BigInteger base, BigInteger exponent) {
    if (exponent.signum() < 0) {
      throw JinjaError.unsupported("a negative power");
    }
    if (base.abs().bitLength() <= 1) { // -1, 0 or 1
      return base.signum() < 0 && !exponent.testBit(0)
          ? BigInteger.ONE
          : exponent.signum() == 0 ? BigInteger.ONE : base;
    }
    if (exponent.bitLength() > 12) {
      throw JinjaError.unsupported("an integer of more than 1,200 digits");
    }
    return checked(base.pow(exponent.intValue()));
  }

  private static Object ofDoubles(String op, double a, double b) {
    if (b == 0 && (op.equals("/") || op.equals("//") || op.equals("%"))) {
      throw JinjaError.python("division by zero");
    }
    return finite(
        switch (op) {
          case "+" -> a + b;
          case "-" -> a - b;
          case "*" -> a * b;
          case "/" -> a / b;
          case "//" -> floorDivide(a, b);
          case "%" -> modulo(a, b);
          default -> throw JinjaError.unsupported("a power of floats");
        });
  }

  /** As CPython's {@code float_rem} has it. */
  private static double modulo(double a, double b) {
    double rest = a % b;
    return rest == 0 ? Math.copySign(0.0, b) : (b < 0) == (rest < 0) ? rest : rest + b;
  }

  /** As CPython's {@code float_floor_div} has it. */
  private static double floorDivide(double a, double b) {
    double rest = a % b;
    double quotient = (a - rest) / b;
    if (rest != 0 && (b < 0) != (rest < 0)) {
      quotient -= 1;
    }
    if (quotient == 0) {
      return Math.copySign(0.0, a / b);
    }
    double floor = Math.floor(quotient);
    return quotient - floor > .5 ? floor + 1 : floor;
  }

  static Object negative(Object number) {
    BigInteger integer = integer(number);
    return integer == null ? (Object) (-(Double) number) : integer.negate();
  }

  /** {@code str} of a float: the fewest digits that are this number and no other. */
  static String text(double number) {
    BigDecimal shortest = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    if (shortest.precision() == 2) { // Java prefers the nearer of two digits to one
      BigDecimal shorter =
          shortest.setScale(shortest.scale() - 1, RoundingMode.HALF_EVEN).stripTrailingZeros();
      shortest = shorter.doubleValue() == number ? shorter : shortest;
    }
    String digits = shortest.unscaledValue().abs().toString();
    String sign = Double.doubleToRawLongBits(number) < 0 ? "-" : "";
    if (shortest.signum() == 0) {
      return sign + "0.0";
    }
    int exponent = digits.length() - 1 - shortest.scale();
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.abs().toPlainString();
      return sign + plain + (plain.contains(".") ? "" : ".0");
    }
    return sign
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  /** {@code int} of a text, or null where Python has a ValueError. */
  static @Nullable BigInteger parseInteger(PythonText text) {
    String digits = ascii(text);
    if (!INTEGER.matcher(digits).matches()) {
      return null;
    }
    String plain = digits.replace("_", "").replaceFirst("^\\+", "");
    if (plain.length() > 1200) {
      throw JinjaError.unsupported("an integer of more than 1,200 digits");
    }
    return new BigInteger(plain);
  }

  /** {@code float} of a text, or null where Python has a ValueError. */
  static @Nullable Double parseFloat(PythonText text) {
    String digits = ascii(text);
    if (INFINITE.matcher(digits).matches()) {
      throw JinjaError.unsupported("a number that is not finite");
    }
    return FLOAT.matcher(digits).matches()
        ? (Double) finite(Double.parseDouble(digits.replace("_", "")))
        : null;
  }

  /** A number's text without white space around it, and with the digits 0 to 9 for all others. */
  private static String ascii(PythonText text) {
    PythonText stripped = PythonStrings.strip(text, null, true, true);
    StringBuilder ascii = new StringBuilder();
    for (int i = 0; i < stripped.length(); i++) {
      int c = stripped.at(i);
      if (Character.isDigit(c)) {
        ascii.append(Character.digit(c, 10));
      } else {
        ascii.append(c < 0x80 ? (char) c : '?');
      }
    }
    return ascii.toString();
  }

  /** {@code round(number, digits)}. */
  static Object round(Object number, int digits) {
    if (Math.abs(digits) > 300) {
      throw JinjaError.unsupported(String.format(Locale.ROOT, "rounding to %d digits", digits));
    }
    BigInteger integer = integer(number);
    if (integer != null) {
      return digits >= 0
          ? integer
          : new BigDecimal(integer).setScale(digits, RoundingMode.HALF_EVEN).toBigInteger();
    }
    double value = (Double) number;
    double rounded = new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).doubleValue();
    return finite(Math.copySign(rounded, value));
  }

  /** A float's integer part. */
  static BigInteger truncate(double number) {
    return new BigDecimal(number).toBigInteger();
  }
}
