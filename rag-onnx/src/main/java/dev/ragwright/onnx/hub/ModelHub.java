package dev.ragwright.onnx.hub;

import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Models of the Hugging Face hub or one like it, kept in the cache that Python's {@code
 * huggingface_hub} keeps: what either has fetched, the other finds.
 *
 * {@snippet :
 * ModelHub hub = ModelHub.standard();
 * ModelFolder folder = hub.folder("sentence-transformers/all-MiniLM-L6-v2");
 * System.out.println(folder.variants());
 * }
 *
 * <p>Only what a model is run with is fetched: its settings, tokenizer and chat template, one
 * variant and the weights beside it; never programs, nor formats that run code when they are read
 * ({@code .py}, {@code .bin}, {@code .pkl} and their kin). Every file is checked against the hash
 * that the hub announces. A connection that breaks is taken up where it ended.
 *
 * <p>Of a hub that does not list its files, such as a mirror or a proxy, the older list of the API
 * is taken, or else each file that a model may have is asked for by its name ({@code HEAD}), as
 * Python's libraries do. Such a hub's {@code ETag} need not be a hash; then only the size is
 * checked, where that is said.
 *
 * <p>Of a commit (40 digits) whose files are there nothing is asked; of a branch, which commit it
 * is now. A hub that cannot be reached is as good as none: what the cache has is taken, with a
 * warning in the log.
 *
 * <p>The token is sent to the hub's own host and port only, never on to where it redirects. Proxies
 * are those of the Java runtime ({@code -Dhttps.proxyHost}). Immutable, and safe to share; several
 * processes may share a cache. Needs no closing.
 */
public final class ModelHub {
  private static final String OFFLINE = "HF_HUB_OFFLINE, ModelHub.Builder.offline";

  private final HubSettings settings;
  private final Path cacheFolder;
  private final boolean symlinks;
  private final Consumer<HubProgress> progress;
  private final Predicate<String> alsoFiles;
  private final @Nullable HubClient client;

  private ModelHub(Builder builder) {
    this.settings = builder.settings;
    this.cacheFolder = builder.cacheFolder;
    this.symlinks = settings.symlinks();
    this.progress = builder.progress;
    this.alsoFiles = builder.alsoFiles;
    HubRetries retries =
        new HubRetries(builder.attempts, builder.firstWait, Duration.ofSeconds(60));
    this.client =
        builder.offline
            ? null
            : new HubClient(builder.endpoint, builder.token, builder.timeout, retries);
  }

  /** The hub, cache and token that Python would use: {@link #builder()} unchanged. */
  public static ModelHub standard() {
    return builder().build();
  }

  /**
   * Starts from what Python's environment variables say: {@code HF_ENDPOINT}; {@code HF_HUB_CACHE},
   * {@code HUGGINGFACE_HUB_CACHE}, {@code HF_HOME}, {@code XDG_CACHE_HOME}; {@code HF_TOKEN},
   * {@code HUGGING_FACE_HUB_TOKEN}, {@code HF_TOKEN_PATH}, {@code HF_HUB_DISABLE_IMPLICIT_TOKEN};
   * {@code HF_HUB_OFFLINE}, {@code TRANSFORMERS_OFFLINE}; {@code HF_HUB_DOWNLOAD_TIMEOUT}, {@code
   * HF_HUB_ETAG_TIMEOUT}; {@code HF_HUB_DISABLE_SYMLINKS}.
   *
   * @throws HubException if the token's file is there and cannot be read
   */
  public static Builder builder() {
    return builder(System.getenv(), System.getProperty("user.home"));
  }

  static Builder builder(Map<String, String> environment, String home) {
    return new Builder(new HubSettings(environment, home));
  }

  /** {@link #folder(HubModel, CallContext)} of the branch {@code main}, for as long as it takes. */
  public ModelFolder folder(String repo) {
    return folder(HubModel.of(repo), CallContext.unbounded());
  }

  /** {@link #folder(HubModel, CallContext)} of a revision, for as long as it takes. */
  public ModelFolder folder(String repo, String revision) {
    return folder(HubModel.of(repo).at(revision), CallContext.unbounded());
  }

  /**
   * The model, after fetching what the cache does not have of it. The folder is one of the cache:
   * read it, and write nothing into it.
   *
   * <p>The variant is the one that was asked for, else {@link ModelFolder#modelFile()}'s choice as
   * far as names tell it: for encoders {@code model_quantized.onnx}, then {@code model.onnx}; for
   * models that generate {@code q4} before {@code fp32} before others, and never unseen half
   * precision, or plain int8 where the file turns out to be that. Without a network it is chosen
   * among those that are there.
   *
   * @throws HubException if it cannot be had; {@link HubException#reason()} says what to do
   * @throws ModelLoadException if a file of it cannot be used
   * @throws dev.ragwright.call.CancelledException if the context was cancelled; what had arrived
   *     stays, and the next call goes on behind it
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed, likewise
   */
  public ModelFolder folder(HubModel model, CallContext context) {
    HubRepo repo = open(model, context);
    HubSelection selection = HubSelection.of(model, repo);
    List<String> needed = selection.needs(repo.expected());
    List<String> further =
        repo.names().stream()
            .filter(name -> alsoFiles.test(name) && !HubNames.isForbidden(name))
            .toList();
    fetch(model, repo, Stream.concat(needed.stream(), further.stream()).distinct().toList());
    repo.gather(needed.stream().filter(selection::isPart).toList());
    repo.markAbsentSettings();
    repo.remember();
    ModelFolder folder =
        ModelFolder.named(model.repo(), repo.snapshot().resolve(selection.folder()))
            .withModelFile(selection.modelFile());
    boolean asked = model.modelFile().isPresent() || model.variant().isPresent();
    return asked ? folder : folder.notUnseen();
  }

