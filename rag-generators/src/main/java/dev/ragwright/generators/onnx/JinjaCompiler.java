package dev.ragwright.generators.onnx;

import dev.ragwright.generators.onnx.JinjaEvaluation.Value;
import dev.ragwright.generators.onnx.JinjaNode.Use;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a template's statements what runs them. Follows Jinja2's compiler block by block, since
 * what a name means depends on where that begins a new one.
 */
final class JinjaCompiler {
  /** CPython allows no more. */
  private static final int MOST_LOOPS = 20;

  /** The variable that a block is captured in; no template has one of that name. */
  private static final String TEXT = "the text of a block";

  /** How a statement ends. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  /** What runs a statement. */
  interface Code {
    Flow run(JinjaFrame frame, PythonText.Builder out);
  }

  /** Sets a variable, or several, to a value. */
  interface Store extends BiConsumer<JinjaFrame, Object> {}

  /** Statements with variables of their own. */
  static final class Block {
    private record Entry(
        JinjaSymbols.Variable variable,
        JinjaSymbols.Load load,
        String name,
        JinjaSymbols.Variable alias) {}

    private final JinjaSymbols.Function function;
    private final Code code;
    private final List<Entry> entries = new ArrayList<>();

    /** A block whose symbols are known. */
    Block(JinjaSymbols symbols, Code code) {
      this.function = symbols.function();
      this.code = code;
      symbols
          .loads()
          .forEach(
              (name, load) -> {
                JinjaSymbols.Variable variable = symbols.variable(name);
                boolean alias = load == JinjaSymbols.Load.ALIAS;
                entries.add(
                    new Entry(
                        variable, load, name, alias ? symbols.outerVariable(name) : variable));
              });
    }

    JinjaSymbols.Function function() {
      return function;
    }

    Code code() {
      return code;
    }

    /** Gives the variables what they hold at the beginning. */
    void enter(JinjaFrame frame) {
      for (Entry entry : entries) {
        switch (entry.load()) {
          case PARAMETER -> {}
          case RESOLVE -> frame.set(entry.variable(), frame.run().resolve(entry.name()));
          case ALIAS -> frame.set(entry.variable(), frame.get(entry.alias()));
          case UNDEFINED -> frame.set(entry.variable(), null);
        }
      }
    }

    void leave(JinjaFrame frame) {
      for (Entry entry : entries) {
        frame.set(entry.variable(), null);
      }
    }

    Flow run(JinjaFrame frame, PythonText.Builder out) {
      enter(frame);
      Flow flow = code.run(frame, out);
      if (flow == Flow.NEXT) {
        leave(frame);
      }
      return flow;
    }
  }

  private final JinjaSymbols symbols;
  private final int loops; // around, in the same function
  private final JinjaEvaluation values;

  private JinjaCompiler(JinjaSymbols symbols, boolean conditional, int loops) {
    this.symbols = symbols;
    this.loops = loops;
    this.values = new JinjaEvaluation(symbols, conditional);
  }

  /** The whole template. */
  static Block compile(List<JinjaNode> template) {
    JinjaSymbols symbols = JinjaSymbols.ofTemplate(template);
    return new Block(symbols, new JinjaCompiler(symbols, false, 0).sequence(template));
  }

  private JinjaCompiler within(JinjaSymbols inner, int loopsAround) {
    return new JinjaCompiler(inner, false, loopsAround);
  }

  private Code sequence(List<? extends JinjaNode> nodes) {
    List<Code> all = new ArrayList<>();
    for (JinjaNode node : nodes) {
      try {
        all.add(statement(node));
      } catch (JinjaError e) {
        throw e.at(node.line());
      }
    }
    return (frame, out) -> {
      for (Code each : all) {
        Flow flow = each.run(frame, out);
        if (flow != Flow.NEXT) {
          return flow;
        }
      }
      return Flow.NEXT;
    };
  }

