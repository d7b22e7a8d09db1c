package dev.ragwright.experiment;

/** Where gold evidence was lost on its way to the generator, in the order of the stages. */
public enum EvidenceLoss {
  /** The index has no passage of the document. */
  NOT_INDEXED,
  /** The retriever does not find it even by its own words: a filter keeps it out. */
  FILTERED,
  /**
   * The cut of the document lost it: a piece beside it was read, or the answer stands across a cut,
   * and a passage of a usual size would have held both.
   */
  CUT_APART,
  /** It was ranked below what the pipeline takes, and the reranker, if any, did not change that. */
  BELOW_DEPTH,
  /** It was high enough until the reranker put it below topK, or threw it out. */
  RERANKED_AWAY,
  /** It was high enough, and the gate found what was there too weak to answer from. */
  GATED,
  /** The context left it out as a repetition of a better passage's words. */
  DROPPED_BY_DEDUPE,
  /** The context's budget had no room for it, or only for a beginning without the answer. */
  CUT_BY_BUDGET
}
