package dev.ragwright.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.Generator;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.store.StoreException;
import dev.ragwright.store.VectorStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Who tests the tests: a stage that breaks one promise fails the test of that promise. */
class ContractsCatchTest {

  private static void assertCaught(ThrowingCallable test) {
    assertThatThrownBy(test).isInstanceOf(AssertionError.class);
  }

  private static RetrieverContract over(Function<Retriever, Retriever> broken) {
    return new RetrieverContract() {
      @Override
      protected Retriever retriever(List<Passage> passages) {
        return broken.apply(FakeRetriever.of(passages));
      }
    };
  }

  /** A retriever whose hits somebody tampers with. */
  private static RetrieverContract tampered(UnaryOperator<List<Hit>> tamper) {
    return over(
        sound ->
            (request, context) ->
                Retrieval.of(tamper.apply(sound.retrieve(request, context).hits())));
  }

  @Test
  void retrieversThatBreakAPromise() {
    assertCaught(tampered(hits -> List.of())::findsWhatHasTheWord);
    assertCaught(tampered(List::reversed)::ordersBestFirstAndTiesById);
    assertCaught(
        tampered(
                hits -> {
                  List<Hit> twice = new ArrayList<>(hits);
                  twice.addAll(hits);
                  return twice;
                })
            ::ordersBestFirstAndTiesById);
    assertCaught(
        tampered(
                hits ->
                    hits.stream()
                        .map(hit -> new Hit(Passage.of(hit.passage().id(), "?"), hit.score(), "?"))
                        .toList())
            ::returnsPassagesAsTheyWerePutIn);
    assertCaught(
        over(sound -> (request, context) -> sound.retrieve(request.withTopK(50), context))
            ::returnsAtMostTopKAndFewerAreTheFirstOfMore);
    RetrieverContract unfiltered =
        over(sound -> (request, context) -> sound.retrieve(request.query().text(), request.topK()));
    assertCaught(unfiltered::filtersAsTheFilterSays);
    assertCaught(unfiltered::fillsTopKFromWhatTheFilterAccepts);
    assertCaught(
        over(
                sound ->
                    (request, context) ->
                        Retrieval.of(
                            sound
                                .retrieve(request.withFilter(Filter.all()), context)
                                .hits()
                                .stream()
                                .filter(hit -> request.filter().test(hit.passage()))
                                .toList()))
            ::fillsTopKFromWhatTheFilterAccepts);
    assertCaught(unfiltered::throwsWhenCancelledBefore);
    assertCaught(unfiltered::throwsWhenItsTimeIsUp);
    assertCaught(
        over(
                sound ->
                    (request, context) -> {
                      if (request.query().text().contains("(")) {
                        return Retrieval.of(List.of()); // a parse error that nobody is told
                      }
                      return sound.retrieve(request, context);
                    })
            ::takesOperatorsForPlainWords);
    assertCaught(
        over(
                sound -> {
                  AtomicBoolean odd = new AtomicBoolean();
                  return (request, context) ->
                      odd.getAndSet(!odd.get())
                          ? Retrieval.of(List.of())
                          : sound.retrieve(request, context);
                })
            ::givesTheSameHitsForTheSameRequest);
  }

  @Test
  void retrieversThatFailWhenTheyAreClosed() {
    AtomicBoolean closed = new AtomicBoolean();
    RetrieverContract contract =
        new RetrieverContract() {
          @Override
          protected Retriever retriever(List<Passage> passages) {
            Retriever sound = FakeRetriever.of(passages);
            return (request, context) -> {
              if (closed.get()) {
                throw new NullPointerException("the searcher is null");
              }
              return sound.retrieve(request, context);
            };
          }

          @Override
          protected void close(Retriever retriever) {
            closed.set(true);
          }
        };
    assertCaught(contract::mayBeClosedInTheMidst);
  }

  private static RerankerContract contract(Reranker reranker) {
    return new RerankerContract() {
      @Override
      protected Reranker reranker() {
        return reranker;
      }
    };
  }

