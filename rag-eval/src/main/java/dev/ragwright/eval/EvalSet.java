package dev.ragwright.eval;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.source.BeirFolder;
import dev.ragwright.source.files.JsonLine;
import dev.ragwright.text.Sampling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Questions with what is known of them: which documents are relevant, what the right answers are,
 * or both. Immutable.
 */
public final class EvalSet {
  private final String name;
  private final Map<String, Question> questions;
  private final Qrels qrels;
  private final Optional<Part> part;

  /**
   * Which part of a split a set is: what it takes to make the same part again.
   *
   * @param name {@code choosing} or {@code reporting}
   * @param share the share of questions for choosing, above 0 and below 1
   * @param seed the seed of the split
   */
  public record Part(String name, double share, long seed) {
    private static final String CHOOSING = "choosing";
    private static final String REPORTING = "reporting";

    /** The part of a split for choosing. */
    public static Part choosing(double share, long seed) {
      return new Part(CHOOSING, share, seed);
    }

    /** The part of the same split that has none of its questions. */
    public Part other() {
      return new Part(name.equals(CHOOSING) ? REPORTING : CHOOSING, share, seed);
    }

    /** Whether a question is in it, by its id. */
    public boolean has(String id) {
      return (Sampling.fraction(id, seed) < share) == name.equals(CHOOSING);
    }

    /** What this part of a set is called: {@code scifact/test[choosing, share 0.5, seed 1]}. */
    public String nameIn(String set) {
      return String.format(Locale.ROOT, "%s[%s, share %s, seed %d]", set, name, share, seed);
    }
  }

  /**
   * Two parts of a set that have no question in common.
   *
   * @param choosing what settings, thresholds and models may be chosen with
   * @param reporting what the choice is then measured with, once
   */
  public record Split(EvalSet choosing, EvalSet reporting) {}

  private EvalSet(String name, Map<String, Question> questions, Qrels qrels, Optional<Part> part) {
    this.name = name;
    this.questions = Collections.unmodifiableMap(new LinkedHashMap<>(questions));
    this.qrels = qrels;
    this.part = part;
  }

  /**
   * A set of the questions given.
   *
   * @param name names it in reports
   * @param qrels what is known of the documents; may be empty
   * @throws IllegalArgumentException if two questions have the same id, or if a query is judged
   *     that is no question here
   */
  public static EvalSet of(String name, Collection<Question> questions, Qrels qrels) {
    Map<String, Question> byId = new LinkedHashMap<>();
    for (Question question : questions) {
      if (byId.put(question.id(), question) != null) {
        throw new IllegalArgumentException("question \"" + question.id() + "\" stands twice");
      }
    }
    for (String query : qrels.judgments().keySet()) {
      if (!byId.containsKey(query)) {
        throw new IllegalArgumentException(
            "query \"%s\" is judged, but %s has no question of that id".formatted(query, name));
      }
    }
    return new EvalSet(name, byId, qrels, Optional.empty());
  }

  /**
   * The judged questions of a BEIR folder, with its {@code test} judgments if it has those, else
   * with the only ones it has.
   *
   * @throws DocumentReadException as {@link #beir(Path, String)}; if there are several judgments
   *     and none is called {@code test}
   */
  public static EvalSet beir(Path folder) {
    return beir(folder, defaultSplit(folder));
  }

  /**
   * The questions of a BEIR folder that have judgments in {@code qrels/SPLIT.tsv}, in the order of
   * {@code queries.jsonl}, with their {@code answers} where there are some.
   *
   * @throws DocumentReadException if the folder is not of BEIR's layout or has no such judgments;
   *     at a broken line, naming file and line; if a judged query has no text
   */
  public static EvalSet beir(Path folder, String split) {
    BeirFolder beir = BeirFolder.of(folder);
    Qrels qrels = Qrels.ofGrades(beir.qrels(split));
    String name = folder.toAbsolutePath().normalize().getFileName() + "/" + split;
    if (qrels.judgments().isEmpty()) {
      throw new DocumentReadException(folder + " has no judgment in qrels/" + split + ".tsv");
    }
    Map<String, Question> questions = read(queries(folder), true);
    questions.keySet().retainAll(qrels.judgments().keySet());
    for (String query : qrels.judgments().keySet()) {
      if (!questions.containsKey(query)) {
        throw new DocumentReadException(
            "query \"%s\" is judged in %s, but %s has no text of it"
                .formatted(query, "qrels/" + split + ".tsv", queries(folder)));
      }
    }
    return new EvalSet(name, questions, qrels, Optional.empty());
  }

