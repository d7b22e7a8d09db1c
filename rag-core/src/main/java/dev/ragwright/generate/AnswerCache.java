package dev.ragwright.generate;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Stage;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.lifecycle.Lifecycle;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Embeddings;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Threshold;
import dev.ragwright.text.Words;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Answers that were given before, so that a question which is asked again costs nothing: {@code
 * RagPipeline.Builder.cache}. A question is the same where its words are, and with {@link
 * Builder#byMeaning} where an embedder finds them close enough.
 *
 * <p>An answer is found again only in its scope: the description of the whole pipeline, which names
 * every model, the prompt, and the index with what is in it; the filter, the pipeline's and the
 * question's own; and the turns before the question. So it never crosses a filter or a tenant, and
 * is not found any more once the index, a model or a setting changes. What no description tells,
 * such as a date that a reranker reads off the clock, needs {@link Builder#maxAge}.
 *
 * <p>Kept are whole answers: the generator finished ({@link Generation.FinishReason#STOP}) and
 * nothing failed, but for what the same stage then did well, such as a call that was repeated. So
 * what another generator answered in place of one that was busy is not given again once that is
 * well. Abstentions are kept only if asked for, failures never. The least recently used is dropped
 * where there are too many. What cannot be written into the folder, as on a full disk, is kept in
 * memory, with a warning. Two callers that ask the same at once may both be answered anew. Safe for
 * use by several threads.
 */
public final class AnswerCache implements Stage, AutoCloseable {
  private final int capacity;
  private final @Nullable Embedder embedder;
  private final @Nullable Threshold threshold;
  private final boolean abstentions;
  private final @Nullable Duration maxAge;
  private final InstantSource clock;
  private final @Nullable Path folder;
  private final @Nullable AnswerFile file;
  private final Lifecycle lifecycle;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Key, Entry> entries; // the least recently used first
  private Statistics statistics = new Statistics(0, 0, 0, Usage.none());

  private AnswerCache(Builder builder) {
    this.capacity = builder.capacity;
    this.embedder = builder.embedder;
    this.threshold = builder.threshold;
    this.abstentions = builder.abstentions;
    this.maxAge = builder.maxAge;
    this.clock = builder.clock;
    this.entries = new LinkedHashMap<>(16, .75f, true);
    this.folder = builder.folder;
    this.lifecycle = new Lifecycle(what());
    this.file = folder == null ? null : AnswerFile.open(folder);
    if (file != null) {
      for (Entry entry : file.entries()) {
        put(entry);
      }
    }
  }

  private String what() {
    return folder == null ? "the cache of answers" : "the cache of answers in " + folder;
  }

  /** A builder of a cache of 10,000 answers in memory, found by their questions' words. */
  public static Builder builder() {
    return new Builder();
  }

  /** Whose similarities a threshold is learnt of: {@code cosine of NAME}. */
  public static String source(Embedder embedder) {
    return "cosine of " + embedder.description().scoreSource();
  }

  /** What an answer is kept under. */
  record Key(String scope, String question) {}

  /**
   * An answer, or an abstention.
   *
   * @param question that was answered
   * @param context what the generator read
   * @param generation what it wrote; null where it was not reached
   * @param abstention why there is no answer; null where there is one
   * @param citations the generation's, without those that do not hold
   * @param usage what it took in all
   */
  public record Remembered(
      Query question,
      Context context,
      @Nullable Generation generation,
      @Nullable Abstention abstention,
      List<Citation> citations,
      Usage usage) {
    /** Copies the citations. */
    public Remembered {
      citations = List.copyOf(citations);
      if (generation == null && abstention == null) {
        throw new IllegalArgumentException("neither an answer nor an abstention");
      }
    }
  }

  /** One that is kept. Immutable, as long as nobody writes into the vector. */
  static final class Entry {
    private final Key key;
    private final float @Nullable [] vector;
    private final Instant at;
    private final Remembered remembered;

    Entry(Key key, float @Nullable [] vector, Instant at, Remembered remembered) {
      this.key = key;
      this.vector = vector;
      this.at = at;
      this.remembered = remembered;
    }

    Key key() {
      return key;
    }

    float @Nullable [] vector() {
      return vector;
    }

    Instant at() {
      return at;
    }

    Remembered remembered() {
      return remembered;
    }
  }

  /** What a look-up came to, and what is needed to keep what is answered then. Immutable. */
  public static final class LookUp {
    private final Key key;
    private final float @Nullable [] vector;
    private final @Nullable Remembered found;
    private final double similarity;
    private final Usage usage;

    private LookUp(
        Key key,
        float @Nullable [] vector,
        @Nullable Remembered found,
        double similarity,
        Usage usage) {
      this.key = key;
      this.vector = vector;
      this.found = found;
      this.similarity = similarity;
      this.usage = usage;
    }

    /** The scope that was looked in. */
    public String scope() {
      return key.scope();
    }

    /** The words that were looked up. */
    public String question() {
      return key.question();
    }

    /** What was found; empty where nothing was. */
    public Optional<Remembered> remembered() {
      return Optional.ofNullable(found);
    }

    /** 1 for the same words; NaN where nothing was found. */
    public double similarity() {
      return similarity;
    }

    /** What the look-up took. */
    public Usage usage() {
      return usage;
    }
  }

  /**
   * What the cache was good for.
   *
   * @param hits how many questions it answered
   * @param byMeaning how many of these had other words
   * @param misses how many it did not
   * @param spared what the answers of all hits had taken when they were made; unknown of what is
   *     unknown of one
   */
  public record Statistics(long hits, long byMeaning, long misses, Usage spared) {}

  /**
   * Looks a question up.
   *
   * @param scope what an answer depends on beside the question; no other scope's is found
   * @throws IllegalStateException if the cache is closed
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  @SuppressWarnings("try") // the lease only has to be closed
  public LookUp find(String scope, Query question, CallContext context) {
    context.throwIfStopped();
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      Key key = new Key(scope, question.text());
      Entry same = same(key);
      if (same != null) {
        return hit(key, null, same, 1, Usage.none());
      }
      if (embedder == null || threshold == null || question.text().isBlank()) {
        return missed(key, null, Usage.none());
      }
      Embeddings made = embedder.embed(List.of(question.text()), Embedder.Side.QUERY, context);
      float[] vector = made.checked(1, embedder).getFirst();
      Nearest nearest = nearest(scope, question.text(), vector);
      return nearest.entry() != null && nearest.similarity() >= threshold.value()
          ? hit(key, vector, nearest.entry(), nearest.similarity(), made.usage())
          : missed(key, vector, made.usage());
    }
  }

  /** The closest question of a scope. */
  private record Nearest(@Nullable Entry entry, double similarity) {}

  private @Nullable Entry same(Key key) {
    lock.lock();
    try {
      Entry entry = entries.get(key);
      return entry != null && isFresh(entry) ? entry : null;
    } finally {
      lock.unlock();
    }
  }

  /** What a clock that was ahead has kept could else be good for years. */
  private boolean isFresh(Entry entry) {
    if (maxAge == null) {
      return true;
    }
    Duration age = Duration.between(entry.at(), clock.instant());
    return !age.isNegative() && age.compareTo(maxAge) <= 0;
  }

  /** Of two that are as close, the one whose question comes first. */
  private Nearest nearest(String scope, String question, float[] vector) {
    List<Entry> all;
    lock.lock();
    try {
      all = entries.values().stream().filter(entry -> entry.key().scope().equals(scope)).toList();
    } finally {
      lock.unlock();
    }
    Nearest nearest = new Nearest(null, Double.NEGATIVE_INFINITY);
    for (Entry entry : all) {
      float[] other = entry.vector();
      if (other != null
          && other.length == vector.length
          && sameNumbers(question, entry.key().question())
          && isFresh(entry)) {
        double similarity = Embeddings.dot(vector, other);
        boolean tie = similarity == nearest.similarity() && nearest.entry() != null;
        if (similarity > nearest.similarity()
            || (tie
                && entry
                        .key()
                        .question()
                        .compareTo(Objects.requireNonNull(nearest.entry()).key().question())
                    < 0)) {
          nearest = new Nearest(entry, similarity);
        }
      }
    }
    return nearest;
  }

  /** Embedders find 2019 and 2020 very close. */
  private static boolean sameNumbers(String one, String other) {
    return numbers(one).equals(numbers(other));
  }

  private static Set<String> numbers(String text) {
    return Words.of(text)
        .filter(word -> word.codePoints().anyMatch(Character::isDigit))
        .collect(Collectors.toSet());
  }

  private LookUp hit(
      Key key, float @Nullable [] vector, Entry entry, double similarity, Usage usage) {
    lock.lock();
    try {
      entries.get(entry.key()); // is used
      statistics =
          new Statistics(
              statistics.hits() + 1,
              statistics.byMeaning() + (vector == null ? 0 : 1),
              statistics.misses(),
              statistics.spared().plus(entry.remembered().usage()));
    } finally {
      lock.unlock();
    }
    return new LookUp(key, vector, entry.remembered(), similarity, usage);
  }

  private LookUp missed(Key key, float @Nullable [] vector, Usage usage) {
    lock.lock();
    try {
      statistics =
          new Statistics(
              statistics.hits(),
              statistics.byMeaning(),
              statistics.misses() + 1,
              statistics.spared());
    } finally {
      lock.unlock();
    }
    return new LookUp(key, vector, null, Double.NaN, usage);
  }

  /**
   * Keeps an answer under the question that was looked up, if its generator finished, or it is an
   * abstention and those are kept; whether a stage failed on the way is the caller's to know. Does
   * nothing once the cache is closed.
   */
  @SuppressWarnings("try") // the lease only has to be closed
  public void keep(LookUp lookUp, Remembered answer) {
    Generation generation = answer.generation();
    boolean whole =
        answer.abstention() == null
            ? generation != null && generation.finishReason() == Generation.FinishReason.STOP
            : abstentions;
    if (!whole) {
      return;
    }
    Entry entry = new Entry(lookUp.key, lookUp.vector, clock.instant(), answer);
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      lock.lock();
      try {
        put(entry);
        if (file != null) {
          file.add(entry, entries.values());
        }
      } catch (IOException e) {
        LoggerFactory.getLogger(AnswerCache.class)
            .warn("{} cannot be written, so an answer is kept in memory only", what(), e);
      } finally {
        lock.unlock();
      }
    } catch (IllegalStateException e) {
      // Closed while the question was answered: the answer is no worse for that.
    }
  }

  private void put(Entry entry) {
    entries.put(entry.key(), entry);
    if (entries.size() > capacity) {
      entries.remove(entries.keySet().iterator().next());
    }
  }

  /** How many answers are kept. */
  public int size() {
    lock.lock();
    try {
      return entries.size();
    } finally {
      lock.unlock();
    }
  }

  /** What it was good for since it was opened. */
  public Statistics statistics() {
    lock.lock();
    try {
      return statistics;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Forgets all answers, in its folder too.
   *
   * @throws IllegalStateException if the cache is closed
   * @throws UncheckedIOException if its folder cannot be written, and so still has them
   */
  @SuppressWarnings("try") // the lease only has to be closed
  public void clear() {
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      lock.lock();
      try {
        entries.clear();
        if (file != null) {
          file.rewrite(List.of());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(what() + " cannot be written", e);
      } finally {
        lock.unlock();
      }
    }
  }

  /** Closes its file, if it has one; the embedder stays the caller's. Idempotent. */
  @Override
  public void close() {
    lifecycle.close(
        () -> {
          if (file != null) {
            file.close();
          }
        });
  }

  @Override
  public StageDescription description() {
    StageDescription described =
        StageDescription.of("cache", "answers").with("abstentions", abstentions);
    return embedder == null || threshold == null
        ? described
        : described
            .with("similarity", threshold.value())
            .withParts(List.of(embedder.description()));
  }

  /** Sets a cache up. Not safe to share. */
  public static final class Builder {
    private int capacity = 10_000;
    private @Nullable Embedder embedder;
    private @Nullable Threshold threshold;
    private boolean abstentions;
    private @Nullable Duration maxAge;
    private InstantSource clock = InstantSource.system();
    private @Nullable Path folder;

    private Builder() {}

    /**
     * The most answers that are kept; 10,000 unless set. Each is as large as what its generator
     * read.
     *
     * @throws IllegalArgumentException if {@code answers < 1}
     */
    public Builder capacity(int answers) {
      if (answers < 1) {
        throw new IllegalArgumentException("capacity must be >= 1, was " + answers);
      }
      capacity = answers;
      return this;
    }

    /**
     * Finds a question of other words too, if its cosine with one that was answered reaches a
     * threshold, and both have the same words with digits. A hit may then be the answer to another
     * question: {@code CacheReport} learns the threshold from judged questions and measures how
     * often. Each miss costs an embedding.
     *
     * @param learnt of {@link AnswerCache#source}
     * @throws IllegalArgumentException if it was learnt of another embedder's cosines, or the
     *     embedder does not say what it is
     */
    public Builder byMeaning(Embedder model, Threshold learnt) {
      if (model.description().opaque()) {
        throw new IllegalArgumentException(
            "the embedder %s does not say what it is, so its vectors cannot be told from another's; override its description()"
                .formatted(model.description()));
      }
      if (!learnt.source().equals(source(model))) {
        throw new IllegalArgumentException(
            "the threshold was learnt of \"%s\", and the embedder's similarity is \"%s\", which cannot be compared; learn one for it"
                .formatted(learnt.source(), source(model)));
      }
      embedder = model;
      threshold = learnt;
      return this;
    }

    /** Keeps abstentions, too: what was not answered will then not be asked again. */
    public Builder abstentions(boolean kept) {
      abstentions = kept;
      return this;
    }

    /**
     * How long an answer is good; for ever unless set. One that was kept while the clock was ahead
     * is not good before that time has come.
     *
     * @throws IllegalArgumentException if {@code age <= 0}
     */
    public Builder maxAge(Duration age) {
      if (age.isNegative() || age.isZero()) {
        throw new IllegalArgumentException("maxAge must be > 0, was " + age);
      }
      maxAge = age;
      return this;
    }

    /** The clock that ages are measured with; the system's unless set. */
    public Builder clock(InstantSource value) {
      clock = Objects.requireNonNull(value, "clock");
      return this;
    }

    /** The folder to keep answers in, which is made if it is missing; in memory unless set. */
    public Builder folder(Path value) {
      folder = Objects.requireNonNull(value, "folder");
      return this;
    }

    /**
     * The cache, to be closed by the caller.
     *
     * @throws IllegalStateException if another cache has the folder open
     * @throws IllegalArgumentException if what is in the folder was written by another version, or
     *     is no cache
     * @throws java.io.UncheckedIOException if the folder cannot be read or made
     */
    public AnswerCache open() {
      return new AnswerCache(this);
    }
  }
}
