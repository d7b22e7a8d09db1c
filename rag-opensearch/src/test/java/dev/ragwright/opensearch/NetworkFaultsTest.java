package dev.ragwright.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.document.Passage;
import dev.ragwright.node.LocalCluster;
import dev.ragwright.opensearch.FaultProxy.Fault;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeEmbedder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What comes of a call when the network between is at fault. */
@Timeout(120)
class NetworkFaultsTest {
  private static final RetrievalRequest QUESTION =
      RetrievalRequest.of("quokka number of the river", 10);
  private static final List<FaultProxy> PROXIES = new ArrayList<>();
  private static List<Hit> whole = List.of();

  @BeforeAll
  static void fill() throws IOException {
    List<Passage> passages = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      passages.add(Passage.of("p" + i, "Quokka number " + i + " swam in river " + i % 7 + "."));
    }
    LocalCluster cluster = EngineCluster.get();
    for (String host : cluster.hosts()) {
      PROXIES.add(new FaultProxy(host));
    }
    try (OpenSearchIndex index =
        EngineCluster.index("faults").embedder(FakeEmbedder.of(64)).open()) {
      index.addAll(passages);
      whole = ask(index.hybrid(), CallContext.unbounded());
      assertThat(whole).hasSize(10);
    }
  }

  @AfterEach
  void mend() {
    PROXIES.forEach(proxy -> proxy.fault(Fault.NONE));
  }

  @AfterAll
  static void close() throws IOException {
    for (FaultProxy proxy : PROXIES) {
      proxy.close();
    }
    PROXIES.clear();
  }

  private static List<Hit> ask(Retriever retriever, CallContext context) {
    return retriever.retrieve(QUESTION, context).hits();
  }

  private static OpenSearchIndex open(int hosts, Duration patience) {
    OpenSearchIndex.Builder builder =
        OpenSearchIndex.builder().name("faults").embedder(FakeEmbedder.of(64)).patience(patience);
    PROXIES.subList(0, hosts).forEach(proxy -> builder.host(proxy.host()));
    return builder.open();
  }

  private static void await(BooleanSupplier condition, String what) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(10);
    }
  }

  /** Whatever one of them does, on connections that worked before too. */
  @ParameterizedTest
  @EnumSource
  void anAnswerIsWholeWhenOneOfThreeHostsIsAtFault(Fault fault) {
    try (OpenSearchIndex index = open(3, Duration.ofSeconds(30))) {
      for (int i = 0; i < 3; i++) {
        assertThat(ask(index.bm25(), CallContext.unbounded())).hasSize(10);
      }
      PROXIES.getFirst().fault(fault);
      for (int i = 0; i < 12; i++) {
        assertThat(ask(index.hybrid(), CallContext.withTimeout(Duration.ofSeconds(20))))
            .isEqualTo(whole);
      }
      index.addAll(List.of(Passage.of("extra", "Something else.")));
      index.deletePassages(List.of("extra"));
      assertThat(index.size().passages()).isEqualTo(300);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aCallWhoseHostsAreAllAtFaultEndsWithinItsTime(Fault fault) {
    try (OpenSearchIndex patient = open(3, Duration.ofSeconds(30));
        OpenSearchIndex hasty = open(3, Duration.ofMillis(800))) {
      PROXIES.forEach(proxy -> proxy.fault(fault));
      assertThatThrownBy(() -> ask(patient.bm25(), CallContext.withTimeout(Duration.ofMillis(800))))
          .isInstanceOf(DeadlineExceededException.class);
      assertThatThrownBy(() -> ask(hasty.bm25(), CallContext.unbounded()))
          .isInstanceOfSatisfying(
              EngineException.class, failure -> assertThat(failure.retryable()).isTrue())
          .hasMessageStartingWith("no answer from ")
          .hasMessageContaining("tries of 3 nodes in PT0.8S; patience(...) of the builder");
      assertThatThrownBy(() -> hasty.addAll(List.of(Passage.of("lost", "Lost."))))
          .isInstanceOf(EngineException.class)
          .hasMessageStartingWith("no answer from ");
      mend();
      assertThat(ask(patient.hybrid(), CallContext.unbounded())).isEqualTo(whole);
      hasty.deletePassages(List.of("lost")); // a cut answer may be of what was done
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"DELAY", "DROP", "HALF_OPEN"})
  void aCallThatIsCancelledEndsAtOnce(Fault fault) throws Exception {
    try (OpenSearchIndex index = open(1, Duration.ofSeconds(100))) {
      PROXIES.getFirst().fault(fault);
      int asked = PROXIES.getFirst().asked();
      CallContext context = CallContext.unbounded();
      CompletableFuture<List<Hit>> answer =
          CompletableFuture.supplyAsync(() -> ask(index.bm25(), context));
      await(() -> PROXIES.getFirst().asked() > asked, "the proxy was asked");
      context.cancel();
      assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(CancelledException.class);
    }
  }

  /** As a balancer does that forgets idle connections and tells nobody. */
  @Test
  void aConnectionThatDiedSilentlyIsNotTheOnlyOne() {
    try (OpenSearchIndex index = open(1, Duration.ofSeconds(30))) {
      PROXIES.getFirst().fault(Fault.HALF_OPEN);
      CompletableFuture<List<Hit>> answer =
          CompletableFuture.supplyAsync(() -> ask(index.hybrid(), CallContext.unbounded()));
      assertThatThrownBy(() -> answer.get(500, TimeUnit.MILLISECONDS)); // its requests are gone
      PROXIES.getFirst().fault(Fault.NONE);
      assertThat(answer.join()).isEqualTo(whole);
    }
  }

  @Test
  void twoHundredFaultyCallsLeaveNoConnectionsAndThreads() throws Exception {
    try (OpenSearchIndex index = open(3, Duration.ofSeconds(30))) {
      assertThat(ask(index.hybrid(), CallContext.unbounded())).isEqualTo(whole);
      int threads = ManagementFactory.getThreadMXBean().getThreadCount();
      Fault[] faults = Fault.values();
      for (int round = 0; round < 10; round++) {
        for (int i = 0; i < PROXIES.size(); i++) {
          PROXIES.get(i).fault(faults[1 + (round + i) % (faults.length - 1)]);
        }
        AtomicInteger failed = new AtomicInteger();
        List<Thread> asking = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          asking.add(
              Thread.ofVirtual()
                  .start(
                      () -> {
                        try {
                          ask(index.bm25(), CallContext.withTimeout(Duration.ofMillis(300)));
                        } catch (DeadlineExceededException e) {
                          failed.incrementAndGet();
                        }
                      }));
        }
        for (Thread thread : asking) {
          thread.join();
        }
        assertThat(failed.get()).isEqualTo(20);
      }
      await(
          () -> PROXIES.stream().mapToInt(FaultProxy::open).sum() <= 6,
          "connections of calls that are over end");
      mend();
      assertThat(ask(index.hybrid(), CallContext.unbounded())).isEqualTo(whole);
      assertThat(ManagementFactory.getThreadMXBean().getThreadCount())
          .isLessThanOrEqualTo(threads + 5);
    }
  }
}
