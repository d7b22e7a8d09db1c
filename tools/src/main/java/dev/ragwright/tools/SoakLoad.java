package dev.ragwright.tools;

import dev.ragwright.Answer;
import dev.ragwright.AnswerStream;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Passage;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Qrels;
import dev.ragwright.eval.Question;
import dev.ragwright.eval.ranking.Ndcg;
import dev.ragwright.experiment.Experiment;
import dev.ragwright.experiment.ExperimentResult;
import dev.ragwright.experiment.Factor;
import dev.ragwright.experiment.Progress;
import dev.ragwright.generate.AnswerCache;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generator;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.observe.LoggedQuestions;
import dev.ragwright.observe.TraceLog;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.TooLong;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.retrievers.rerank.LateInteraction;
import dev.ragwright.retrievers.rerank.OnnxCrossEncoder;
import dev.ragwright.trace.Trace;
import dev.ragwright.trace.TraceListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Questions of every kind against an index that is changed, closed and opened again meanwhile, each
 * checked against what the index has acknowledged.
 */
final class SoakLoad implements AutoCloseable {
  private static final int MOST_FAILURES = 20;
  private static final Duration REOPENED_EVERY = Duration.ofSeconds(45);

  private final Path folder;
  private final String model;
  private final SoakDocuments sheets;
  private final SoakDocuments notes;
  private final int askers;
  private final long seed;
  private final OnnxEmbedder embedder;
  private final @Nullable OnnxCrossEncoder crossEncoder;
  private final @Nullable LateInteraction lateInteraction;
  private final @Nullable OnnxGenerator chat;
  private final List<String> questions;
  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
  private final List<String> failures = new ArrayList<>();
  private final AtomicInteger failed = new AtomicInteger();
  private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock(true);
  private final List<Thread> threads = new ArrayList<>();
  private volatile int[] committed = {};
  private volatile boolean stopping;
  private volatile boolean reopening;
  private volatile Opened opened;
  private volatile Log log;
  private long nextReopening; // of the one thread that reopens
  private int round; // of the one thread that works around the index

  /** What is closed and opened again while it is in use. */
  private record Opened(
      LuceneIndex index,
      AnswerCache cache,
      RagPipeline words,
      RagPipeline vectors,
      RagPipeline both,
      @Nullable RagPipeline chat) {}

  /** A log of traces, and how many it was given. */
  private record Log(Path file, TraceLog traces, AtomicLong given) {
    static Log open(Path file) {
      return new Log(file, TraceLog.open(file, 1, 1), new AtomicLong());
    }
  }

  private interface Step {
    void run(Random random) throws IOException;
  }

  SoakLoad(
      Path folder,
      String model,
      @Nullable Path reranking,
      @Nullable Path chatting,
      SoakDocuments sheets,
      SoakDocuments notes,
      int askers,
      long seed) {
    this.folder = folder;
    this.model = model;
    this.sheets = sheets;
    this.notes = notes;
    this.askers = askers;
    this.seed = seed;
    this.embedder = RetrievalOptions.embedder(model);
    this.crossEncoder = reranking == null ? null : OnnxCrossEncoder.load(reranking);
    this.lateInteraction = reranking == null ? LateInteraction.of(embedder, 8L << 20) : null;
    this.chat =
        chatting == null
            ? null
            : OnnxGenerator.builder(ModelFolder.of(chatting))
                .whenTooLong(TooLong.DROP_EVIDENCE)
                .decoding(DecodingOptions.builder().maxTokens(16).build())
                .build();
    Random random = new Random(seed);
    this.questions =
        Stream.generate(() -> SoakDocuments.question(random)).distinct().limit(200).toList();
    this.log = Log.open(folder.resolve("traces-0.jsonl"));
    for (int document = 0; document < sheets.size(); document++) {
      sheets.aim(document, document % 10 == 0 ? 0 : 1);
    }
    this.opened = opening();
    opened.index().sync(sheets.source(), chunker());
    acknowledge(sheets);
    opened.index().commit();
    committed = notes.snapshot();
  }

  private static Chunker chunker() {
    return Chunkers.markdown(200);
  }

