package dev.ragwright.tools;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;

/**
 * Documents that change all the time, each with a word that no other version of any document has.
 * The state of each is a number that only grows: even while it is not there, odd while it is. What
 * is aimed at is known before the index is told, and what the index has acknowledged after, so that
 * whoever searches meanwhile may find any state from the one to the other.
 */
final class SoakDocuments {
  private static final String LETTERS = "bcdfghjkmp"; // no stemmer takes one off
  private static final List<String> SUBJECTS =
      List.of(
          "pump",
          "valve",
          "turbine",
          "gasket",
          "boiler",
          "sensor",
          "filter",
          "bearing",
          "ledger",
          "invoice",
          "contract",
          "warranty",
          "customer",
          "supplier",
          "shipment",
          "voyage",
          "bridge",
          "harbour",
          "glacier",
          "orchard");
  private static final List<String> DEEDS =
      List.of(
          "replaces",
          "inspects",
          "delays",
          "controls",
          "measures",
          "protects",
          "supplies",
          "describes",
          "cancels",
          "renews");
  private static final List<String> MANNERS =
      List.of(
          "every spring",
          "without notice",
          "under high pressure",
          "by written order",
          "at low temperature",
          "before the audit",
          "after the storm",
          "within ten days");

  private final String kind;
  private final List<String> texts;
  private final AtomicIntegerArray aims;
  private final AtomicIntegerArray acknowledged;

  SoakDocuments(String kind, List<String> texts) {
    this.kind = kind;
    this.texts = texts;
    this.aims = new AtomicIntegerArray(texts.size());
    this.acknowledged = new AtomicIntegerArray(texts.size());
  }

  /** Texts of made-up sentences. */
  static List<String> texts(int number, Random random) {
    return IntStream.range(0, number).mapToObj(i -> text(i, random)).toList();
  }

  private static String text(int number, Random random) {
    StringBuilder text = new StringBuilder("# Sheet ").append(number).append("\n\n");
    int paragraphs = 2 + random.nextInt(5);
    for (int p = 0; p < paragraphs; p++) {
      int sentences = 3 + random.nextInt(6);
      for (int s = 0; s < sentences; s++) {
        text.append(sentence(random)).append(' ');
      }
      text.append("\n\n");
    }
    return text.toString();
  }

  private static String sentence(Random random) {
    return "The %s of the %s %s the %s of the %s %s."
        .formatted(
            drawn(SUBJECTS, random),
            drawn(SUBJECTS, random),
            drawn(DEEDS, random),
            drawn(SUBJECTS, random),
            drawn(SUBJECTS, random),
            drawn(MANNERS, random));
  }

  static String question(Random random) {
    return "what %s the %s of the %s %s?"
        .formatted(
            drawn(DEEDS, random),
            drawn(SUBJECTS, random),
            drawn(SUBJECTS, random),
            drawn(MANNERS, random));
  }

  private static String drawn(List<String> words, Random random) {
    return words.get(random.nextInt(words.size()));
  }

  int size() {
    return texts.size();
  }

  String id(int document) {
    return String.format(Locale.ROOT, "%s-%05d", kind, document);
  }

  /** The number of a document of this kind; -1 for another's. */
  int document(String id) {
    return id.startsWith(kind + "-") ? Integer.parseInt(id.substring(kind.length() + 1), 10) : -1;
  }

  static boolean isThere(int state) {
    return state % 2 == 1;
  }

  /** The word that only this state of this document has. */
  String mark(int document, int state) {
    StringBuilder mark = new StringBuilder(kind.equals("note") ? "zx" : "zq");
    for (int number : new int[] {document, state}) {
      mark.append(LETTERS.charAt(number % 10)).append('w');
      for (int rest = number; rest > 0; rest /= 10) {
        mark.append(LETTERS.charAt(rest % 10));
      }
      mark.append('v');
    }
    return mark.toString();
  }

  String text(int document, int state) {
    return texts.get(document)
        + "## Mark\n\nThe mark of this sheet is %s since revision %s.\n"
            .formatted(mark(document, state), state);
  }

  int aim(int document) {
    return aims.get(document);
  }

  void aim(int document, int state) {
    aims.set(document, state);
  }

  int acknowledged(int document) {
    return acknowledged.get(document);
  }

  /** The index has done what was aimed at. */
  void acknowledge(int document) {
    acknowledged.set(document, aims.get(document));
  }

  /** The states that the index has acknowledged. */
  int[] snapshot() {
    return IntStream.range(0, size()).map(acknowledged::get).toArray();
  }

  /** All that are aimed to be there. */
  DocumentSource source() {
    return problems ->
        IntStream.range(0, size())
            .filter(document -> isThere(aim(document)))
            .mapToObj(document -> Document.of(id(document), text(document, aim(document))));
  }

  /**
   * What is wrong with a quote, or an empty text: it stands in no state that the document had since
   * then.
   *
   * @param since what was acknowledged when the question was asked
   */
  String wrong(int document, int[] since, int start, int end, String quote) {
    List<Integer> had = new ArrayList<>();
    for (int state = since[document]; state <= aim(document); state++) {
      if (isThere(state)) {
        String text = text(document, state);
        if (end <= text.length() && text.substring(start, end).equals(quote)) {
          return "";
        }
        had.add(state);
      }
    }
    return "%s was cited as \"%s\" at [%s, %s), which none of its states %s since %s has"
        .formatted(id(document), quote, start, end, had, since[document]);
  }

  @Override
  public String toString() {
    return kind + Arrays.toString(snapshot());
  }
}
