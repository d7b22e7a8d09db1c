package dev.ragwright.experiment;

import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.retrieve.EvidenceGate;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retriever;
import java.util.List;

/**
 * A part of a pipeline that an experiment can vary: the constants are all there are.
 *
 * @param <T> what a level of it is
 */
public final class Factor<T> {
  /** What the question becomes before it is searched for; none unless set. */
  public static final Factor<QueryExpander> EXPANDER =
      new Factor<>("expander", QueryExpander.class);

  /** What finds passages; required. */
  public static final Factor<Retriever> RETRIEVER = new Factor<>("retriever", Retriever.class);

  /** Which passages may be retrieved; all unless set. */
  public static final Factor<Filter> FILTER = new Factor<>("filter", Filter.class);

  /** Fuses the rankings of several queries into one; reciprocal rank with k = 60 unless set. */
  public static final Factor<RankFusion> FUSION = new Factor<>("fusion", RankFusion.class);

  /** Reranks the retrieved passages; {@link Reranker#none()} unless set. */
  public static final Factor<Reranker> RERANKER = new Factor<>("reranker", Reranker.class);

  /** How many retrieved passages the reranker is given; 50 unless set. */
  public static final Factor<Integer> RERANK_DEPTH = new Factor<>("rerankDepth", Integer.class);

  /** How many passages the context is made of; 8 unless set. */
  public static final Factor<Integer> TOP_K = new Factor<>("topK", Integer.class);

  /** Decides whether these are evidence enough; {@link EvidenceGate#none()} unless set. */
  public static final Factor<EvidenceGate> GATE = new Factor<>("gate", EvidenceGate.class);

  /**
   * The retriever to search where they are not; {@link Retriever#none()} unless set. Needs a gate.
   */
  public static final Factor<Retriever> FALLBACK = new Factor<>("fallback", Retriever.class);

  /** Fuses the fallback's hits with those found before; unless set, they replace them. */
  public static final Factor<RankFusion> FALLBACK_FUSION =
      new Factor<>("fallbackFusion", RankFusion.class);

  /** What a generator reads of them; the assembler's defaults unless set. */
  public static final Factor<ContextAssembler> CONTEXT =
      new Factor<>("context", ContextAssembler.class);

  /** The generator's prompt, set by {@link Generator#withPrompt}; its own prompt unless set. */
  public static final Factor<PromptTemplate> PROMPT = new Factor<>("prompt", PromptTemplate.class);

  /**
   * What answers, its prompt included unless that is a factor; without one, retrieval alone is
   * measured.
   */
  public static final Factor<Generator> GENERATOR = new Factor<>("generator", Generator.class);

  private static final List<Factor<?>> ALL =
      List.of(
          EXPANDER,
          RETRIEVER,
          FILTER,
          FUSION,
          RERANKER,
          RERANK_DEPTH,
          TOP_K,
          GATE,
          FALLBACK,
          FALLBACK_FUSION,
          CONTEXT,
          PROMPT,
          GENERATOR);

  private final String name;
  private final Class<T> type;

  private Factor(String name, Class<T> type) {
    this.name = name;
    this.type = type;
  }

  /** All factors, in the order of the stages; unmodifiable. */
  public static List<Factor<?>> all() {
    return ALL;
  }

  /** Its name in results, such as {@code rerankDepth}. */
  public String name() {
    return name;
  }

  T cast(Object level) {
    return type.cast(level);
  }

  @Override
  public String toString() {
    return name;
  }
}
