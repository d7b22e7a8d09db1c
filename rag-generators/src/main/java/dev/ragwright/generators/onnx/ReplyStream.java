package dev.ragwright.generators.onnx;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.onnx.runtime.DecodeState;
import dev.ragwright.onnx.runtime.Logits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A reply while it is written, which is whenever its reader asks for more: nothing runs ahead. For
 * one reader on one thread; {@link #close()} may be called from any, and ends a step under way.
 */
public final class ReplyStream implements AutoCloseable {
  private final OnnxChatModel model;
  private final DecodingOptions options;
  private final OnnxChatModel.Prompt prompt;
  private final @Nullable PrefixCache prefixes;
  private final CallContext.Part part;
  private final Sampler sampler;
  private Constraint.@Nullable State allowed; // null where anything is
  private final ReplyText text;
  private final List<Integer> output = new ArrayList<>();
  private final List<Double> logprobs = new ArrayList<>();
  private float[] own = new float[0]; // the model's logits, as they were before penalties
  private final ReentrantLock lock = new ReentrantLock(); // held while the state is used
  private @Nullable DecodeState state;
  private @Nullable PromptLookup lookup;
  private @Nullable FinishReason finished;
  private @Nullable ChatReply reply;
  private @Nullable RuntimeException failure;
  private int reused;
  private long prefillNanos;
  private long decodeNanos;

  ReplyStream(
      OnnxChatModel model,
      OnnxChatModel.Prompt prompt,
      DecodingOptions options,
      @Nullable PrefixCache prefixes,
      CallContext context) {
    this.model = model;
    this.options = options;
    this.prompt = prompt;
    this.prefixes = prefixes;
    this.part = context.part(null);
    this.sampler = new Sampler(options, prompt.runs().tokens());
    this.text = new ReplyText(model.tokenBytes(), prompt.text(), options);
    this.allowed =
        options.constraint().map(limits -> limits.start(model.vocabulary())).orElse(null);
  }

  /**
   * The next piece of the text, once it is certain; empty at the end.
   *
   * @throws dev.ragwright.call.CancelledException if the call was cancelled or this was closed
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed
   * @throws IllegalStateException if the model is closed
   */
  public Optional<String> next() {
    lock.lock();
    try {
      if (failure != null) {
        throw failure;
      }
      while (reply == null) {
        part.context().throwIfStopped();
        String piece = finished == null ? step() : finish(finished);
        if (!piece.isEmpty()) {
          return Optional.of(piece);
        }
      }
      return Optional.empty();
    } catch (RuntimeException e) {
      failure = e; // else the next call would begin anew, behind what was written
      release();
      throw e;
    } catch (Error e) {
      failure = new RagException("the reply failed", e);
      release();
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /** The whole, after what is left of it was written. Throws what {@link #next()} throws. */
  public ChatReply reply() {
    while (next().isPresent()) {
      // the reply keeps the text
    }
    ChatReply whole = reply;
    if (whole == null) {
      throw new AssertionError("a reply that has ended is there");
    }
    return whole;
  }

  /** Ends the writing. Idempotent. */
  @Override
  public void close() {
    part.context().cancel();
    lock.lock();
    try {
      release();
    } finally {
      lock.unlock();
    }
  }

  private String step() {
    long start = System.nanoTime();
    float[] logits = read();
    if (own.length == 0) {
      own = new float[logits.length];
    }
    System.arraycopy(logits, 0, own, 0, logits.length);
    model.settings().applyTo(logits, output.isEmpty());
    int token = choose(logits);
    output.add(token);
    double logprob = Logits.logprob(own, token);
    if (Double.isNaN(logprob)) {
      throw new RagException("the model %s gave what is not a number".formatted(model.name()));
    }
    logprobs.add(logprob);
    long nanos = System.nanoTime() - start;
    if (output.size() == 1) {
      prefillNanos = nanos;
    } else {
      decodeNanos += nanos;
    }
    if (model.endTokens().contains(token)) {
      finished = FinishReason.STOP;
      return "";
    }
    String piece = text.append(token);
    if (allowed != null) {
      allowed = allowed.accept(token);
    }
    if (text.stopped() || isComplete()) {
      finished = FinishReason.STOP;
    } else if (output.size() == options.maxTokens()) {
      finished = FinishReason.LENGTH;
    }
    return piece;
  }

  private int choose(float[] logits) {
    if (allowed == null) {
      return sampler.choose(logits);
    }
    BitSet tokens = BitSet.valueOf(allowed.allowed());
    boolean canEnd = allowed.canEnd();
    model.endTokens().forEach(end -> tokens.set(end, canEnd));
    tokens.clear(logits.length, Math.max(logits.length, tokens.length()));
    if (tokens.isEmpty()) {
      throw new RagException(
          "%s has no token for what the constraint demands behind <%s>"
              .formatted(model.name(), text.text()));
    }
    return sampler.choose(logits, tokens);
  }

  /** Whether nothing may follow, so that there is no need to wait for the end of the turn. */
  private boolean isComplete() {
    return allowed != null
        && allowed.canEnd()
        && Arrays.stream(allowed.allowed()).allMatch(tokens -> tokens == 0);
  }

  private float[] read() {
    DecodeState current = state;
    if (current == null) {
      current = begin();
      state = current;
      reused = current.length();
      return prompt.runs().readRest(current, part.context());
    }
    int last = output.getLast();
    if (options.promptLookup() && output.size() == 1 && model.noPromptLookupBecause().isEmpty()) {
      lookup =
          new PromptLookup(current, prompt.runs().size() + options.maxTokens(), model.runTimes());
    }
    return lookup == null
        ? current.append(new int[] {last}, part.context())
        : lookup.after(last, part.context());
  }

  private DecodeState begin() {
    Supplier<DecodeState> fresh =
        () -> model.newState(prompt, Math.min(options.maxTokens(), 256), part.context());
    return prefixes == null ? fresh.get() : prefixes.lease(model.decoder(), prompt.runs(), fresh);
  }

  private String finish(FinishReason reason) {
    String rest = text.end();
    reply =
        new ChatReply(
            new ChatReply.Values(
                text.text(),
                text.thinking(),
                Arrays.stream(prompt.tokens()).boxed().toList(),
                output,
                logprobs,
                reason,
                Duration.ofNanos(prefillNanos),
                Duration.ofNanos(decodeNanos),
                reused,
                lookup == null ? 0 : lookup.proposed(),
                lookup == null ? 0 : lookup.accepted()));
    release();
    return rest;
  }

  private void release() {
    DecodeState last = state;
    state = null;
    if (last != null && prefixes != null) {
      prefixes.giveBack(model.decoder(), last, prompt.runs());
    } else if (last != null) {
      last.close();
    }
    part.close();
  }
}
