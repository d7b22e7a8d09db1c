package dev.ragwright.experiment;

/** What can be changed next in a pipeline. */
public enum PipelineChange {
  /** Index documents that are missing or kept out. */
  INDEX_CONTENT("index the documents that are missing"),
  /** Let a filter through. */
  FILTER("widen the retriever's filter"),
  /** Cut documents into other passages. */
  CHUNKING("cut documents into larger passages, or read the neighbours of what is found"),
  /** Take more passages. */
  RETRIEVAL_DEPTH("read more of the passages that are found"),
  /** Retrieve in another way. */
  RETRIEVER("another retriever, or a query expander"),
  /** Rerank in another way, or not at all. */
  RERANKER("another reranker"),
  /** Learn how to rank what is found, from judged questions. */
  LEARN("learn from judgments how to rank what words and vectors find"),
  /** Let weaker evidence through. */
  GATE("a gate that lets weaker evidence through"),
  /** Let the generator read more tokens. */
  CONTEXT_BUDGET("a larger budget of the context"),
  /** Keep passages that repeat what others say. */
  DEDUPLICATION("leave repetitions in the context"),
  /** Give the generator another prompt, or fewer passages that may mislead it. */
  PROMPT("another prompt, or fewer passages at once"),
  /** Let the generator answer where it abstains. */
  ABSTENTION("let the generator abstain less readily"),
  /** Another generator. */
  BIGGER_MODEL("a stronger generator"),
  /** Train the generator. */
  FINE_TUNE("train the generator for such questions"),
  /** Mend the questions and their answers: what is measured, not the pipeline. */
  EVAL_SET("read these questions and mend their gold answers and judgments");

  private final String change;

  PipelineChange(String change) {
    this.change = change;
  }

  /** What to do, in words. */
  public String inWords() {
    return change;
  }
}
