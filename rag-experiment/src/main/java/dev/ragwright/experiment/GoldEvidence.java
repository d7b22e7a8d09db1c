package dev.ragwright.experiment;

import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.Judgments;
import dev.ragwright.eval.Question;
import dev.ragwright.retrieve.Hit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A judged document of a question: where in it an answer stands, and which of its passages are gold
 * for that.
 *
 * @param window the stretch of the source around the answer, or its beginning where the answer does
 *     not stand in it word for word; null if the source does not have the document
 * @param passages the passages with an answer; else those that the window touches; by place
 * @param cut whether the document has an answer, and none of its passages has
 * @param answers how an answer looks in a text
 */
record GoldEvidence(
    String documentId,
    @Nullable Passage window,
    List<Passage> passages,
    boolean cut,
    Pattern answers) {

  /** What a usual passage holds, in UTF-16 units: about 250 tokens of English. */
  static final int NEAR = 1_000;

  /** More judged documents than anybody reads for an answer; the most relevant are taken. */
  private static final int MOST_DOCUMENTS = 8;

  private static final Pattern NO_WORD = Pattern.compile("[^\\p{L}\\p{N}]+");

  /**
   * The gold evidence of a question, the most relevant document first, ties by id.
   *
   * @param found what was retrieved: passages that the index does not tell of are gold, too
   */
  static List<GoldEvidence> of(
      Question question,
      Judgments judgments,
      Map<String, Document> documents,
      Corpus corpus,
      Collection<Hit> found) {
    Pattern answers = pattern(question.answers());
    return judgments.grades().entrySet().stream()
        .filter(grade -> grade.getValue() >= 1)
        .sorted(
            Map.Entry.<String, Integer>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(MOST_DOCUMENTS)
        .map(
            grade -> {
              String id = grade.getKey();
              Stream<Passage> more =
                  found.stream()
                      .map(Hit::passage)
                      .filter(passage -> passage.documentId().equals(id));
              List<Passage> passages =
                  Stream.concat(corpus.passages(id).stream(), more)
                      .collect(Collectors.toMap(Passage::id, p -> p, (one, same) -> one))
                      .values()
                      .stream()
                      .sorted(Comparator.comparingInt(Passage::start).thenComparing(Passage::id))
                      .toList();
              return of(id, documents.get(id), passages, answers);
            })
        .toList();
  }

  private static GoldEvidence of(
      String id, @Nullable Document document, List<Passage> passages, Pattern answers) {
    List<Passage> holding = passages.stream().filter(p -> holds(answers, p.text())).toList();
    if (document == null) {
      return new GoldEvidence(id, null, holding.isEmpty() ? passages : holding, false, answers);
    }
    Matcher answer = answers.matcher(document.text());
    boolean stands = answer.find();
    int from = stands ? answer.start() - NEAR : 0;
    int to = stands ? answer.end() + NEAR : 2 * NEAR;
    Passage window = window(document, from, to, passages);
    List<Passage> gold =
        !holding.isEmpty()
            ? holding
            : passages.stream()
                .filter(
                    stands
                        ? p -> p.start() < answer.end() && answer.start() < p.end()
                        : p -> p.start() < window.end())
                .toList();
    return new GoldEvidence(
        id, window, gold, stands && holding.isEmpty() && !passages.isEmpty(), answers);
  }

  /** The whole words within, under the headings of the passage that begins there. */
  private static Passage window(Document document, int from, int to, List<Passage> passages) {
    String text = document.text();
    int start = Math.max(0, from);
    while (start > 0 && !Character.isWhitespace(text.charAt(start - 1))) {
      start--;
    }
    int end = Math.min(text.length(), to);
    while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
      end++;
    }
    int middle = (start + end) / 2;
    List<String> headings =
        passages.stream()
            .filter(passage -> passage.start() <= middle && middle < passage.end())
            .findFirst()
            .map(Passage::headings)
            .orElse(List.of());
    return Passage.of(document, start, end, headings);
  }

  private static Pattern pattern(List<String> answers) {
    String any =
        answers.stream()
            .map(GoldEvidence::pattern)
            .filter(one -> !one.isEmpty())
            .collect(Collectors.joining("|"));
    return any.isEmpty()
        ? Pattern.compile("(?!)")
        : Pattern.compile(any, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
  }

  /** The words with anything but words between; whole ones where writing has spaces. */
  private static String pattern(String answer) {
    List<String> words = Arrays.stream(NO_WORD.split(answer)).filter(w -> !w.isEmpty()).toList();
    if (words.isEmpty()) {
      return "";
    }
    String joined =
        words.stream().map(Pattern::quote).collect(Collectors.joining("[^\\p{L}\\p{N}]+"));
    boolean spaced =
        answer.codePoints().noneMatch(c -> Character.isIdeographic(c) || isKanaOrThai(c));
    return spaced ? "(?<![\\p{L}\\p{N}])" + joined + "(?![\\p{L}\\p{N}])" : joined;
  }

  private static boolean isKanaOrThai(int character) {
    return switch (Character.UnicodeScript.of(character)) {
      case HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
      default -> false;
    };
  }

  private static boolean holds(Pattern answers, String text) {
    return answers.matcher(text).find();
  }

  /** Whether a text has an answer, word for word. */
  boolean holdsAnswer(String text) {
    return holds(answers, text);
  }

  /** Whether a passage lies so close to a gold one that a usual cut would hold both. */
  boolean near(Passage passage) {
    return passage.documentId().equals(documentId)
        && passages.stream()
            .anyMatch(
                gold ->
                    passage.start() <= gold.end() + NEAR && gold.start() <= passage.end() + NEAR);
  }

  static List<Passage> passages(List<GoldEvidence> gold) {
    List<Passage> all = new ArrayList<>();
    gold.forEach(one -> all.addAll(one.passages()));
    return all;
  }

  static List<Passage> windows(List<GoldEvidence> gold) {
    return gold.stream().map(GoldEvidence::window).filter(Objects::nonNull).toList();
  }
}
