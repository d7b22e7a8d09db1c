package dev.ragwright.onnx.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.files.GenAiConfig;
import dev.ragwright.onnx.files.VariantFile;
import dev.ragwright.onnx.hub.HubException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One repository at one commit, as one call sees it: fetches files that the cache does not have,
 * unless it may not.
 */
final class HubRepo implements HubSelection.Files {
  private static final Logger logger = LoggerFactory.getLogger(HubRepo.class);
  private static final JsonMapper JSON = new JsonMapper();

  private final HubModel model;
  private final HubCache cache;
  private final String commit;
  private final @Nullable HubListing listing;
  private final @Nullable HubClient client;
  private final String whyOffline;
  private final CallContext context;

  private HubRepo(
      HubModel model,
      HubCache cache,
      String commit,
      @Nullable HubListing listing,
      @Nullable HubClient client,
      String whyOffline,
      CallContext context) {
    this.model = model;
    this.cache = cache;
    this.commit = commit;
    this.listing = listing;
    this.client = client;
    this.whyOffline = whyOffline;
    this.context = context;
  }

  /** The repository as the hub has it now; nothing is asked of a commit that is known. */
  static HubRepo online(HubModel model, HubCache cache, HubClient client, CallContext context)
      throws IOException {
    Optional<String> known = cache.commit(model.revision());
    boolean isCommit = known.isPresent() && known.get().equals(model.revision());
    boolean hasFiles = known.isPresent() && !cache.files(known.get()).isEmpty();
    try {
      int attempts = hasFiles ? 1 : client.retries().attempts();
      String commit = isCommit ? known.get() : commit(model, client, attempts, context);
      Optional<HubListing> kept =
          cache.listing(commit).filter(listing -> listing.isWhole() || knows(listing, model));
      HubListing listing = kept.isPresent() ? kept.get() : listing(model, commit, client, context);
      if (kept.isEmpty()) {
        cache.listing(commit).ifPresent(listing::addAll);
        bestEffort(() -> cache.remember(commit, listing));
      }
      return new HubRepo(model, cache, commit, listing, client, "", context);
    } catch (HubException e) {
      if (!e.retryable() || !hasFiles) {
        throw e;
      }
      logger.warn("{} is taken from the cache as it is: {}", model, e.getMessage());
      return offline(model, cache, String.valueOf(e.getMessage()), context);
    }
  }

  private static String commit(
      HubModel model, HubClient client, int attempts, CallContext context) {
    try {
      return client.commit(model, attempts, context);
    } catch (HubErrors.Refused e) {
      return HubProbe.commit(client, model, addressIsMissing(e), context);
    }
  }

  private static HubListing listing(
      HubModel model, String commit, HubClient client, CallContext context) {
    try {
      return client.listing(model, commit, context);
    } catch (HubErrors.Refused e) {
      return HubProbe.listing(client, model, commit, addressIsMissing(e), context);
    }
  }

  private static HubErrors.Refused addressIsMissing(HubErrors.Refused e) {
    if (!e.isOfAnAddress()) {
      throw e;
    }
    return e;
  }

  private static boolean knows(HubListing listing, HubModel model) {
    return model.modelFile().map(file -> listing.file(file).isPresent()).orElse(true);
  }

  /** What the cache has of the repository. */
  static HubRepo offline(HubModel model, HubCache cache, String why, CallContext context)
      throws IOException {
    Optional<String> commit = cache.commit(model.revision());
    if (commit.isEmpty() || cache.files(commit.get()).isEmpty()) {
      throw new HubException(
          Reason.OFFLINE,
          "%s is not in the cache %s, and %s".formatted(model, cache.folder(), why));
    }
    HubListing listing = cache.listing(commit.get()).orElse(null);
    return new HubRepo(model, cache, commit.get(), listing, null, why, context);
  }

  /** All names, or without a network those that are there. */
  @Override
  public List<String> names() {
    try {
      return client == null || listing == null ? cache.files(commit) : listing.names();
    } catch (IOException e) {
      throw cacheFailure(e);
    }
  }

  /** All names as far as is known: without a network some of them may not be there. */
  List<String> expected() {
    return listing == null ? names() : listing.names();
  }

  HubListing listing() {
    if (listing == null) {
      throw new HubException(
          Reason.OFFLINE,
          "the cache %s has no list of the files of %s, and %s"
              .formatted(cache.folder(), model, whyOffline));
    }
    return listing;
  }

  @Override
  public boolean generates() {
    return VariantFile.generates(settings("config.json"));
  }

  @Override
  public GenAiConfig genAi(String file) {
    return new GenAiConfig(settings(file));
  }

