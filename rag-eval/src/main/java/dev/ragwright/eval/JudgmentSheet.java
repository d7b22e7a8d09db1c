package dev.ragwright.eval;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Passage;
import dev.ragwright.text.Beginning;
import dev.ragwright.text.NearestName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Questions with passages to judge, in a table that people fill in: tab-separated as spreadsheets
 * save it, with the columns {@code id} and {@code question}, {@code document} and {@code text}, and
 * {@code judgment}. A judgment is a grade, 0 for what does not answer the question; an empty cell
 * is no judgment. A column {@code comment} is not read.
 *
 * <p>What is judged is a document, as {@link Qrels} have it, by the start of its best passage. For
 * judgments of passages: {@link dev.ragwright.retrieve.Retrievers#passagesAsDocuments}.
 */
public final class JudgmentSheet {
  private static final List<String> NEEDED =
      List.of("id", "question", "document", "text", "judgment");
  private static final List<String> COLUMNS =
      List.of("id", "question", "document", "text", "judgment", "comment");
  private static final int TEXT = 400; // UTF-16 units of a passage
  private static final int MOST = 10;

  private JudgmentSheet() {}

  /**
   * Writes a table for a person to fill in.
   *
   * @param pools the questions, each with a passage of every document that is to be judged
   * @throws UncheckedIOException if it cannot be written, or is there already: work may be in it
   */
  public static void propose(Path file, Map<Question, List<Passage>> pools) {
    StringBuilder table = new StringBuilder(String.join("\t", NEEDED)).append('\n');
    pools.forEach(
        (question, pool) -> {
          for (Passage passage : pool) {
            table
                .append(quoted(question.id()))
                .append('\t')
                .append(SheetRow.cell(question.text()))
                .append('\t')
                .append(quoted(passage.documentId()))
                .append('\t')
                .append(SheetRow.cell(start(passage)))
                .append("\t\n");
          }
        });
    try {
      Files.writeString(file, table, StandardOpenOption.CREATE_NEW);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write the passages to judge " + file + ", or it is there", e);
    }
  }

  /** An id is kept as it is: what reads as a formula is one only to a spreadsheet. */
  private static String quoted(String id) {
    return id.startsWith("\"") || id.contains("\t") || id.contains("\n")
        ? '"' + id.replace("\"", "\"\"") + '"'
        : id;
  }

  private static String start(Passage passage) {
    String text = passage.searchText();
    return text.length() <= TEXT ? text : Beginning.of(text, TEXT) + " ...";
  }

  /**
   * Reads what was filled in, and adds it to what is known of the questions. What was judged before
   * stays; a grade that is there already may be given again.
   *
   * @param questions all questions that the table may have, with what is known of them
   * @param documents the ids of all documents
   * @return the same questions, those without any judgment too
   * @throws DocumentReadException if there is no such file; naming the lines of up to 20 rows that
   *     are wrong, with what was found and what would be right: an unknown question or document, a
   *     question's text beside another's id, a judgment that is no grade from 0 to 10, a document
   *     that stands twice for a question, a grade that differs from the one known
   */
  public static EvalSet read(Path file, EvalSet questions, Set<String> documents) {
    List<String> errors = new ArrayList<>();
    Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
    questions
        .qrels()
        .judgments()
        .forEach((id, judged) -> grades.put(id, new LinkedHashMap<>(judged.grades())));
    Map<List<String>, Integer> lines = new LinkedHashMap<>();
    for (SheetRow row : SheetRow.ofTable(file, COLUMNS, NEEDED, errors)) {
      String id = row.get("id");
      String document = row.document();
      int before = errors.size();
      checkQuestion(row, questions, errors);
      if (!documents.contains(document)) {
        errors.add(row.error(unknown("document", document, documents)));
      }
      Integer other = lines.putIfAbsent(List.of(id, document), row.line());
      if (other != null) {
        errors.add(
            row.error(
                String.format(
                    Locale.ROOT,
                    "document \"%s\" stands in line %d for question \"%s\" already",
                    document,
                    other,
                    id)));
      }
      int grade = grade(row, errors);
      if (grade < 0 || errors.size() > before) {
        continue;
      }
      Map<String, Integer> known = grades.computeIfAbsent(id, q -> new LinkedHashMap<>());
      Integer old = known.get(document);
      if (old != null && old >= 0 && old != grade) {
        errors.add(
            row.error(
                String.format(
                    Locale.ROOT,
                    "document \"%s\" has the grade %d for question \"%s\" already, not %d; leave the"
                        + " cell empty to keep it",
                    document,
                    old,
                    id,
                    grade)));
      } else {
        known.put(document, grade);
      }
    }
    SheetRow.check(file, errors);
    return EvalSet.of(questions.name(), questions.questions().values(), Qrels.ofGrades(grades));
  }

  private static void checkQuestion(SheetRow row, EvalSet questions, List<String> errors) {
    Question question = questions.questions().get(row.get("id"));
    if (question == null) {
      errors.add(row.error(unknown("question", row.get("id"), questions.questions().keySet())));
    } else if (!SpacedText.normal(row.get("question")).equals(plain(question))) {
      errors.add(
          row.error(
              "question \"%s\" is \"%s\", not \"%s\"; were cells sorted apart from their rows?"
                  .formatted(
                      question.id(),
                      SheetRow.shown(question.text()),
                      SheetRow.shown(row.get("question")))));
    }
  }

  /** A question's text as its cell reads. */
  private static String plain(Question question) {
    String cell = SheetRow.cell(question.text());
    return cell.startsWith("\"")
        ? cell.substring(1, cell.length() - 1).replace("\"\"", "\"")
        : cell;
  }

  private static String unknown(String what, String id, Set<String> all) {
    return String.format(
        Locale.ROOT,
        "there is no %s \"%s\"; %s",
        what,
        id,
        all.isEmpty()
            ? "there are none"
            : String.format(
                Locale.ROOT, "the nearest of %,d is \"%s\"", all.size(), NearestName.of(id, all)));
  }

  /** -1 for none. */
  private static int grade(SheetRow row, List<String> errors) {
    String cell = row.get("judgment");
    if (cell.isEmpty()) {
      return -1;
    }
    try {
      int grade = Integer.parseInt(cell);
      if (grade >= 0 && grade <= MOST) {
        return grade;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    errors.add(
        row.error(
            String.format(
                Locale.ROOT,
                "the judgment is \"%s\"; allowed are grades from 0, not relevant, to %d, and an"
                    + " empty cell",
                SheetRow.shown(cell),
                MOST)));
    return -1;
  }
}
