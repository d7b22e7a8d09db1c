package dev.ragwright.eval;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Places.Kind;
import dev.ragwright.document.Places.Mark;
import dev.ragwright.source.files.JsonLine;
import dev.ragwright.source.files.TextFile;
import dev.ragwright.text.LetterCase;
import dev.ragwright.text.Sha;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A row of a {@link QuestionSheet} or a {@link JudgmentSheet}: its cells by their column, those
 * that are empty left out.
 */
record SheetRow(int line, boolean hasAccept, Map<String, String> cells) {
  private static final int MOST_ERRORS = 20;
  private static final List<String> COLUMNS =
      List.of(
          "id",
          "question",
          "document",
          "page",
          "sheet",
          "slide",
          "text",
          "answer",
          "accept",
          "comment");
  private static final int SHOWN = 60;

  /** What a person wrote into the column {@code accept}. */
  enum Accepted {
    YES,
    NO,
    UNDECIDED
  }

  static List<SheetRow> read(Path file, List<String> errors) {
    String name = String.valueOf(file.getFileName());
    return name.endsWith(".jsonl") || name.endsWith(".jsonl.gz")
        ? ofJson(file, errors)
        : ofTable(file, COLUMNS, List.of("question", "document"), errors);
  }

  /** Refuses a file with what is wrong in it, if anything is: the first 20. */
  static void check(Path file, List<String> errors) {
    if (!errors.isEmpty()) {
      String more =
          errors.size() > MOST_ERRORS ? "\nand " + (errors.size() - MOST_ERRORS) + " more" : "";
      throw new DocumentReadException(
          errors.stream().limit(MOST_ERRORS).collect(Collectors.joining("\n", file + ":\n", more)));
    }
  }

  private static List<SheetRow> ofJson(Path file, List<String> errors) {
    List<SheetRow> rows = new ArrayList<>();
    JsonLine.forEach(
        file,
        line -> {
          Map<String, String> cells = new LinkedHashMap<>();
          for (Iterator<String> names = line.object().fieldNames(); names.hasNext(); ) {
            String field = names.next();
            if (!COLUMNS.contains(field)) {
              errors.add(unknown(line.line().number(), field, COLUMNS));
            } else if (line.has(field)) {
              cells.put(field, line.text(field).strip());
            }
          }
          cells.values().removeIf(String::isEmpty);
          rows.add(new SheetRow(line.line().number(), line.object().has("accept"), cells));
        });
    return rows;
  }

  private static String unknown(int line, String column, List<String> columns) {
    return String.format(
        Locale.ROOT,
        "line %d: there is no column \"%s\"; allowed are %s",
        line,
        column,
        String.join(", ", columns));
  }

  /**
   * The rows of a table.
   *
   * @param columns those that it may have
   * @param needed those of them that it must have
   */
  static List<SheetRow> ofTable(
      Path file, List<String> columns, List<String> needed, List<String> errors) {
    TableText table = new TableText(file, TextFile.read(file));
    List<String> header =
        table.next().stream().map(cell -> LetterCase.lower(cell.strip())).toList();
    for (String column : header) {
      if (!columns.contains(column) && !column.isEmpty()) {
        errors.add(unknown(1, column, columns));
      }
    }
    if (!header.containsAll(needed)) {
      throw new DocumentReadException(
          "%s: line 1 names the columns, apart by tabs, and needs %s; it has %s"
              .formatted(file, String.join(" and ", needed), header));
    }
    List<SheetRow> rows = new ArrayList<>();
    while (table.hasNext()) {
      int line = table.line();
      List<String> row = table.next();
      Map<String, String> cells = new LinkedHashMap<>();
      for (int i = 0; i < row.size(); i++) {
        String cell = row.get(i).strip();
        if (cell.isEmpty()) {
          continue;
        }
        if (i >= header.size() || header.get(i).isEmpty()) {
          errors.add(
              String.format(
                  Locale.ROOT, "line %d: a cell without a column: \"%s\"", line, shown(cell)));
        } else if (cells.put(header.get(i), cell) != null) {
          errors.add("line 1: the column %s stands twice".formatted(header.get(i)));
        }
      }
      if (!cells.isEmpty()) {
        rows.add(new SheetRow(line, header.contains("accept"), cells));
      }
    }
    return rows;
  }

  String get(String column) {
    return cells.getOrDefault(column, "");
  }

  String document() {
    return get("document");
  }

  /** The one given, or what tells its question from others: the same wherever its row stands. */
  String id() {
    String id = get("id");
    return id.isEmpty() ? "q" + digest(get("question")) : id;
  }

  private static String digest(String text) {
    return Sha.hex(text.getBytes(StandardCharsets.UTF_8)).substring(0, 10);
  }

  Question toQuestion() {
    List<String> answers =
        Stream.of(get("answer").split("\\|", -1))
            .map(String::strip)
            .filter(form -> !form.isEmpty())
            .toList();
    return new Question(id(), get("question"), answers);
  }

  String error(String what) {
    return String.format(Locale.ROOT, "line %d: %s", line, what);
  }

