package dev.ragwright.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.document.TokenSpans;
import dev.ragwright.generate.Context.Dropped;
import dev.ragwright.generate.Context.Reason;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Rerankers;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.trace.StageRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The policies beside the budget: near duplicates, the score gap, sentences, titles. */
class ContextPoliciesTest {
  private static final TokenCounter COUNTER = TokenCounter.approximate();
  private static final Pattern WORDS = Pattern.compile("\\W+");

  private static List<Hit> hits(Passage... passages) {
    List<Hit> hits = new ArrayList<>();
    for (Passage passage : passages) {
      hits.add(new Hit(passage, 100 - hits.size(), "test"));
    }
    return hits;
  }

  private static Assembly assemble(
      ContextAssembler.Builder builder, String question, List<Hit> hits) {
    return builder.build().assemble(Query.of(question), hits, COUNTER, CallContext.unbounded());
  }

  private static List<String> texts(Assembly assembly) {
    return assembly.context().evidence().stream()
        .map(evidence -> evidence.passage().text())
        .toList();
  }

  private static List<Dropped> dropped(Assembly assembly) {
    return assembly.context().dropped();
  }

  /** Scores by the number of words that a passage shares with the question. */
  private static final Reranker OVERLAP =
      new Reranker() {
        @Override
        public Retrieval rerank(Query query, List<Hit> hits, int topK, CallContext context) {
          Set<String> asked = words(query.text());
          List<Hit> scored =
              hits.stream()
                  .map(
                      hit -> {
                        Set<String> words = words(hit.passage().searchText());
                        words.retainAll(asked);
                        return new Hit(hit.passage(), words.size(), "overlap");
                      })
                  .toList();
          return Retrieval.ranked(scored, topK, Usage.of(Usage.SCORED_PAIRS, hits.size()));
        }

        private static Set<String> words(String text) {
          return Arrays.stream(WORDS.split(text.toLowerCase(Locale.ROOT)))
              .collect(Collectors.toSet());
        }
      };

  private static final Document RIVERS =
      Document.of(
          "rivers",
          "The Rhine rises in the Alps. It is long. The Rhine ends in the sea. Barges use it.");
  private static final Document LAKES =
      Document.of("lakes", "Lake Constance is deep. The Rhine flows through it.");

  private static Passage whole(Document document) {
    return Passage.of(document, 0, document.text().length(), List.of());
  }

  private static ContextAssembler.Builder selecting(int budget) {
    return ContextAssembler.builder().budget(budget).selection(OVERLAP.named("overlap"));
  }

  @Test
  void leavesOutNearlyTheSameWords() {
    Passage[] passages = {
      Passage.of("a", "The committee met on Monday and agreed to build the new bridge in May."),
      Passage.of("b", "the committee met on Monday, and agreed to build the new bridge in June!"),
      Passage.of("c", "The committee met on Monday to talk about something else altogether.")
    };
    Assembly near = assemble(ContextAssembler.builder().nearDuplicates(0.8), "", hits(passages));
    assertThat(dropped(near)).containsExactly(new Dropped("b", Reason.NEAR_DUPLICATE));
    assertThat(near.parts())
        .extracting(part -> part.description().name(), StageRecord::details)
        .containsExactly(tuple("duplicates", Map.of("kept", 2L, "dropped", "b NEAR_DUPLICATE")));
    assertThat(
            dropped(assemble(ContextAssembler.builder().nearDuplicates(0.9), "", hits(passages))))
        .isEmpty();
    assertThat(dropped(assemble(ContextAssembler.builder(), "", hits(passages)))).isEmpty();
  }

  /** 14 words are 12 shingles; one other word at the end changes one: 11 of 13 are shared. */
  @ParameterizedTest
  @CsvSource({"0.84, NEAR_DUPLICATE", "0.85, "})
  void theJaccardCoefficientIsThatOfTheShingles(double jaccard, Reason reason) {
    String words = "a b c d e f g h i j k l m ";
    Assembly assembly =
        assemble(
            ContextAssembler.builder().nearDuplicates(jaccard),
            "",
            hits(Passage.of("x", words + "n"), Passage.of("y", words + "o")));
    assertThat(dropped(assembly))
        .isEqualTo(reason == null ? List.of() : List.of(new Dropped("y", reason)));
  }