  /**
   * The judgments that {@link #beir(Path)} takes: {@code test} if there, else the only ones.
   *
   * @throws DocumentReadException if there are none; if there are several and none is called {@code
   *     test}
   */
  public static String defaultSplit(Path folder) {
    List<String> splits = BeirFolder.of(folder).splits();
    if (splits.contains("test")) {
      return "test";
    }
    if (splits.size() != 1) {
      throw new DocumentReadException(
          folder
              + (splits.isEmpty()
                  ? " has no judgments in qrels/*.tsv"
                  : " has judgments for " + splits + " and none called test; name one"));
    }
    return splits.getFirst();
  }

  /**
   * Questions with answers and without judgments, from a file with a JSON object on each line:
   * {@code _id} or {@code id}, and {@code text} and {@code answers} where there are some. The file
   * is UTF-8, gzip-compressed or not.
   *
   * @throws DocumentReadException if there is no such file or no question in it; at a broken line
   *     or an id that stands twice, naming file and line
   */
  public static EvalSet questions(Path file) {
    Map<String, Question> questions = read(file, false);
    if (questions.isEmpty()) {
      throw new DocumentReadException(file + " holds no question");
    }
    return new EvalSet(
        String.valueOf(file.getFileName()), questions, Qrels.of(Map.of()), Optional.empty());
  }

  private static Path queries(Path folder) {
    Path plain = folder.resolve("queries.jsonl");
    return Files.exists(plain) ? plain : folder.resolve("queries.jsonl.gz");
  }

  private static Map<String, Question> read(Path file, boolean textNeeded) {
    Map<String, Question> questions = new LinkedHashMap<>();
    JsonLine.forEach(
        file,
        line -> {
          String id = line.id();
          String text = textNeeded || line.has("text") ? line.text("text") : "";
          if (questions.put(id, new Question(id, text, line.texts("answers"))) != null) {
            throw line.error("question \"" + id + "\" stands twice");
          }
        });
    return questions;
  }

  /**
   * Splits this set in two: about {@code share} of the questions for choosing, the rest for
   * reporting. Where a question goes depends on its id and the seed alone, so it stays there when
   * questions are added or removed: to choosing if {@link Sampling#fraction} of its id is below the
   * share.
   *
   * @throws IllegalArgumentException unless {@code 0 < share < 1}, or if this set is part of
   *     another split, since a question could then be chosen with and reported on
   */
  public Split split(double share, long seed) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("the share must be above 0 and below 1, was " + share);
    }
    if (part.isPresent()) {
      throw new IllegalArgumentException(name + " is part of a split; split the whole set");
    }
    Part choosing = Part.choosing(share, seed);
    return new Split(part(choosing), part(choosing.other()));
  }

  private EvalSet part(Part which) {
    Map<String, Question> chosen = new LinkedHashMap<>(questions);
    chosen.keySet().removeIf(id -> !which.has(id));
    Map<String, Judgments> judged = new LinkedHashMap<>(qrels.judgments());
    judged.keySet().removeIf(id -> !which.has(id));
    return new EvalSet(which.nameIn(name), chosen, Qrels.of(judged), Optional.of(which));
  }

  /** The name in reports, such as {@code scifact/test}; a part's name has its share and seed. */
  public String name() {
    return name;
  }

  /** The questions by id, in the order of their source; unmodifiable. */
  public Map<String, Question> questions() {
    return questions;
  }

  /** What is known of the documents; empty where nothing is. */
  public Qrels qrels() {
    return qrels;
  }

  /** Which part of a split it is; empty for a whole set. */
  public Optional<Part> part() {
    return part;
  }

  /** For people: {@code scifact/test: 300 questions, 300 judged}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s: %d questions, %d judged",
        name,
        questions.size(),
        qrels.judgments().size());
  }
}
