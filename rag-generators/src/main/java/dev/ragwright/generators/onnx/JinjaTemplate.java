package dev.ragwright.generators.onnx;

import java.time.Clock;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A template of the kind that Jinja2 renders, in the setting that transformers gives it. What it
 * renders is what CPython would; all else is an error. A template can do nothing but that, and not
 * much of it: see {@link JinjaRun}. Immutable.
 */
final class JinjaTemplate {
  /** Ten times what the longest of published models have. */
  private static final int MOST_LENGTH = 200_000;

  private final JinjaCompiler.Block template;

  /**
   * Reads a template.
   *
   * @throws ChatTemplateException if Jinja2 refuses it, too, or if it is not supported in any chat
   */
  JinjaTemplate(String source) {
    try {
      if (source.length() > MOST_LENGTH) {
        throw JinjaError.unsupported(
            String.format(Locale.ROOT, "a template of more than %,d characters", MOST_LENGTH));
      }
      this.template = JinjaCompiler.compile(JinjaParser.parse(source));
    } catch (JinjaError e) {
      throw e.at(1).toException();
    } catch (StackOverflowError e) {
      throw JinjaError.unsupported("an expression that long").at(1).toException();
    }
  }

  /**
   * Renders it.
   *
   * @param variables Java's or Python's values: see {@link Python#of}
   * @throws ChatTemplateException if it raises, as it would in Python, or reaches what is not
   *     supported
   */
  PythonText render(Map<String, ? extends @Nullable Object> variables, Clock clock) {
    Map<String, Object> values = new HashMap<>();
    long size = 0;
    for (Map.Entry<String, ? extends @Nullable Object> variable : variables.entrySet()) {
      Object value = Python.of(variable.getValue());
      values.put(variable.getKey(), value);
      size += Python.size(value);
    }
    JinjaRun run = new JinjaRun(values, size, clock);
    PythonText.Builder out = new PythonText.Builder();
    try {
      JinjaFrame frame = new JinjaFrame(run, null, template.function());
      template.run(frame, out);
      return out.build();
    } catch (JinjaError e) {
      throw e.at(run.line()).toException();
    } catch (StackOverflowError e) {
      throw JinjaError.unsupported("calls that deep").at(run.line()).toException();
    }
  }
}