  private JsonNode settings(String file) {
    if (!names().contains(file)) {
      return MissingNode.getInstance();
    }
    Path path = path(file, ignored -> {});
    try {
      return JSON.readTree(Files.readAllBytes(path));
    } catch (IOException e) {
      throw new ModelLoadException(path.toString(), String.valueOf(e.getMessage()), "JSON", e);
    }
  }

  /** The files among some that are not there yet. */
  List<HubFile> missing(List<String> names) {
    return names.stream()
        .flatMap(name -> listing == null ? null : listing.file(name).stream())
        .filter(file -> !has(file))
        .toList();
  }

  private boolean has(HubFile file) {
    try {
      return cache.has(commit, file);
    } catch (IOException e) {
      throw cacheFailure(e);
    }
  }

  /**
   * Where a file is in the snapshot, after fetching it if it was not there.
   *
   * @param progress told how many bytes have arrived
   */
  Path path(String name, LongConsumer progress) {
    Optional<HubFile> file = file(name);
    Path path = cache.snapshot(commit, name);
    if (file.isPresent() ? has(file.get()) : listing == null && Files.isRegularFile(path)) {
      return path;
    }
    boolean isUnknown = listing == null && !cache.isAbsent(commit, name);
    if (client == null && (file.isPresent() || isUnknown)) {
      throw new HubException(
          Reason.OFFLINE,
          "the file %s of %s is not in the cache %s, or not whole, and %s"
              .formatted(name, model, cache.folder(), whyOffline));
    }
    if (client == null || file.isEmpty()) {
      bestEffort(() -> cache.markAbsent(commit, name));
      throw new HubException(
          Reason.NOT_FOUND, "%s has no file %s (commit %s)".formatted(model, name, commit));
    }
    try {
      fetch(client, file.get(), progress);
    } catch (IOException e) {
      throw cacheFailure(e);
    }
    return path;
  }

  private Optional<HubFile> file(String name) {
    Optional<HubFile> listed = listing == null ? Optional.empty() : listing.file(name);
    return listed.isPresent() || listing == null || listing.isWhole() || client == null
        ? listed
        : HubProbe.file(client, model, commit, name, context);
  }

  private void fetch(HubClient hub, HubFile file, LongConsumer progress) throws IOException {
    if (HubNames.isForbidden(file.name())) {
      throw new HubException(
          Reason.UNUSABLE,
          "the file %s of %s is not fetched: its kind can run code".formatted(file.name(), model));
    }
    try (HubLock lock = HubLock.acquire(cache.lock(file), context)) {
      if (cache.has(commit, file)) {
        return;
      }
      boolean isNew = !cache.hasBlob(file);
      if (isNew) {
        Path begun = lock.isExclusive() ? cache.partial(file) : cache.incomplete(file);
        try {
          new HubDownload(hub, model, hub.file(model, commit, file.name()), file, progress)
              .to(begun, context);
          cache.keep(begun, file);
        } finally {
          if (!lock.isExclusive()) {
            Files.deleteIfExists(begun);
          }
        }
      }
      cache.link(commit, file, isNew);
    }
  }

  /** Remembers that the revision is this commit, now that its files are there. */
  void remember() {
    bestEffort(() -> cache.remember(model.revision(), commit));
  }

  /** Puts a graph and its weights into one folder, if they are several files. */
  void gather(List<String> parts) {
    for (String part : parts.size() > 1 ? parts : List.<String>of()) {
      bestEffort(() -> cache.own(commit, part));
    }
  }

  /** Marks the settings that the repository does not have, as Python's look-ups do. */
  void markAbsentSettings() {
    if (client != null && listing != null) {
      for (String name : HubNames.settings()) {
        if (listing.file(name).isEmpty()) {
          bestEffort(() -> cache.markAbsent(commit, name));
        }
      }
    }
  }

  Path snapshot() {
    return cache.snapshot(commit);
  }

  private interface Write {
    void run() throws IOException;
  }

  /** A cache that cannot be written can still be read. */
  private static void bestEffort(Write write) {
    try {
      write.run();
    } catch (IOException e) {
      logger.debug("the cache cannot be written", e);
    }
  }

  private HubException cacheFailure(IOException e) {
    return cacheFailure(cache, e);
  }

  static HubException cacheFailure(HubCache cache, IOException e) {
    return new HubException(
        Reason.CACHE,
        "the cache %s cannot be read or written: %s (HF_HUB_CACHE, ModelHub.Builder.cacheFolder)"
            .formatted(cache.folder(), e),
        e);
  }
}