  @Test
  void rerankersThatBreakAPromise() {
    RerankerContract backwards =
        contract((query, hits, topK, context) -> Retrieval.of(hits.reversed()));
    assertCaught(backwards::returnsPassagesThatItWasGivenBestFirst);
    assertCaught(backwards::returnsAtMostTopK);
    assertCaught(backwards::breaksTiesById);
    assertCaught(backwards::throwsWhenCancelledBefore);
    assertCaught(
        contract(
                (query, hits, topK, context) ->
                    Retrieval.of(List.of(new Hit(Passage.of("new", "new"), 1, "?"))))
            ::takesNoHitsAndOne);
    assertCaught(
        contract(
                (query, hits, topK, context) -> {
                  hits.removeLast();
                  return Retrieval.of(hits);
                })
            ::leavesTheListThatItWasGiven);
  }

  private static GeneratorContract contract(Generator generator) {
    return new GeneratorContract() {
      @Override
      protected Generator generator() {
        return generator;
      }
    };
  }

  @Test
  void generatorsThatBreakAPromise() {
    GeneratorContract inventive =
        contract(
            (request, context) ->
                Generation.of(
                    "Yes.",
                    List.of(Citation.of(Passage.of("dream", "Yes."), 0, 4, 0, 4)),
                    FinishReason.STOP,
                    Usage.none()));
    assertCaught(inventive::citesItsEvidenceWordForWord);
    assertCaught(inventive::takesAnEmptyContext);
    assertCaught(inventive::throwsWhenCancelledBefore);
    assertCaught(
        contract(
                (request, context) -> {
                  Passage read = request.context().evidence().getFirst().passage();
                  return Generation.of(
                      "",
                      List.of(Citation.of(read, read.start(), read.end(), 0, 9)),
                      FinishReason.STOP,
                      Usage.none());
                })
            ::citesItsEvidenceWordForWord);
  }

  private static ChunkerContract contract(Chunker chunker) {
    return new ChunkerContract() {
      @Override
      protected Chunker chunker() {
        return chunker;
      }
    };
  }

  @Test
  void chunkersThatBreakAPromise() {
    Chunker letters =
        document -> {
          List<Passage> passages = new ArrayList<>();
          for (int i = 0; i < document.text().length(); i++) {
            passages.add(Passage.of(document, i, i + 1, List.of()));
          }
          return passages;
        };
    assertCaught(contract(letters)::makesNothingOfNothing);
    assertCaught(contract(letters)::cutsOddTexts);
    Chunker forgetful =
        document ->
            document.text().isBlank()
                ? List.of()
                : List.of(
                    Passage.of(document, 0, Math.min(20, document.text().length()), List.of()));
    assertCaught(contract(forgetful)::cutsProse);
    assertCaught(contract(forgetful)::cutsRandomTexts);
    Chunker anonymous = document -> List.of(Passage.of("p", document.text()));
    assertCaught(contract(anonymous)::cutsProse);
    assertCaught(contract(anonymous)::namesPassagesOfDocumentsApart);
    Chunker stripping =
        document ->
            List.of(
                Passage.of(
                    Document.of(document.id(), document.text().strip()),
                    0,
                    document.text().strip().length(),
                    List.of()));
    assertCaught(contract(stripping)::cutsProse);
  }

  private static VectorStoreContract store(UnaryOperator<VectorStore> broken) {
    return new VectorStoreContract() {
      @Override
      protected VectorStore store(int dimension) {
        return broken.apply(FakeVectorStore.of(dimension));
      }
    };
  }

  /** A store whose matches somebody tampers with. */
  private static VectorStoreContract tamperedMatches(
      UnaryOperator<List<VectorStore.Match>> tamper) {
    return store(
        sound ->
            new FakeVectorStoreTest.Other(sound) {
              @Override
              public List<Match> search(
                  float[] vector, int most, Filter filter, CallContext context) {
                return tamper.apply(store.search(vector, most, filter, CallContext.unbounded()));
              }
            });
  }

