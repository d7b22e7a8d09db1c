package dev.ragwright.eval.learn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.text.Decimals;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a learnt thing: from what it was learnt, and what it gains on questions that it
 * has not seen. Every figure but the cost is the same whenever it is made anew.
 *
 * @param learnt what was learnt, such as {@code fusion}
 * @param baseline what the gain is over
 * @param metric such as {@code ndcg@10}
 * @param training the questions that it was learnt from
 * @param trainingQuestions how many of these have a relevant document
 * @param learntFrom how many such questions what was measured was learnt from: with folds, the
 *     fewest that a fold's others have, else {@code trainingQuestions}
 * @param proof how it was proven: {@code 5 folds, seed 1}, or the name of the questions kept apart
 * @param before the baseline's mean over the questions of the proof
 * @param after the learnt thing's; with folds, each question is answered by what was learnt from
 *     the other folds
 * @param gain after less before, question by question
 * @param apart what is gained on those of these questions that share no relevant document with a
 *     question that was learnt from: what to expect where users ask about other documents; null if
 *     there are fewer than two
 * @param curve what was gained on the same questions by learning from fewer; by ascending number of
 *     questions; may be empty
 * @param elsewhere what it does to other sets, which it was not learnt for; may be empty
 * @param cpu the processor time of learning it once from all training questions
 */
public record Card(
    String learnt,
    String baseline,
    String metric,
    String training,
    int trainingQuestions,
    int learntFrom,
    String proof,
    double before,
    double after,
    PairedComparison gain,
    @Nullable PairedComparison apart,
    List<Point> curve,
    List<Elsewhere> elsewhere,
    Duration cpu) {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /**
   * What a number of training questions gains.
   *
   * @param questions how many with a relevant document; with folds, from each fold's others
   * @param gain over the baseline
   * @param rest what all training questions gain over these
   */
  public record Point(int questions, double after, PairedComparison gain, PairedComparison rest) {}

  /**
   * What it does to another set.
   *
   * @param set the other set's name
   * @param before the mean of that set's own baseline
   * @param after the mean with what was learnt from {@link Card#training()}
   */
  public record Elsewhere(String set, double before, double after, PairedComparison gain) {}

  /** What an interval says of a gain. */
  public enum Verdict {
    /** The interval is above 0. */
    HELPS("helps"),
    /** The interval is below 0. */
    HARMS("harms"),
    /** The interval has 0 in it. */
    NOT_TOLD_APART("not told apart");

    private final String words;

    Verdict(String words) {
      this.words = words;
    }

    /** The verdict in words. */
    public String words() {
      return words;
    }

    /** What the interval of a gain says. */
    public static Verdict of(PairedComparison gain) {
      return gain.interval().low() > 0
          ? HELPS
          : gain.interval().high() < 0 ? HARMS : NOT_TOLD_APART;
    }
  }

  /** Copies the lists. */
  public Card {
    curve = List.copyOf(curve);
    elsewhere = List.copyOf(elsewhere);
  }

  /** Whether it helps on questions that it has not seen. */
  public Verdict verdict() {
    return Verdict.of(gain);
  }

  /**
   * The point that tells most of whether more judgments are worth it: that of the most questions
   * which are at most half of {@link #learntFrom}. Its {@link Point#rest} is what the last doubling
   * gained. Empty if the curve has no such point.
   */
  public Optional<Point> half() {
    return curve.stream().filter(point -> 2 * point.questions() <= learntFrom).reduce((a, b) -> b);
  }

  /**
   * For people: whether more judgments are worth it, so far as the curve tells. No curve is fitted:
   * its points are from the same questions and few, so that a fit would promise more than they do.
   * What the last doubling gained is what the next, which costs twice as much, may gain at most
   * where the curve flattens, as it does in the long run.
   */
  public String outlook() {
    return half()
        .map(
            point ->
                String.format(
                    Locale.ROOT,
                    "from %s questions to %s: %s; %s",
                    point.questions(),
                    learntFrom,
                    point.rest(),
                    switch (Verdict.of(point.rest())) {
                      case HELPS -> "as many again may gain up to that, where the curve flattens";
                      case HARMS -> "more of the same kind are not worth judging";
                      case NOT_TOLD_APART ->
                          "not told apart from 0, so nothing says that more are worth judging; the"
                              + " interval has gains up to "
                              + Decimals.signed(Math.max(0, point.rest().interval().high()));
                    }))
        .orElse(
            "nothing can be said of more judgments: the curve has no point at half of the %s questions or below"
                .formatted(learntFrom));
  }

  /** As JSON, for programs: the names above, intervals as {@code low} and {@code high}. */
  public String toJson() {
    ObjectNode root = JSON.createObjectNode();
    root.put("learnt", learnt)
        .put("baseline", baseline)
        .put("metric", metric)
        .put("training", training)
        .put("trainingQuestions", trainingQuestions)
        .put("learntFrom", learntFrom)
        .put("proof", proof);
    put(root, before, after, gain);
    if (apart != null) {
      root.set("apart", put(JSON.createObjectNode(), apart));
    }
    for (Point point : curve) {
      ObjectNode node = root.withArray("curve").addObject().put("questions", point.questions());
      put(node, before, point.after(), point.gain());
      node.put("rest", point.rest().difference())
          .put("restLow", point.rest().interval().low())
          .put("restHigh", point.rest().interval().high());
    }
    for (Elsewhere other : elsewhere) {
      ObjectNode node = root.withArray("elsewhere").addObject().put("set", other.set());
      put(node, other.before(), other.after(), other.gain());
    }
    root.put("cpuSeconds", cpu.toMillis() / 1000.0);
    try {
      return JSON.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void put(ObjectNode node, double before, double after, PairedComparison gain) {
    put(node.put("before", before).put("after", after), gain);
  }

  private static ObjectNode put(ObjectNode node, PairedComparison gain) {
    return node.put("gain", gain.difference())
        .put("low", gain.interval().low())
        .put("high", gain.interval().high())
        .put("level", gain.interval().level())
        .put("pValue", gain.pValue())
        .put("asked", gain.questions())
        .put("verdict", Verdict.of(gain).words());
  }

  /** For people: a line for the gain, then the curve, the other sets and the cost. */
  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s, learnt from %s of %s, proven by %s",
            learnt,
            Decimals.counted(trainingQuestions, "question"),
            training,
            proof));
    lines.add("  over " + baseline);
    lines.add("  " + metric + "  " + line(before, after, gain));
    if (apart == null || apart.questions() < gain.questions()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  on questions that share no relevant document with these: %s",
              apart == null
                  ? "fewer than two questions"
                  : apart + ": " + Verdict.of(apart).words()));
    }
    for (Point point : curve) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  from %s questions: %s",
              point.questions(),
              line(before, point.after(), point.gain())));
    }
    for (Elsewhere other : elsewhere) {
      lines.add("  on " + other.set() + ": " + line(other.before(), other.after(), other.gain()));
    }
    lines.add("  " + Decimals.fixed(cpu.toMillis() / 1000.0, 2) + " CPU-seconds");
    return String.join("\n", lines);
  }

  private static String line(double before, double after, PairedComparison gain) {
    return "%s -> %s, %s: %s"
        .formatted(
            Decimals.fixed(before, 4), Decimals.fixed(after, 4), gain, Verdict.of(gain).words());
  }
}
