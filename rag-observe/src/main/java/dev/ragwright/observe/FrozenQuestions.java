package dev.ragwright.observe;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.Ranking;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.source.files.TextFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a retriever found for some judged questions on the day it was good, to hold later days
 * against: the questions with their judgments, the best documents then, what the retriever was, and
 * a few vectors of its embedder. It is kept in a file; nothing in it changes by itself. Immutable.
 */
@SuppressWarnings("exports") // of rag-eval, which is optional here
public final class FrozenQuestions {
  private static final String FORMAT = "ragwright-frozen";
  private static final int VERSION = 1;
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);
  private static final ObjectReader READER =
      MAPPER.readerFor(File.class).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final File file;

  private FrozenQuestions(File file) {
    this.file = file;
  }

  /**
   * A question as it was answered.
   *
   * @param grades the judged documents' grades; relevant from 1
   * @param documents the best documents then, best first; at most the depth
   */
  record Asked(String id, String text, SortedMap<String, Integer> grades, List<String> documents) {}

  /** A text and its vector, embedded as a query. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Canary(String text, float[] vector) {}

  /** The file's content. */
  record File(
      String format,
      int version,
      String retriever,
      int depth,
      @Nullable String embedder,
      List<Canary> canaries,
      List<Asked> questions) {}

  /**
   * Asks a retriever every judged question of a set, and keeps what it finds.
   *
   * @param depth how many documents count: the k of recall@k
   * @throws IllegalArgumentException if the set has no judged question, {@code depth < 1}, or the
   *     retriever's description is opaque, so that no change of it could be seen
   */
  public static FrozenQuestions freeze(
      EvalSet set, Retriever retriever, int depth, CallContext context) {
    if (depth < 1) {
      throw new IllegalArgumentException("depth must be >= 1, was " + depth);
    }
    StageDescription description = retriever.description();
    if (description.opaque()) {
      throw new IllegalArgumentException(
          "the retriever %s does not say what it is, so no change of it could be seen; give it a name with named(...)"
              .formatted(description));
    }
    List<Asked> asked = new ArrayList<>();
    for (Question question : set.questions().values()) {
      Map<String, Integer> grades = set.qrels().judgments(question.id()).grades();
      if (grades.values().stream().anyMatch(grade -> grade > 0)) {
        asked.add(
            new Asked(
                question.id(),
                question.text(),
                new TreeMap<>(grades),
                best(retriever, question.text(), depth, context)));
      }
    }
    if (asked.isEmpty()) {
      throw new IllegalArgumentException(set.name() + " has no question with a relevant document");
    }
    return new FrozenQuestions(
        new File(
            FORMAT,
            VERSION,
            description.withoutContent().toString(),
            depth,
            null,
            List.of(),
            List.copyOf(asked)));
  }

  /**
   * These questions with canaries: the first {@code count} questions' vectors, to see a change of
   * the embedder that its description does not tell, such as another processor's rounding.
   *
   * @throws IllegalArgumentException if {@code count < 1}
   */
  public FrozenQuestions withCanaries(Embedder embedder, int count, CallContext context) {
    if (count < 1) {
      throw new IllegalArgumentException("count must be >= 1, was " + count);
    }
    List<String> texts = file.questions.stream().limit(count).map(Asked::text).toList();
    List<float[]> vectors = embedder.embed(texts, Embedder.Side.QUERY, context).vectors();
    List<Canary> canaries = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      canaries.add(new Canary(texts.get(i), vectors.get(i)));
    }
    return new FrozenQuestions(
        new File(
            FORMAT,
            VERSION,
            file.retriever,
            file.depth,
            embedder.description().toString(),
            List.copyOf(canaries),
            file.questions));
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws DocumentReadException if there is no such file, it is damaged, or of another version
   */
  public static FrozenQuestions read(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new DocumentReadException(
          "there are no frozen questions " + path + "; FrozenQuestions.freeze makes them");
    }
    try {
      File file = READER.readValue(TextFile.read(path));
      if (file == null || !FORMAT.equals(file.format)) {
        throw new DocumentReadException(path + " is not a file of frozen questions");
      }
      if (file.version != VERSION) {
        throw new DocumentReadException(
            String.format(
                Locale.ROOT,
                "%s has version %d, and this version of Ragwright reads %d; freeze the questions again",
                path,
                file.version,
                VERSION));
      }
      if (file.questions == null || file.questions.isEmpty() || file.depth < 1) {
        throw new DocumentReadException(path + " holds no questions");
      }
      return new FrozenQuestions(file);
    } catch (JacksonException e) {
      throw new DocumentReadException(path + ": " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Writes the file, replacing one that is there.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(Path path) {
    try {
      Files.writeString(path, MAPPER.writeValueAsString(file) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the frozen questions " + path, e);
    }
  }

  /** How many documents count. */
  public int depth() {
    return file.depth;
  }

  /** How many questions there are. */
  public int size() {
    return file.questions.size();
  }

  /** What the retriever was, without what it searched in. */
  String retriever() {
    return file.retriever;
  }

  List<Asked> questions() {
    return file.questions;
  }

  List<Canary> canaries() {
    return file.canaries == null ? List.of() : file.canaries;
  }

  /** For people: {@code 100 questions to depth 10 of bm25(...)}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%d questions to depth %d of %s", size(), file.depth, file.retriever);
  }

  /** The best documents; more passages are asked for where documents have several. */
  static List<String> best(Retriever retriever, String text, int depth, CallContext context) {
    for (int passages = depth; ; passages = Math.multiplyExact(passages, 2)) {
      Retrieval retrieval = retriever.retrieve(RetrievalRequest.of(text, passages), context);
      Ranking ranking = Ranking.of(retrieval);
      if (ranking.size() >= depth || retrieval.hits().size() < passages) {
        return List.copyOf(ranking.documents().subList(0, Math.min(depth, ranking.size())));
      }
    }
  }
}
