package dev.ragwright.testkit;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Condenser;
import dev.ragwright.generate.ContextualChunker;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.QueryExpanders;
import dev.ragwright.retrieve.EvidenceBounds;
import dev.ragwright.retrieve.Expansion;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.FollowUp;
import dev.ragwright.retrieve.IterativeRetriever;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.QueryExpander;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Rerankers;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.retrieve.Saturation;
import dev.ragwright.retrieve.SemanticChunker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;

/** The stages of rag-core keep the contracts; rag-core itself cannot depend on this module. */
class CoreStagesContractTest {

  @Nested
  class Whole extends ChunkerContract {
    @Override
    protected Chunker chunker() {
      return Chunkers.whole();
    }
  }

  @Nested
  class MarkdownWithWholeBlocks extends ChunkerContract {
    @Override
    protected Chunker chunker() {
      return Chunkers.markdown(8, 12, TokenCounter.approximate());
    }
  }

  @Nested
  class Contextual extends ChunkerContract {
    @Override
    protected Chunker chunker() {
      return ContextualChunker.of(Chunkers.recursive(8, 0), FakeGenerator.create())
          .withDocumentTokens(20);
    }
  }

  @Nested
  class Recursive extends ChunkerContract {
    @Override
    protected Chunker chunker() {
      return Chunkers.recursive(8, 0);
    }
  }

  @Nested
  class RecursiveWithOverlap extends ChunkerContract {
    @Override
    protected Chunker chunker() {
      return Chunkers.recursive(8, 3);
    }
  }

  @Nested
  class RecursiveToSingleTokens extends ChunkerContract {
    @Override
    protected Chunker chunker() {
      return Chunkers.recursive(1, 0);
    }
  }

  @Nested
  class Markdown extends ChunkerContract {
    @Override
    protected Chunker chunker() {
      return Chunkers.markdown(8);
    }
  }

  @Nested
  class Sentences extends ChunkerContract {
    @Override
    protected Chunker chunker() {
      return Chunkers.sentences(3, 1);
    }
  }

  @Nested
  class FixedWindow extends ChunkerContract {
    @Override
    protected Chunker chunker() {
      return Chunkers.fixedWindow(5, 2);
    }
  }

  @Nested
  class ChildrenOfOverlappingParents extends ChunkerContract {
    @Override
    protected Chunker chunker() {
      return Chunkers.children(Chunkers.recursive(20, 6), Chunkers.sentences(1, 0));
    }
  }

  @Nested
  class ChildrenOfSections extends ChunkerContract {
    @Override
    protected Chunker chunker() {
      return Chunkers.children(Chunkers.markdown(40), Chunkers.recursive(6, 2));
    }
  }

  @Nested
  class Titled extends ChunkerContract {
    @Override
    protected Chunker chunker() {
      return Chunkers.titled(Chunkers.recursive(8, 3));
    }
  }

  @Nested
  class Semantic extends ChunkerContract {
    @Override
    protected Chunker chunker() {
      return SemanticChunker.of(FakeEmbedder.of(16), 8, TokenCounter.approximate());
    }
  }

  @Nested
  class NamedChunker extends ChunkerContract {
    @Override
    protected Chunker chunker() {
      return Chunkers.fixedWindow(5, 0).named("windows");
    }
  }

  @Nested
  class NoExpansion extends QueryExpanderContract {
    @Override
    protected QueryExpander expander() {
      return QueryExpander.none();
    }
  }

  @Nested
  class ExpansionThatMayFail extends QueryExpanderContract {
    @Override
    protected QueryExpander expander() {
      QueryExpander failing =
          (question, context) -> {
            throw new IllegalStateException("the model is down");
          };
      return failing.named("down").orQuestion();
    }
  }

  @Nested
  class ExpansionByAGenerator extends QueryExpanderContract {
    @Override
    protected QueryExpander expander() {
      return QueryExpanders.multiQuery(
          new Generator() {
            @Override
            public Generation generate(GenerationRequest request, CallContext context) {
              String question = request.question().text();
              return Generation.of("1. " + question + "?\n\n2. Say: " + question + "\n3. River?");
            }

            @Override
            public Generator withPrompt(PromptTemplate prompt) {
              return this;
            }
          });
    }
  }

  @Nested
  class NoCondensing extends CondenserContract {
    @Override
    protected Condenser condenser() {
      return Condenser.none();
    }
  }

  @Nested
  class EnglishCondensing extends CondenserContract {
    @Override
    protected Condenser condenser() {
      return Condenser.english();
    }
  }

  @Nested
  class JoiningQuestions extends CondenserContract {
    @Override
    protected Condenser condenser() {
      return Condenser.joining();
    }
  }