  private Opened opening() {
    LuceneIndex index = LuceneIndex.open(folder.resolve("index"), embedder);
    AnswerCache cache = AnswerCache.builder().folder(folder.resolve("answers")).capacity(50).open();
    Reranker reranker = crossEncoder == null ? lateInteraction : crossEncoder;
    Generator quotes = ExtractiveGenerator.builder().embedder(embedder).build();
    RagPipeline words =
        RagPipeline.builder()
            .retriever(index.bm25())
            .generator(ExtractiveGenerator.create())
            .listener(this::listening)
            .build();
    return new Opened(
        index,
        cache,
        words.with(r -> r.cache(cache)),
        words.with(r -> r.retriever(index.knn()).generator(quotes)),
        words.with(
            r ->
                r.retriever(index.hybrid())
                    .reranker(Objects.requireNonNull(reranker), 10)
                    .generator(quotes)
                    .cache(cache)),
        chat == null ? null : words.with(r -> r.topK(2).generator(chat)));
  }

  private TraceListener listening(String id, String question) {
    Log now = log; // the one that is open when the question begins
    TraceListener writing = now.traces().create(id, question);
    return new TraceListener() {
      @Override
      public void questionEnded(Trace trace) {
        now.given().incrementAndGet();
        writing.questionEnded(trace);
      }
    };
  }

  void start() {
    for (int asker = 0; asker < askers; asker++) {
      begin("ask-" + asker, this::ask);
    }
    begin("sync", this::sync);
    begin("notes", this::note);
    begin("view", new ReadOnlyView());
    begin("reopen", this::reopen);
    begin("around", this::around);
  }

  private void begin(String name, Step step) {
    Random random = new Random(seed + name.hashCode());
    threads.add(
        Thread.ofPlatform()
            .name("soak-" + name)
            .start(
                () -> {
                  while (!stopping) {
                    gate.readLock().lock();
                    try {
                      step.run(random);
                    } catch (Exception | Error e) {
                      fail(name + " failed", e);
                    } finally {
                      gate.readLock().unlock();
                    }
                  }
                  if (step instanceof ReadOnlyView view) {
                    view.close();
                  }
                }));
  }

  /** Does something while nobody asks and nothing is written. */
  <T> T quietly(Supplier<T> action) {
    gate.writeLock().lock();
    try {
      return action.get();
    } finally {
      gate.writeLock().unlock();
    }
  }

  private void count(String what) {
    counts.computeIfAbsent(what, key -> new LongAdder()).increment();
  }

  /** What was done, and how often. */
  Map<String, Long> counts() {
    Map<String, Long> sums = new TreeMap<>();
    counts.forEach((what, count) -> sums.put(what, count.sum()));
    return sums;
  }

