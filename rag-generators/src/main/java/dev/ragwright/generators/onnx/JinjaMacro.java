package dev.ragwright.generators.onnx;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A macro, or the block of a call, with the variables around it. */
final class JinjaMacro implements Python.Callable {
  /**
   * What is known of a macro before it is called.
   *
   * @param slots of the parameters, in their order
   * @param defaults of the last parameters
   * @param caller where {@code caller} is, if the body uses it and it is no parameter; likewise the
   *     other two
   */
  record Definition(
      @Nullable String name,
      JinjaSymbols.Function function,
      List<String> parameters,
      List<JinjaSymbols.Variable> slots,
      List<JinjaEvaluation.Value> defaults,
      boolean usesCaller,
      JinjaSymbols.@Nullable Variable caller,
      JinjaSymbols.@Nullable Variable kwargs,
      JinjaSymbols.@Nullable Variable varargs,
      JinjaCompiler.Block body) {}

  private final Definition definition;
  private final JinjaFrame around;

  JinjaMacro(Definition definition, JinjaFrame around) {
    this.definition = definition;
    this.around = around;
  }

  String repr() {
    return definition.name() == null
        ? "<Macro anonymous>"
        : "<Macro " + PythonRepr.repr(PythonText.of(definition.name())) + ">";
  }

  @Override
  public Object call(JinjaRun run, JinjaArguments arguments) {
    JinjaFrame frame = new JinjaFrame(run, around, definition.function());
    bind(frame, arguments);
    run.call();
    PythonText.Builder out = new PythonText.Builder();
    definition.body().enter(frame);
    defaults(frame);
    definition.body().code().run(frame, out);
    run.callEnds();
    return out.build();
  }

  /** As Jinja2's {@code Macro.__call__} has it. */
  private void bind(JinjaFrame frame, JinjaArguments arguments) {
    List<String> parameters = definition.parameters();
    Map<String, Object> named = new LinkedHashMap<>(arguments.named());
    List<Object> plain = arguments.plain();
    boolean callerFound = plain.size() >= parameters.size() && parameters.contains("caller");
    for (int i = 0; i < parameters.size(); i++) {
      String name = parameters.get(i);
      frame.set(definition.slots().get(i), i < plain.size() ? plain.get(i) : named.remove(name));
      callerFound |= i >= plain.size() && name.equals("caller");
    }
    if (definition.usesCaller() && !callerFound) {
      Object caller = named.remove("caller");
      if (definition.caller() != null) {
        frame.set(
            definition.caller(),
            caller == null || caller == Python.NONE
                ? new Python.Undefined("no caller defined")
                : caller);
      }
    }
    if (definition.kwargs() != null) {
      PythonDict rest = new PythonDict();
      named.forEach((name, value) -> rest.put(PythonText.of(name), value));
      frame.set(definition.kwargs(), rest);
    } else if (!named.isEmpty()) {
      throw JinjaError.python(
          "a macro takes no argument \"%s\"".formatted(named.keySet().iterator().next()));
    }
    int extra = Math.max(0, plain.size() - parameters.size());
    if (definition.varargs() != null) {
      List<Object> rest = plain.subList(plain.size() - extra, plain.size());
      frame.set(definition.varargs(), PythonList.tuple(rest));
    } else if (extra > 0) {
      throw JinjaError.python(
          String.format(
              Locale.ROOT,
              "%d arguments for a macro that takes %d",
              plain.size(),
              parameters.size()));
    }
  }

  private void defaults(JinjaFrame frame) {
    int first = definition.parameters().size() - definition.defaults().size();
    for (int i = 0; i < definition.parameters().size(); i++) {
      JinjaSymbols.Variable slot = definition.slots().get(i);
      if (frame.get(slot) == null) {
        frame.set(
            slot,
            i < first
                ? new Python.Undefined(
                    "the parameter '%s' was not provided".formatted(definition.parameters().get(i)))
                : definition.defaults().get(i - first).of(frame));
      }
    }
  }
}