  /**
   * One file, after fetching it if the cache does not have it.
   *
   * @param name its path in the repository
   * @return where it is in the cache, a link in most: read it, and write nothing to it
   * @throws HubException if it cannot be had, such as {@code NOT_FOUND}
   * @throws dev.ragwright.call.CancelledException if the context was cancelled
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed
   */
  public Path file(HubModel model, String name, CallContext context) {
    HubRepo repo = open(model, context);
    fetch(model, repo, List.of(name));
    repo.remember();
    return repo.path(name, bytes -> {});
  }

  /** {@link #files(HubModel, CallContext)} of the branch {@code main}. */
  public List<HubFile> files(String repo) {
    return files(HubModel.of(repo), CallContext.unbounded());
  }

  /**
   * All files of a repository, by name, with sizes and hashes; of a hub that does not list them,
   * those that a model may have. Unmodifiable.
   *
   * @throws HubException if the list cannot be had
   * @throws dev.ragwright.call.CancelledException if the context was cancelled
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed
   */
  public List<HubFile> files(HubModel model, CallContext context) {
    return open(model, context).listing().files();
  }

  private HubRepo open(HubModel model, CallContext context) {
    context.throwIfStopped();
    HubCache cache = new HubCache(cacheFolder, model.repo(), symlinks);
    try {
      return client == null
          ? HubRepo.offline(model, cache, "no network may be used (" + OFFLINE + ")", context)
          : HubRepo.online(model, cache, client, context);
    } catch (IOException e) {
      throw HubRepo.cacheFailure(cache, e);
    }
  }

  private void fetch(HubModel model, HubRepo repo, List<String> names) {
    List<HubFile> missing = repo.missing(names);
    long total = missing.stream().mapToLong(file -> Math.max(0, file.bytes())).sum();
    HubMeter meter = new HubMeter(model.repo(), total, progress);
    for (HubFile file : missing) {
      repo.path(file.name(), bytes -> meter.at(file, bytes));
      meter.add(file);
    }
    names.forEach(name -> repo.path(name, bytes -> {}));
  }

  /** Collects options. Not for use by several threads. */
  public static final class Builder {
    private final HubSettings settings;
    private URI endpoint;
    private Path cacheFolder;
    private @Nullable String token;
    private boolean offline;
    private Duration timeout;
    private Duration firstWait = Duration.ofSeconds(1);
    private int attempts = 5;
    private Consumer<HubProgress> progress = at -> {};
    private Predicate<String> alsoFiles = name -> false;

    private Builder(HubSettings settings) {
      this.settings = settings;
      this.endpoint = checked(settings.endpoint());
      this.cacheFolder = settings.cacheFolder();
      this.token = settings.token();
      this.offline = settings.offline();
      this.timeout = Duration.ofSeconds(settings.timeoutSeconds());
    }

    /**
     * The hub's address, {@code https://huggingface.co} by default.
     *
     * @throws IllegalArgumentException if it is no address of http or https
     */
    public Builder endpoint(String endpoint) {
      this.endpoint = checked(endpoint);
      return this;
    }

    private static URI checked(String endpoint) {
      URI uri = URI.create(endpoint.replaceAll("/+$", ""));
      if (uri.getHost() == null || !String.valueOf(uri.getScheme()).matches("https?")) {
        throw new IllegalArgumentException(
            "no address of a hub: \"" + endpoint + "\"; expected https://HOST (HF_ENDPOINT)");
      }
      return uri;
    }

    /** The cache, {@code ~/.cache/huggingface/hub} by default; made when it is not there. */
    public Builder cacheFolder(Path cacheFolder) {
      this.cacheFolder = Objects.requireNonNull(cacheFolder, "cacheFolder");
      return this;
    }

    /** The token of an account at the hub; null to send none. */
    public Builder token(@Nullable String token) {
      this.token = token;
      return this;
    }

    /** Whether to use what the cache has, and no network. */
    public Builder offline(boolean offline) {
      this.offline = offline;
      return this;
    }

    /**
     * How long to wait for a connection, for an answer, and for more of a file; 10 s by default. A
     * bound for the whole is the {@link CallContext}'s.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder timeout(Duration timeout) {
      if (timeout.isNegative() || timeout.isZero()) {
        throw new IllegalArgumentException("timeout must be > 0, was " + timeout);
      }
      this.timeout = timeout;
      return this;
    }

    /**
     * How often to try in a row without a byte of progress, 5 by default, with waits of 1, 2, 4 and
     * 8 s, or what the hub's {@code Retry-After} says, up to a minute.
     *
     * @throws IllegalArgumentException if {@code attempts < 1}
     */
    public Builder attempts(int attempts) {
      if (attempts < 1) {
        throw new IllegalArgumentException("attempts must be >= 1, was " + attempts);
      }
      this.attempts = attempts;
      return this;
    }

    Builder firstWait(Duration firstWait) {
      this.firstWait = firstWait;
      return this;
    }

    /**
     * Told of a download ten times a second and at the end of each file, on the thread that asked
     * for it; what it throws ends the download. Called by several threads if several use the hub.
     */
    public Builder progress(Consumer<HubProgress> progress) {
      this.progress = Objects.requireNonNull(progress, "progress");
      return this;
    }

    /**
     * Which files of a repository to fetch besides those that the model is run with, such as {@code
     * name -> name.endsWith(".onnx_adapter")}; none by default.
     *
     * @param names tested with each file's path; files of kinds that can run code are not fetched
     *     all the same
     */
    public Builder alsoFiles(Predicate<String> names) {
      this.alsoFiles = Objects.requireNonNull(names, "names");
      return this;
    }

    /** The hub. */
    public ModelHub build() {
      return new ModelHub(this);
    }
  }
}
