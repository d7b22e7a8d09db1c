package dev.ragwright.opensearch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ragwright.document.Passage;
import dev.ragwright.node.LocalCluster;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeEmbedder;
import dev.ragwright.testkit.seeds.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * Nodes are killed while questions are asked and passages are added; {@code
 * -Dragwright.kills=ROUNDS} sets how often, twice by default.
 */
class NodeKillsTest {
  private static final int ROUNDS = Integer.getInteger("ragwright.kills", 2);
  private static final int THREADS = 4;
  private static final String[] QUESTIONS = {
    "quokka number of the river", "the seventh wombat", "river 3", "who swam in number 20"
  };

  /** What went wrong first; null for nothing. */
  private final AtomicReference<Object> wrong = new AtomicReference<>();

  private final AtomicBoolean over = new AtomicBoolean();

  /** Of each thread, how many of its questions were answered whole. */
  private final AtomicIntegerArray answered = new AtomicIntegerArray(THREADS);

  private final AtomicLong slowest = new AtomicLong();
  private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
  private final AtomicLong refused = new AtomicLong();

  @Test
  void noAnswerIsWrongOrShortAndNoAcknowledgedPassageIsLost() throws Exception {
    RandomGenerator random = Seeds.random();
    LocalCluster cluster = EngineCluster.get();
    List<Passage> passages = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      String animal = i % 3 == 0 ? "wombat" : "quokka";
      passages.add(Passage.of("p" + i, "A " + animal + " number " + i + " swam in river " + i % 7));
    }
    try (OpenSearchIndex asked =
            EngineCluster.index("kills-asked").embedder(FakeEmbedder.of(64)).open();
        OpenSearchIndex added =
            EngineCluster.index("kills-added").embedder(FakeEmbedder.of(64)).open()) {
      asked.addAll(passages);
      cluster.await(3);
      List<Retriever> ways = List.of(asked.bm25(), asked.knn(), asked.hybrid());
      List<List<Hit>> whole = new ArrayList<>();
      for (int i = 0; i < ways.size() * QUESTIONS.length; i++) {
        whole.add(ask(ways, i));
      }
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int thread = i;
        threads.add(Thread.ofPlatform().start(() -> askOn(ways, whole, thread)));
      }
      threads.add(Thread.ofPlatform().start(() -> addTo(added)));
      try {
        for (int round = 1; round <= ROUNDS && wrong.get() == null; round++) {
          killAndStart(cluster, random.nextInt(3), round);
        }
      } finally {
        over.set(true);
        for (Thread thread : threads) {
          thread.join();
        }
      }
      assertThat(wrong.get()).isNull();
      System.out.printf(
          Locale.ROOT,
          "%d additions were acknowledged, and %d not%n",
          acknowledged.size(),
          refused.get());
      assertThat(acknowledged).isNotEmpty();
      for (String id : acknowledged) {
        assertThat(added.passages(id)).as(id).hasSize(1);
      }
      assertThat(added.size().passages()).isGreaterThanOrEqualTo(acknowledged.size());
      assertThat(asked.size().passages()).isEqualTo(passages.size());
    }
  }

  private void killAndStart(LocalCluster cluster, int node, int round) throws Exception {
    int manager = cluster.manager();
    long before = total();
    slowest.set(0);
    int[] seen = new int[THREADS];
    long start = System.nanoTime();
    cluster.kill(node);
    for (int i = 0; i < THREADS; i++) {
      seen[i] = answered.get(i);
    }
    // Two more of each thread: the first of them may have been asked before.
    for (int i = 0; i < THREADS; i++) {
      while (answered.get(i) < seen[i] + 2 && wrong.get() == null) {
        Thread.sleep(1);
      }
    }
    double again = (System.nanoTime() - start) / 1e9;
    cluster.await(2);
    cluster.start(node);
    cluster.await(3);
    System.out.printf(
        Locale.ROOT,
        "round %d: node %d%s killed; whole again after %.2f s, slowest answer %.2f s, %d answers%n",
        round,
        node,
        node == manager ? ", the manager," : "",
        again,
        slowest.get() / 1e9,
        total() - before);
  }

  private long total() {
    long total = 0;
    for (int i = 0; i < THREADS; i++) {
      total += answered.get(i);
    }
    return total;
  }

  private static List<Hit> ask(List<Retriever> ways, int number) {
    int which = number % (ways.size() * QUESTIONS.length);
    return ways.get(which % ways.size()).retrieve(QUESTIONS[which / ways.size()], 10).hits();
  }

  private void askOn(List<Retriever> ways, List<List<Hit>> whole, int thread) {
    for (int i = thread; !over.get() && wrong.get() == null; i++) {
      long start = System.nanoTime();
      try {
        List<Hit> hits = ask(ways, i);
        if (!hits.equals(whole.get(i % whole.size()))) {
          wrong.compareAndSet(null, hits);
        }
        slowest.accumulateAndGet(System.nanoTime() - start, Math::max);
        answered.incrementAndGet(thread);
        Thread.sleep(2); // the nodes have the same cores
      } catch (InterruptedException | RuntimeException | Error e) {
        wrong.compareAndSet(null, e);
      }
    }
  }

  private void addTo(OpenSearchIndex index) {
    for (int i = 0; !over.get() && wrong.get() == null; i++) {
      String id = "late" + i;
      try {
        index.addAll(List.of(Passage.of(id, "Passage " + i + " came late.")));
        acknowledged.add(id);
        Thread.sleep(Duration.ofMillis(20));
      } catch (EngineException e) {
        refused.incrementAndGet(); // told, so not lost
      } catch (InterruptedException | RuntimeException | Error e) {
        wrong.compareAndSet(null, e);
      }
    }
  }
}