  Accepted accepted(List<String> errors) {
    if (!hasAccept) {
      return Accepted.YES;
    }
    String accept = LetterCase.lower(get("accept"));
    return switch (accept) {
      case "" -> Accepted.UNDECIDED;
      case "yes", "y", "x", "true", "1" -> Accepted.YES;
      case "no", "n", "false", "0" -> Accepted.NO;
      default -> {
        errors.add(
            error("accept is \"%s\"; allowed are yes, no, and an empty cell".formatted(accept)));
        yield Accepted.UNDECIDED;
      }
    };
  }

  boolean isComplete(List<String> errors) {
    int before = errors.size();
    for (String column : List.of("question", "document")) {
      if (get(column).isEmpty()) {
        errors.add(error("the cell %s is empty".formatted(column)));
      }
    }
    return errors.size() == before;
  }

  /** Where the answer stands: the words of {@code text}, else the page, else the answer's words. */
  List<Place> places(Document document, List<String> errors) {
    List<Place> within = List.of(new Place(0, document.text().length()));
    boolean located = false;
    for (Kind kind : Kind.values()) {
      String label = get(kind.name().toLowerCase(Locale.ROOT));
      if (!label.isEmpty()) {
        List<Place> parts = parts(document, kind, label, errors);
        List<Place> outer = within;
        within = parts.stream().filter(p -> outer.stream().anyMatch(o -> o.holds(p))).toList();
        located = true;
      }
    }
    if (within.isEmpty()) {
      return within; // an error was told
    }
    if (!get("text").isEmpty()) {
      return found(document, "text", List.of(get("text")), within, errors);
    }
    if (!located && !get("answer").isEmpty()) {
      return found(document, "answer", toQuestion().answers(), within, errors);
    }
    return within;
  }

  private List<Place> parts(Document document, Kind kind, String label, List<String> errors) {
    String word = kind.name().toLowerCase(Locale.ROOT);
    List<Mark> marks =
        document.places().marks().stream().filter(mark -> mark.kind() == kind).toList();
    List<Place> parts = new ArrayList<>();
    for (int i = 0; i < marks.size(); i++) {
      if (marks.get(i).label().equalsIgnoreCase(label)) {
        int end = i + 1 < marks.size() ? marks.get(i + 1).start() : document.text().length();
        parts.add(new Place(marks.get(i).start(), end));
      }
    }
    if (parts.isEmpty()) {
      String there =
          marks.isEmpty()
              ? "it has no " + word + "s"
              : "it has "
                  + marks.size()
                  + ": "
                  + marks.stream().limit(10).map(Mark::label).collect(Collectors.joining(", "))
                  + (marks.size() > 10 ? ", ..., " + marks.getLast().label() : "");
      errors.add(error("%s has no %s \"%s\"; %s".formatted(document.id(), word, label, there)));
    }
    return parts;
  }

  private List<Place> found(
      Document document,
      String column,
      List<String> forms,
      List<Place> within,
      List<String> errors) {
    SpacedText text = new SpacedText(document.text());
    List<Place> places = new ArrayList<>();
    for (String form : forms) {
      text.find(form).stream()
          .filter(place -> within.stream().anyMatch(part -> part.holds(place)))
          .forEach(places::add);
    }
    if (places.isEmpty()) {
      String form = forms.getFirst();
      List<Place> elsewhere = text.find(form);
      String where =
          elsewhere.isEmpty()
              ? "nowhere in " + document.id() + beginning(document, text, form)
              : "in %s, but at %s"
                  .formatted(
                      document.id(),
                      document
                          .places()
                          .at(elsewhere.getFirst().start(), elsewhere.getFirst().end()));
      errors.add(
          error(
              "the words of %s are %s: \"%s\"%s"
                  .formatted(
                      column,
                      where,
                      shown(form),
                      column.equals("text")
                          ? ""
                          : "; put words of the document into text, or its page into page")));
    }
    return places;
  }

  /** How far the words are there, which shows the first that is not. */
  private static String beginning(Document document, SpacedText text, String form) {
    String[] words = SpacedText.normal(form).split(" ", -1);
    int low = 0;
    int high = words.length - 1;
    while (low < high) {
      int middle = (low + high + 1) / 2;
      if (text.find(String.join(" ", List.of(words).subList(0, middle))).isEmpty()) {
        high = middle - 1;
      } else {
        low = middle;
      }
    }
    if (low == 0) {
      return "";
    }
    Place last = text.find(String.join(" ", List.of(words).subList(0, low))).getFirst();
    int end = Math.min(document.text().length(), last.end() + 30);
    return String.format(
        Locale.ROOT,
        " (%d of its %d words are, and then comes \"%s\")",
        low,
        words.length,
        SpacedText.normal(document.text().substring(last.end(), end)));
  }

  static String shown(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }

  /**
   * A text as a cell: on one line, and without a beginning that spreadsheets take for a formula.
   */
  static String cell(String text) {
    String one = SpacedText.normal(text).replaceFirst("^[=+@\\-\\s]+", "");
    return one.startsWith("\"") ? '"' + one.replace("\"", "\"\"") + '"' : one;
  }
}
