package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Searches in rounds: first for the question, then for what {@link FollowUp} makes of what was
 * found, where each search brings only passages that none before it brought. For questions whose
 * answer is in several passages:
 *
 * {@snippet :
 * Retriever hops = IterativeRetriever.of(index.bm25(), FollowUp.names()).searches(3);
 * }
 *
 * <p>It ends when its {@linkplain #searches budget} is spent, when there is nothing to ask that was
 * not asked, when a round brings no passage, or by a rule that was {@linkplain #stoppingAt learnt}.
 * The idea, a loop over unseen passages that stops early, is that of Java et al., "FrugalRAG:
 * Learning to retrieve and reason for multi-hop QA" (2025), without its training: neither the
 * queries nor the stop are learnt by a model here, and the threshold of the stop is a number from a
 * judged split.
 *
 * <p>A passage's score is {@code 1 / rank} in the question's search, and {@code weight / (i *
 * rank)} in the i-th search after it, where only unseen passages count; the larger one where it has
 * both. So each further search has less say, and which passages come first does not depend on
 * {@code topK}. Ties are broken by passage id. Every search is a part of the trace with its query
 * and what it brought, and counted as {@link Usage#SEARCHES}.
 *
 * <p>On HotpotQA and MuSiQue, whose questions need two passages or more, three searches that follow
 * names hold more of the evidence than one, or than three of another kind, at the same number of
 * passages. Where questions need one passage they gain nothing, and may lose a little (the guide
 * has table). Immutable and safe to share.
 */
public final class IterativeRetriever implements Retriever {
  private static final String SOURCE = "iterative";

  private final Retriever retriever;
  private final FollowUp followUp;
  private final int searches;
  private final int depth;
  private final double weight;
  private final @Nullable Saturation saturation;
  private final @Nullable Threshold threshold;

  private IterativeRetriever(
      Retriever retriever,
      FollowUp followUp,
      int searches,
      int depth,
      double weight,
      @Nullable Saturation saturation,
      @Nullable Threshold threshold) {
    this.retriever = retriever;
    this.followUp = followUp;
    this.searches = searches;
    this.depth = depth;
    this.weight = weight;
    this.saturation = saturation;
    this.threshold = threshold;
  }

  /** At most three searches of ten passages each, with a weight of .4, and no learnt stop. */
  public static IterativeRetriever of(Retriever retriever, FollowUp followUp) {
    return new IterativeRetriever(
        Objects.requireNonNull(retriever, "retriever"),
        Objects.requireNonNull(followUp, "followUp"),
        3,
        10,
        .4,
        null,
        null);
  }

  /**
   * The most searches for a question, its own included.
   *
   * @throws IllegalArgumentException if {@code most < 1}
   */
  public IterativeRetriever searches(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("searches must be >= 1, was " + most);
    }
    return new IterativeRetriever(retriever, followUp, most, depth, weight, saturation, threshold);
  }

  /**
   * How many passages each search brings at most, and so how many of the question's own are
   * followed. A caller's topK beyond it is filled from the question's search.
   *
   * @throws IllegalArgumentException if {@code passages < 1}
   */
  public IterativeRetriever depth(int passages) {
    if (passages < 1) {
      throw new IllegalArgumentException("depth must be >= 1, was " + passages);
    }
    return new IterativeRetriever(
        retriever, followUp, searches, passages, weight, saturation, threshold);
  }

  /**
   * How much the searches after the first have to say: at 1 the second's best ties with the
   * question's best.
   *
   * @throws IllegalArgumentException unless it is above 0 and finite
   */
  public IterativeRetriever weight(double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException("weight must be above 0 and finite, was " + value);
    }
    return new IterativeRetriever(
        retriever, followUp, searches, depth, value, saturation, threshold);
  }

  /**
   * Stops after a round from which on {@code learnt} accepts the saturation. {@link #retrieve}
   * throws {@link IllegalArgumentException} where the threshold was learnt of another saturation,
   * over another retriever's hits, or with another follow-up, budget or depth: what it promises is
   * what a stop loses of all that those would have found.
   */
  public IterativeRetriever stoppingAt(Saturation rule, Threshold learnt) {
    return new IterativeRetriever(
        retriever,
        followUp,
        searches,
        depth,
        weight,
        Objects.requireNonNull(rule, "rule"),
        Objects.requireNonNull(learnt, "learnt"));
  }

  /** This retriever, which no learnt rule stops. */
  public IterativeRetriever unstopped() {
    return new IterativeRetriever(retriever, followUp, searches, depth, weight, null, null);
  }

  /**
   * What a threshold is learnt of, such as {@code coverage in 3 searches of 10 over bm25,
   * names(most=8)}: the saturation, in these searches, over hits of a source. The weight is not in
   * it, which says nothing of what is found.
   *
   * @param hops at least one
   */
  public String source(Saturation rule, List<Hop> hops) {
    List<Hit> first = hops.getFirst().unseen();
    return String.format(
        Locale.ROOT,
        "%s in %d searches of %d over %s, %s",
        rule.description(),
        searches,
        depth,
        first.isEmpty() ? "nothing" : first.getFirst().source(),
        followUp.description());
  }

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    Loop loop = new Loop(request, context);
    loop.run();
    return Retrieval.ranked(loop.scored(), request.topK(), loop.usage).withParts(loop.parts);
  }

  /**
   * The searches for a question, in their order, each with the passages that it brought first: what
   * a learnt rule looks at.
   */
  public List<Hop> hops(RetrievalRequest request, CallContext context) {
    Loop loop = new Loop(request.withTopK(1), context);
    loop.run();
    return List.copyOf(loop.hops);
  }

  /** One question. */
  private final class Loop {
    private final RetrievalRequest request;
    private final CallContext context;
    private final List<Hop> hops = new ArrayList<>();
    private final List<StageRecord> parts = new ArrayList<>();
    private final Set<Query> asked = new HashSet<>();
    private final Set<String> seen = new HashSet<>();
    private List<Hit> first = List.of(); // of the question, as deep as the caller looks
    private Usage usage = Usage.none();
    private int round;

    Loop(RetrievalRequest request, CallContext context) {
      this.request = request;
      this.context = context;
    }

    void run() {
      asked.add(request.query());
      first = search(List.of(request.query()), Math.max(depth, request.topK())).getFirst();
      while (hops.size() < searches && !saturated()) {
        List<Query> next = next();
        int before = seen.size();
        if (next.isEmpty()) {
          return;
        }
        round++;
        search(next, (int) Math.min(Integer.MAX_VALUE, seen.size() + (long) depth * next.size()));
        if (seen.size() == before) {
          return;
        }
      }
    }

    private List<Query> next() {
      long start = context.ticker().nanos();
      Expansion made =
          Objects.requireNonNull(
              followUp.next(request.query(), List.copyOf(hops), context),
              () -> "the follow-up " + followUp.description() + " returned null");
      List<Query> fresh =
          made.queries().stream().filter(asked::add).limit(searches - hops.size()).toList();
      usage = usage.plus(made.usage());
      parts.add(
          StageRecord.of("follow-up", followUp.description(), since(start), made.usage())
              .with("queries", fresh.size())
              .withParts(made.parts()));
      return fresh;
    }

    /** Searches for several queries at the same time; what is new is that of the earlier one. */
    private List<List<Hit>> search(List<Query> queries, int topK) {
      List<Function<CallContext, Found>> tasks = new ArrayList<>();
      queries.forEach(query -> tasks.add(within -> found(query, topK, within)));
      List<List<Hit>> all = new ArrayList<>();
      for (Found one : context.inParallel(tasks)) {
        List<Hit> unseen = new ArrayList<>();
        for (Hit hit : one.retrieval().hits()) {
          if (unseen.size() < depth && seen.add(hit.passage().id())) {
            unseen.add(hit);
          }
        }
        hops.add(new Hop(one.query(), unseen, round));
        Usage counted = one.retrieval().usage().plus(Usage.of(Usage.SEARCHES, 1));
        usage = usage.plus(counted);
        parts.add(
            StageRecord.of("retrieve", retriever.description(), one.took(), counted)
                .with("query", one.query().text())
                .with("unseen", unseen.size())
                .withParts(one.retrieval().parts()));
        all.add(one.retrieval().hits());
      }
      return all;
    }

    private Found found(Query query, int topK, CallContext within) {
      long start = within.ticker().nanos();
      Retrieval found = retriever.retrieve(request.withQuery(query).withTopK(topK), within);
      Objects.requireNonNull(
          found, () -> "the retriever " + retriever.description() + " returned null");
      return new Found(query, found, Duration.ofNanos(within.ticker().nanos() - start));
    }

    private boolean saturated() {
      if (saturation == null || threshold == null) {
        return false;
      }
      String source = source(saturation, hops);
      if (!hops.getFirst().unseen().isEmpty() && !source.equals(threshold.source())) {
        throw new IllegalArgumentException(
            "the stop is learnt of \"%s\", and this is \"%s\", which cannot be compared; learn one for it with StopCalibration"
                .formatted(threshold.source(), source));
      }
      long start = context.ticker().nanos();
      Saturation.Reading reading = saturation.of(request.query(), List.copyOf(hops), context);
      boolean enough = reading.value() >= threshold.value();
      usage = usage.plus(reading.usage());
      parts.add(
          StageRecord.of("saturation", saturation.description(), since(start), reading.usage())
              .with("value", reading.value())
              .with("verdict", enough ? "stop" : "go on"));
      return enough;
    }

    private Duration since(long start) {
      return Duration.ofNanos(context.ticker().nanos() - start);
    }

    /** All passages with their scores, in no order. */
    List<Hit> scored() {
      Map<String, Hit> best = new LinkedHashMap<>();
      rank(first, 1, best);
      for (int i = 1; i < hops.size(); i++) {
        rank(hops.get(i).unseen(), weight / i, best);
      }
      return List.copyOf(best.values());
    }

    private static void rank(List<Hit> hits, double share, Map<String, Hit> best) {
      int rank = 0;
      for (Hit hit : hits) {
        Hit scored = new Hit(hit.passage(), share / ++rank, SOURCE);
        best.merge(
            hit.passage().id(), scored, (one, other) -> one.score() >= other.score() ? one : other);
      }
    }
  }

  /** One search. */
  private record Found(Query query, Retrieval retrieval, Duration took) {}

  /** Made anew each time: an index's description changes with what is in it. */
  @Override
  public StageDescription description() {
    StageDescription described =
        StageDescription.of("retriever", "iterative")
            .with("searches", searches)
            .with("depth", depth)
            .with("weight", weight);
    List<StageDescription> stages =
        new ArrayList<>(List.of(followUp.description(), retriever.description()));
    if (saturation != null && threshold != null) {
      described = described.with("stop", threshold.value()).with("source", threshold.source());
      stages.add(saturation.description());
    }
    return described.withParts(stages);
  }
}