  @Test
  void refusesAJaccardCoefficientThatIsNone() {
    assertThatThrownBy(() -> ContextAssembler.builder().nearDuplicates(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("jaccard must be in (0, 1], was 0.0");
    assertThatThrownBy(() -> ContextAssembler.builder().scoreGap(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("behind must be >= 0, was -1");
  }

  private static List<Hit> scored(double... scores) {
    return IntStream.range(0, scores.length)
        .mapToObj(
            i ->
                new Hit(
                    Passage.of(String.format(Locale.ROOT, "p%02d", i), "text " + i),
                    scores[i],
                    "test"))
        .toList();
  }

  @Test
  void endsTheRankingAtTheLargestGap() {
    List<Hit> hits = scored(0.9, 0.88, 0.6, 0.59, 0.5);
    Assembly assembly = assemble(ContextAssembler.builder().scoreGap(0), "", hits);
    assertThat(texts(assembly)).containsExactly("text 0", "text 1");
    assertThat(dropped(assembly))
        .extracting(Dropped::toString)
        .containsExactly("p02 SCORE_GAP", "p03 SCORE_GAP", "p04 SCORE_GAP");
    assertThat(assembly.parts().getFirst().description().name()).isEqualTo("scoreGap");
    assertThat(texts(assemble(ContextAssembler.builder().scoreGap(2), "", hits))).hasSize(4);
    assertThat(texts(assemble(ContextAssembler.builder().scoreGap(Integer.MAX_VALUE), "", hits)))
        .hasSize(5);
  }

  @Test
  void theLastTenthHasNoGapAndEqualScoresHaveNone() {
    double[] scores = IntStream.range(0, 21).mapToDouble(i -> 1 - i * 0.01).toArray();
    scores[4] = 0.5; // 0.97, 0.5: the first large gap, 4 kept
    for (int i = 5; i < 21; i++) {
      scores[i] = 0.5 - i * 0.001;
    }
    scores[20] = -100; // in the tail
    assertThat(ScoreGap.keep(scored(scores), 0)).isEqualTo(4);
    assertThat(ScoreGap.keep(scored(1, 1, 1), 0)).isEqualTo(3);
    assertThat(ScoreGap.keep(scored(3, 2, 1), 0)).isEqualTo(1);
    assertThat(ScoreGap.keep(scored(3), 0)).isEqualTo(1);
    assertThat(texts(assemble(ContextAssembler.builder().scoreGap(0), "", List.of()))).isEmpty();
  }

  @Test
  void selectsTheBestSentencesThatFit() {
    Assembly assembly = assemble(selecting(14), "the Rhine sea", hits(whole(RIVERS), whole(LAKES)));
    assertThat(texts(assembly))
        .containsExactly("The Rhine ends in the sea. ", "The Rhine flows through it.");
    assertThat(assembly.context().tokens()).isLessThanOrEqualTo(14);
  }

  @Test
  void sentencesThatTouchAreOneEvidenceInTheNameOfTheRetrievedPassage() {
    Passage second = Passage.of(RIVERS, 29, RIVERS.text().length(), List.of("Course"));
    Assembly assembly =
        assemble(selecting(20), "long is it, the Rhine, and ends in the sea", hits(second));
    assertThat(assembly.context().evidence())
        .singleElement()
        .satisfies(
            evidence -> {
              assertThat(evidence.passage().text())
                  .isEqualTo("It is long. The Rhine ends in the sea. Barges use it.");
              assertThat(evidence.retrieved()).containsExactly(second);
              assertThat(evidence.passage().headings()).containsExactly("Course");
              Citation citation = evidence.cite(41, 67, 0, 5);
              assertThat(citation.passageId()).isEqualTo("rivers#29-82");
              assertThat(citation.quote()).isEqualTo("The Rhine ends in the sea.");
              assertThat(RIVERS.text().substring(citation.start(), citation.end()))
                  .isEqualTo(citation.quote());
            });
    assertThat(dropped(assembly)).isEmpty();
  }

  @Test
  void tellsWhatWasNotSelectedAndWhy() {
    Passage off = Passage.of("off", "Nothing of the kind!");
    Passage same = Passage.of("same", LAKES.text());
    Assembly assembly =
        assemble(selecting(14), "the Rhine sea", hits(whole(RIVERS), whole(LAKES), off, same));
    assertThat(dropped(assembly))
        .extracting(Dropped::toString)
        .containsExactly(
            "same DUPLICATE",
            "rivers#0-82 SELECTED_IN_PART",
            "lakes#0-51 SELECTED_IN_PART",
            "off NOT_SELECTED");
    assertThat(assembly.usage()).isEqualTo(Usage.of(Usage.SCORED_PAIRS, 7));
    assertThat(assembly.parts())
        .extracting(part -> part.description().toString(), StageRecord::usage)
        .containsExactly(
            tuple("duplicates", Usage.none()),
            tuple("selection(overlap)", Usage.of(Usage.SCORED_PAIRS, 7)));
    assertThat(assembly.parts().getLast().details())
        .containsEntry("kept", 2L)
        .containsEntry(
            "dropped",
            "rivers#0-82 SELECTED_IN_PART; lakes#0-51 SELECTED_IN_PART; off NOT_SELECTED");
  }

  @Test
  void sentencesThatARerankerLeavesOutAreNotSelectedAndThoseWithoutRoomAreOverBudget() {
    Reranker none = Rerankers.threshold(1_000);
    assertThat(
            dropped(assemble(ContextAssembler.builder().selection(none), "", hits(whole(LAKES)))))
        .containsExactly(new Dropped("lakes#0-51", Reason.NOT_SELECTED));
    TokenCounter greedy =
        text ->
            TokenSpans.of(new int[text.length() == 0 ? 0 : 5], new int[text.length() == 0 ? 0 : 5]);
    Assembly nothing =
        selecting(3)
            .build()
            .assemble(Query.of(""), hits(whole(LAKES)), greedy, CallContext.unbounded());
    assertThat(nothing.context().evidence()).isEmpty();
    assertThat(dropped(nothing)).containsExactly(new Dropped("lakes#0-51", Reason.OVER_BUDGET));
  }

  /** Two passages that overlap share a sentence: it is scored once, and is of both. */
  @Test
  void scoresASharedSentenceOnce() {
    Passage front = Passage.of(RIVERS, 0, 41, List.of());
    Passage back = Passage.of(RIVERS, 29, 68, List.of());
    Assembly assembly = assemble(selecting(6), "it is long", hits(front, back));
    assertThat(assembly.usage()).isEqualTo(Usage.of(Usage.SCORED_PAIRS, 3));
    assertThat(assembly.context().evidence())
        .singleElement()
        .satisfies(
            evidence -> {
              assertThat(evidence.passage().text()).isEqualTo("It is long. ");
              assertThat(evidence.retrieved()).containsExactly(front, back);
            });
    assertThat(dropped(assembly))
        .extracting(Dropped::reason)
        .containsExactly(Reason.SELECTED_IN_PART, Reason.SELECTED_IN_PART);
  }

  @Test
  void documentsAreOrderedByTheirBestSentencesAndReadFromTheirBeginning() {
    List<Hit> hits =
        hits(whole(LAKES), whole(RIVERS), Passage.of("sea", "The sea! The sea is far."));
    ContextAssembler.Builder builder = selecting(30);
    String question = "the Rhine ends in Alps";
    assertThat(texts(assemble(builder, question, hits)))
        .containsExactly(
            "The Rhine rises in the Alps. ",
            "The Rhine ends in the sea. ",
            "The Rhine flows through it.",
            "The sea! The sea is far.");
    assertThat(texts(assemble(builder.order(ContextOrder.BEST_LAST), question, hits)))
        .containsExactly(
            "The sea! The sea is far.",
            "The Rhine flows through it.",
            "The Rhine rises in the Alps. ",
            "The Rhine ends in the sea. ");
    assertThat(texts(assemble(builder.order(ContextOrder.BOTH_ENDS), question, hits)))
        .containsExactly(
            "The Rhine rises in the Alps. ",
            "The Rhine ends in the sea. ",
            "The sea! The sea is far.",
            "The Rhine flows through it.");
  }

  /** What "it" is, only the title says. */
  @Test
  void aSentenceIsScoredUnderItsTitleAndReadWithoutIt() {
    Passage titled =
        new Passage(
            "p", "p", 0, 19, "It has five arches.", List.of(), Metadata.of("title", "Old Bridge"));
    Assembly assembly =
        assemble(
            selecting(5),
            "arches of the old bridge",
            hits(Passage.of("q", "The arches of trees."), titled));
    assertThat(texts(assembly)).containsExactly("It has five arches.");
  }

  @Test
  void titlesStandForWhatHasNoRoom() {
    Metadata manual = Metadata.of("title", "The\nManual");
    Passage[] passages = {
      new Passage("a", "m", 0, 7, "one two", List.of("Keys"), manual),
      new Passage("b", "m", 7, 22, "three four five", List.of("Keys", "Old"), manual),
      new Passage("c", "m", 30, 37, "six six", List.of("Keys"), manual),
      Passage.of("d", "seven eight"),
      new Passage("e", "e", 0, 15, "nine ten eleven", List.of(), Metadata.of("title", "E")),
      new Passage("f", "f", 0, 15, "nine ten eleven", List.of(), Metadata.of("title", "F")),
    };
    ContextAssembler.Builder builder = ContextAssembler.builder().mergeNeighbours(false);
    Assembly assembly = assemble(builder.budget(8).titlesOfDropped(true), "", hits(passages));
    assertThat(texts(assembly)).containsExactly("one two", "three four five", "six six");
    assertThat(assembly.context().titles()).containsExactly("E");
    assertThat(assembly.context().tokens()).isEqualTo(8);
    assertThat(assemble(builder.budget(2), "", hits(passages)).context().titles()).isEmpty();
    assertThat(assemble(builder.budget(6), "", hits(passages)).context().titles())
        .containsExactly("E");
    assertThat(assembly.parts().getLast().description().name()).isEqualTo("titles");
  }

  @Test
  void stopsWhenItsCallDoes() {
    CallContext context = CallContext.unbounded();
    context.cancel();
    assertThatThrownBy(
            () ->
                selecting(9).build().assemble(Query.of("q"), hits(whole(LAKES)), COUNTER, context))
        .isInstanceOf(CancelledException.class);
  }

  @Test
  void namesThePoliciesThatAreOn() {
    ContextAssembler.Builder builder =
        ContextAssembler.builder().nearDuplicates(0.8).scoreGap(5).titlesOfDropped(true);
    assertThat(builder.selection(OVERLAP.named("overlap")).build().with(o -> o).description())
        .hasToString(
            "assembler(budget=unbounded, dedupe=true, mergeNeighbours=true, nearDuplicates=0.8,"
                + " order=BEST_FIRST, scoreGap=5, selection=sentences, titlesOfDropped=true;"
                + " overlap)");
  }

  /** Whatever is selected: within the budget, word for word, each place once, in reading order. */
  @Test
  void whatIsSelectedIsTheDocumentsText() {
    SplittableRandom random = new SplittableRandom(5);
    String[] words = {
      "rhine",
      "sea",
      "alps",
      "barge",
      "lake",
      "it.",
      "long.",
      "The",
      "deep?",
      "through!",
      "ends",
      "in"
    };
    for (int round = 0; round < 200; round++) {
      List<Hit> hits = new ArrayList<>();
      Map<String, String> documents = new HashMap<>();
      for (int d = 0; d < 4; d++) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(40); i >= 0; i--) {
          text.append(words[random.nextInt(words.length)])
              .append(random.nextInt(6) == 0 ? "\n\n" : " ");
        }
        Document document = Document.of("d" + d, text.toString());
        documents.put(document.id(), document.text());
        for (Passage passage : Chunkers.recursive(12, random.nextInt(6)).chunk(document)) {
          hits.add(new Hit(passage, random.nextInt(5), "test"));
        }
      }
      hits.sort(Hit.BEST_FIRST);
      int budget = 1 + random.nextInt(50);
      Assembly assembly = assemble(selecting(budget), "the rhine ends in the sea", hits);
      assertThat(assembly.context().tokens()).isLessThanOrEqualTo(budget);
      Map<String, Integer> read = new HashMap<>();
      for (Evidence evidence : assembly.context().evidence()) {
        Passage passage = evidence.passage();
        assertThat(documents.getOrDefault(passage.documentId(), ""))
            .matches(text -> text.startsWith(passage.text(), passage.start()));
        assertThat(passage.start()).isGreaterThan(read.getOrDefault(passage.documentId(), -1));
        read.put(passage.documentId(), passage.end());
        assertThat(hits).extracting(Hit::passage).containsAll(evidence.retrieved());
      }
    }
  }
}
