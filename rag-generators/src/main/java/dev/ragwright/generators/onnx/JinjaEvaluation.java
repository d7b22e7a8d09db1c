package dev.ragwright.generators.onnx;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes of an expression what computes its value. */
final class JinjaEvaluation {
  /** CPython's own compiler gives up somewhere above. */
  private static final int MOST_DEPTH = 150;

  /** What computes a value. */
  interface Value {
    Object of(JinjaFrame frame);
  }

  private interface ArgumentValues {
    JinjaArguments of(JinjaFrame frame);
  }

  private final JinjaSymbols symbols;
  private final boolean conditional;
  private int depth;

  /**
   * For the expressions of a block.
   *
   * @param conditional whether the block is one of a condition: there Jinja2 looks for a filter
   *     only when it is reached
   */
  JinjaEvaluation(JinjaSymbols symbols, boolean conditional) {
    this.symbols = symbols;
    this.conditional = conditional;
  }

  Value compile(JinjaNode node) {
    if (++depth > MOST_DEPTH) {
      throw JinjaError.unsupported(
              String.format(
                  Locale.ROOT, "an expression of more than %d parts within another", MOST_DEPTH))
          .at(node.line());
    }
    Value value =
        switch (node) {
          case JinjaNode.Constant constant -> frame -> constant.value();
          case JinjaNode.Name name -> name(name);
          case JinjaNode.Items items -> items(items);
          case JinjaNode.Dict dict -> dict(dict);
          case JinjaNode.Unary unary -> unary(unary);
          case JinjaNode.Binary binary -> binary(binary);
          case JinjaNode.Concat concat -> concat(concat);
          case JinjaNode.Comparison comparison -> comparison(comparison);
          case JinjaNode.Conditional choice -> choice(choice);
          case JinjaNode.Call call -> call(call, null);
          case JinjaNode.Filter filter -> filter(filter, null);
          case JinjaNode.Test test -> test(test);
          case JinjaNode.Attribute attribute -> {
            Value base = compile(attribute.value());
            yield frame -> {
              Object of = base.of(frame);
              frame.run().at(attribute.line());
              return PythonAccess.attribute(of, attribute.name());
            };
          }
          case JinjaNode.Element element -> element(element);
          default -> throw JinjaError.syntax(node.line(), "this is no expression");
        };
    depth--;
    return value;
  }

  private List<Value> compileAll(List<JinjaNode> nodes) {
    return nodes.stream().map(this::compile).toList();
  }

  private @Nullable Value compileOptional(@Nullable JinjaNode node) {
    return node == null ? null : compile(node);
  }

  private static List<Object> values(List<Value> values, JinjaFrame frame) {
    List<Object> all = new ArrayList<>(values.size());
    for (Value value : values) {
      all.add(value.of(frame));
    }
    return all;
  }

  private Value name(JinjaNode.Name name) {
    JinjaSymbols.Variable variable = symbols.variable(name.name());
    String why = "'" + name.name() + "' is undefined";
    boolean given = symbols.isOuterParameter(name.name());
    return frame -> {
      Object value = frame.get(variable);
      if (value == null && given) { // Python goes on with an object of Jinja2's own
        frame.run().at(name.line());
        throw JinjaError.unsupported("\"" + name.name() + "\" when its loop or block has ended");
      }
      return value == null ? new Python.Undefined(why) : value;
    };
  }

  private Value items(JinjaNode.Items items) {
    List<Value> values = compileAll(items.items());
    return frame -> {
      List<Object> all = values(values, frame);
      frame.run().at(items.line()).work(all.size());
      return items.tuple() ? PythonList.tuple(all) : PythonList.of(all);
    };
  }

  private Value dict(JinjaNode.Dict dict) {
    List<Value> keys = new ArrayList<>();
    List<Value> values = new ArrayList<>();
    for (JinjaNode.Pair pair : dict.pairs()) {
      checkKey(pair.key());
      keys.add(compile(pair.key()));
      values.add(compile(pair.value()));
    }
    return frame -> {
      PythonDict made = new PythonDict();
      for (int i = 0; i < keys.size(); i++) {
        Object key = keys.get(i).of(frame);
        Object value = values.get(i).of(frame);
        frame.run().at(dict.line()).work(2);
        made.put(key, value);
      }
      return made;
    };
  }

