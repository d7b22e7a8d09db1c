package dev.ragwright.generate;

/**
 * In which order a generator reads the evidence. Language models use best what stands first or
 * last: Liu et al., "Lost in the Middle: How Language Models Use Long Contexts" (TACL 2024).
 */
public enum ContextOrder {
  /** Highest score first. */
  BEST_FIRST,
  /** Highest score last, next to the question where the prompt ends with it. */
  BEST_LAST,
  /** By document, best document first, and by place within it: as a reader would meet it. */
  DOCUMENT
}