  private Code statement(JinjaNode node) {
    return switch (node) {
      case JinjaNode.Output output -> output(output);
      case JinjaNode.If condition -> condition(condition);
      case JinjaNode.For loop -> loop(loop);
      case JinjaNode.Assign assign -> assign(assign);
      case JinjaNode.AssignBlock block -> assignBlock(block);
      case JinjaNode.Macro macro -> macro(macro);
      case JinjaNode.CallBlock block -> callBlock(block);
      case JinjaNode.FilterBlock block -> filterBlock(block);
      case JinjaNode.With with -> with(with);
      case JinjaNode.Jump jump -> jump(jump);
      case JinjaNode.Import other ->
          (frame, out) -> {
            frame.run().at(other.line());
            throw JinjaError.unsupported("{% " + other.tag() + " %}");
          };
      default -> throw JinjaError.syntax(node.line(), "this is no statement");
    };
  }

  private Code output(JinjaNode.Output output) {
    List<Value> parts = output.parts().stream().map(values::compile).toList();
    return (frame, out) -> {
      for (int i = 0; i < parts.size(); i++) {
        Object value = parts.get(i).of(frame);
        PythonText text = PythonRepr.str(value);
        frame.run().work(1 + text.length());
        out.append(text);
      }
      return Flow.NEXT;
    };
  }

  private Code condition(JinjaNode.If node) {
    JinjaCompiler within = new JinjaCompiler(symbols, true, loops);
    List<Value> tests = new ArrayList<>(List.of(within.values.compile(node.test())));
    List<Code> bodies = new ArrayList<>(List.of(within.sequence(node.body())));
    for (JinjaNode.If elif : node.elifs()) {
      tests.add(within.values.compile(elif.test()));
      bodies.add(within.sequence(elif.body()));
    }
    Code otherwise = within.sequence(node.otherwise());
    return (frame, out) -> {
      frame.run().work(1);
      for (int i = 0; i < tests.size(); i++) {
        if (Python.truth(tests.get(i).of(frame))) {
          return bodies.get(i).run(frame, out);
        }
      }
      return otherwise.run(frame, out);
    };
  }

  private Code jump(JinjaNode.Jump jump) {
    if (loops == 0) {
      throw JinjaError.syntax(jump.line(), "{% " + jump.name() + " %} outside a loop");
    }
    Flow flow = jump.name().equals("break") ? Flow.BREAK : Flow.CONTINUE;
    return (frame, out) -> flow;
  }

  private Code assign(JinjaNode.Assign assign) {
    List<JinjaSymbols.Variable> namespaces = new ArrayList<>();
    namespaces(assign.target(), namespaces);
    Value value = values.compile(assign.value());
    Store store = store(assign.target());
    return (frame, out) -> {
      frame.run().at(assign.line()).work(1);
      for (JinjaSymbols.Variable namespace : namespaces) {
        if (!(frame.get(namespace) instanceof Python.Namespace)) {
          throw JinjaError.python("attributes can be set of a namespace alone");
        }
      }
      Object assigned = value.of(frame);
      frame.run().at(assign.line());
      store.accept(frame, assigned);
      return Flow.NEXT;
    };
  }

  private void namespaces(JinjaNode target, List<JinjaSymbols.Variable> namespaces) {
    if (target instanceof JinjaNode.Target attribute) {
      namespaces.add(symbols.variable(attribute.name()));
    }
    target.children().forEach(child -> namespaces(child, namespaces));
  }

  private Store store(JinjaNode target) {
    return switch (target) {
      case JinjaNode.Name name -> {
        JinjaSymbols.Variable variable = symbols.variable(name.name());
        yield (frame, value) -> frame.set(variable, value);
      }
      case JinjaNode.Target attribute -> {
        JinjaSymbols.Variable variable = symbols.variable(attribute.name());
        yield (frame, value) -> {
          if (frame.get(variable) instanceof Python.Namespace namespace) {
            JinjaFunctions.setAttribute(namespace, attribute.attribute(), value);
          }
        };
      }
      default -> {
        List<Store> all = target.children().stream().map(this::store).toList();
        yield (frame, value) -> {
          List<Object> parts = parts(value, all.size());
          for (int i = 0; i < all.size(); i++) {
            all.get(i).accept(frame, parts.get(i));
          }
        };
      }
    };
  }

  private static List<Object> parts(Object value, int wanted) {
    Iterator<Object> elements = Python.elements(value);
    List<Object> parts = new ArrayList<>();
    while (elements.hasNext() && parts.size() <= wanted) {
      parts.add(elements.next());
    }
    if (parts.size() != wanted) {
      throw JinjaError.python(
          String.format(
              Locale.ROOT,
              "%s values for %d names",
              parts.size() > wanted ? "more" : "fewer",
              wanted));
    }
    return parts;
  }

