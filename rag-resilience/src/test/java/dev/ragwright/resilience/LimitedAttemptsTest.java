package dev.ragwright.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Money;
import dev.ragwright.call.PriceTable;
import dev.ragwright.call.RagException;
import dev.ragwright.call.Sent;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.guard.SpendingLimit;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Rerankers;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A limit around attempts sets all of them aside. */
class LimitedAttemptsTest {
  private static final GenerationRequest REQUEST =
      GenerationRequest.of(Query.of("?"), new Context(List.of(), 0, List.of()));

  private static final long ONE = 3 + 16 + 10; // a message of 3 bytes, and what may be written

  private static final PriceTable DOLLARS =
      PriceTable.builder("USD", LocalDate.of(2026, 11, 30))
          .model("m", PriceTable.ModelPrice.perMillionTokens("1000000", "1000000"))
          .build();

  private static SpendingLimit limit(long dollars) {
    return SpendingLimit.builder(DOLLARS).perCall(Money.of(dollars, "USD")).build();
  }

  private static Resilience.Builder quick() {
    return Resilience.builder().backoff(Duration.ofMillis(1), Duration.ofMillis(2));
  }

  /** Charges all that a call may use, and is busy at first. */
  private record Hosted(int failures, AtomicInteger calls) implements Generator {
    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      Usage used = Usage.of(Usage.INPUT_TOKENS, 19).with(Usage.OUTPUT_TOKENS, 10);
      if (calls.incrementAndGet() > failures) {
        return Generation.of("x", List.of(), Generation.FinishReason.STOP, used);
      }
      throw new RagException("busy") {
        @Override
        public boolean retryable() {
          return true;
        }

        @Override
        public Usage usage() {
          return used;
        }
      };
    }

    @Override
    public Optional<PromptTemplate> prompt() {
      return Optional.of(Three.BYTES);
    }

    @Override
    public StageDescription description() {
      return StageDescription.of("generator", "hosted").with(StageDescription.MODEL, "m");
    }
  }

  private enum Three implements PromptTemplate {
    BYTES;

    @Override
    public List<ChatMessage> messages(GenerationRequest request) {
      return List.of(ChatMessage.user("abc"));
    }
  }

  private static Hosted busyTwice() {
    return new Hosted(2, new AtomicInteger());
  }

  @Test
  void ofAGenerator() {
    Hosted service = busyTwice();
    Generator three = quick().build().generator(service);
    assertThatThrownBy(
            () ->
                limit(3 * ONE - 1).generator(three, 10).generate(REQUEST, CallContext.unbounded()))
        .hasMessageContaining("hosted was not asked: the call may cost " + 3 * ONE + " USD");
    assertThat(service.calls()).hasValue(0);
    SpendingLimit enough = limit(3 * ONE);
    enough.generator(three, 10).generate(REQUEST, CallContext.unbounded());
    assertThat(service.calls()).hasValue(3);
    assertThat(enough.spending().spent()).isEqualTo(Money.of(3 * ONE, "USD"));
  }

  /** One that is hedged is beyond those that are counted; a fallback may ask each of its own. */
  @Test
  void ofAllThatMayBeAsked() {
    Generator hedged =
        quick().attempts(4).hedge(Duration.ofMinutes(1)).build().generator(busyTwice());
    assertThat(hedged.mostSent()).isEqualTo(Sent.once().repeated(8));
    assertThat(Resilience.fallback(busyTwice(), hedged, busyTwice()).mostSent())
        .isEqualTo(Sent.once().repeated(10));
    assertThat(quick().attempts(1).build().generator(busyTwice()).mostSent())
        .isEqualTo(Sent.once());
  }

  @Test
  void ofAnEmbedderAndAReranker() {
    Embedder embedder =
        new Embedder() {
          @Override
          public Embeddings embed(List<String> texts, Side side, CallContext context) {
            throw new AssertionError("it was asked");
          }

          @Override
          public int dimension() {
            return 1;
          }

          @Override
          public StageDescription description() {
            return StageDescription.of("embedder", "e").with(StageDescription.MODEL, "m");
          }
        };
    assertThatThrownBy(
            () -> limit(1).embedder(quick().build().embedder(embedder)).embedQuery("abc"))
        .hasMessageContaining("e was not asked: the call may cost " + 3 * (3 + 16) + " USD");
    Reranker reranker = quick().attempts(2).build().reranker(Rerankers.embedding(embedder));
    List<Hit> hits = List.of(new Hit(Passage.of("p", "four"), 1, "bm25"));
    assertThatThrownBy(() -> limit(1).reranker(reranker).rerank("abc", hits, 1))
        .hasMessageContaining("was not asked: the call may cost " + 2 * (3 + 16 + 4 + 16) + " USD");
  }
}
