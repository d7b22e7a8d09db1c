package dev.ragwright.generators.onnx;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.TokenStream;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.text.Sha;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/**
 * A whole small corpus that a model has read once, before the first question: cache-augmented
 * generation (Chan et al., "Don't Do RAG", 2024, arXiv 2412.15605). As a generator it answers every
 * question from the whole corpus, whatever a request's context holds, turns of a conversation
 * included; no retriever is needed. The answers are, token for token, those of the generator that
 * it was made of with the same context.
 *
 * <p>In a pipeline, give it {@link #retriever()} too, with a topK of at least the corpus' passages
 * and no budget: a pipeline refuses citations of what is not in its own context.
 *
 * <p>It spares the reading of the corpus, not the attention to it: each written token costs more
 * the longer the corpus is, and an answer may get worse among passages that do not matter. Compare
 * it with retrieving a few passages before choosing it.
 *
 * <p>Safe to share, by any number of calls at once; each takes memory for the corpus of its own.
 * Close it to free the corpus' memory; the generator stays its maker's to close.
 */
public final class ContextCache implements Generator, AutoCloseable {
  private final OnnxGenerator generator;
  private final PrefixCache prefixes;
  private final int tokens;
  private final long bytes;
  private final Context corpus;
  private final Duration buildTime;
  private volatile boolean closed;

  private ContextCache(
      OnnxGenerator generator,
      PrefixCache prefixes,
      PrefixCache.Pinned pinned,
      Context corpus,
      Duration buildTime) {
    this.generator = generator;
    this.prefixes = prefixes;
    this.tokens = pinned.runs().size();
    this.bytes = pinned.snapshot().bytes();
    this.corpus = corpus;
    this.buildTime = buildTime;
  }

  /**
   * Has a generator's model read a corpus.
   *
   * @param spareBytes how much memory states may keep between calls, so that the next one need not
   *     copy the corpus; {@link #bytes()} is what one needs, a little more with what is written
   * @throws IllegalArgumentException if the prompt template has nothing in common between questions
   * @throws dev.ragwright.call.RagException if the corpus and what is to be written are longer than
   *     the model can read
   * @throws IllegalStateException if the model cannot go back ({@link
   *     dev.ragwright.onnx.runtime.OnnxDecoder#rewindable()}), or is closed
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  public static ContextCache build(
      OnnxGenerator generator, Context corpus, long spareBytes, CallContext context) {
    PrefixCache prefixes = PrefixCache.of(spareBytes);
    OnnxGenerator reading = generator.with(prefixes);
    long start = System.nanoTime();
    PrefixCache.Pinned pinned = reading.pin(corpus, context);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    return new ContextCache(reading, prefixes, pinned, corpus, took);
  }

  @Override
  public Generation generate(GenerationRequest request, CallContext context) {
    return generator.generate(withCorpus(request), context);
  }

  @Override
  public TokenStream stream(GenerationRequest request, CallContext context) {
    return generator.stream(withCorpus(request), context);
  }

  /** The model's reply as it wrote it; see {@link OnnxGenerator#reply}. */
  public ChatReply reply(GenerationRequest request, CallContext context) {
    return generator.reply(withCorpus(request), context);
  }

  /** As {@link #reply}, piece by piece; the caller closes it. */
  public ReplyStream replyStream(GenerationRequest request, CallContext context) {
    return generator.replyStream(withCorpus(request), context);
  }

  private GenerationRequest withCorpus(GenerationRequest request) {
    if (closed) {
      throw new IllegalStateException("the context cache is closed");
    }
    return GenerationRequest.of(request.question(), corpus);
  }

  /** Finds all of the corpus for every question, in its order. */
  public Retriever retriever() {
    List<Hit> all =
        corpus.evidence().stream()
            .map(evidence -> new Hit(evidence.passage(), evidence.score(), "corpus"))
            .toList();
    Retriever whole =
        (request, context) ->
            Retrieval.of(
                all.stream()
                    .filter(hit -> request.filter().test(hit.passage()))
                    .limit(request.topK())
                    .toList(),
                Usage.none());
    return whole.named("corpus " + digest(corpus));
  }

  /** What every question is answered from. */
  public Context corpus() {
    return corpus;
  }

  /** How many tokens were read: the instructions and the corpus. */
  public int tokens() {
    return tokens;
  }

  /** The memory of what was read, outside the heap, in bytes. */
  public long bytes() {
    return bytes;
  }

  /** How long the reading took. */
  public Duration buildTime() {
    return buildTime;
  }

  @Override
  public boolean readsTextOnly() {
    return true; // not even that: it reads the corpus
  }

  @Override
  public TokenCounter tokenCounter() {
    return generator.tokenCounter();
  }

  /** The generator's, with a digest of the corpus. */
  @Override
  public StageDescription description() {
    return StageDescription.of("generator", "whole corpus")
        .with("corpusSha256", digest(corpus))
        .with("tokens", tokens())
        .withParts(List.of(generator.description()));
  }

  private static String digest(Context corpus) {
    MessageDigest sha = Sha.sha256();
    for (Evidence evidence : corpus.evidence()) {
      String text =
          evidence.passage().id()
              + "\0"
              + String.join("\0", evidence.passage().headings())
              + "\0"
              + evidence.passage().text()
              + "\0";
      sha.update(text.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  /** Frees the memory, and refuses later calls; calls under way go on. Idempotent. */
  @Override
  public void close() {
    closed = true;
    prefixes.close();
  }
}