  private Code assignBlock(JinjaNode.AssignBlock node) {
    JinjaSymbols inner = symbols.inner(symbols.function());
    inner.visit(node.body());
    JinjaCompiler within = within(inner, loops);
    Block body = new Block(inner, within.sequence(node.body()));
    Store store = store(node.target());
    inner.parameter(TEXT);
    JinjaSymbols.Variable captured = inner.variable(TEXT);
    Value text = frame -> Objects.requireNonNull(frame.get(captured));
    Value value = node.filter() == null ? text : within.values.filter(node.filter(), text);
    return (frame, out) -> {
      Flow flow = capture(body, frame, captured);
      if (flow == Flow.NEXT) {
        store.accept(frame, value.of(frame));
        body.leave(frame);
      }
      return flow;
    };
  }

  private Code filterBlock(JinjaNode.FilterBlock node) {
    JinjaSymbols inner = symbols.inner(symbols.function());
    inner.visit(node.children());
    JinjaCompiler within = within(inner, loops);
    Block body = new Block(inner, within.sequence(node.body()));
    inner.parameter(TEXT);
    JinjaSymbols.Variable captured = inner.variable(TEXT);
    Value text = frame -> Objects.requireNonNull(frame.get(captured));
    Value value = within.values.filter(node.filter(), text);
    return (frame, out) -> {
      Flow flow = capture(body, frame, captured);
      if (flow == Flow.NEXT) {
        out.append(JinjaArguments.asText(value.of(frame))); // not printed, but joined
        body.leave(frame);
      }
      return flow;
    };
  }

  /** Runs a block into a variable. */
  private static Flow capture(Block body, JinjaFrame frame, JinjaSymbols.Variable text) {
    PythonText.Builder out = new PythonText.Builder();
    body.enter(frame);
    Flow flow = body.code().run(frame, out);
    frame.set(text, out.build());
    return flow;
  }

  private Code with(JinjaNode.With node) {
    JinjaSymbols inner = symbols.inner(symbols.function());
    node.targets().forEach(inner::visitParameters);
    inner.visit(node.body());
    JinjaCompiler within = within(inner, loops);
    List<Store> targets = node.targets().stream().map(within::store).toList();
    List<Value> given = node.values().stream().map(values::compile).toList();
    Block body = new Block(inner, within.sequence(node.body()));
    return (frame, out) -> {
      body.enter(frame);
      for (int i = 0; i < targets.size(); i++) {
        targets.get(i).accept(frame, given.get(i).of(frame));
      }
      Flow flow = body.code().run(frame, out);
      if (flow == Flow.NEXT) {
        body.leave(frame);
      }
      return flow;
    };
  }

  private Code macro(JinjaNode.Macro macro) {
    JinjaMacro.Definition definition = definition(macro);
    JinjaSymbols.Variable variable = symbols.variable(String.valueOf(macro.name()));
    return (frame, out) -> {
      frame.set(variable, new JinjaMacro(definition, frame));
      return Flow.NEXT;
    };
  }

  private Code callBlock(JinjaNode.CallBlock node) {
    JinjaMacro.Definition definition = definition(node.block());
    Value block = frame -> new JinjaMacro(definition, frame);
    if (node.call() == null) {
      return (frame, out) -> {
        JinjaMacro generated = new JinjaMacro(definition, frame);
        out.append((PythonText) generated.call(frame.run(), JinjaArguments.NONE));
        return Flow.NEXT;
      };
    }
    Value call = values.call(node.call(), block);
    return (frame, out) -> {
      Object value = call.of(frame);
      out.append(JinjaArguments.asText(value));
      return Flow.NEXT;
    };
  }

