package dev.ragwright.testkit;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A model of a service that says what a script has for a question, at a known count of tokens. */
final class ScriptedGenerator implements Generator {
  final AtomicInteger calls = new AtomicInteger();
  private final String model;
  private final int input;
  private final int output;
  private final Function<String, Generation> script;

  ScriptedGenerator(String model, int input, int output, Function<String, Generation> script) {
    this.model = model;
    this.input = input;
    this.output = output;
    this.script = script;
  }

  @Override
  public Generation generate(GenerationRequest request, CallContext context) {
    context.throwIfStopped();
    calls.incrementAndGet();
    Usage usage =
        Usage.of(Usage.INPUT_TOKENS, input)
            .with(Usage.OUTPUT_TOKENS, output)
            .with(Usage.REQUESTS, 1);
    return script.apply(request.question().text()).withUsage(usage);
  }

  @Override
  public boolean readsTextOnly() {
    return true;
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("generator", "scripted").with(StageDescription.MODEL, model);
  }
}
