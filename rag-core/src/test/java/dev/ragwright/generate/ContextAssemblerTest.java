package dev.ragwright.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Document;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.document.TokenSpans;
import dev.ragwright.generate.Context.Dropped;
import dev.ragwright.generate.Context.Reason;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContextAssemblerTest {
  private static final TokenCounter COUNTER = TokenCounter.approximate();
  private static final Document GUIDE =
      Document.of("guide", "alpha bravo charlie delta echo foxtrot");

  private static Passage guide(String from, String to) {
    String text = GUIDE.text();
    return Passage.of(GUIDE, text.indexOf(from), text.indexOf(to) + to.length(), List.of(from));
  }

  /** Hits in the order given, with falling scores. */
  private static List<Hit> hits(Passage... passages) {
    List<Hit> hits = new ArrayList<>();
    for (Passage passage : passages) {
      hits.add(new Hit(passage, 100 - hits.size(), "test"));
    }
    return hits;
  }

  private static Context assemble(ContextAssembler.Builder builder, Passage... passages) {
    return assemble(builder, hits(passages), COUNTER);
  }

  private static Context assemble(
      ContextAssembler.Builder builder, List<Hit> hits, TokenCounter counter) {
    return builder.build().assemble(Query.of(""), hits, counter, CallContext.unbounded()).context();
  }

  private static List<String> texts(Context context) {
    return context.evidence().stream().map(evidence -> evidence.passage().text()).toList();
  }

  @Test
  void takesTheHitsAsTheyAre() {
    Context context =
        assemble(ContextAssembler.builder(), Passage.of("a", "one two"), Passage.of("b", "three"));
    assertThat(texts(context)).containsExactly("one two", "three");
    assertThat(context.evidence())
        .extracting(Evidence::score, Evidence::passageIds)
        .containsExactly(tuple(100.0, List.of("a")), tuple(99.0, List.of("b")));
    assertThat(context.tokens()).isEqualTo(3);
    assertThat(context.dropped()).isEmpty();
    assertThat(assemble(ContextAssembler.builder()).evidence()).isEmpty();
  }

  @Test
  void leavesOutTheSameWords() {
    Passage[] same = {
      Passage.of("a", "one  two"), Passage.of("b", " one\ntwo "), Passage.of("c", "x")
    };
    Context context = assemble(ContextAssembler.builder(), same);
    assertThat(texts(context)).containsExactly("one  two", "x");
    assertThat(context.dropped()).containsExactly(new Dropped("b", Reason.DUPLICATE));
    assertThat(texts(assemble(ContextAssembler.builder().dedupe(false), same))).hasSize(3);
  }

  @Test
  void makesOneOfPassagesThatTouchOrOverlap() {
    Context context =
        assemble(
            ContextAssembler.builder(),
            guide("charlie", "delta"),
            guide("alpha", "bravo"),
            guide("bravo", "charlie"));
    assertThat(context.evidence())
        .containsExactly(
            new Evidence(
                new Passage(
                    "guide#12-25",
                    "guide",
                    0,
                    25,
                    "alpha bravo charlie delta",
                    List.of("charlie"),
                    Metadata.empty()),
                100,
                List.of(
                    guide("charlie", "delta"),
                    guide("alpha", "bravo"),
                    guide("bravo", "charlie"))));
    assertThat(context.tokens()).isEqualTo(COUNTER.count("alpha bravo charlie delta"));
    assertThat(context.dropped()).isEmpty();
  }

  @Test
  void keepsTheRankOfTheBestOfMerged() {
    Context context =
        assemble(
            ContextAssembler.builder(),
            guide("alpha", "bravo"),
            Passage.of("other", "between"),
            guide("bravo", "charlie"),
            guide("bravo", "bravo"));
    assertThat(texts(context)).containsExactly("alpha bravo charlie", "between");
    assertThat(context.evidence().getFirst().score()).isEqualTo(100);
  }

  @Test
  void mergesNothingAcrossDocumentsOrGapsOrWhenToldNotTo() {
    Document other = Document.of("other", GUIDE.text());
    assertThat(
            texts(
                assemble(
                    ContextAssembler.builder(),
                    guide("alpha", "bravo"),
                    Passage.of(other, 6, 19, List.of()))))
        .containsExactly("alpha bravo", "bravo charlie");
    assertThat(
            texts(
                assemble(
                    ContextAssembler.builder(), guide("alpha", "alpha"), guide("echo", "echo"))))
        .containsExactly("alpha", "echo");
    assertThat(
            texts(
                assemble(
                    ContextAssembler.builder().mergeNeighbours(false),
                    guide("alpha", "bravo"),
                    guide("bravo", "charlie"))))
        .containsExactly("alpha bravo", "bravo charlie");
  }

  @Test
  void dropsWhatDoesNotFitAndFillsWithWhatDoes() {
    Context context =
        assemble(
            ContextAssembler.builder().budget(4),
            Passage.of("a", "one two three"),
            Passage.of("b", "four five"),
            Passage.of("c", "six"));
    assertThat(texts(context)).containsExactly("one two three", "six");
    assertThat(context.tokens()).isEqualTo(4);
    assertThat(context.dropped()).containsExactly(new Dropped("b", Reason.OVER_BUDGET));
  }

  @Test
  void countsAMergedStretchOnce() {
    Context context =
        assemble(
            ContextAssembler.builder().budget(5),
            guide("alpha", "bravo"),
            guide("bravo", "charlie"),
            guide("charlie", "delta"));
    assertThat(texts(context)).containsExactly("alpha bravo charlie delta");
    assertThat(context.tokens()).isEqualTo(5);
  }

  @Test
  void cutsTheFirstRatherThanDropIt() {
    Context context =
        assemble(
            ContextAssembler.builder().budget(3),
            Passage.of(GUIDE, 6, 30, List.of("Words")),
            Passage.of("b", "x"));
    assertThat(context.evidence())
        .containsExactly(
            new Evidence(
                new Passage(
                    "guide#6-30",
                    "guide",
                    6,
                    19,
                    "bravo charlie",
                    List.of("Words"),
                    Metadata.empty()),
                100,
                List.of(Passage.of(GUIDE, 6, 30, List.of("Words")))));
    assertThat(context.tokens()).isEqualTo(3);
    assertThat(context.dropped())
        .containsExactly(
            new Dropped("guide#6-30", Reason.CUT), new Dropped("b", Reason.OVER_BUDGET));
  }

  /** Four tokens to a rocket, as a byte-level tokenizer has them. */
  @Test
  void neverCutsWithinACharacter() {
    TokenCounter bytes =
        text -> {
          int[] starts = text.chars().flatMap(c -> IntStream.of(0, 0)).toArray();
          int[] ends = starts.clone();
          for (int i = 0; i < starts.length; i++) {
            starts[i] = i / 4 * 2;
            ends[i] = i / 4 * 2 + 2;
          }
          return TokenSpans.of(starts, ends);
        };
    List<Hit> rockets = hits(Passage.of("a", "\ud83d\ude80\ud83d\ude80\ud83d\ude80"));
    Context context = assemble(ContextAssembler.builder().budget(9), rockets, bytes);
    assertThat(texts(context)).containsExactly("\ud83d\ude80\ud83d\ude80");
    assertThat(context.tokens()).isEqualTo(8);
    Context nothing = assemble(ContextAssembler.builder().budget(3), rockets, bytes);
    assertThat(nothing.evidence()).isEmpty();
    assertThat(nothing.tokens()).isZero();
    assertThat(nothing.dropped()).containsExactly(new Dropped("a", Reason.OVER_BUDGET));
  }

  /** As subwords do: the beginning of a word has more tokens alone than in the word. */
  @Test
  void countsAgainWhatItCuts() {
    TokenCounter subwords =
        text ->
            text.equals("embeddings")
                ? TokenSpans.of(new int[] {0, 6}, new int[] {6, 10})
                : byLetter(text);
    Context context =
        assemble(
            ContextAssembler.builder().budget(1), hits(Passage.of("a", "embeddings")), subwords);
    assertThat(context.evidence()).isEmpty();
  }

  private static TokenSpans byLetter(String text) {
    int[] starts = IntStream.range(0, text.length()).toArray();
    return TokenSpans.of(starts, Arrays.stream(starts).map(i -> i + 1).toArray());
  }

  @Test
  void ordersWhatIsLeft() {
    Passage[] passages = {
      guide("echo", "echo"), Passage.of("b", "bee"), guide("alpha", "alpha"), Passage.of("a", "ant")
    };
    ContextAssembler.Builder builder = ContextAssembler.builder();
    assertThat(texts(assemble(builder.order(ContextOrder.BEST_FIRST), passages)))
        .containsExactly("echo", "bee", "alpha", "ant");
    assertThat(texts(assemble(builder.order(ContextOrder.BEST_LAST), passages)))
        .containsExactly("ant", "alpha", "bee", "echo");
    assertThat(texts(assemble(builder.order(ContextOrder.DOCUMENT), passages)))
        .containsExactly("alpha", "echo", "bee", "ant");
    assertThat(texts(assemble(builder.order(ContextOrder.BOTH_ENDS), passages)))
        .containsExactly("echo", "alpha", "ant", "bee");
  }

  @Test
  void describesItself() {
    assertThat(ContextAssembler.builder().build().description())
        .hasToString(
            "assembler(budget=unbounded, dedupe=true, mergeNeighbours=true, order=BEST_FIRST)");
    assertThat(
            ContextAssembler.builder()
                .budget(9)
                .dedupe(false)
                .build()
                .with(o -> o.mergeNeighbours(false).order(ContextOrder.DOCUMENT))
                .description())
        .hasToString("assembler(budget=9, dedupe=false, mergeNeighbours=false, order=DOCUMENT)");
    assertThatThrownBy(() -> ContextAssembler.builder().budget(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("budget must be >= 1 token, was 0");
  }
}