  private void fail(String what, @Nullable Throwable e) {
    failed.incrementAndGet();
    StringBuilder text = new StringBuilder(what);
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      text.append("\n  ").append(cause);
      Arrays.stream(cause.getStackTrace())
          .limit(12)
          .forEach(at -> text.append("\n    ").append(at));
    }
    synchronized (failures) {
      if (failures.size() < MOST_FAILURES) {
        failures.add(text.toString());
        System.err.println("WRONG: " + text);
      }
    }
  }

  int failed() {
    return failed.get();
  }

  /** One question, which may come upon an index that is being closed. */
  @SuppressWarnings("ReferenceEquality") // whether it is this one still
  private void meeting(Consumer<Opened> call) {
    Opened used = opened;
    try {
      call.accept(used);
    } catch (RuntimeException e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      boolean closed =
          cause instanceof IllegalStateException
              && String.valueOf(cause.getMessage()).endsWith(" is closed");
      if (!closed || (used == opened && !reopening)) {
        throw e;
      }
      count("met a closed index");
      LockSupport.parkNanos(1_000_000);
    }
  }

  private void ask(Random random) {
    double drawn = random.nextDouble();
    String question = questions.get((int) (200 * drawn * drawn * drawn));
    meeting(
        used -> {
          int[] since = sheets.snapshot();
          int[] notesSince = notes.snapshot();
          int kind = random.nextInt(100);
          RagPipeline rag =
              switch (random.nextInt(10)) {
                case 0, 1, 2 -> used.words();
                case 3, 4 -> used.vectors();
                default -> used.both();
              };
          if (kind < 55) {
            check(rag.ask(question), since, notesSince);
            count("answered");
          } else if (kind < 70) {
            streamClosedMidway(rag, question, random);
          } else if (kind < 75) {
            try (AnswerStream stream = rag.stream(question)) {
              String pieces = String.join("", stream.text().toList());
              check(stream.result(), since, notesSince);
              if (!pieces.equals(stream.result().text())) {
                fail("the pieces \"" + pieces + "\" are not " + stream.result().text(), null);
              }
            }
            count("streamed");
          } else if (kind < 90) {
            Duration timeout = Duration.ofMillis(1 + random.nextInt(60));
            try {
              check(rag.ask(question, CallContext.withTimeout(timeout)), since, notesSince);
              count("within its deadline");
            } catch (DeadlineExceededException e) {
              count("stopped by its deadline");
            }
          } else {
            CallContext context = CallContext.unbounded();
            long after = random.nextInt(40_000_000);
            Thread.startVirtualThread(
                () -> {
                  LockSupport.parkNanos(after);
                  context.cancel();
                });
            try {
              check(rag.ask(question, context), since, notesSince);
              count("before it was cancelled");
            } catch (CancelledException e) {
              count("cancelled");
            }
          }
        });
  }

  private void streamClosedMidway(RagPipeline rag, String question, Random random) {
    AnswerStream stream = rag.stream(question);
    Iterator<String> pieces = stream.text().iterator();
    for (int piece = random.nextInt(4); piece > 0 && pieces.hasNext(); piece--) {
      pieces.next();
    }
    stream.close();
    try {
      stream.result();
      count("complete before it was closed");
    } catch (CancelledException e) {
      count("stream closed midway");
    }
  }

  private void check(Answer answer, int[] sheetsSince, int[] notesSince) {
    for (Citation citation : answer.citations()) {
      wrong(
          citation.documentId(),
          citation.start(),
          citation.end(),
          citation.quote(),
          sheetsSince,
          notesSince);
      if (citation.answerEnd() > answer.text().length()) {
        fail("a citation of [%s] units beyond the answer".formatted(citation.answerEnd()), null);
      }
    }
    for (Evidence evidence : answer.context().evidence()) {
      Passage read = evidence.passage();
      wrong(read.documentId(), read.start(), read.end(), read.text(), sheetsSince, notesSince);
    }
  }

  private void wrong(
      String id, int start, int end, String quote, int[] sheetsSince, int[] notesSince) {
    int sheet = sheets.document(id);
    String wrong =
        sheet >= 0
            ? sheets.wrong(sheet, sheetsSince, start, end, quote)
            : notes.wrong(notes.document(id), notesSince, start, end, quote);
    if (!wrong.isEmpty()) {
      fail(wrong, null);
    }
  }

  /** Changes some documents and has the index follow; some of these calls are cancelled. */
  private void sync(Random random) {
    IntStream.range(0, 1 + sheets.size() / 50)
        .map(i -> random.nextInt(sheets.size()))
        .distinct()
        .forEach(
            document ->
                sheets.aim(document, sheets.aim(document) + (random.nextInt(3) == 0 ? 1 : 2)));
    meeting(
        used -> {
          CallContext context =
              random.nextInt(4) == 0
                  ? CallContext.withTimeout(Duration.ofMillis(1 + random.nextInt(300)))
                  : CallContext.unbounded();
          List<Integer> changed =
              IntStream.range(0, sheets.size())
                  .filter(document -> sheets.aim(document) != sheets.acknowledged(document))
                  .boxed()
                  .toList();
          try {
            used.index().sync(sheets.source(), chunker(), context, progress -> {});
          } catch (DeadlineExceededException e) {
            count("sync stopped by its deadline");
            return;
          }
          acknowledge(sheets);
          count("synced");
          changed.forEach(document -> verify(used.index(), sheets, document, null));
        });
    rest(random, 1_500);
  }

  private static void acknowledge(SoakDocuments documents) {
    IntStream.range(0, documents.size()).forEach(documents::acknowledge);
  }

  /** Adds, replaces and deletes passages one by one. */
  private void note(Random random) {
    for (int i = 1 + random.nextInt(8); i > 0; i--) {
      meeting(
          used -> {
            int note = random.nextInt(notes.size());
            int state = notes.acknowledged(note);
            boolean delete = SoakDocuments.isThere(state) && random.nextInt(3) == 0;
            int next = delete ? state + 1 : SoakDocuments.isThere(state) ? state + 2 : state + 1;
            // A call that met a closed index has left it as it was: what was aimed at stays
            // possible.
            next = Math.max(next, notes.aim(note) + ((notes.aim(note) - next) & 1));
            notes.aim(note, next);
            if (SoakDocuments.isThere(next)) {
              used.index().addAll(List.of(Passage.of(notes.id(note), notes.text(note, next))));
              count("note added or replaced");
            } else {
              used.index().delete(notes.id(note));
              count("note deleted");
            }
            notes.acknowledge(note);
            verify(used.index(), notes, note, null);
          });
    }
    if (random.nextInt(3) == 0) {
      meeting(
          used -> {
            int[] before = notes.snapshot();
            used.index().commit();
            committed = before;
            count("committed");
          });
    }
    rest(random, 1_000);
  }

  private void rest(Random random, int mostMillis) {
    LockSupport.parkNanos(Duration.ofMillis(random.nextInt(mostMillis)).toNanos());
  }

  /**
   * A document that is acknowledged is found by its mark, and one that is gone is not.
   *
   * @param since what the index is known to have; null for what was acknowledged last
   */
  private void verify(
      LuceneIndex index, SoakDocuments documents, int document, int @Nullable [] since) {
    int state = since == null ? documents.acknowledged(document) : since[document];
    boolean there = SoakDocuments.isThere(state);
    if (documents.aim(document) != state || state == 0) {
      return;
    }
    String mark = documents.mark(document, there ? state : state - 1);
    List<Hit> hits = index.bm25().retrieve(mark, 3).hits();
    List<Passage> all = index.passages(documents.id(document));
    if (documents.aim(document) != state) {
      return; // it was changed meanwhile
    }
    boolean found =
        hits.stream()
            .anyMatch(
                hit ->
                    hit.passage().documentId().equals(documents.id(document))
                        && hit.passage().text().contains(mark));
    if (found != there
        || all.isEmpty() == there
        || hits.stream().anyMatch(hit -> !hit.passage().text().contains(mark))) {
      fail(
          "%s in state %s, of mark %s, has the passages %s and is found as %s in %s"
              .formatted(documents.id(document), state, mark, all, hits, index),
          null);
    }
    count("verified");
  }

  /** Reads what others write, as another process would. */
  private final class ReadOnlyView implements Step, AutoCloseable {
    private @Nullable LuceneIndex view;
    private int refreshes;

    @Override
    public void run(Random random) {
      int[] since = committed;
      if (view == null) {
        view =
            LuceneIndex.builder()
                .directory(folder.resolve("index"))
                .embedder(embedder)
                .openReadOnly();
        count("view opened");
      } else if (view.refresh()) {
        count("view refreshed");
      }
      for (int i = 0; i < 10; i++) {
        verify(view, notes, random.nextInt(notes.size()), since);
      }
      view.hybrid().retrieve(questions.get(random.nextInt(questions.size())), 5);
      if (++refreshes % 20 == 0) {
        close();
      }
      rest(random, 1_000);
    }

    @Override
    public void close() {
      LuceneIndex open = view;
      view = null;
      if (open != null) {
        open.close();
      }
    }
  }

  /** Closes the index and the cache under those who ask, and opens them again. */
  private void reopen(Random random) {
    long now = System.nanoTime();
    if (nextReopening == 0 || now < nextReopening) {
      nextReopening = nextReopening == 0 ? now + REOPENED_EVERY.toNanos() / 3 : nextReopening;
      LockSupport.parkNanos(20_000_000); // short: who measures waits for it
      return;
    }
    nextReopening = now + REOPENED_EVERY.toNanos();
    reopening = true;
    try {
      Opened before = opened;
      before.index().close();
      before.cache().close();
      before.index().close(); // once more, which does nothing
      int[] since = notes.snapshot();
      opened = opening();
      count("index reopened");
      for (int note = 0; note < notes.size(); note++) {
        verify(opened.index(), notes, note, since);
      }
    } finally {
      reopening = false;
    }
  }

  /** What is opened, used and closed beside the index: log, memo, models, small indexes. */
  private void around(Random random) throws IOException {
    switch (round++ % 5) {
      case 0 -> rollLog();
      case 1 -> experiment();
      case 2 -> openModel();
      case 3 -> smallIndex();
      default -> chat(random);
    }
    rest(random, 2_000);
  }

  private void rollLog() throws IOException {
    Log before = log;
    if (before.given().get() == 0) {
      return;
    }
    log = Log.open(folder.resolve("traces-" + round + ".jsonl"));
    // Questions that are on their way end in the old one; whoever is later is counted as lost.
    LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
    before.traces().close();
    long lines;
    try (Stream<String> all = Files.lines(before.file())) {
      lines = all.count();
    }
    LoggedQuestions read = LoggedQuestions.read(before.file());
    long times = read.questions().stream().mapToLong(LoggedQuestions.Logged::times).sum();
    if (times != lines || lines > before.given().get()) {
      fail(
          "a log of %s lines has %s questions, and was given %s"
              .formatted(lines, times, before.given().get()),
          null);
    }
    Files.delete(before.file());
    count("log rolled");
  }

  private void experiment() throws IOException {
    Path memo = folder.resolve("memo");
    List<Question> asked = new ArrayList<>();
    Map<String, Map<String, Integer>> grades = new LinkedHashMap<>();
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      for (int i = 0; i < 6; i++) {
        index.addAll(List.of(Passage.of("p" + i, notes.text(i, 1))));
        asked.add(new Question("q" + i, "what is the mark " + notes.mark(i, 1), List.of()));
        grades.put("q" + i, Map.of("p" + i, 1));
      }
      Experiment.Builder experiment =
          Experiment.over(EvalSet.of("marks", asked, Qrels.ofGrades(grades)))
              .fix(Factor.RETRIEVER, index.bm25())
              .vary(Factor.TOP_K, 1, 3)
              .fix(Factor.GENERATOR, ExtractiveGenerator.create())
              .measure(Ndcg.at(10))
              .resamples(100)
              .memo(memo);
      experiment.build().run(Progress.none());
      ExperimentResult again = experiment.build().run(Progress.none());
      double worst =
          again.arms().stream()
              .mapToDouble(arm -> arm.metric("ndcg@10").mean().orElse(0))
              .min()
              .orElseThrow();
      if (again.stageCalls().values().stream().anyMatch(calls -> calls != 0) || worst < 1) {
        fail("a memo was replayed as %s, %s".formatted(again.stageCalls(), worst), null);
      }
    }
    delete(memo);
    count("experiment");
  }

  private void openModel() {
    String text = questions.getFirst();
    try (OnnxEmbedder other = RetrievalOptions.embedder(model)) {
      float[] one = vector(other, text);
      if (!Arrays.equals(one, vector(embedder, text))) {
        fail("two openings of a model make different vectors of " + text, null);
      }
    }
    count("model opened");
  }

  private static float[] vector(Embedder embedder, String text) {
    return embedder
        .embed(List.of(text), Embedder.Side.QUERY, CallContext.unbounded())
        .vectors()
        .getFirst();
  }

  private void smallIndex() throws IOException {
    Path directory = folder.resolve("small");
    for (int opening = 0; opening < 5; opening++) {
      try (LuceneIndex index = LuceneIndex.open(directory)) {
        if (index.size().passages() != opening * 3L) {
          fail("an index has %s after %s openings".formatted(index.size(), opening), null);
        }
        for (int i = 0; i < 3; i++) {
          int note = opening * 3 + i;
          index.addAll(List.of(Passage.of("p" + note, notes.text(note, 1))));
        }
      }
    }
    delete(directory);
    count("small index");
  }

  private void chat(Random random) {
    meeting(
        used -> {
          RagPipeline rag = used.chat();
          if (rag == null) {
            return;
          }
          String question = questions.get(random.nextInt(questions.size()));
          if (random.nextBoolean()) {
            streamClosedMidway(rag, question, random);
          } else {
            try {
              rag.ask(question, CallContext.withTimeout(Duration.ofSeconds(3)));
            } catch (DeadlineExceededException e) {
              count("stopped by its deadline");
            }
          }
          count("chat");
        });
  }

  static void delete(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> tree = Files.walk(folder)) {
      all = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.delete(each);
    }
  }

  /** How many files lie below the folder of the load, and how many bytes they have. */
  long[] files() {
    try (Stream<Path> all = Files.walk(folder)) {
      long[] sums = new long[2];
      for (Path each : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        sums[0]++;
        sums[1] += Files.size(each);
      }
      return sums;
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be read", e);
    }
  }

  /** Ends all threads, and closes what is open. */
  @Override
  public void close() {
    stopping = true;
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    opened.index().verify();
    opened.index().close();
    opened.cache().close();
    log.traces().close();
    if (chat != null) {
      chat.close();
    }
    if (crossEncoder != null) {
      crossEncoder.close();
    }
    if (lateInteraction != null) {
      lateInteraction.close();
    }
    embedder.close();
  }
}