  @Nested
  class CondensingThatMayFail extends CondenserContract {
    @Override
    protected Condenser condenser() {
      Condenser failing =
          (turns, question, context) -> {
            throw new IllegalStateException("the model is down");
          };
      return failing.named("down").orElse(Condenser.english());
    }
  }

  @Nested
  class CondensingByAGenerator extends CondenserContract {
    @Override
    protected Condenser condenser() {
      return Condenser.of(
          new Generator() {
            @Override
            public Generation generate(GenerationRequest request, CallContext context) {
              int turns = request.context().history().size();
              return Generation.of(request.question().text().strip() + " after " + turns);
            }

            @Override
            public Generator withPrompt(PromptTemplate prompt) {
              return this;
            }
          });
    }
  }

  @Nested
  class None extends RerankerContract {
    @Override
    protected Reranker reranker() {
      return Reranker.none();
    }
  }

  @Nested
  class NamedReranker extends RerankerContract {
    @Override
    protected Reranker reranker() {
      return Reranker.none().named("as it was");
    }
  }

  @Nested
  class Chained extends RerankerContract {
    @Override
    protected Reranker reranker() {
      return Rerankers.embedding(FakeEmbedder.of(16)).then(Reranker.none(), 6);
    }
  }

  @Nested
  class FusedWithFirstStage extends RerankerContract {
    @Override
    protected Reranker reranker() {
      return Rerankers.embedding(FakeEmbedder.of(16))
          .fusedWithFirstStage(RankFusion.reciprocalRank(60));
    }
  }

  @Nested
  class Mmr extends RerankerContract {
    @Override
    protected Reranker reranker() {
      return Rerankers.mmr(FakeEmbedder.of(16), 0.6);
    }
  }

  @Nested
  class MmrByDifferenceAlone extends RerankerContract {
    @Override
    protected Reranker reranker() {
      return Rerankers.mmr(FakeEmbedder.of(3), 0);
    }
  }

  @Nested
  class Embedding extends RerankerContract {
    @Override
    protected Reranker reranker() {
      return Rerankers.embedding(FakeEmbedder.of(16));
    }
  }

  @Nested
  class Recency extends RerankerContract {
    @Override
    protected Reranker reranker() {
      return Rerankers.recency("date", Duration.ofDays(30), InstantSource.system());
    }
  }

  @Nested
  class Boost extends RerankerContract {
    @Override
    protected Reranker reranker() {
      return Rerankers.boost(Filter.documents(List.of("p03", "tie-b")), 3);
    }
  }

  @Nested
  class Threshold extends RerankerContract {
    @Override
    protected Reranker reranker() {
      return Rerankers.threshold(0.2);
    }
  }

  @Nested
  class Fused extends RetrieverContract {
    @Override
    protected Retriever retriever(List<Passage> passages) {
      Retriever one = FakeRetriever.of(passages);
      Retriever other = FakeRetriever.of(passages.reversed());
      return Retrievers.fuse(RankFusion.reciprocalRank(60), one, other);
    }
  }

  @Nested
  class FusedOfOne extends RetrieverContract {
    @Override
    protected Retriever retriever(List<Passage> passages) {
      return Retrievers.fuse(RankFusion.reciprocalRank(0, 2), 20, FakeRetriever.of(passages));
    }
  }

  @Nested
  class Reranked extends RetrieverContract {
    @Override
    protected Retriever retriever(List<Passage> passages) {
      return FakeRetriever.of(passages).rerankedBy(Reranker.none(), 50);
    }
  }

  @Nested
  class Iterative extends RetrieverContract {
    @Override
    protected Retriever retriever(List<Passage> passages) {
      return IterativeRetriever.of(FakeRetriever.of(passages), FollowUp.names()).searches(4);
    }
  }

  @Nested
  class IterativeByExpander extends RetrieverContract {
    @Override
    protected Retriever retriever(List<Passage> passages) {
      QueryExpander words =
          (question, context) ->
              Expansion.of(Stream.of(question.text().split(" ", 9)).map(Query::of).toList());
      return IterativeRetriever.of(FakeRetriever.of(passages), FollowUp.of(words.named("words")))
          .searches(3)
          .depth(2)
          .stoppingAt(
              Saturation.coverage(),
              new dev.ragwright.retrieve.Threshold(
                  2, "coverage in 3 searches of 2 over fake, expander(words)", .1, .9, 10, 0));
    }
  }

  @Nested
  class Corrected extends RetrieverContract {
    @Override
    protected Retriever retriever(List<Passage> passages) {
      Retriever first = FakeRetriever.of(passages);
      EvidenceBounds bounds = new EvidenceBounds(2, 2, "fake", .1, .9, 10);
      return Retrievers.corrected(
          first, Reranker.none(), 3, bounds, first, RankFusion.reciprocalRank(60));
    }
  }
}