  /** Whether Jinja2 may compute it when it compiles. */
  private static boolean isConstant(JinjaNode node) {
    return !node.any(part -> part instanceof JinjaNode.Name || part instanceof JinjaNode.Call);
  }

  /** Jinja2 computes constants when it compiles, and then fails for what cannot be a key. */
  private static void checkKey(JinjaNode key) {
    boolean list =
        key.any(
            part ->
                part instanceof JinjaNode.Dict
                    || (part instanceof JinjaNode.Items items && !items.tuple()));
    if (isConstant(key) && list) {
      throw JinjaError.unsupported("a key made of a list or a dict").at(key.line());
    } else if (isConstant(key) && key.any(JinjaNode.Filter.class::isInstance)) {
      throw JinjaError.unsupported("a key made by a filter").at(key.line());
    }
  }

  private Value unary(JinjaNode.Unary unary) {
    Value operand = compile(unary.operand());
    return frame -> {
      Object value = operand.of(frame);
      frame.run().at(unary.line());
      return JinjaOperators.unary(unary.operator(), value);
    };
  }

  private Value binary(JinjaNode.Binary binary) {
    Value left = compile(binary.left());
    Value right = compile(binary.right());
    String operator = binary.operator();
    if (operator.equals("and") || operator.equals("or")) {
      return frame -> {
        Object value = left.of(frame);
        return Python.truth(value) == operator.equals("or") ? value : right.of(frame);
      };
    }
    // Jinja2 writes such a power without brackets, so that Python negates last.
    boolean negatesLast =
        operator.equals("**") && isConstant(binary.left()) && !isConstant(binary.right());
    return frame -> {
      Object a = left.of(frame);
      Object b = right.of(frame);
      frame.run().at(binary.line()).work(Python.size(a) + Python.size(b));
      if (negatesLast && PythonNumbers.isNumber(a) && PythonNumbers.compare(a, 0.0) < 0) {
        throw JinjaError.unsupported("a power of a negative number");
      }
      Object value = JinjaOperators.binary(operator, a, b);
      frame.run().work(Python.size(value));
      return value;
    };
  }

  private Value concat(JinjaNode.Concat concat) {
    List<Value> parts = compileAll(concat.parts());
    return frame -> {
      PythonText.Builder text = new PythonText.Builder();
      for (Object part : values(parts, frame)) {
        frame.run().at(concat.line());
        text.append(PythonRepr.str(part));
      }
      frame.run().work(text.length());
      return text.build();
    };
  }

  private Value comparison(JinjaNode.Comparison comparison) {
    Value first = compile(comparison.first());
    List<Value> operands = compileAll(comparison.operands());
    return frame -> {
      Object left = first.of(frame);
      for (int i = 0; i < operands.size(); i++) {
        Object right = operands.get(i).of(frame);
        frame.run().at(comparison.line()).work(Python.size(left) + Python.size(right));
        if (!JinjaOperators.compare(comparison.operators().get(i), left, right)) {
          return false;
        }
        left = right;
      }
      return true;
    };
  }

  private Value choice(JinjaNode.Conditional choice) {
    JinjaEvaluation within = new JinjaEvaluation(symbols, true);
    within.depth = depth;
    Value test = within.compile(choice.test());
    Value value = within.compile(choice.value());
    Value otherwise = within.compileOptional(choice.otherwise());
    return frame ->
        Python.truth(test.of(frame))
            ? value.of(frame)
            : otherwise != null
                ? otherwise.of(frame)
                : new Python.Undefined("an \"if\" without \"else\" gave nothing");
  }

  private ArgumentValues arguments(JinjaNode.Arguments arguments) {
    List<Value> plain = compileAll(arguments.plain());
    Map<String, Value> named = new LinkedHashMap<>();
    arguments.named().forEach(each -> named.put(each.name(), compile(each.value())));
    Value morePlain = compileOptional(arguments.morePlain());
    Value moreNamed = compileOptional(arguments.moreNamed());
    return frame -> {
      List<Object> all = values(plain, frame);
      Map<String, Object> byName = new LinkedHashMap<>();
      named.forEach((name, value) -> byName.put(name, value.of(frame)));
      if (morePlain != null) {
        all.addAll(Python.list(morePlain.of(frame)));
      }
      if (moreNamed != null) {
        addNamed(moreNamed.of(frame), byName);
      }
      frame.run().work(1 + Python.sizeOfAll(all));
      return new JinjaArguments(all, byName);
    };
  }