  @Test
  void storesThatBreakAPromise() {
    assertThatThrownBy(store(FakeVectorStoreTest.Unfiltered::new)::findsExactlyWhatTheFilterAccepts)
        .isInstanceOf(StoreException.class);
    VectorStoreContract narrow =
        store(
            sound ->
                new FakeVectorStoreTest.Other(sound) {
                  @Override
                  public List<Match> search(
                      float[] vector, int most, Filter filter, CallContext context) {
                    Filter first = filter instanceof Filter.Or or ? or.parts().getFirst() : filter;
                    return store.search(vector, most, first, context);
                  }
                });
    assertCaught(narrow::findsExactlyWhatTheFilterAccepts);
    VectorStoreContract backwards = tamperedMatches(List::reversed);
    assertCaught(backwards::ordersByTheCosine);
    assertCaught(backwards::stopsBeforeItBeginsWhenCancelled);
    VectorStoreContract lossy = tamperedMatches(matches -> matches.stream().limit(10).toList());
    assertCaught(lossy::findsAllWhenMoreAreAskedForThanThereAre);
    assertCaught(lossy::findsExactlyWhatTheFilterAccepts);
    VectorStoreContract untyped =
        tamperedMatches(
            matches ->
                matches.stream()
                    .map(
                        match ->
                            new VectorStore.Match(
                                Passage.of(match.passage().id(), match.passage().text()),
                                match.vector(),
                                match.score()))
                    .toList());
    assertCaught(untyped::givesPassagesBackAsTheyWerePut);
    VectorStoreContract firstStays =
        store(
            sound ->
                new FakeVectorStoreTest.Other(sound) {
                  @Override
                  public void put(List<Entry> entries, CallContext context) {
                    List<String> there = ((FakeVectorStore) store).ids();
                    store.put(
                        entries.stream()
                            .filter(entry -> !there.contains(entry.passage().id()))
                            .toList(),
                        context);
                  }
                });
    assertCaught(firstStays::replacesAnEntryOfTheSameId);
    VectorStoreContract keeping =
        store(
            sound ->
                new FakeVectorStoreTest.Other(sound) {
                  @Override
                  public void delete(Collection<String> passageIds, CallContext context) {}
                });
    assertCaught(keeping::findsNoMoreWhatWasDeleted);
    assertCaught(keeping::findsNothingWhenEmpty);
    assertCaught(keeping::stopsBeforeItBeginsWhenCancelled);
  }

  private record Tampered(Embedder sound, UnaryOperator<List<float[]>> tamper) implements Embedder {
    @Override
    public Embeddings embed(List<String> texts, Side side, CallContext context) {
      Embeddings embeddings = sound.embed(texts, side, CallContext.unbounded());
      return new Embeddings(tamper.apply(embeddings.vectors()), embeddings.usage());
    }

    @Override
    public int dimension() {
      return sound.dimension();
    }

    @Override
    public StageDescription description() {
      return StageDescription.opaque("embedder", new Object());
    }
  }

  private static EmbedderContract embedder(UnaryOperator<List<float[]>> tamper) {
    return new EmbedderContract() {
      @Override
      protected Embedder embedder() {
        return new Tampered(FakeEmbedder.of(32), tamper);
      }
    };
  }

  @Test
  void embeddersThatBreakAPromise() {
    assertCaught(embedder(List::reversed)::givesATextTheSameVectorAloneAndAmongOthers);
    assertCaught(embedder(UnaryOperator.identity())::throwsWhenCancelledBefore);
    EmbedderContract batchDependent =
        embedder(
            vectors -> {
              vectors.forEach(vector -> vector[0] += vectors.size() * 1e-7f);
              return vectors;
            });
    assertCaught(batchDependent::givesATextTheSameVectorAloneAndAmongOthers);
    EmbedderContract unscaled =
        embedder(
            vectors -> {
              vectors.forEach(vector -> vector[0] += 3);
              return vectors;
            });
    assertCaught(unscaled::returnsAVectorOfLengthOneForEachText);
    float[] shared = new float[32];
    shared[0] = 1;
    EmbedderContract sharing = embedder(vectors -> vectors.stream().map(vector -> shared).toList());
    assertCaught(sharing::tellsTextsApart);
    assertCaught(sharing::leavesTheArraysToTheCaller);
  }
}
