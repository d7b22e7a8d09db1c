package dev.ragwright.retrievers.rerank;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.Usage;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.onnx.runtime.PairEncoder;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.onnx.runtime.Tokens;
import dev.ragwright.retrieve.Hit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The scores of one call's passages, block by block, and the counts of what it took. */
final class PassageScoring {
  private final OnnxModel model;
  private final RelevanceHead head;
  private final PairEncoder pairs;
  private final int room; // tokens of passage that fit beside the question
  private final boolean cut;
  private final CallContext context;
  private long scored;
  private long windows;
  private long cutTexts;
  private long cutTokens;

  PassageScoring(
      OnnxModel model,
      RelevanceHead head,
      PairEncoder pairs,
      int room,
      boolean cut,
      CallContext context) {
    this.model = model;
    this.head = head;
    this.pairs = pairs;
    this.room = room;
    this.cut = cut;
    this.context = context;
  }

  /** A part of a passage, to be read in one run. */
  private record Window(int passage, Tokens tokens) {}

  /** The best logit of each passage's windows. */
  double[] score(List<Hit> hits) {
    Tokens[] tokens = new Tokens[hits.size()];
    model.inParallel(
        tokens.length,
        i -> {
          context.throwIfStopped();
          String text = hits.get(i).passage().searchText();
          tokens[i] = Tokenizer.within(text.length(), context, () -> pairs.encode(text));
        });
    List<Window> all = windows(tokens);
    double[] logits = new double[all.size()];
    model.inParallel(
        logits.length, i -> logits[i] = read(all.get(i).tokens(), hits.get(all.get(i).passage())));
    double[] best = new double[tokens.length];
    Arrays.fill(best, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < logits.length; i++) {
      int passage = all.get(i).passage();
      best[passage] = Math.max(best[passage], logits[i]);
    }
    scored += tokens.length;
    windows += logits.length;
    return best;
  }

  /** The longest first: the threads then end at about the same time. */
  private List<Window> windows(Tokens[] tokens) {
    List<Window> all = new ArrayList<>();
    for (int i = 0; i < tokens.length; i++) {
      int size = tokens[i].textSize();
      if (cut && size > room) {
        cutTexts++;
        cutTokens += size - room;
        all.add(new Window(i, pairs.cut(tokens[i], room)));
      } else {
        for (Tokens window : tokens[i].windows(room, room / 4)) {
          all.add(new Window(i, window));
        }
      }
    }
    all.sort(Comparator.comparingInt((Window window) -> window.tokens().size()).reversed());
    return all;
  }

  private double read(Tokens window, Hit hit) {
    double logit = head.read(window, context);
    if (!Double.isFinite(logit)) {
      throw new RagException(
          "the model %s gave %s, not a finite number, for the passage %s"
              .formatted(model.name(), logit, hit.passage().id()));
    }
    return logit;
  }

  Usage usage() {
    return Usage.of(Usage.SCORED_PAIRS, scored)
        .with(Usage.SCORED_WINDOWS, windows)
        .with(Usage.TRUNCATED_TEXTS, cutTexts)
        .with(Usage.TRUNCATED_TOKENS, cutTokens);
  }
}