  private JinjaMacro.Definition definition(JinjaNode.Macro macro) {
    JinjaSymbols inner = symbols.inner(new JinjaSymbols.Function(symbols.function()));
    inner.visit(macro.children());
    List<String> parameters = macro.parameters().stream().map(JinjaNode.Name::name).toList();
    Set<String> special = undeclared(macro.body(), "caller", "kwargs", "varargs");
    int caller = parameters.indexOf("caller");
    if (special.contains("caller") && caller >= 0) {
      if (macro.defaults().size() < parameters.size() - caller) {
        throw JinjaError.syntax(macro.line(), "the parameter \"caller\" has to have a default");
      }
    }
    for (String name : special) {
      if (!parameters.contains(name)) {
        inner.parameter(name);
      }
    }
    inner.visit(macro.children());
    JinjaCompiler within = within(inner, 0);
    return new JinjaMacro.Definition(
        macro.name(),
        inner.function(),
        parameters,
        parameters.stream().map(inner::variable).toList(),
        macro.defaults().stream().map(within.values::compile).toList(),
        special.contains("caller"),
        special(inner, special, parameters, "caller"),
        special(inner, special, parameters, "kwargs"),
        special(inner, special, parameters, "varargs"),
        new Block(inner, within.sequence(macro.body())));
  }

  private static JinjaSymbols.@Nullable Variable special(
      JinjaSymbols symbols, Set<String> used, List<String> parameters, String name) {
    return used.contains(name) && !parameters.contains(name) ? symbols.variable(name) : null;
  }

  /** Those of some names that are read before anything of that name is set. */
  private static Set<String> undeclared(List<? extends JinjaNode> nodes, String... names) {
    Set<String> left = new HashSet<>(List.of(names));
    Set<String> found = new HashSet<>();
    nodes.forEach(node -> undeclared(node, left, found));
    return found;
  }

  private static void undeclared(JinjaNode node, Set<String> left, Set<String> found) {
    if (node instanceof JinjaNode.Name name) {
      if (name.use() == Use.LOAD && left.contains(name.name())) {
        found.add(name.name());
      } else {
        left.remove(name.name());
      }
    }
    node.children().forEach(child -> undeclared(child, left, found));
  }

  private Code loop(JinjaNode.For node) {
    if (node.any(
        each ->
            each instanceof JinjaNode.Name name
                && name.use() == Use.STORE
                && name.name().equals("loop"))) {
      throw JinjaError.syntax(node.line(), "\"loop\" cannot be set in a loop");
    }
    if (loops >= MOST_LOOPS) {
      throw JinjaError.unsupported("loops nested deeper than " + MOST_LOOPS);
    }
    JinjaSymbols.Function function =
        node.recursive() ? new JinjaSymbols.Function(symbols.function()) : symbols.function();
    int around = node.recursive() ? 0 : loops;
    JinjaSymbols inner = symbols.inner(function);
    boolean extended = node.recursive() || !undeclared(node.body(), "loop").isEmpty();
    if (extended) {
      inner.parameter("loop");
    }
    inner.visitParameters(node.target());
    inner.visit(node.body());
    JinjaSymbols after = symbols.inner(function);
    after.visit(node.otherwise());
    Value over = values.compile(node.over());
    JinjaCompiler within = within(inner, around + 1);
    JinjaLoopCode loop =
        new JinjaLoopCode(
            node.line(),
            node.test() == null ? null : test(node.target(), node.test()),
            within.store(node.target()),
            extended ? inner.variable("loop") : null,
            new Block(inner, within.sequence(node.body())),
            node.otherwise().isEmpty()
                ? null
                : new Block(after, within(after, around).sequence(node.otherwise())),
            node.recursive() ? function : null);
    return (frame, out) -> loop.run(frame, over.of(frame), out);
  }

  private JinjaLoopCode.Test test(JinjaNode target, JinjaNode test) {
    JinjaSymbols inner = symbols.inner(new JinjaSymbols.Function(symbols.function()));
    inner.visitParameters(target);
    inner.visit(List.of(test));
    JinjaCompiler within = within(inner, 0);
    return new JinjaLoopCode.Test(
        new Block(inner, (frame, out) -> Flow.NEXT),
        within.store(target),
        within.values.compile(loaded(target)),
        within.values.compile(test));
  }

  private static JinjaNode loaded(JinjaNode target) {
    return target instanceof JinjaNode.Name name
        ? new JinjaNode.Name(name.line(), name.name(), Use.LOAD)
        : new JinjaNode.Items(
            target.line(), target.children().stream().map(JinjaCompiler::loaded).toList(), true);
  }
}
