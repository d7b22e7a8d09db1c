package dev.ragwright.generate;

import java.util.ArrayList;
import java.util.List;

/**
 * In which order a generator reads the evidence. Language models use best what stands first or
 * last: Liu et al., "Lost in the Middle: How Language Models Use Long Contexts" (TACL 2024).
 * Selected sentences of a document stay together in the document's order, and this is then the
 * order of the documents, by their best sentences.
 */
public enum ContextOrder {
  /** Highest score first. */
  BEST_FIRST,
  /** Highest score last, next to the question where the prompt ends with it. */
  BEST_LAST,
  /** Highest score first, second highest last, and so on: the weakest stand in the middle. */
  BOTH_ENDS,
  /** By document, best document first, and by place within it: as a reader would meet it. */
  DOCUMENT;

  <T> List<T> arrange(List<T> bestFirst) {
    return switch (this) {
      case BEST_FIRST, DOCUMENT -> bestFirst;
      case BEST_LAST -> bestFirst.reversed();
      case BOTH_ENDS -> {
        List<T> front = new ArrayList<>();
        List<T> back = new ArrayList<>();
        for (int i = 0; i < bestFirst.size(); i++) {
          (i % 2 == 0 ? front : back).add(bestFirst.get(i));
        }
        front.addAll(back.reversed());
        yield front;
      }
    };
  }
}
