package dev.ragwright.generators.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a template consists of, as Jinja2's parser has it. */
sealed interface JinjaNode {
  int line();

  /** What it consists of itself, in the order in which Jinja2 goes through it. */
  List<JinjaNode> children();

  /** Whether it, or something in it, is of a kind. */
  default boolean any(Predicate<JinjaNode> kind) {
    return kind.test(this) || children().stream().anyMatch(child -> child.any(kind));
  }

  private static List<JinjaNode> all(@Nullable Object... parts) {
    List<JinjaNode> all = new ArrayList<>();
    for (Object part : parts) {
      if (part instanceof List<?> list) {
        list.forEach(each -> all.addAll(all(each)));
      } else if (part instanceof JinjaNode node) {
        all.add(node);
      }
    }
    return all;
  }

  // Expressions.

  record Constant(int line, Object value) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return List.of();
    }
  }

  /** What a name is there for. */
  enum Use {
    LOAD,
    STORE,
    PARAMETER
  }

  record Name(int line, String name, Use use) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return List.of();
    }
  }

  /** {@code name.attribute}, to be set. */
  record Target(int line, String name, String attribute) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return List.of();
    }
  }

  record Items(int line, List<JinjaNode> items, boolean tuple) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return items;
    }
  }

  record Pair(int line, JinjaNode key, JinjaNode value) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(key, value);
    }
  }

  record Dict(int line, List<Pair> pairs) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(pairs);
    }
  }

  record Unary(int line, String operator, JinjaNode operand) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(operand);
    }
  }

  /** Of an arithmetic operator, {@code and} or {@code or}. */
  record Binary(int line, String operator, JinjaNode left, JinjaNode right) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(left, right);
    }
  }

  record Concat(int line, List<JinjaNode> parts) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return parts;
    }
  }

  /** A chain: each operator stands in front of the operand of its place. */
  record Comparison(int line, JinjaNode first, List<String> operators, List<JinjaNode> operands)
      implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(first, operands);
    }
  }

  record Conditional(int line, JinjaNode test, JinjaNode value, @Nullable JinjaNode otherwise)
      implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(test, value, otherwise);
    }
  }

  record Keyword(int line, String name, JinjaNode value) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(value);
    }
  }

  record Arguments(
      List<JinjaNode> plain,
      List<Keyword> named,
      @Nullable JinjaNode morePlain,
      @Nullable JinjaNode moreNamed) {
    static final Arguments NONE = new Arguments(List.of(), List.of(), null, null);

    List<JinjaNode> children() {
      return all(plain, named, morePlain, moreNamed);
    }
  }

  record Call(int line, JinjaNode function, Arguments arguments) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return Stream.concat(Stream.of(function), arguments.children().stream()).toList();
    }
  }

  /** A filter; without a value it is one of a block. */
  record Filter(int line, @Nullable JinjaNode value, String name, Arguments arguments)
      implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(value, arguments.children());
    }
  }

  record Test(int line, JinjaNode value, String name, Arguments arguments) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(value, arguments.children());
    }
  }

  record Attribute(int line, JinjaNode value, String name) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(value);
    }
  }

  record Element(int line, JinjaNode value, JinjaNode key) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(value, key);
    }
  }

  record Slice(
      int line, @Nullable JinjaNode start, @Nullable JinjaNode stop, @Nullable JinjaNode step)
      implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(start, stop, step);
    }
  }

  // Statements.

  /** Text and values that are printed; text is a {@link Constant}. */
  record Output(int line, List<JinjaNode> parts) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return parts;
    }
  }

  record For(
      int line,
      JinjaNode target,
      JinjaNode over,
      List<JinjaNode> body,
      List<JinjaNode> otherwise,
      @Nullable JinjaNode test,
      boolean recursive)
      implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(target, over, body, otherwise, test);
    }
  }

  record If(
      int line, JinjaNode test, List<JinjaNode> body, List<If> elifs, List<JinjaNode> otherwise)
      implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(test, body, elifs, otherwise);
    }
  }

  /** A macro, or the block of a call; {@code generation} is the block of a call of itself. */
  record Macro(
      int line,
      @Nullable String name,
      List<Name> parameters,
      List<JinjaNode> defaults,
      List<JinjaNode> body)
      implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(parameters, defaults, body);
    }
  }

  record CallBlock(int line, @Nullable Call call, Macro block) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(call, block.children());
    }
  }

  record FilterBlock(int line, List<JinjaNode> body, Filter filter) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(body, filter);
    }
  }

  record With(int line, List<JinjaNode> targets, List<JinjaNode> values, List<JinjaNode> body)
      implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(targets, values, body);
    }
  }

  record Assign(int line, JinjaNode target, JinjaNode value) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(target, value);
    }
  }

  record AssignBlock(int line, JinjaNode target, @Nullable Filter filter, List<JinjaNode> body)
      implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(target, filter, body);
    }
  }

  /** {@code break} or {@code continue}. */
  record Jump(int line, String name) implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return List.of();
    }
  }

  /** Of other templates, which a chat template has none of: an error where it is reached. */
  record Import(int line, String tag, JinjaNode template, List<String> stored)
      implements JinjaNode {
    @Override
    public List<JinjaNode> children() {
      return all(template);
    }
  }
}
