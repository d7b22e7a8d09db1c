package dev.ragwright.eval.answer;

import dev.ragwright.Answer;
import dev.ragwright.eval.Subject;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.markdown.SentenceSpan;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An answer's sentences beside the passages that it was made from: what citations and groundedness
 * are judged by, wherever the answer comes from.
 *
 * @param sentences in the answer's order; none after an abstention; unmodifiable
 * @param passages the texts that were given; unmodifiable
 */
public record CitedAnswer(List<Sentence> sentences, List<String> passages) {
  /** A metric's subject: the answer beside what it was made from, and the reference answers. */
  public static final Subject<List<String>, CitedAnswer> SUBJECT = Subject.of("a cited answer");

  private static final Pattern MARKER = Pattern.compile("\\[(\\d+)");
  private static final Pattern MARKER_WITH_SPACE = Pattern.compile(" ?\\[\\d+");

  /** Copies the lists. */
  public CitedAnswer {
    sentences = List.copyOf(sentences);
    passages = List.copyOf(passages);
  }

  /**
   * A sentence of an answer.
   *
   * @param text without markers
   * @param citations the places in the list of passages, from 0, in the order cited; one outside of
   *     the list cites what is not there; unmodifiable
   */
  public record Sentence(String text, List<Integer> citations) {
    /** Copies the citations. */
    public Sentence {
      citations = List.copyOf(citations);
    }
  }

  /** A text that cites nothing. */
  public static CitedAnswer uncited(String text, List<String> passages) {
    List<Sentence> sentences =
        Sentences.of(text).stream()
            .map(span -> new Sentence(text.substring(span.start(), span.end()), List.of()))
            .toList();
    return new CitedAnswer(sentences, passages);
  }

  /**
   * A text that cites by markers: {@code [1]} is the first passage. Markers are read and removed as
   * ALCE does: a bracket and digits; all closing brackets go too. (ALCE takes {@code [0]} for the
   * last passage by an accident of Python's; here it cites what is not there.)
   */
  public static CitedAnswer bracketed(String text, List<String> passages) {
    List<Sentence> sentences = new ArrayList<>();
    for (SentenceSpan span : Sentences.of(text)) {
      String sentence = text.substring(span.start(), span.end());
      List<Integer> cited = new ArrayList<>();
      Matcher marker = MARKER.matcher(sentence);
      while (marker.find()) {
        cited.add(index(marker.group(1)));
      }
      sentences.add(new Sentence(withoutMarkers(sentence), cited));
    }
    return new CitedAnswer(sentences, passages);
  }

  /** As {@link #bracketed}, of the first line of the text alone, which is all that ALCE reads. */
  public static CitedAnswer firstLine(String text, List<String> passages) {
    return bracketed(text.strip().lines().findFirst().orElse(""), passages);
  }

  /** A pipeline's answer: its citations and the evidence that its generator read. */
  public static CitedAnswer of(Answer answer) {
    return of(answer.text(), answer.citations(), answer.context());
  }

  /**
   * A generated text. A citation belongs to the sentences that its place in the answer touches, and
   * cites the evidence that holds its passage; where none does, its quote counts as a passage of
   * its own.
   */
  public static CitedAnswer of(String text, List<Citation> citations, Context context) {
    List<String> passages = new ArrayList<>();
    context.evidence().forEach(evidence -> passages.add(evidence.passage().text()));
    List<Integer> cited =
        citations.stream()
            .map(
                citation ->
                    place(citation, context.evidence())
                        .orElseGet(
                            () -> {
                              passages.add(citation.quote());
                              return passages.size() - 1;
                            }))
            .toList();
    List<Sentence> sentences = new ArrayList<>();
    for (SentenceSpan span : Sentences.of(text)) {
      Set<Integer> here = new LinkedHashSet<>();
      for (int i = 0; i < cited.size(); i++) {
        if (citations.get(i).answerStart() < span.end()
            && citations.get(i).answerEnd() > span.start()) {
          here.add(cited.get(i));
        }
      }
      sentences.add(new Sentence(text.substring(span.start(), span.end()), List.copyOf(here)));
    }
    return new CitedAnswer(sentences, passages);
  }

  private static Optional<Integer> place(Citation citation, List<Evidence> evidence) {
    for (int i = 0; i < evidence.size(); i++) {
      if (evidence.get(i).passage().id().equals(citation.passageId())
          || evidence.get(i).passageIds().contains(citation.passageId())) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  private static int index(String digits) {
    try {
      return Integer.parseInt(digits) - 1;
    } catch (NumberFormatException e) { // so long that it is out of any range
      return Integer.MAX_VALUE;
    }
  }

  private static String withoutMarkers(String sentence) {
    return MARKER_WITH_SPACE
        .matcher(sentence)
        .replaceAll("")
        .replace(" |", "")
        .replace("]", "")
        .strip();
  }
}