  private static void addNamed(Object more, Map<String, Object> named) {
    if (!(more instanceof PythonDict dict)) {
      throw JinjaError.python("%s behind \"**\"".formatted(Python.type(more)));
    }
    for (PythonDict.Entry entry : dict.entries()) {
      if (!(entry.key() instanceof PythonText)
          || named.put(entry.key().toString(), entry.value()) != null) {
        throw JinjaError.python("names of arguments that are no text, or are there twice");
      }
    }
  }

  /**
   * A call.
   *
   * @param caller makes what is given as {@code caller}, too
   */
  Value call(JinjaNode.Call call, @Nullable Value caller) {
    Value function = compile(call.function());
    ArgumentValues arguments = arguments(call.arguments());
    return frame -> {
      Object called = function.of(frame);
      JinjaArguments given = arguments.of(frame);
      if (caller != null) {
        Map<String, Object> named = new LinkedHashMap<>(given.named());
        if (named.put("caller", caller.of(frame)) != null) {
          throw JinjaError.python("two values for the argument \"caller\"");
        }
        given = new JinjaArguments(given.plain(), named);
      }
      JinjaRun run = frame.run().at(call.line());
      if (called instanceof Python.Undefined undefined) {
        throw undefined.failure();
      } else if (called instanceof Python.Callable callable) {
        Object value = callable.call(run, given);
        run.work(Python.size(value));
        return value;
      }
      throw JinjaError.python("%s cannot be called".formatted(Python.type(called)));
    };
  }

  /**
   * A filter.
   *
   * @param block what it is applied to where it has no value of its own
   */
  Value filter(JinjaNode.Filter filter, @Nullable Value block) {
    Value value =
        filter.value() instanceof JinjaNode.Filter inner && block != null
            ? filter(inner, block)
            : filter.value() == null && block != null
                ? block
                : compile(Objects.requireNonNull(filter.value()));
    ArgumentValues arguments = arguments(filter.arguments());
    String name = filter.name();
    if (!conditional && !JinjaFilters.isKnown(name)) {
      throw JinjaError.syntax(filter.line(), "there is no filter \"" + name + "\"");
    }
    return frame -> {
      Object filtered = value.of(frame);
      JinjaArguments given = arguments.of(frame);
      frame.run().at(filter.line()).work(Python.size(filtered));
      Object result = JinjaFilters.apply(frame.run(), name, filtered, given);
      frame.run().work(Python.size(result));
      return result;
    };
  }

  private Value test(JinjaNode.Test test) {
    Value value = compile(test.value());
    ArgumentValues arguments = arguments(test.arguments());
    String name = test.name();
    if (!conditional && !JinjaTests.isKnown(name)) {
      throw JinjaError.syntax(test.line(), "there is no test \"" + name + "\"");
    }
    return frame -> {
      Object tested = value.of(frame);
      JinjaArguments given = arguments.of(frame);
      frame.run().at(test.line()).work(Python.size(tested));
      return JinjaTests.apply(name, tested, given);
    };
  }

  private Value element(JinjaNode.Element element) {
    Value base = compile(element.value());
    if (element.key() instanceof JinjaNode.Slice slice) {
      Value start = compileOptional(slice.start());
      Value stop = compileOptional(slice.stop());
      Value step = compileOptional(slice.step());
      return frame -> {
        Object of = base.of(frame);
        Object from = start == null ? Python.NONE : start.of(frame);
        Object to = stop == null ? Python.NONE : stop.of(frame);
        Object by = step == null ? Python.NONE : step.of(frame);
        frame.run().at(element.line());
        Object value = PythonAccess.slice(of, from, to, by);
        frame.run().work(Python.size(value));
        return value;
      };
    }
    Value key = compile(element.key());
    return frame -> {
      Object of = base.of(frame);
      Object at = key.of(frame);
      frame.run().at(element.line());
      return PythonAccess.element(of, at);
    };
  }
}
