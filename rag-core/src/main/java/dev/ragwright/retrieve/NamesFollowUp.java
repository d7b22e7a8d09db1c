package dev.ragwright.retrieve;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.markdown.SentenceSpan;
import dev.ragwright.text.Words;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The names of a passage that the question lacks, with the question's words that the passage lacks:
 * what is known is left out, so that what is found next is about the rest.
 */
record NamesFollowUp(int most) implements FollowUp {
  static final FollowUp STANDARD = new NamesFollowUp(8);

  /** An initial, or a word. */
  private static final String CAPITALISED = "[\\p{Lu}\\p{Lt}](?:\\.|[\\p{L}\\p{M}\\p{N}'\u2019-]*)";

  /** Possessive: a page of nothing but capitals would else take a stack as deep as it is long. */
  private static final Pattern NAME =
      Pattern.compile(CAPITALISED + "(?:(?: \\p{Ll}{1,3})? (?:" + CAPITALISED + "|\\p{N}+))*+");

  @Override
  public Expansion next(Query question, List<Hop> hops, CallContext context) {
    Set<Query> asked = hops.stream().map(Hop::query).collect(Collectors.toSet());
    Set<String> words =
        Words.of(question.text()).collect(Collectors.toCollection(LinkedHashSet::new));
    for (Hit hit : hops.getFirst().unseen()) {
      context.throwIfStopped();
      List<String> names = names(hit.passage(), words);
      if (!names.isEmpty()) {
        Set<String> known = Words.of(hit.passage().searchText()).collect(Collectors.toSet());
        String rest =
            Stream.concat(words.stream().filter(word -> !known.contains(word)), names.stream())
                .collect(Collectors.joining(" "));
        Query query = Query.of(rest);
        if (!asked.contains(query)) {
          return Expansion.of(List.of(query), Usage.none());
        }
      }
    }
    return Expansion.of(List.of(question), Usage.none());
  }

  private List<String> names(Passage passage, Set<String> question) {
    Set<String> known = new HashSet<>(question);
    passage.headings().forEach(heading -> Words.of(heading).forEach(known::add));
    Map<String, Long> shared = new LinkedHashMap<>(); // by name, of the sentence that shares most
    for (SentenceSpan span : SentenceSpan.of(passage.text())) {
      String sentence = passage.text().substring(span.start(), span.end());
      long words = Words.of(sentence).distinct().filter(question::contains).count();
      Matcher name = NAME.matcher(sentence);
      while (name.find()) {
        String found = withoutEnd(name.group());
        List<String> parts = Words.of(found).toList();
        boolean begins = name.start() == 0 && parts.size() == 1;
        if (!begins && !known.containsAll(parts)) {
          shared.merge(found, words, Math::max);
        }
      }
    }
    List<String> names = new ArrayList<>(shared.keySet());
    names.sort(Comparator.comparing((String name) -> shared.get(name)).reversed()); // stable
    return names.subList(0, Math.min(most, names.size()));
  }

  /** A name without apostrophes and hyphens behind it. */
  private static String withoutEnd(String name) {
    int end = name.length();
    while ("'\u2019-".indexOf(name.charAt(end - 1)) >= 0) { // it begins with a letter
      end--;
    }
    return name.substring(0, end);
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("follow-up", "names").with("most", most);
  }
}
