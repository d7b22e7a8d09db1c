package dev.ragwright.generators.onnx;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Jinja2 template, rendered by jinjava in the setting that comes closest to Python's, with every
 * error fatal. Immutable.
 */
final class JinjaTemplate {
  private static final long MOST_OUTPUT = 100_000_000;
  private static final Jinjava JINJAVA = jinjava();

  private final String source;

  JinjaTemplate(String template) {
    this.source = JinjaSource.rewrite(template);
  }

  private static Jinjava jinjava() {
    Jinjava jinjava =
        new Jinjava(
            JinjavaConfig.newBuilder()
                .withTrimBlocks(true)
                .withLstripBlocks(true)
                .withKeepTrailingNewline(true)
                // What a value holds is never read as a template.
                .withNestedInterpretationEnabled(false)
                .withEnableRecursiveMacroCalls(true)
                .withMaxOutputSize(MOST_OUTPUT)
                .withElResolver(PythonResolver.create())
                .withLegacyOverrides(
                    LegacyOverrides.newBuilder()
                        .withEvaluateMapKeys(true)
                        .withIterateOverMapKeys(true)
                        .withUsePyishObjectMapper(true)
                        .withParseWhitespaceControlStrictly(true)
                        .withAllowAdjacentTextNodes(true)
                        .withUseTrimmingForNotesAndExpressions(true)
                        .withKeepNullableLoopValues(true)
                        .withHandleBackslashInQuotesOnly(true)
                        .build())
                .build());
    PythonLibrary.register(jinjava.getGlobalContext());
    return jinjava;
  }

  /**
   * Renders it.
   *
   * @throws ChatTemplateException if it raises, or reaches what is not supported
   */
  String render(Map<String, ? extends @Nullable Object> variables, Clock clock) {
    PythonLibrary.State state = new PythonLibrary.State(clock);
    Map<String, @Nullable Object> all = new HashMap<>(variables);
    all.put(PythonLibrary.STATE, state);
    RenderResult result = JINJAVA.renderForResult(source, all);
    ChatTemplateException problem = state.problem();
    if (problem != null) {
      throw problem;
    }
    if (!result.getErrors().isEmpty()) {
      TemplateError error = result.getErrors().getFirst();
      throw new ChatTemplateException(
          state.line() > 0 ? state.line() : error.getLineno(),
          String.valueOf(error.getMessage()).replaceAll("\\s+", " "),
          ChatTemplate.ADVICE);
    }
    return result.getOutput();
  }
}
