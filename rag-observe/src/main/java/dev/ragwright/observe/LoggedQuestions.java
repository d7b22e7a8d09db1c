package dev.ragwright.observe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.eval.Question;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.source.files.TextFile;
import dev.ragwright.source.files.TextLine;
import dev.ragwright.text.LetterCase;
import dev.ragwright.trace.Trace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The questions of a {@link TraceLog}, each once, from which to choose the ones that are worth
 * judging. Immutable.
 *
 * {@snippet :
 * List<Question> next = LoggedQuestions.read(Path.of("traces.jsonl")).choose(50, embedder);
 * LoggedQuestions.write(next, Path.of("to-judge.jsonl")); // EvalSet.questions reads it
 * }
 */
@SuppressWarnings("exports") // of rag-eval, which is optional here
public final class LoggedQuestions {
  private static final double SAME = 0.85; // cosine from which two questions are of one cluster
  private static final Pattern SPACES = Pattern.compile("\\s+");
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Logger LOG = LoggerFactory.getLogger(LoggedQuestions.class);

  private final List<Logged> questions;

  private LoggedQuestions(List<Logged> questions) {
    this.questions = List.copyOf(questions);
  }

  /**
   * A question as it was asked.
   *
   * @param text in the words of whoever asked first
   * @param times how often it was asked, letter case and white space aside
   * @param unanswered how often of those it was abstained from or failed
   * @param best the mean of its best retrieval scores; 0 where nothing was found
   */
  public record Logged(String text, int times, int unanswered, double best) {}

  /**
   * Reads a log. Lines that were cut off, as by a crash or a full disk, are left out and logged as
   * a warning.
   *
   * @throws DocumentReadException if there is no such file, a line is JSON and no trace, or none of
   *     several lines is whole
   */
  public static LoggedQuestions read(Path log) {
    Map<String, Logged> byWords = new LinkedHashMap<>();
    List<TextLine> torn = new ArrayList<>();
    try (Stream<TextLine> lines = TextFile.linesAsTheyAre(log)) {
      for (Iterator<TextLine> all = lines.iterator(); all.hasNext(); ) {
        TextLine line = all.next();
        try {
          Logged one = logged(MAPPER.readTree(line.text()));
          byWords.merge(words(one.text()), one, LoggedQuestions::together);
        } catch (JsonProcessingException e) {
          torn.add(line);
        } catch (IllegalArgumentException e) {
          throw new DocumentReadException(
              String.format(
                  Locale.ROOT, "%s line %d is no trace: %s", log, line.number(), e.getMessage()),
              e);
        }
      }
    }
    if (byWords.isEmpty() && torn.size() > 1) {
      throw torn.getFirst().error("is no trace, and no other line is one");
    }
    if (!torn.isEmpty()) {
      LOG.warn(
          "{} lacks {} traces whose lines were cut off, the first of them line {}",
          log,
          torn.size(),
          torn.getFirst().number());
    }
    return new LoggedQuestions(List.copyOf(byWords.values()));
  }

  private static String words(String text) {
    return SPACES.matcher(LetterCase.lower(text.strip())).replaceAll(" ");
  }

  private static Logged logged(JsonNode trace) {
    JsonNode question = trace.path("question");
    if (!question.isTextual()) {
      throw new IllegalArgumentException("it has no \"question\"");
    }
    double best = 0;
    boolean failed = false;
    boolean generated = false;
    for (JsonNode stage : trace.path("stages")) {
      if (stage.path("stage").asText().equals("retrieve")) {
        best = stage.path("details").path("best").asDouble();
      }
      failed |= stage.has("error");
      generated |=
          stage.path("stage").asText().equals("generate")
              && !stage.path("details").has("abstained");
    }
    boolean answered =
        trace.has("outcome")
            ? trace.path("outcome").asText().equals(Trace.Outcome.ANSWERED.name())
            : generated && !failed; // before traces told
    return new Logged(question.asText(), 1, answered ? 0 : 1, best);
  }

  private static Logged together(Logged a, Logged b) {
    int times = a.times + b.times;
    double best = (a.best * a.times + b.best * b.times) / times;
    return new Logged(a.text, times, a.unanswered + b.unanswered, best);
  }

  /** The questions in the order in which they were first asked; unmodifiable. */
  public List<Logged> questions() {
    return questions;
  }

  /**
   * Chooses questions to judge: spread over what is asked, and of each kind the least sure first. A
   * kind is a cluster of questions whose vectors have a cosine of at least 0.85 with its first one.
   * Clusters take turns, the one asked most often first. The least sure are those most often not
   * answered, then those with the lowest best score.
   *
   * @param count how many at most
   * @throws IllegalArgumentException if {@code count < 1}
   */
  public List<Question> choose(int count, Embedder embedder) {
    if (count < 1) {
      throw new IllegalArgumentException("count must be >= 1, was " + count);
    }
    List<List<Logged>> clusters = clusters(embedder);
    for (List<Logged> cluster : clusters) {
      cluster.sort(
          Comparator.comparingDouble((Logged one) -> -(double) one.unanswered / one.times)
              .thenComparingDouble(Logged::best)
              .thenComparing(Logged::text));
    }
    clusters.sort(
        Comparator.comparingInt(
                (List<Logged> cluster) -> -cluster.stream().mapToInt(Logged::times).sum())
            .thenComparing(cluster -> cluster.getFirst().text()));
    List<Question> chosen = new ArrayList<>();
    for (int turn = 0; chosen.size() < Math.min(count, questions.size()); turn++) {
      for (List<Logged> cluster : clusters) {
        if (turn < cluster.size() && chosen.size() < count) {
          String text = cluster.get(turn).text();
          chosen.add(new Question(id(text), text, List.of()));
        }
      }
    }
    return List.copyOf(chosen);
  }

  private List<List<Logged>> clusters(Embedder embedder) {
    List<String> texts = questions.stream().map(Logged::text).toList();
    List<float[]> vectors =
        embedder.embed(texts, Embedder.Side.QUERY, CallContext.unbounded()).vectors();
    List<float[]> leaders = new ArrayList<>();
    List<List<Logged>> clusters = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      int nearest = -1;
      double most = SAME;
      for (int c = 0; c < leaders.size(); c++) {
        double cosine = Embeddings.dot(leaders.get(c), vectors.get(i));
        if (cosine >= most) {
          most = cosine;
          nearest = c;
        }
      }
      if (nearest < 0) {
        nearest = clusters.size();
        leaders.add(vectors.get(i));
        clusters.add(new ArrayList<>());
      }
      clusters.get(nearest).add(questions.get(i));
    }
    return clusters;
  }

  /** The same words have the same id in every file. */
  private static String id(String text) {
    return "q-" + HexFormat.of().toHexDigits(words(text).hashCode());
  }

  /**
   * Writes questions as {@code EvalSet.questions} reads them, for somebody to add {@code answers}.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  public static void write(Collection<Question> questions, Path file) {
    List<String> lines = new ArrayList<>();
    for (Question question : questions) {
      ObjectNode line = MAPPER.createObjectNode();
      line.put("_id", question.id()).put("text", question.text());
      question.answers().forEach(line.putArray("answers")::add);
      lines.add(line.toString());
    }
    try {
      Files.write(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the questions " + file, e);
    }
  }
}
