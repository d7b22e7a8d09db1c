package dev.ragwright.experiment;

import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An expression that makes a stage. It is written as Java or evaluated, so that the class that
 * people paste and the pipeline that is read from a file are wired by one text. Types are known by
 * name alone: stages stay out of this module's dependencies.
 */
sealed interface Code {

  /** A text, a number or a truth value. */
  record Literal(Object value) implements Code {}

  /** A constant of an enum. */
  record Constant(String type, String name) implements Code {}

  /** What a name stands for. */
  record Variable(String name) implements Code {}

  /** A type whose static method or constructor is called. */
  record Type(String name) implements Code {}

  /** A call; of the constructor where the method is {@code new}. */
  record Call(Code on, String method, List<Code> arguments) implements Code {}

  /** What an expression gives, and as what. */
  record Made(Class<?> type, Object value) {}

  /** A call of a static method, or of the constructor with {@code new}. */
  static Code of(String type, String method, Object... arguments) {
    return new Call(new Type(type), method, codes(arguments));
  }

  /** A call of a method of this. */
  default Code then(String method, Object... arguments) {
    return new Call(this, method, codes(arguments));
  }

  private static List<Code> codes(Object... arguments) {
    return Arrays.stream(arguments)
        .map(each -> each instanceof Code code ? code : new Literal(each))
        .toList();
  }

  /** The names of the types that it mentions. */
  default Stream<String> types() {
    return switch (this) {
      case Literal literal -> Stream.of();
      case Variable variable -> Stream.of();
      case Constant constant -> Stream.of(constant.type());
      case Type type -> Stream.of(type.name());
      case Call call ->
          Stream.concat(call.on().types(), call.arguments().stream().flatMap(Code::types));
    };
  }

  /**
   * As Java, with simple names of types.
   *
   * @param indent of the statement that it is in; what is chained in more than two calls stands in
   *     lines of its own
   */
  default String java(String indent) {
    return switch (this) {
      case Literal literal -> java(literal.value());
      case Variable variable -> variable.name();
      case Constant constant -> simple(constant.type()) + "." + constant.name();
      case Type type -> simple(type.name());
      case Call call -> chained(call, indent);
    };
  }

  private static String chained(Call last, String indent) {
    Deque<Call> calls = new ArrayDeque<>();
    Code root = last;
    while (root instanceof Call call) {
      calls.push(call);
      root = call.on();
    }
    String line = calls.size() > 2 ? "\n" + indent + "    " : "";
    StringBuilder text = new StringBuilder();
    for (Call call : calls) {
      String arguments =
          call.arguments().stream()
              .map(each -> each.java(indent + "    "))
              .collect(Collectors.joining(", "));
      if (call.method().equals("new")) {
        text.append("new ").append(root.java(indent));
      } else if (text.isEmpty()) {
        text.append(root.java(indent)).append('.').append(call.method());
      } else {
        text.append(line).append('.').append(call.method());
      }
      text.append('(').append(arguments).append(')');
    }
    return text.toString();
  }

  /** The name of a type without its package. */
  static String simple(String type) {
    return type.substring(type.lastIndexOf('.') + 1);
  }

  private static String java(Object value) {
    return switch (value) {
      case String text -> quoted(text);
      case Long number -> number + "L"; // it may be too large for an int
      case Double number when number.isInfinite() ->
          number > 0 ? "Double.POSITIVE_INFINITY" : "Double.NEGATIVE_INFINITY";
      default -> value.toString();
    };
  }

