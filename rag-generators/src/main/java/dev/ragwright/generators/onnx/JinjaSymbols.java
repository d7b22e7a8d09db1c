package dev.ragwright.generators.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which variable each name means within a block, found out before anything is rendered. Jinja2
 * makes a Python function of a template and a local variable of each name, and what is seen where,
 * and when, follows from that: so this does as its {@code idtracking} does, and the variables are
 * kept by function.
 */
final class JinjaSymbols {
  /** What a name's variable holds when its block is entered. */
  enum Load {
    /** What it was given. */
    PARAMETER,
    /** What the template was given. */
    RESOLVE,
    /** What the variable of that name around the block holds. */
    ALIAS,
    /** Nothing. */
    UNDEFINED
  }

  /** A function that Jinja2 would write: the template, a macro, a recursive loop, a loop's test. */
  static final class Function {
    private final @Nullable Function outer;
    private final Map<String, Integer> slots = new HashMap<>();

    Function(@Nullable Function outer) {
      this.outer = outer;
    }

    /** How many variables it has. */
    int size() {
      return slots.size();
    }
  }

  /** Where a variable is: so many functions out, in that place. */
  record Variable(int functions, int slot) {}

  private final int level;
  private final @Nullable JinjaSymbols parent;
  private final Function function;
  private final @Nullable JinjaSymbols before; // of a branch: what is known where it begins
  private final Set<String> names = new HashSet<>();
  private final Map<String, Load> loads = new LinkedHashMap<>();
  private final Set<String> stores = new HashSet<>();

  private JinjaSymbols(
      int level, @Nullable JinjaSymbols parent, Function function, @Nullable JinjaSymbols before) {
    this.level = level;
    this.parent = parent;
    this.function = function;
    this.before = before;
  }

  static JinjaSymbols ofTemplate(List<JinjaNode> template) {
    JinjaSymbols symbols = new JinjaSymbols(0, null, new Function(null), null);
    symbols.visit(template);
    return symbols;
  }

  /** Those of a block within, in the same function or in one of its own. */
  JinjaSymbols inner(Function of) {
    return new JinjaSymbols(level + 1, this, of, null);
  }

  Function function() {
    return function;
  }

  Map<String, Load> loads() {
    return loads;
  }

  void parameter(String name) {
    stores.add(name);
    define(name, Load.PARAMETER);
  }

  /** Takes in the statements or expressions of the block itself. */
  void visit(List<? extends JinjaNode> nodes) {
    nodes.forEach(this::visit);
  }

  void visitParameters(JinjaNode target) {
    if (target instanceof JinjaNode.Name name) {
      parameter(name.name());
    } else {
      target.children().forEach(this::visitParameters);
    }
  }

  /** Where the variable of a name is, seen from this block. */
  Variable variable(String name) {
    return variable(name, this);
  }

  /** Where the variable of a name around this block is, seen from this block. */
  Variable outerVariable(String name) {
    return variable(name, parent);
  }

  /** Whether a name is a parameter of a block around this one. */
  boolean isOuterParameter(String name) {
    JinjaSymbols owner = owner(name);
    return owner != null && owner != this && owner.loads.get(name) == Load.PARAMETER;
  }

  private Variable variable(String name, @Nullable JinjaSymbols from) {
    JinjaSymbols owner = from == null ? null : from.owner(name);
    if (owner == null) {
      throw JinjaError.python("\"" + name + "\" is not known where it stands");
    }
    int functions = 0;
    for (Function at = function; at != owner.function && at != null; at = at.outer) {
      functions++;
    }
    String key = owner.level + " " + name;
    Map<String, Integer> slots = owner.function.slots;
    return new Variable(functions, slots.computeIfAbsent(key, unused -> slots.size()));
  }

  private @Nullable JinjaSymbols owner(String name) {
    for (JinjaSymbols at = this; at != null; at = at.parent) {
      if (at.names(name)) {
        return at;
      }
    }
    return null;
  }

  private boolean names(String name) {
    return names.contains(name) || (before != null && before.names(name));
  }

  private boolean stores(String name) {
    return stores.contains(name) || (before != null && before.stores(name));
  }

  private void define(String name, Load load) {
    names.add(name);
    loads.put(name, load);
  }

  private boolean isAround(String name) {
    return parent != null && parent.owner(name) != null;
  }

  private void store(String name) {
    stores.add(name);
    if (!names(name)) {
      define(name, isAround(name) ? Load.ALIAS : Load.UNDEFINED);
    }
  }

  private void load(String name) {
    if (owner(name) == null) {
      define(name, Load.RESOLVE);
    }
  }

  private void visit(JinjaNode node) {
    switch (node) {
      case JinjaNode.Name name -> {
        switch (name.use()) {
          case LOAD -> load(name.name());
          case STORE -> store(name.name());
          case PARAMETER -> parameter(name.name());
        }
      }
      case JinjaNode.Target target -> load(target.name());
      case JinjaNode.If condition -> {
        visit(condition.test());
        branch(List.of(condition.body(), condition.elifs(), condition.otherwise()));
      }
      case JinjaNode.Macro macro -> store(String.valueOf(macro.name()));
      case JinjaNode.Import other -> {
        visit(other.template());
        other.stored().forEach(this::store);
      }
      case JinjaNode.Assign assign -> {
        visit(assign.value());
        visit(assign.target());
      }
      case JinjaNode.For loop -> visit(loop.over());
      case JinjaNode.CallBlock block -> {
        if (block.call() != null) {
          visit(block.call());
        }
      }
      case JinjaNode.FilterBlock block -> visit(block.filter());
      case JinjaNode.With with -> visit(with.values());
      case JinjaNode.AssignBlock block -> visit(block.target());
      default -> visit(node.children());
    }
  }

  /** Branches of which one is taken, so that what one of them sets may be set or not. */
  private void branch(List<List<? extends JinjaNode>> branches) {
    List<JinjaSymbols> all = new ArrayList<>();
    Set<String> set = new HashSet<>();
    for (List<? extends JinjaNode> branch : branches) {
      JinjaSymbols taken = new JinjaSymbols(level, parent, function, this);
      taken.visit(branch);
      all.add(taken);
      set.addAll(taken.stores);
    }
    set.removeIf(this::stores);
    for (JinjaSymbols taken : all) {
      names.addAll(taken.names);
      loads.putAll(taken.loads);
      stores.addAll(taken.stores);
    }
    for (String name : set) {
      loads.put(name, isAround(name) ? Load.ALIAS : Load.RESOLVE);
    }
  }
}
