package dev.ragwright.eval;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.text.NearestName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Questions about one's own documents, in a table that people fill in, each with where its answer
 * stands. What is expected is a place of a document and not a passage, so the same table judges
 * every way of cutting. Immutable.
 *
 * <p>The file is tab-separated as spreadsheets save it (a cell may be in double quotes, and then
 * hold tabs, line breaks and doubled quotes), or has a JSON object with these fields on each line
 * if its name ends in {@code .jsonl} or {@code .jsonl.gz}. Its first line names the columns, in any
 * order:
 *
 * <ul>
 *   <li>{@code question}: what is asked;
 *   <li>{@code document}: the id of the document with the answer, for a file its path in the
 *       folder;
 *   <li>{@code page}, {@code sheet} or {@code slide}, if one is known: its label, such as {@code
 *       iii}, {@code Tariff} or {@code 12};
 *   <li>{@code text}, if known: words of the document that hold the answer, white space aside;
 *   <li>{@code answer}: the right answer; several forms of it apart by {@code |}. Where there is
 *       neither {@code text} nor a page, it has to stand in the document;
 *   <li>{@code id}: by default made from the question's words;
 *   <li>{@code accept}: if there is such a column, only rows with {@code yes} in it count; those
 *       with {@code no} are {@link #declined} and empty ones {@link #undecided};
 *   <li>{@code comment}, which is not read.
 * </ul>
 *
 * {@snippet :
 * DocumentSource documents = dev.ragwright.source.Folder.of(Path.of("docs"));
 * QuestionSheet sheet = QuestionSheet.read(Path.of("questions.tsv"), documents);
 * EvalSet set = sheet.byPassage(index::passages);
 * Retriever passages = Retrievers.passagesAsDocuments(index.bm25());
 * Evaluation evaluation = RetrievalEvaluation.of(set, passages, Success.at(5));
 * }
 */
public final class QuestionSheet {
  private static final int MOST_ERRORS = 20;

  private final String name;
  private final Map<String, Expected> expected;
  private final int undecided;
  private final int declined;

  /** A question, its document, and the places of its text where the answer stands. */
  record Expected(Question question, String document, List<Place> places) {}

  private QuestionSheet(String name, Map<String, Expected> expected, int undecided, int declined) {
    this.name = name;
    this.expected = expected;
    this.undecided = undecided;
    this.declined = declined;
  }

  /**
   * Reads a table, and finds each expected place in its document. Documents are read one after the
   * other, and none that no row names is kept.
   *
   * @throws DocumentReadException if there is no such file; naming the lines of up to 20 rows that
   *     are wrong, with what was found and what would be right: an unknown document, a page that it
   *     does not have, words that are nowhere in it, an empty cell, a question that stands twice;
   *     if no row counts
   */
  public static QuestionSheet read(Path file, DocumentSource documents) {
    List<String> errors = new ArrayList<>();
    List<SheetRow> rows = SheetRow.read(file, errors);
    Map<String, List<SheetRow>> byDocument = new LinkedHashMap<>();
    Set<String> ids = new LinkedHashSet<>();
    int undecided = 0;
    int declined = 0;
    for (SheetRow row : rows) {
      switch (row.accepted(errors)) {
        case YES -> {
          if (row.isComplete(errors) && ids.add(row.id())) {
            byDocument.computeIfAbsent(row.document(), d -> new ArrayList<>()).add(row);
          } else if (ids.contains(row.id())) {
            errors.add(row.error("the question \"%s\" stands twice".formatted(row.id())));
          }
        }
        case NO -> declined++;
        case UNDECIDED -> undecided++;
      }
    }
    Map<String, Expected> found = find(byDocument, documents, errors);
    if (errors.isEmpty() && found.isEmpty()) {
      errors.add(
          String.format(
              Locale.ROOT,
              "no row counts (%d declined, %d undecided); write yes into their column accept",
              declined,
              undecided));
    }
    SheetRow.check(file, errors);
    Map<String, Expected> inOrder = new LinkedHashMap<>();
    ids.forEach(id -> inOrder.put(id, found.get(id)));
    return new QuestionSheet(String.valueOf(file.getFileName()), inOrder, undecided, declined);
  }

  private static Map<String, Expected> find(
      Map<String, List<SheetRow>> byDocument, DocumentSource documents, List<String> errors) {
    Map<String, Expected> found = new LinkedHashMap<>();
    Set<String> known = new LinkedHashSet<>();
    try (Stream<Document> all = documents.documents()) {
      all.forEach(
          document -> {
            known.add(document.id());
            for (SheetRow row : byDocument.getOrDefault(document.id(), List.of())) {
              List<Place> places = row.places(document, errors);
              found.put(row.id(), new Expected(row.toQuestion(), document.id(), places));
            }
          });
    }
    byDocument.forEach(
        (document, rows) -> {
          if (!known.contains(document)) {
            String what =
                "there is no document \"%s\"; %s".formatted(document, nearest(document, known));
            rows.forEach(row -> errors.add(row.error(what)));
          }
        });
    return found;
  }

  /** By the same file name, else by the fewest edits. */
  private static String nearest(String document, Set<String> known) {
    if (known.isEmpty()) {
      return "there are none";
    }
    String last = lastName(document);
    String nearest =
        known.stream()
            .filter(id -> lastName(id).equals(last))
            .findFirst()
            .orElseGet(() -> NearestName.of(document, known));
    return String.format(Locale.ROOT, "the nearest of %,d is \"%s\"", known.size(), nearest);
  }

  private static String lastName(String id) {
    return id.substring(id.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
  }

  /** The questions, each with its document as the relevant one. */
  public EvalSet byDocument() {
    return set(one -> List.of(one.document()));
  }

  /**
   * The questions, each with the passages that hold its place as the relevant ones: at least half
   * of the place, or half of the passage where that is the shorter. All passages of the document
   * are relevant where the row names nothing but a document. For rankings of passages: see {@link
   * dev.ragwright.retrieve.Retrievers#passagesAsDocuments}.
   *
   * <p>A place that two passages share, or that stands in the document twice, has several relevant
   * passages where one would do, and how many depends on the cutting. So compare cuttings by {@link
   * dev.ragwright.eval.ranking.Success} or the reciprocal rank, which one satisfies.
   *
   * @param passagesOf the passages of a document by its id, cut from the same text that the table
   *     was read with: {@code index::passages}
   * @throws IllegalArgumentException if no passage holds a question's place, naming them
   */
  public EvalSet byPassage(Function<String, ? extends Collection<Passage>> passagesOf) {
    List<String> lost = new ArrayList<>();
    EvalSet set =
        set(
            one -> {
              Collection<Passage> all = passagesOf.apply(one.document());
              List<String> holding =
                  all.stream()
                      .filter(p -> one.places().stream().anyMatch(at -> at.isHeldBy(p)))
                      .map(Passage::id)
                      .toList();
              if (holding.isEmpty()) {
                lost.add(
                    String.format(
                        Locale.ROOT,
                        "\"%s\" (%s has %d passages)",
                        one.question().text(),
                        one.document(),
                        all.size()));
              }
              return holding;
            });
    if (!lost.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "no passage holds the place of %d questions: %s; are the documents indexed as they are now?",
              lost.size(),
              lost.stream().limit(MOST_ERRORS).collect(Collectors.joining(", "))));
    }
    return set;
  }

  /** {@link #byPassage(Function)} of a chunker's cut. */
  public EvalSet byPassage(Collection<Passage> passages) {
    Map<String, List<Passage>> byDocument =
        passages.stream().collect(Collectors.groupingBy(Passage::documentId));
    return byPassage(document -> byDocument.getOrDefault(document, List.of()));
  }

  private EvalSet set(Function<Expected, List<String>> relevant) {
    Map<String, Judgments> judgments = new LinkedHashMap<>();
    expected.forEach(
        (id, one) -> {
          Map<String, Integer> grades = new LinkedHashMap<>();
          relevant.apply(one).forEach(document -> grades.put(document, 1));
          judgments.put(id, Judgments.of(grades));
        });
    List<Question> questions = expected.values().stream().map(Expected::question).toList();
    return EvalSet.of(name, questions, Qrels.of(judgments));
  }

  /** How many rows have an empty cell in the column {@code accept}. */
  public int undecided() {
    return undecided;
  }

  /** How many rows have {@code no} in the column {@code accept}. */
  public int declined() {
    return declined;
  }

  /**
   * Writes a table for a person to accept, who writes {@code yes} into the rows that are good
   * questions; until then none counts.
   *
   * @param questions each with the passage that it was made from
   * @throws UncheckedIOException if it cannot be written, or is there already: work may be in it
   */
  public static void propose(Path file, Map<Question, Passage> questions) {
    StringBuilder table = new StringBuilder("accept\tquestion\tdocument\ttext\tid\n");
    questions.forEach(
        (question, passage) ->
            table
                .append('\t')
                .append(SheetRow.cell(question.text()))
                .append('\t')
                .append(SheetRow.cell(passage.documentId()))
                .append('\t')
                .append(SheetRow.cell(passage.text()))
                .append('\t')
                .append(SheetRow.cell(question.id()))
                .append('\n'));
    try {
      Files.writeString(file, table, StandardOpenOption.CREATE_NEW);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the questions " + file + ", or it is there", e);
    }
  }

  /** For people: {@code questions.tsv: 40 questions, 3 declined, 7 undecided}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s: %d questions, %d declined, %d undecided",
        name,
        expected.size(),
        declined,
        undecided);
  }
}
