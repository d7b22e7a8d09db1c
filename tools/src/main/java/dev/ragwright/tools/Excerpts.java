package dev.ragwright.tools;

import dev.ragwright.document.Passage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A question with the stretches of one document that answer it, and how passages overlap them: the
 * measures of Smith and Troynikov, "Evaluating Chunking Strategies for Retrieval" (Chroma, 2024),
 * as their program computes them. They speak of tokens; the program, and this, counts characters.
 *
 * @param stretches in UTF-16 units, by place, which do not overlap; at least one
 */
record Excerpts(String id, String question, String documentId, List<Stretch> stretches) {

  /** A piece of a text, its end exclusive. */
  record Stretch(int start, int end) {
    int length() {
      return end - start;
    }

    /** By the reference a passage that only borders on an excerpt touches it. */
    boolean touches(Stretch other) {
      return start <= other.end && other.start <= end;
    }
  }

  /** How well passages hold the excerpts and nothing else, each from 0 to 1. */
  record Overlap(double recall, double precision, double iou) {}

  Excerpts {
    stretches = stretches.stream().sorted(Comparator.comparingInt(Stretch::start)).toList();
    if (stretches.isEmpty()) {
      throw new IllegalArgumentException("query " + id + " has no answer_spans");
    }
    int end = 0;
    for (Stretch stretch : stretches) {
      if (stretch.start < end || stretch.end <= stretch.start) {
        throw new IllegalArgumentException(
            "query %s: answer_spans must not be empty nor overlap, were %s"
                .formatted(id, stretches));
      }
      end = stretch.end;
    }
  }

  /**
   * Of the passages that were found: recall is the share of the excerpts that they hold, precision
   * the excerpts' share of them, and IoU what both share over what either has. A text that two
   * passages repeat counts twice in what was found, and so do passages of other documents. Without
   * a passage all are 0; the reference divides by 0 there.
   */
  Overlap overlap(List<Passage> found) {
    int held = held(found);
    int asked = stretches.stream().mapToInt(Stretch::length).sum();
    int given = found.stream().mapToInt(passage -> passage.end() - passage.start()).sum();
    return new Overlap(
        (double) held / asked,
        given == 0 ? 0 : (double) held / given,
        (double) held / (given + asked - held));
  }

  /**
   * Precision omega: the precision, and IoU, of a retriever that finds every passage that touches
   * an excerpt and no other. It is the chunker's alone.
   *
   * @param all of the document and maybe of others
   */
  double precisionOmega(List<Passage> all) {
    List<Passage> touching =
        all.stream()
            .filter(passage -> passage.documentId().equals(documentId))
            .filter(passage -> stretches.stream().anyMatch(place(passage)::touches))
            .toList();
    int held = held(touching);
    int asked = stretches.stream().mapToInt(Stretch::length).sum();
    int given = union(touching).stream().mapToInt(Stretch::length).sum();
    return (double) held / (given + asked - held);
  }

  /** How many characters of the excerpts the passages hold. */
  private int held(List<Passage> passages) {
    int held = 0;
    for (Stretch given : union(passages)) {
      for (Stretch stretch : stretches) {
        held +=
            Math.max(0, Math.min(given.end, stretch.end) - Math.max(given.start, stretch.start));
      }
    }
    return held;
  }

  private List<Stretch> union(List<Passage> passages) {
    List<Stretch> union = new ArrayList<>();
    passages.stream()
        .filter(passage -> passage.documentId().equals(documentId))
        .map(Excerpts::place)
        .sorted(Comparator.comparingInt(Stretch::start))
        .forEach(
            next -> {
              Stretch last = union.isEmpty() ? null : union.getLast();
              if (last != null && next.start <= last.end) {
                union.set(union.size() - 1, new Stretch(last.start, Math.max(last.end, next.end)));
              } else {
                union.add(next);
              }
            });
    return union;
  }

  private static Stretch place(Passage passage) {
    return new Stretch(passage.start(), passage.end());
  }
}
