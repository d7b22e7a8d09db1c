package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.Passage;
import dev.ragwright.document.Places;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.store.StoreException;
import dev.ragwright.store.StoreRetriever;
import dev.ragwright.store.VectorStore;
import dev.ragwright.store.VectorStore.Entry;
import dev.ragwright.store.VectorStore.Match;
import dev.ragwright.testkit.seeds.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What {@link VectorStore} promises, and that {@link StoreRetriever} over it finds what a filter
 * accepts and nothing else: 200 random filters over 500 documents, whose seed is printed. Each test
 * asks for an empty store of its own.
 *
 * <p>A store that takes no notice of filters, or fails on some, overrides {@link #searched}, with
 * {@link StoreRetriever.Builder#filtersHere filtersHere(true)}.
 */
public abstract class VectorStoreContract {
  private static final int DIMENSION = 8;
  private static final int DOCUMENTS = 500;
  private static final int FILTERS = 200;
  private static final double NEAR = 1e-4; // some stores keep less than a float

  /** For subclasses. */
  protected VectorStoreContract() {}

  /** Returns an empty store for vectors of so many numbers, compared by their cosine. */
  protected abstract VectorStore store(int dimension);

  /** Gives back what a store that {@link #store} made has taken; nothing unless overridden. */
  protected void close(VectorStore store) {}

  /** The settings with which the store is searched; the defaults unless overridden. */
  protected StoreRetriever.Builder searched(StoreRetriever.Builder defaults) {
    return defaults;
  }

  /** Embeds any text as one vector, so that a test says what is searched for. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares embedders
  private record Fixed(float[] vector) implements Embedder {
    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      return new Embeddings(texts.stream().map(text -> vector.clone()).toList(), Usage.none());
    }

    @Override
    public int dimension() {
      return vector.length;
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("embedder", "fixed");
    }
  }

  private static final CallContext FREE = CallContext.unbounded();

  private void over(Consumer<VectorStore> test) {
    VectorStore store = store(DIMENSION);
    try {
      test.accept(store);
    } finally {
      close(store);
    }
  }

  /** The direction of an axis, or against it. */
  private static float[] axis(int axis, float length) {
    float[] vector = new float[DIMENSION];
    vector[axis] = length;
    return vector;
  }

  private static float[] random(RandomGenerator random) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    double length = Math.sqrt(Embeddings.dot(vector, vector));
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) (vector[i] / length);
    }
    return vector;
  }

  private static Entry entry(String id, float[] vector) {
    return new Entry(Passage.of(id, "The text of " + id), vector);
  }

  private static List<String> ids(List<Match> matches) {
    return matches.stream().map(match -> match.passage().id()).toList();
  }

  private static List<String> found(VectorStore store, float[] vector, int most) {
    return ids(store.search(vector, most, Filter.all(), FREE));
  }

  private Retrieval retrieved(VectorStore store, float[] vector, RetrievalRequest request) {
    return searched(StoreRetriever.builder(store, new Fixed(vector)))
        .build()
        .retrieve(request, FREE);
  }

  @Test
  void findsAtOnceWhatWasPut() {
    over(
        store -> {
          store.put(List.of(entry("a", axis(0, 1)), entry("b", axis(1, 1))), FREE);
          assertThat(found(store, axis(0, 1), 1)).containsExactly("a");
          store.put(List.of(entry("c", axis(2, 1))), FREE);
          assertThat(found(store, axis(2, 1), 1)).containsExactly("c");
          assertThat(found(store, axis(2, 1), 10)).containsExactlyInAnyOrder("a", "b", "c");
        });
  }

  @Test
  void replacesAnEntryOfTheSameId() {
    over(
        store -> {
          store.put(List.of(entry("a", axis(0, 1)), entry("b", axis(1, 1))), FREE);
          Passage other = Passage.of("a", "Another text");
          store.put(List.of(new Entry(other, axis(2, 1))), FREE);

          assertThat(found(store, axis(2, 1), 10)).containsExactlyInAnyOrder("a", "b");
          assertThat(store.search(axis(2, 1), 1, Filter.all(), FREE))
              .extracting(Match::passage)
              .containsExactly(other);
        });
  }

  @Test
  void findsNoMoreWhatWasDeleted() {
    over(
        store -> {
          store.put(
              List.of(
                  entry("a", axis(0, 1)), entry("b", axis(1, 1)), entry("it's \"c\"", axis(2, 1))),
              FREE);
          store.delete(List.of("a", "it's \"c\"", "never there"), FREE);
          assertThat(found(store, axis(0, 1), 10)).containsExactly("b");
          store.delete(List.of("a"), FREE);
          store.delete(List.of(), FREE);
          store.put(List.of(entry("a", axis(0, 1))), FREE);
          assertThat(found(store, axis(0, 1), 10)).containsExactlyInAnyOrder("a", "b");
        });
  }

  @Test
  void findsNothingWhenEmpty() {
    over(
        store -> {
          assertThat(found(store, axis(0, 1), 10)).isEmpty();
          store.put(List.of(), FREE);
          store.delete(List.of("a"), FREE);
          assertThat(found(store, axis(0, 1), 10)).isEmpty();
          RetrievalRequest request =
              RetrievalRequest.of("any", 5).withFilter(Filter.is("tenant", "acme"));
          assertThat(retrieved(store, axis(0, 1), request).hits()).isEmpty();
          store.put(List.of(entry("a", axis(0, 1))), FREE);
          store.delete(List.of("a"), FREE);
          assertThat(found(store, axis(0, 1), 10)).as("emptied").isEmpty();
        });
  }

  private static List<Passage> odd() {
    List<Passage> odd = new ArrayList<>();
    Metadata all =
        Metadata.of("text", "plain")
            .with("empty", "")
            .with("whole", 5L)
            .with("wholeDouble", 5.0)
            .with("large", (1L << 53) + 1)
            .with("least", Long.MIN_VALUE)
            .with("tenth", 0.1)
            .with("negative", -2.5e-9)
            .with("yes", true)
            .with("no", false)
            .with("date", "2024-02-29")
            .with("moment", "2024-02-29T08:00:00Z")
            .with("number", "007")
            .with("true", "true")
            .with("uuid", "9f1c2a34-0000-4000-8000-123456789abc")
            .with("quoted", "it's \"so\" \\ % _ `x` ; --")
            .with("emoji", "\ud83c\udf0a\ud842\udfb7")
            .with("lines", "one\ntwo\r\n\tthree")
            .with("long", "word ".repeat(400).strip())
            .with("key with blanks.and:dots", "x")
            .with("\u00e9t\u00e9", "summer")
            .with("id", "not the passage's")
            .with("document", "not the document's");
    odd.add(
        new Passage(
            "all#3-9",
            "folder/all.md",
            3,
            9,
            "a text",
            List.of("One", "Two \u203a three"),
            all,
            Places.builder().page(0, "iii").build()));
    List<String> ids =
        List.of(
            "9f1c2a34-0000-4000-8000-123456789abc",
            "guide.md#0-11",
            "it's",
            "say \"so\"",
            "back\\slash",
            "per%cent_",
            "a b",
            "A",
            "a",
            "\u00e9",
            "e\u0301",
            "\ud83c\udf0a",
            "1",
            "1.0",
            "01",
            "x".repeat(300));
    for (String id : ids) {
      String text = "The text of " + id + ": \ud835\udcc7\ud835\udcbe\ud835\udccb.";
      odd.add(new Passage(id, id, 0, text.length(), text, List.of(id), Metadata.of("id", id)));
    }
    return odd;
  }

  @Test
  void givesPassagesBackAsTheyWerePut() {
    List<Passage> odd = odd();
    over(
        store -> {
          RandomGenerator random = Seeds.random();
          store.put(odd.stream().map(passage -> new Entry(passage, random(random))).toList(), FREE);
          List<Match> matches = store.search(axis(0, 1), odd.size() + 5, Filter.all(), FREE);
          assertThat(matches).extracting(Match::passage).containsExactlyInAnyOrderElementsOf(odd);
          for (Match match : matches) {
            assertThat(match.passage().metadata().asMap().keySet())
                .as("the order of the keys")
                .containsExactlyElementsOf(
                    odd.stream()
                        .filter(passage -> passage.id().equals(match.passage().id()))
                        .findFirst()
                        .orElseThrow()
                        .metadata()
                        .asMap()
                        .keySet());
          }
          for (Passage passage : odd) {
            store.delete(List.of(passage.id()), FREE);
          }
          assertThat(found(store, axis(0, 1), 10)).as("after each was deleted").isEmpty();
        });
  }

  @Test
  void ordersByTheCosine() {
    over(
        store -> {
          float[] between = new float[DIMENSION];
          between[0] = between[1] = (float) Math.sqrt(0.5);
          store.put(
              List.of(
                  entry("opposite", axis(0, -1)),
                  entry("orthogonal", axis(1, 1)),
                  entry("same", axis(0, 1)),
                  entry("between", between)),
              FREE);
          List<Match> matches = store.search(axis(0, 1), 4, Filter.all(), FREE);
          assertThat(ids(matches)).containsExactly("same", "between", "orthogonal", "opposite");
          assertThat(matches)
              .extracting(Match::score)
              .isSortedAccordingTo((a, b) -> b.compareTo(a));
          for (Match match : matches) {
            float[] vector = match.vector();
            double expected =
                switch (match.passage().id()) {
                  case "same" -> 1;
                  case "between" -> Math.sqrt(0.5);
                  case "orthogonal" -> 0;
                  default -> -1;
                };
            if (vector != null) {
              assertThat(Embeddings.cosine(axis(0, 1), vector)).isCloseTo(expected, within(NEAR));
            }
          }
          List<Hit> hits = retrieved(store, axis(0, 1), RetrievalRequest.of("any", 4)).hits();
          assertThat(hits)
              .extracting(hit -> hit.passage().id())
              .containsExactly("same", "between", "orthogonal", "opposite");
          assertThat(hits.getFirst().score()).isCloseTo(1, within(NEAR));
        });
  }

  @Test
  void findsAllWhenMoreAreAskedForThanThereAre() {
    over(
        store -> {
          RandomGenerator random = Seeds.random();
          store.put(
              IntStream.range(0, 40).mapToObj(i -> entry("p" + i, random(random))).toList(), FREE);
          for (int most : List.of(1, 7, 39)) {
            assertThat(found(store, axis(0, 1), most)).as("%d of 40", most).hasSize(most);
          }
          for (int most : List.of(40, 41, 1_000)) {
            assertThat(found(store, axis(0, 1), most))
                .as("%d of 40", most)
                .hasSize(40)
                .doesNotHaveDuplicates();
          }
        });
  }

  @Test
  void refusesAnotherDimensionAndGoesOn() {
    over(
        store -> {
          store.put(List.of(entry("a", axis(0, 1))), FREE);
          assertThatThrownBy(() -> store.put(List.of(entry("b", new float[] {1, 0})), FREE))
              .isInstanceOf(StoreException.class);
          assertThatThrownBy(() -> found(store, new float[] {1, 0}, 5))
              .isInstanceOf(StoreException.class);
          assertThat(found(store, axis(0, 1), 5)).containsExactly("a");
        });
  }

  @Test
  void stopsBeforeItBeginsWhenCancelled() {
    over(
        store -> {
          store.put(List.of(entry("a", axis(0, 1))), FREE);
          CallContext cancelled = CallContext.unbounded();
          cancelled.cancel();
          assertThatThrownBy(() -> store.put(List.of(entry("b", axis(1, 1))), cancelled))
              .isInstanceOf(CancelledException.class);
          assertThatThrownBy(() -> store.delete(List.of("a"), cancelled))
              .isInstanceOf(CancelledException.class);
          assertThatThrownBy(() -> store.search(axis(0, 1), 5, Filter.all(), cancelled))
              .isInstanceOf(CancelledException.class);
          assertThat(found(store, axis(0, 1), 5)).containsExactly("a");
        });
  }

  @Test
  void servesParallelCallers() {
    over(
        store -> {
          store.put(List.of(entry("a", axis(0, 1)), entry("b", axis(1, 1))), FREE);
          Crowd.agree(
              Crowd.each(
                  member -> {
                    String own = "own" + member;
                    store.put(List.of(entry(own, axis(2 + member, 1))), FREE);
                    assertThat(found(store, axis(2 + member, 1), 1)).containsExactly(own);
                    return found(store, axis(0, 1), 1);
                  }),
              List.of("a"));
        });
  }

  @Test
  void describesItself() {
    over(store -> Descriptions.assertStable("store", store::description));
  }

  @Test
  void findsExactlyWhatTheFilterAccepts() {
    RandomGenerator random = Seeds.random();
    List<Passage> passages =
        IntStream.range(0, DOCUMENTS).mapToObj(i -> passage(random, i)).toList();
    over(
        store -> {
          for (int from = 0; from < DOCUMENTS; from += 100) {
            store.put(
                passages.subList(from, from + 100).stream()
                    .map(passage -> new Entry(passage, random(random)))
                    .toList(),
                FREE);
          }
          float[] query = random(random);
          StoreRetriever retriever =
              searched(StoreRetriever.builder(store, new Fixed(query))).build();
          for (int round = 0; round < FILTERS; round++) {
            Filter filter = round == 0 ? EITHER : filter(random, 2);
            RetrievalRequest request = RetrievalRequest.of("any", DOCUMENTS).withFilter(filter);
            assertThat(retriever.retrieve(request, FREE).hits())
                .extracting(hit -> hit.passage().id())
                .as("%s, filter %d, %s", filter, round, Seeds.replay())
                .containsExactlyInAnyOrderElementsOf(
                    passages.stream().filter(filter::test).map(Passage::id).toList());
          }
          Filter some = Filter.is("tenant", "acme").and(Filter.is("open", true).not());
          List<Hit> all =
              retriever
                  .retrieve(RetrievalRequest.of("any", DOCUMENTS).withFilter(some), FREE)
                  .hits();
          List<Hit> first =
              retriever.retrieve(RetrievalRequest.of("any", 5).withFilter(some), FREE).hits();
          assertThat(first).hasSize(Math.min(5, all.size()));
          if (all.stream().allMatch(hit -> hit.source().equals("knn"))) {
            assertThat(first).isEqualTo(all.subList(0, first.size()));
          }
        });
  }

  /** Few random ones are asked of a store as alternatives each of which finds something. */
  private static final Filter EITHER =
      Filter.documents(List.of("d1", "d2")).or(Filter.is("tenant", "acme"));

  private static final List<String> TENANTS = List.of("acme", "globex", "initech", "Acme", "ac me");
  private static final List<String> DATES =
      List.of("2024-02-29", "2023-12-31", "2024-02-29T08:00:00Z", "2024", "soon");

  /** A document with some of the keys, whose types are not always the same. */
  private static Passage passage(RandomGenerator random, int number) {
    Metadata metadata = Metadata.empty();
    if (random.nextInt(10) > 0) {
      metadata = metadata.with("tenant", any(random, TENANTS));
    }
    if (random.nextInt(4) > 0) {
      metadata = metadata.with("year", 2015L + random.nextInt(10));
    }
    if (random.nextInt(4) > 0) {
      double price = any(random, List.of(0.0, 0.1, 4.5, 9.0, 9.99, -3.0, 1e12));
      metadata = metadata.with("price", price);
    }
    if (random.nextBoolean()) {
      metadata = metadata.with("open", random.nextBoolean());
    }
    if (random.nextBoolean()) {
      metadata = metadata.with("date", any(random, DATES));
    }
    if (random.nextInt(4) == 0) {
      metadata =
          metadata.with("note", any(random, List.of("it's", "a \"b\"", "\ud83c\udf0a", "5", "")));
    }
    String document = random.nextInt(8) == 0 ? "it's \u00e9-" + number % 9 : "d" + number % 40;
    return new Passage("p" + number, document, 0, 4, "text", List.of(), metadata);
  }

  private static <T> T any(RandomGenerator random, List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  private static Filter filter(RandomGenerator random, int depth) {
    return switch (random.nextInt(depth == 0 ? 10 : 13)) {
      case 0 -> Filter.is("tenant", any(random, TENANTS));
      case 1 -> Filter.in("tenant", any(random, TENANTS), any(random, TENANTS), "nobody");
      case 2 ->
          new Filter.In(
              any(random, List.of("year", "price", "open", "note", "nowhere")),
              List.of(2020L, 9.99, 0.1, random.nextBoolean() ? "it's" : "5", true));
      case 3 -> Filter.between("year", 2014 + random.nextInt(12), 2014 + random.nextInt(12));
      case 4 ->
          random.nextBoolean()
              ? Filter.atLeast("price", any(random, List.of(0.1, 4.5, 9.99, 1e12)))
              : Filter.atMost("price", any(random, List.of(0.1, 4.5, 9.99, -3.0)));
      case 5 -> Filter.between("date", any(random, DATES), any(random, DATES));
      case 6 ->
          Filter.documents(
              List.of("d" + random.nextInt(45), "d" + random.nextInt(45), "it's \u00e9-3"));
      case 7 -> Filter.is("open", random.nextBoolean());
      case 8 -> Filter.startsWith("date", any(random, List.of("2024", "2", "", "soon")));
      case 9 -> Filter.exists(any(random, List.of("tenant", "year", "open", "note", "nowhere")));
      case 10 -> filter(random, depth - 1).not();
      case 11 -> new Filter.And(List.of(filter(random, depth - 1), filter(random, depth - 1)));
      default -> new Filter.Or(List.of(filter(random, depth - 1), filter(random, depth - 1)));
    };
  }
}
