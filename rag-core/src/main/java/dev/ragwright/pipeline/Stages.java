package dev.ragwright.pipeline;

import dev.ragwright.call.StageDescription;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Conversation;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.Turn;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retriever;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a pipeline is wired of.
 *
 * @param conversation what the question follows; null where it follows nothing
 * @param rerankDepth how many hits the reranker is given; of no meaning without one
 * @param fallbackFusion null where what the fallback finds replaces what was found before
 */
public record Stages(
    @Nullable Conversation conversation,
    @Nullable QueryExpander expander,
    RankFusion queryFusion,
    Retriever retriever,
    Filter filter,
    @Nullable Reranker reranker,
    int rerankDepth,
    @Nullable EvidenceGate gate,
    @Nullable Retriever fallback,
    @Nullable RankFusion fallbackFusion,
    int topK,
    ContextAssembler assembler,
    Generator generator) {

  /** Refuses what contradicts itself. */
  public Stages {
    if (reranker != null && rerankDepth < topK) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the rerank depth must be >= topK, was %d with topK %d",
              rerankDepth,
              topK));
    }
    if (fallback != null && gate == null) {
      throw new IllegalStateException(
          "a `fallback` needs a `gate` that says when, but none was set");
    }
  }

  /** The turns before the question; empty where it follows nothing. */
  public List<Turn> turns() {
    return conversation == null ? List.of() : conversation.turns();
  }

  /** How many passages are retrieved. */
  public int depth() {
    return reranker == null ? topK : rerankDepth;
  }

  /** These stages among those of their passages that another filter accepts too. */
  public Stages within(Filter other) {
    if (other instanceof Filter.All) {
      return this; // which a retriever may answer faster than a conjunction
    }
    return new Stages(
        conversation,
        expander,
        queryFusion,
        retriever,
        filter.and(other),
        reranker,
        rerankDepth,
        gate,
        fallback,
        fallbackFusion,
        topK,
        assembler,
        generator);
  }

  /** These stages with other settings between the retriever and the generator. */
  public Stages reading(
      @Nullable Reranker reranker,
      int rerankDepth,
      @Nullable EvidenceGate gate,
      int topK,
      ContextAssembler assembler) {
    return new Stages(
        conversation,
        expander,
        queryFusion,
        retriever,
        filter,
        reranker,
        rerankDepth,
        gate,
        gate == null ? null : fallback,
        gate == null ? null : fallbackFusion,
        topK,
        assembler,
        generator);
  }

  /** What it is: the stages' descriptions, in their order. */
  public StageDescription description() {
    StageDescription described = StageDescription.of("pipeline", "rag").with("topK", topK);
    if (reranker != null) {
      described = described.with("rerankDepth", rerankDepth);
    }
    List<StageDescription> parts =
        new ArrayList<>(
            Stream.of(
                    conversation == null ? null : conversation.condenser().description(),
                    expander == null ? null : expander.description(),
                    expander == null ? null : queryFusion.description(),
                    retriever.description(),
                    reranker == null ? null : reranker.description(),
                    gate == null ? null : gate.description(),
                    fallback == null ? null : fallback.description(),
                    fallbackFusion == null ? null : fallbackFusion.description(),
                    assembler.description(),
                    generator.description())
                .filter(Objects::nonNull)
                .toList());
    return described.with("filter", filter).withParts(parts);
  }
}