  /** Two backslashes for one also keep the compiler from reading a code of Unicode in it. */
  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> quoted.append(Character.isISOControl(c) ? octal(c) : c);
      }
    }
    return quoted.append('"').toString();
  }

  private static String octal(char c) {
    return String.format(Locale.ROOT, "\\%03o", (int) c);
  }

  /**
   * Evaluates it.
   *
   * @param variables by name
   * @throws IllegalArgumentException if a type is not there, naming the module that has it
   */
  default Made made(Map<String, Made> variables) {
    return switch (this) {
      case Literal literal -> new Made(literal.value().getClass(), literal.value());
      case Variable variable ->
          Objects.requireNonNull(variables.get(variable.name()), variable.name());
      case Constant constant -> {
        Class<?> type = type(constant.type());
        Object value =
            Arrays.stream(type.getEnumConstants())
                .filter(each -> ((Enum<?>) each).name().equals(constant.name()))
                .findFirst()
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "%s has no \"%s\"; it has %s"
                                .formatted(
                                    type.getSimpleName(),
                                    constant.name(),
                                    Arrays.toString(type.getEnumConstants()))));
        yield new Made(type, value);
      }
      case Type type -> throw new IllegalStateException("a type is no value: " + type.name());
      case Call call -> call(call, variables);
    };
  }

  private static Made call(Call call, Map<String, Made> variables) {
    Object[] given = call.arguments().stream().map(each -> each.made(variables).value()).toArray();
    Made on = call.on() instanceof Type named ? type(named) : call.on().made(variables);
    Class<?> type = on.type();
    boolean constructs = call.method().equals("new");
    Executable found =
        Stream.<Executable>of(constructs ? type.getConstructors() : type.getMethods())
            .filter(each -> constructs || each.getName().equals(call.method()))
            .filter(each -> takes(each, given))
            .min(Comparator.comparing(Executable::isVarArgs))
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "%s.%s does not take %s"
                            .formatted(type.getName(), call.method(), Arrays.toString(given))));
    Object[] passed = found.isVarArgs() ? packed(found, given) : given;
    try {
      return found instanceof Method method
          ? new Made(method.getReturnType(), method.invoke(on.value(), passed))
          : new Made(type, ((Constructor<?>) found).newInstance(passed));
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean takes(Executable call, Object[] given) {
    Class<?>[] wanted = call.getParameterTypes();
    int fixed = call.isVarArgs() ? wanted.length - 1 : wanted.length;
    if (given.length < fixed || (given.length > fixed && !call.isVarArgs())) {
      return false;
    }
    for (int i = 0; i < given.length; i++) {
      Class<?> type = i < fixed ? wanted[i] : wanted[fixed].getComponentType();
      if (!boxed(type).isInstance(given[i])) {
        return false;
      }
    }
    return true;
  }

  private static Class<?> boxed(Class<?> type) {
    return MethodType.methodType(type).wrap().returnType();
  }

  private static Object[] packed(Executable call, Object[] given) {
    Class<?>[] wanted = call.getParameterTypes();
    int fixed = wanted.length - 1;
    Object rest = Array.newInstance(wanted[fixed].getComponentType(), given.length - fixed);
    for (int i = fixed; i < given.length; i++) {
      Array.set(rest, i - fixed, given[i]);
    }
    Object[] packed = Arrays.copyOf(given, wanted.length);
    packed[fixed] = rest;
    return packed;
  }

  /** A static method is invoked on nothing, so it does not matter what stands for the type. */
  private static Made type(Type named) {
    Class<?> type = type(named.name());
    return new Made(type, type);
  }

  private static Class<?> type(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException(
          "the pipeline needs %s, which is not here; add the dependency %s"
              .formatted(name, String.join(", ", modules(List.of(name)))),
          e);
    }
  }

  /** The artifacts that some types are in, sorted; of types of the JDK none. */
  static List<String> modules(Collection<String> types) {
    return types.stream()
        .filter(type -> type.startsWith("dev.ragwright."))
        .map(type -> type.substring("dev.ragwright.".length()))
        .map(
            type ->
                switch (type.substring(0, type.indexOf('.') < 0 ? 0 : type.indexOf('.'))) {
                  case "retrievers" -> "rag-retrievers";
                  case "generators" -> "rag-generators";
                  case "onnx" -> "rag-onnx";
                  case "eval" -> "rag-eval";
                  default -> "rag-core";
                })
        .distinct()
        .sorted()
        .toList();
  }
}
