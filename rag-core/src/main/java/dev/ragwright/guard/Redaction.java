package dev.ragwright.guard;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Sent;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Sees every text that stages send, before it leaves the process, and replaces what a {@link
 * Redactor} finds, or refuses to send it.
 *
 * {@snippet :
 * Redaction redaction = Redaction.replacing(
 *     Redactor.pattern("EMAIL", Pattern.compile("[\\w.+-]+@[\\w-]+(\\.[\\w-]+)+")));
 * Generator discreet = redaction.generator(generator);
 * }
 *
 * <p><b>A generator's</b> texts are all its prompt's messages: the instructions, the passages with
 * their headings, the turns before, the question. What is found is replaced by {@code «EMAIL1»},
 * the same wherever the same words stand in the call; a mask that stands in the texts already is
 * not used. Citations point to the passages as they were, and quote these to the character; the
 * answer has the masks, unless {@link #restoring}.
 *
 * <p><b>An embedder's</b> are the texts, <b>a reranker's</b> the question and the passages with
 * headings and metadata, <b>a retriever's</b> the question; the mask is {@code «EMAIL»}, so that a
 * vector does not depend on what else is in the call. Ids of passages and the values of filters are
 * not looked at. Hits have the passages as they were.
 *
 * <p>The trace has a record {@code redact} with the number of places by kind, and {@link
 * dev.ragwright.call.Usage#REDACTED_PLACES} in what was counted; an embedder has the count alone.
 * None of the text is in them. What is wrapped says in its description by which redactor.
 *
 * <p>What a redactor does not find is sent. It sees each text by itself: what is split over two of
 * them it may not know. Of a generator a text is a whole message, with all passages in it and the
 * prompt's own marks between them, such as {@code </document 1>}: a pattern that reaches over lines
 * ({@link java.util.regex.Pattern#DOTALL}, {@code [^x]*}) may find from one passage into the next,
 * and one mask then stands for both, and for the marks. Write patterns that end within a line.
 *
 * <p>Immutable and safe to share; the stages are as safe as those that they wrap, and own nothing.
 */
public final class Redaction {
  private final Redactor redactor;
  private final boolean refuses;
  private final boolean restores;

  private Redaction(Redactor redactor, boolean refuses, boolean restores) {
    this.redactor = Objects.requireNonNull(redactor, "redactor");
    this.refuses = refuses;
    this.restores = restores;
  }

  /** Sends texts with masks for what is found. */
  public static Redaction replacing(Redactor redactor) {
    return new Redaction(redactor, false, false);
  }

  /** Sends no text in which something is found: {@link TextRefusedException} is thrown. */
  public static Redaction refusing(Redactor redactor) {
    return new Redaction(redactor, true, false);
  }

  /**
   * This redaction, with what was replaced put back into a generator's answer, wherever its model
   * wrote the mask. An answer that is JSON stays it: what is put back is escaped, and a stream of
   * it has one piece. Whether it conforms to a schema was checked with the masks.
   *
   * @throws IllegalStateException if it refuses, so that there is nothing to put back
   */
  public Redaction restoring() {
    if (refuses) {
      throw new IllegalStateException("a Redaction that refuses has nothing to restore");
    }
    return new Redaction(redactor, false, true);
  }

  /**
   * The generator, whose prompt's messages are seen before it sends them.
   *
   * @throws IllegalArgumentException if its messages cannot be seen: it does not {@linkplain
   *     Generator#prompt tell its prompt}, or does not ask the one that it is given
   */
  public Generator generator(Generator generator) {
    return new RedactedGenerator(this, generator);
  }

  /**
   * The embedder, whose texts are seen before it sends them.
   *
   * @throws IllegalArgumentException if it reads {@linkplain Embedder#readsSurroundings
   *     surroundings}, which masks would shift
   */
  public Embedder embedder(Embedder embedder) {
    if (embedder.readsSurroundings()) {
      throw new IllegalArgumentException(
          "the embedder %s cannot have a Redaction: masks would shift the places by which it knows what surrounds a passage"
              .formatted(embedder.description()));
    }
    return new RedactedEmbedder(this, embedder);
  }

  /** The reranker, whose question and passages are seen before it sends them. */
  public Reranker reranker(Reranker reranker) {
    Objects.requireNonNull(reranker, "reranker");
    return new Reranker() {
      @Override
      public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
        Masks masks = masks();
        Map<String, Passage> originals = new HashMap<>();
        List<Hit> sent = new ArrayList<>();
        for (Hit hit : hits) {
          originals.put(hit.passage().id(), hit.passage());
          sent.add(new Hit(masks.passage(hit.passage()), hit.score(), hit.source()));
        }
        Query asked = query.withText(masks.text(query.text()));
        allow(masks, reranker.description());
        Retrieval ranked = reranker.rerank(asked, sent, topK, context);
        List<Hit> found =
            ranked.hits().stream()
                .map(
                    hit ->
                        new Hit(
                            originals.getOrDefault(hit.passage().id(), hit.passage()),
                            hit.score(),
                            hit.source()))
                .toList();
        return Retrieval.of(found, masks.counted(ranked.usage()))
            .withParts(masks.record(ranked.parts()));
      }

      @Override
      public Sent mostSent() {
        return reranker.mostSent();
      }

      @Override
      public StageDescription description() {
        return describe(reranker.description());
      }
    };
  }

  /** The retriever, whose query is seen before it sends it. */
  public Retriever retriever(Retriever retriever) {
    Objects.requireNonNull(retriever, "retriever");
    return new Retriever() {
      @Override
      public Retrieval retrieve(RetrievalRequest request, CallContext context) {
        Masks masks = masks();
        Query query = request.query();
        Query asked = query.withText(masks.text(query.text()));
        allow(masks, retriever.description());
        Retrieval found = retriever.retrieve(request.withQuery(asked), context);
        return Retrieval.of(found.hits(), masks.counted(found.usage()))
            .withParts(masks.record(found.parts()));
      }

      @Override
      public StageDescription description() {
        return describe(retriever.description());
      }
    };
  }

  /**
   * Returns the text with masks for what is found, whether this replaces or refuses: for what is
   * written into a log.
   */
  public String masked(String text) {
    return masks().text(text);
  }

  private Masks masks() {
    return Masks.plain(redactor);
  }

  /** Lets the texts go, unless something was found and this refuses. */
  void allow(Masks masks, StageDescription stage) {
    if (refuses && !masks.places().isEmpty()) {
      throw new TextRefusedException(stage.name(), masks.places());
    }
  }

  Redactor redactor() {
    return redactor;
  }

  boolean restores() {
    return restores;
  }

  /** The description of a stage whose texts are seen. */
  StageDescription describe(StageDescription stage) {
    List<StageDescription> parts = new ArrayList<>(stage.parts());
    parts.add(redactor.description());
    return stage.withParts(parts);
  }

  private record RedactedEmbedder(Redaction redaction, Embedder embedder) implements Embedder {
    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      Masks masks = redaction.masks();
      List<String> sent = texts.stream().map(masks::text).toList();
      redaction.allow(masks, embedder.description());
      Embeddings made = embedder.embed(sent, side, context);
      return new Embeddings(made.vectors(), masks.counted(made.usage()));
    }

    @Override
    public Embeddings embedPassages(List<Passage> passages, CallContext context) {
      Masks masks = redaction.masks();
      List<Passage> sent = passages.stream().map(masks::passage).toList();
      redaction.allow(masks, embedder.description());
      Embeddings made = embedder.embedPassages(sent, context);
      return new Embeddings(made.vectors(), masks.counted(made.usage()));
    }

    @Override
    public int dimension() {
      return embedder.dimension();
    }

    @Override
    public Sent mostSent() {
      return embedder.mostSent();
    }

    @Override
    public StageDescription description() {
      return redaction.describe(embedder.description());
    }

    @Override
    public StageDescription passageDescription() {
      return redaction.describe(embedder.passageDescription());
    }
  }
}
