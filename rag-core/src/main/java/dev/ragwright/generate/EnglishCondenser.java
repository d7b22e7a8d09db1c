package dev.ragwright.generate;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.retrieve.Query;
import dev.ragwright.text.LetterCase;
import dev.ragwright.text.Words;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@link Condenser#english()}: words in their order, and no grammar. */
enum EnglishCondenser implements Condenser {
  INSTANCE;

  /** A question with more words of its own than that names what it is about. */
  private static final int FEW = 3;

  private static final int MOST_WORDS = 16;

  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}]+");
  private static final Pattern END = Pattern.compile("[\\s?.!]+$");
  private static final Pattern OPENING =
      Pattern.compile(
          "^\\W*(?:and|but|or|also|(?:and |but |so )?(?:what|how) about)\\b(?!\\s+to\\b)",
          Pattern.CASE_INSENSITIVE);

  /** "How long does it take to ...", "what is it called when ...": it stands for what follows. */
  private static final Pattern EMPTY_IT =
      Pattern.compile("\\bit(?:'s)? \\w+ (?:to|when|if|that)\\b", Pattern.CASE_INSENSITIVE);

  private static final Set<String> QUESTION_WORDS =
      words("who whom whose what which when where why how");
  private static final Set<String> PRONOUNS =
      words("it its he him his she her hers they them their theirs this these those ones");
  private static final Set<String> OBJECTS = words("it him them this these those that");
  private static final Set<String> PREPOSITIONS =
      words(
          "of in on at by for with from to into about after before behind without within against"
              + " under over between through during since until than like as");
  private static final Set<String> ARTICLES = words("a an the each every any most some");
  private static final Set<String> AUXILIARIES =
      words(
          "is are was were be been being am do does did done have has had having can could will"
              + " would shall should may might must don doesn didn isn aren wasn weren"
              + " wouldn couldn shouldn hasn haven");
  private static final Set<String> OTHERS =
      words(
          "i me my we us our you your and but or so not no if then also too else there here that one"
              + " much many more less long often far old just very really again exactly happen"
              + " happens happened come s t m re ve ll d please tell say");
  private static final Set<String> FUNCTION =
      union(QUESTION_WORDS, PRONOUNS, PREPOSITIONS, ARTICLES, AUXILIARIES, OTHERS);

  private static Set<String> words(String text) {
    return Words.of(text).collect(Collectors.toUnmodifiableSet());
  }

  @SafeVarargs
  private static Set<String> union(Set<String>... sets) {
    Set<String> all = new HashSet<>();
    for (Set<String> set : sets) {
      all.addAll(set);
    }
    return Set.copyOf(all);
  }

  @Override
  public Standalone condense(List<Turn> turns, Query question, CallContext context) {
    context.throwIfStopped();
    String text = question.text();
    if (text.isBlank() || !followsUp(text)) {
      return Standalone.of(question);
    }
    Set<String> said = Words.of(text).collect(Collectors.toSet());
    List<String> topics =
        topics(turns).stream()
            .map(EnglishCondenser::topic)
            .filter(topic -> Words.of(topic).anyMatch(word -> isNew(word, said)))
            .toList();
    if (topics.isEmpty()) {
      return Standalone.of(question);
    }
    String end = text.strip().endsWith("?") ? "?" : "";
    return Standalone.of(
        question.withText(
            END.matcher(text).replaceFirst("") + " (" + String.join("; ", topics) + ")" + end));
  }

  private static boolean isNew(String word, Set<String> said) {
    return !FUNCTION.contains(word) && !said.contains(word);
  }

  /**
   * The questions that the next one may be about: the last that stood alone, and the last as it was
   * asked. So what follows what follows does not grow.
   */
  static List<String> topics(List<Turn> turns) {
    List<Turn> worded = turns.stream().filter(turn -> !turn.asked().isBlank()).toList();
    if (worded.isEmpty()) {
      return List.of();
    }
    Turn last = worded.getLast();
    String base =
        worded.reversed().stream()
            .filter(Turn::standsAlone)
            .findFirst()
            .orElse(worded.getFirst())
            .question();
    return last.standsAlone() ? List.of(base) : List.of(base, last.asked());
  }

  /** What a question is about: from its first to its last word that is no function word. */
  private static String topic(String question) {
    List<MatchResult> content = new ArrayList<>();
    for (MatchResult word : WORD.matcher(question).results().limit(1_000).toList()) {
      if (!FUNCTION.contains(lower(word)) && content.size() < MOST_WORDS) {
        content.add(word);
      }
    }
    return content.isEmpty()
        ? ""
        : question.substring(content.getFirst().start(), content.getLast().end());
  }

  private static String lower(MatchResult word) {
    return LetterCase.lower(word.group());
  }

  static boolean followsUp(String question) {
    List<String> words = WORD.matcher(question).results().map(EnglishCondenser::lower).toList();
    long own = words.stream().filter(word -> !FUNCTION.contains(word)).count();
    if (own == 0) {
      return true;
    }
    boolean asks = words.stream().anyMatch(QUESTION_WORDS::contains);
    if (OPENING.matcher(question).find() && own <= FEW) {
      return true;
    }
    if (PREPOSITIONS.contains(words.getFirst()) && !asks && own <= FEW) {
      return true;
    }
    return points(words, EMPTY_IT.matcher(question).find(), own);
  }

  /** Whether a pronoun stands for nothing in the question. */
  private static boolean points(List<String> words, boolean emptyIt, long own) {
    int before = 0;
    boolean named = false; // a noun with an article has been read
    String previous = "";
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      boolean pronoun =
          PRONOUNS.contains(word)
              ? !(word.equals("it") && emptyIt) && !(word.equals("they") && own > FEW)
              : refers(word, previous, i == words.size() - 1);
      boolean object =
          OBJECTS.contains(word)
              && PREPOSITIONS.contains(previous)
              && (i + 1 == words.size() || !words.get(i + 1).equals("s")); // "in it's a ..."
      if (pronoun && (object || (before <= FEW && !named))) {
        return true;
      }
      if (!FUNCTION.contains(word)) {
        before++;
        named |= ARTICLES.contains(previous);
      }
      previous = word;
    }
    return false;
  }

  private static boolean refers(String word, String previous, boolean last) {
    return switch (word) {
      case "that" -> last || AUXILIARIES.contains(previous) || PREPOSITIONS.contains(previous);
      case "one" -> last && (previous.equals("which") || previous.equals("other"));
      case "else" -> last || QUESTION_WORDS.contains(previous);
      default -> false;
    };
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("condenser", "english").with("rule", 1);
  }
}
