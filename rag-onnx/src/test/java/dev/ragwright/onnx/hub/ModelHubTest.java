package dev.ragwright.onnx.hub;

import static dev.ragwright.onnx.hub.FakeHub.COMMIT;
import static dev.ragwright.onnx.hub.FakeHub.REPO;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.Pooling;
import dev.ragwright.onnx.VariantGraph;
import dev.ragwright.onnx.hub.HubException.Reason;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.onnx.runtime.SentenceSettings;
import dev.ragwright.onnx.runtime.TinyGraph;
import dev.ragwright.onnx.runtime.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ModelHubTest {
  private static final String MODEL = "onnx/model.onnx";
  private static final String WEIGHTS = "onnx/model.onnx_data";
  private static final byte[] LARGE = bytes(300_000);

  @TempDir Path cache;
  private final FakeHub server = new FakeHub();

  @BeforeEach
  void fill() {
    server
        .with("config.json", "{\"model_type\": \"bert\"}")
        .with("tokenizer.json", TinyGraph.WORDS)
        .with("1_Pooling/config.json", "{\"pooling_mode_cls_token\": true}")
        .with(MODEL, LARGE)
        .with("onnx/model_fp16.onnx", bytes(50))
        .with("modeling.py", "print()")
        .with("pytorch_model.bin", bytes(70));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ModelHub.Builder builder() {
    return ModelHub.builder(Map.of(), cache.toString())
        .endpoint(server.address())
        .cacheFolder(cache)
        .firstWait(Duration.ofMillis(1));
  }

  private ModelHub hub() {
    return builder().build();
  }

  private Path repo() {
    return cache.resolve("models--org--model");
  }

  @Test
  void fetchesWhatAModelNeedsIntoPythonsLayout() throws IOException {
    ModelFolder folder = hub().folder(REPO);
    assertThat(folder.name()).isEqualTo(REPO);
    assertThat(folder.modelFile()).isEqualTo(MODEL);
    assertThat(folder.modelSha256()).isEqualTo(server.hash(MODEL));
    assertThat(SentenceSettings.of(folder).pooling()).contains(Pooling.CLS);
    assertThat(tree(repo()))
        .filteredOn(file -> file.startsWith("blobs/"))
        .containsExactlyInAnyOrder(
            "blobs/" + server.hash("1_Pooling/config.json"),
            "blobs/" + server.hash("config.json"),
            "blobs/" + server.hash(MODEL),
            "blobs/" + server.hash("tokenizer.json"));
    assertThat(tree(repo()))
        .filteredOn(file -> !file.startsWith("blobs/"))
        .containsExactly(
            ".no_exist/" + COMMIT + "/added_tokens.json",
            ".no_exist/" + COMMIT + "/artifact.metadata",
            ".no_exist/" + COMMIT + "/chat_template.jinja",
            ".no_exist/" + COMMIT + "/chat_template.json",
            ".no_exist/" + COMMIT + "/config_sentence_transformers.json",
            ".no_exist/" + COMMIT + "/genai_config.json",
            ".no_exist/" + COMMIT + "/generation_config.json",
            ".no_exist/" + COMMIT + "/modules.json",
            ".no_exist/" + COMMIT + "/sentence_bert_config.json",
            ".no_exist/" + COMMIT + "/special_tokens_map.json",
            ".no_exist/" + COMMIT + "/tokenizer_config.json",
            "refs/main",
            "snapshots/%s/1_Pooling/config.json -> ../../../blobs/%s"
                .formatted(COMMIT, server.hash("1_Pooling/config.json")),
            "snapshots/%s/config.json -> ../../blobs/%s"
                .formatted(COMMIT, server.hash("config.json")),
            "snapshots/%s/onnx/model.onnx -> ../../../blobs/%s"
                .formatted(COMMIT, server.hash(MODEL)),
            "snapshots/%s/tokenizer.json -> ../../blobs/%s"
                .formatted(COMMIT, server.hash("tokenizer.json")),
            "trees/" + COMMIT + ".json");
    assertThat(repo().resolve("refs/main")).hasContent(COMMIT);
    assertThat(cache.resolve("CACHEDIR.TAG"))
        .content()
        .startsWith("Signature: 8a477f597d28d172789f06886806bc55\n");
    assertThat(cache.resolve(".locks/models--org--model/" + server.hash(MODEL) + ".lock")).exists();
  }

  @Test
  void fetchesTheLayersBesideAGraphAndNoOtherWeights() {
    server.with("1_Dense/config.json", "{}").with("1_Dense/model.safetensors", bytes(30));
    server.with("1_Dense/pytorch_model.bin", bytes(31)).with("model.safetensors", bytes(40));
    ModelFolder folder = hub().folder(REPO);
    assertThat(folder.text("1_Dense/config.json")).contains("{}");
    assertThat(folder.sha256("1_Dense/model.safetensors")).isEqualTo(FakeHub.sha256(bytes(30)));
    assertThat(folder.text("1_Dense/pytorch_model.bin")).isEmpty();
    assertThat(folder.text("model.safetensors")).isEmpty();
  }

  @Test
  void asksNothingOfACommitThatIsThereAndOnlyForTheCommitOfABranch() {
    hub().folder(REPO);
    int before = server.requests().size();
    hub().folder(REPO, COMMIT);
    assertThat(server.requests()).hasSize(before);
    hub().folder(REPO);
    assertThat(server.requests().subList(before, server.requests().size()))
        .containsExactly("hub /api/models/org/model/revision/main");
  }

  @Test
  void fetchesAgainWhatIsDamagedInTheCache() throws IOException {
    hub().folder(REPO, COMMIT);
    Files.write(repo().resolve("blobs/" + server.hash(MODEL)), bytes(7));
    assertThat(hub().folder(REPO, COMMIT).modelSha256()).isEqualTo(server.hash(MODEL));
  }

  @Test
  void readsAListOfSeveralPages() {
    server.pagesOf(2);
    assertThat(hub().files(REPO))
        .extracting(HubFile::name)
        .containsExactly(
            "1_Pooling/config.json",
            "config.json",
            "modeling.py",
            MODEL,
            "onnx/model_fp16.onnx",
            "pytorch_model.bin",
            "tokenizer.json");
    assertThat(hub().files(REPO).get(3))
        .isEqualTo(new HubFile(MODEL, LARGE.length, FakeHub.sha256(LARGE)));
  }

  @Test
  void takesARevisionWithASlash() throws IOException {
    hub().folder(REPO, "refs/pr/1");
    assertThat(server.requests().getFirst())
        .isEqualTo("hub /api/models/org/model/revision/refs%2Fpr%2F1");
    assertThat(repo().resolve("refs/refs/pr/1")).hasContent(COMMIT);
  }

  @Test
  void sendsTheTokenToTheHubOnly() {
    server.next(
        "/resolve/" + COMMIT + "/config.json",
        FakeHub.status(307, "Location", "/org/model/resolve/" + COMMIT + "/config.json"));
    builder().token("hf_secret").build().folder(REPO);
    assertThat(server.requests())
        .filteredOn(request -> request.startsWith("cdn"))
        .containsExactly("cdn /blobs/" + COMMIT + "/" + MODEL);
    assertThat(server.requests())
        .filteredOn(request -> request.startsWith("hub"))
        .allMatch(request -> request.endsWith(" Bearer hf_secret"))
        .filteredOn(request -> request.contains("/resolve/" + COMMIT + "/config.json"))
        .hasSize(2);
  }

  @Test
  void refusesARedirectThatGoesInCircles() {
    String there = "/org/model/resolve/" + COMMIT + "/config.json";
    for (int i = 0; i < 20; i++) {
      server.next(there, FakeHub.status(302, "Location", there));
    }
    assertFails(Reason.NOT_A_HUB, "more than 10 redirects");
  }

  @Test
  void takesABrokenConnectionUpWhereItEnded() throws IOException {
    server.next(MODEL, FakeHub.cut(100_000), FakeHub.cut(0), FakeHub.cut(150_000));
    assertThat(hub().folder(REPO).modelSha256()).isEqualTo(server.hash(MODEL));
    assertThat(server.requests())
        .filteredOn(request -> request.startsWith("cdn"))
        .hasSize(4)
        .element(3)
        .isEqualTo("cdn /blobs/%s/%s bytes=250000-".formatted(COMMIT, MODEL));
  }

  private Path partial() {
    return repo().resolve("blobs/" + server.hash(MODEL) + ".ragwright.incomplete");
  }

  private List<String> downloads() {
    return server.requests().stream().filter(request -> request.startsWith("cdn")).toList();
  }

  @Test
  void aLaterCallGoesOnWhereADeadOneEnded() throws IOException {
    server.next(MODEL, FakeHub.cut(100_000), FakeHub.cut(0), FakeHub.cut(0));
    ModelHub impatient = builder().attempts(2).build();
    assertThatThrownBy(() -> impatient.folder(REPO))
        .isInstanceOf(HubException.class)
        .hasMessageEndingWith(", at attempt 2 of 2 (ModelHub.Builder.attempts)");
    assertThat(partial()).hasSize(100_000);
    assertThat(repo().resolve("blobs/" + server.hash(MODEL))).doesNotExist();
    int before = downloads().size();
    assertThat(impatient.folder(REPO).modelSha256()).isEqualTo(server.hash(MODEL));
    String rest = "cdn /blobs/%s/%s bytes=100000-".formatted(COMMIT, MODEL);
    assertThat(downloads().subList(before, downloads().size())).containsExactly(rest, rest);
    assertNothingHalf();
  }

  @Test
  void aLaterCallBeginsAnewWhereTheServerKnowsNoRanges() throws IOException {
    Files.createDirectories(partial().getParent());
    Files.write(partial(), Arrays.copyOf(LARGE, 1000));
    server.next(MODEL, FakeHub.wholly());
    assertThat(hub().folder(REPO).modelSha256()).isEqualTo(server.hash(MODEL));
    assertThat(downloads()).singleElement().asString().endsWith(" bytes=1000-");
    assertNothingHalf();
  }

  @Test
  void aDamagedPartIsFoundByItsHashAndTheNextCallBeginsAnew() throws IOException {
    Files.createDirectories(partial().getParent());
    Files.write(partial(), new byte[1000]);
    assertFails(Reason.CORRUPT, "gave content with the hash ");
    assertNothingHalf();
    assertThat(hub().folder(REPO).modelSha256()).isEqualTo(server.hash(MODEL));
    assertThat(downloads()).last().asString().endsWith(MODEL);
    Files.delete(repo().resolve("blobs/" + server.hash(MODEL)));
    Files.write(partial(), bytes(LARGE.length + 1)); // longer than the file
    assertThat(hub().folder(REPO).modelSha256()).isEqualTo(server.hash(MODEL));
    assertThat(downloads()).last().asString().endsWith(MODEL);
  }

  @Test
  void aPartThatIsAlreadyWholeIsNotAskedFor() throws IOException {
    Files.createDirectories(partial().getParent());
    Files.write(partial(), LARGE);
    assertThat(hub().folder(REPO).modelSha256()).isEqualTo(server.hash(MODEL));
    assertThat(downloads()).isEmpty();
    assertNothingHalf();
  }

  @Test
  void beginsAnewWhereTheServerKnowsNoRanges() throws IOException {
    server.next(MODEL, FakeHub.cut(100_000), FakeHub.wholly());
    assertThat(hub().folder(REPO).modelSha256()).isEqualTo(server.hash(MODEL));
  }

  @Test
  void givesUpAfterSomeAttemptsWithoutProgress() throws IOException {
    for (int i = 0; i < 3; i++) {
      server.next(MODEL, FakeHub.cut(0));
    }
    HubException failure =
        catchThrowableOfType(HubException.class, () -> builder().attempts(3).build().folder(REPO));
    assertThat(failure).hasMessageEndingWith(", at attempt 3 of 3 (ModelHub.Builder.attempts)");
    assertThat(failure.retryable()).isTrue();
    assertNothingHalf();
  }

  @Test
  void aSilentConnectionIsGivenUpAndTakenUpAgain() {
    CountDownLatch never = new CountDownLatch(1);
    server.next(
        MODEL,
        (exchange, content) -> {
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content, 0, 1000);
          exchange.getResponseBody().flush();
          await(never);
        });
    try {
      ModelFolder folder = builder().timeout(Duration.ofMillis(300)).build().folder(REPO);
      assertThat(folder.modelSha256()).isEqualTo(server.hash(MODEL));
    } finally {
      never.countDown();
    }
    assertThat(server.requests()).anyMatch(request -> request.contains(" bytes="));
  }

  @Test
  void refusesWhatIsPackedOtherwise() throws IOException {
    server.next(
        MODEL,
        (exchange, content) -> {
          exchange.getResponseHeaders().add("Content-Encoding", "br");
          FakeHub.answer(exchange, 200, "x");
        },
        (exchange, content) -> {
          exchange.getResponseHeaders().add("Content-Encoding", "gzip");
          FakeHub.answer(exchange, 200, "no archive, though it says so");
        });
    assertFails(
        Reason.NOT_A_HUB, "gave Content-Encoding br, though only identity was accepted; a proxy?");
    assertNothingHalf();
    assertFails(
        Reason.CORRUPT, "gave content that is not packed as its Content-Encoding says; the hub");
    assertNothingHalf();
  }

  @Test
  void refusesAWrongHashAndKeepsNothing() throws IOException {
    server.announcing(MODEL, "0".repeat(64));
    assertFails(Reason.CORRUPT, "gave content with the hash " + FakeHub.sha256(LARGE));
    server.announcing("config.json", "0".repeat(40));
    assertThatThrownBy(() -> builder().cacheFolder(cache.resolve("other")).build().folder(REPO))
        .hasMessageContaining("22 bytes with the git hash " + "0".repeat(40))
        .hasMessageContaining("What came was deleted; try again");
    assertNothingHalf();
    assertThat(repo().resolve("blobs/" + "0".repeat(64))).doesNotExist();
    assertThat(repo().resolve("refs/main")).doesNotExist();
  }

  @Test
  void refusesAWrongSize() throws IOException {
    server.next(MODEL, (exchange, content) -> FakeHub.answer(exchange, 200, "too short"));
    assertFails(Reason.CORRUPT, "gave 9 bytes behind the first 0; the hub announced 300000 bytes");
    assertNothingHalf();
  }

  @Test
  void explainsAGatedRepository() {
    server.next("config.json", FakeHub.error(403, "GatedRepo", "Access to model is restricted"));
    assertFails(
        Reason.GATED,
        ("the repository org/model is gated: accept its licence at %s/org/model with your account,"
                + " then send a token of it: set HF_TOKEN or ModelHub.Builder.token (127.0.0.1"
                + " answered 403: Access to model is restricted)")
            .formatted(server.address()));
  }

  @Test
  void explainsARefusedToken() {
    server.next("config.json", FakeHub.status(401));
    assertThatThrownBy(() -> builder().token("old").build().folder(REPO))
        .isInstanceOfSatisfying(
            HubException.class,
            failure -> assertThat(failure.reason()).isEqualTo(Reason.UNAUTHORIZED))
        .hasMessageContaining("and the token that was sent does not allow it");
  }

  @Test
  void explainsWhatIsNotThere() {
    assertThatThrownBy(() -> hub().folder("org/none"))
        .hasMessage(
            ("there is no repository org/none at %s/org/none, or it is private: check the name, and"
                    + " if it is private, set HF_TOKEN or ModelHub.Builder.token (127.0.0.1 answered"
                    + " 404: Repository not found)")
                .formatted(server.address()));
    server.next("/revision/main", FakeHub.error(401, "RepoNotFound", "Invalid username"));
    assertFails(Reason.NOT_FOUND, "there is no repository org/model at ");
    assertThatThrownBy(() -> hub().folder(REPO, "v9"))
        .hasMessageStartingWith("the repository org/model has no branch, tag or commit v9: see ");
    HubModel model = HubModel.of(REPO);
    assertThatThrownBy(() -> hub().file(model, "adapter.onnx_adapter", CallContext.unbounded()))
        .hasMessage("org/model@main has no file adapter.onnx_adapter (commit " + COMMIT + ")");
    assertThat(repo().resolve(".no_exist/" + COMMIT + "/adapter.onnx_adapter")).exists();
    assertThatThrownBy(() -> hub().folder(model.variant("q4"), CallContext.unbounded()))
        .hasMessage("org/model@main has no variant q4; it has [fp16, fp32]");
    assertThatThrownBy(() -> hub().folder(model.modelFile("a.onnx"), CallContext.unbounded()))
        .hasMessage(
            "org/model@main has no file a.onnx; found [onnx/model.onnx, onnx/model_fp16.onnx]");
  }

  @Test
  void waitsAsLongAsTheHubAsksFor() {
    server.next("/revision/main", FakeHub.status(429, "Retry-After", "0"), FakeHub.status(503));
    server.next(MODEL, FakeHub.status(500), FakeHub.status(403));
    assertThat(hub().folder(REPO).modelSha256()).isEqualTo(server.hash(MODEL));
    server.next("/revision/refs/pr/1", FakeHub.status(429, "Retry-After", "3600"));
    assertThatThrownBy(
            () -> builder().cacheFolder(cache.resolve("other")).build().folder(REPO, "refs/pr/1"))
        .hasMessageEndingWith("127.0.0.1 answered 429, and asked to be left alone for 3600 s");
  }

  @Test
  void takesTheCacheWhileTheHubIsAway() {
    hub().folder(REPO);
    server.next("/revision/main", FakeHub.status(503));
    assertThat(hub().folder(REPO).modelSha256()).isEqualTo(server.hash(MODEL));
    server.close();
    assertThat(hub().folder(REPO).modelSha256()).isEqualTo(server.hash(MODEL));
    assertThatThrownBy(() -> builder().attempts(1).build().folder("org/other"))
        .isInstanceOfSatisfying(
            HubException.class,
            failure -> assertThat(failure.reason()).isEqualTo(Reason.UNAVAILABLE))
        .hasMessageContaining("/api/models/org/other/revision/main cannot be read: ");
  }

  @Test
  void usesNoNetworkWhenItMayNot() {
    ModelHub offline = builder().offline(true).build();
    assertThatThrownBy(() -> offline.folder(REPO))
        .isInstanceOfSatisfying(
            HubException.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.OFFLINE))
        .hasMessage(
            "org/model@main is not in the cache %s, and no network may be used (HF_HUB_OFFLINE,"
                    .formatted(repo())
                + " ModelHub.Builder.offline)");
    hub().folder(REPO);
    int before = server.requests().size();
    assertThat(offline.folder(REPO).modelSha256()).isEqualTo(server.hash(MODEL));
    assertThat(offline.files(REPO)).hasSize(7);
    HubModel model = HubModel.of(REPO).variant("fp16");
    assertThatThrownBy(() -> offline.folder(model, CallContext.unbounded()))
        .hasMessage("org/model@main has no variant fp16; it has [fp32]");
    assertThat(server.requests()).hasSize(before);
  }

  @Test
  void offlineItNamesAFileThatIsMissing() throws IOException {
    server.with(WEIGHTS, bytes(2000));
    hub().folder(REPO);
    Files.delete(repo().resolve("blobs/" + server.hash(WEIGHTS)));
    assertThatThrownBy(() -> builder().offline(true).build().folder(REPO))
        .hasMessageStartingWith(
            "the file onnx/model.onnx_data of org/model@main is not in the cache " + repo());
  }

  @Test
  void readsACacheThatPythonMade() throws IOException {
    // as file_download.py of huggingface_hub does it, which keeps no list of files
    for (String name : List.of("config.json", "tokenizer.json", MODEL)) {
      byte[] content = name.equals(MODEL) ? LARGE : name.getBytes(UTF_8);
      if (name.equals("config.json")) {
        content = "{}".getBytes(UTF_8);
      }
      String etag = name.equals(MODEL) ? FakeHub.sha256(content) : FakeHub.gitHash(content);
      Path blob = repo().resolve("blobs/" + etag);
      Path pointer = repo().resolve("snapshots/" + COMMIT + "/" + name);
      Files.createDirectories(blob.getParent());
      Files.createDirectories(pointer.getParent());
      Files.write(blob, content);
      String up = name.equals(MODEL) ? "../../../" : "../../";
      Files.createSymbolicLink(pointer, Path.of(up + "blobs/" + etag));
    }
    Files.createDirectories(repo().resolve("refs"));
    Files.writeString(repo().resolve("refs/main"), COMMIT);
    ModelFolder folder = builder().offline(true).build().folder(REPO);
    assertThat(folder.modelFile()).isEqualTo(MODEL);
    assertThat(folder.modelSha256()).isEqualTo(FakeHub.sha256(LARGE));
    hub().folder(REPO);
    assertThat(server.requests()).noneMatch(request -> request.startsWith("cdn"));
  }

  @Test
  void oneOfTwoThreadsFetchesAndBothHaveIt() {
    List<CompletableFuture<ModelFolder>> both = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      both.add(CompletableFuture.supplyAsync(() -> hub().folder(REPO)));
    }
    assertThat(both)
        .allSatisfy(one -> assertThat(one.join().modelSha256()).isEqualTo(server.hash(MODEL)));
    assertThat(server.requests()).filteredOn(request -> request.startsWith("cdn")).hasSize(1);
  }

  @Test
  void oneOfTwoProcessesFetchesAndBothHaveIt() throws Exception {
    CountDownLatch bothAreThere = new CountDownLatch(2);
    server.next("/revision/main", meet(bothAreThere), meet(bothAreThere));
    List<Process> both = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      both.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Fetch.class.getName(),
                  server.address(),
                  cache.toString())
              .redirectErrorStream(true)
              .start());
    }
    for (Process process : both) {
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as(printed).isZero();
      assertThat(printed).contains(server.hash(MODEL));
    }
    assertThat(server.requests()).filteredOn(request -> request.startsWith("cdn")).hasSize(1);
    assertNothingHalf();
  }

  private static FakeHub.Trick meet(CountDownLatch latch) {
    return (exchange, content) -> {
      latch.countDown();
      await(latch);
      FakeHub.answer(exchange, 200, "{\"sha\": \"" + COMMIT + "\"}");
    };
  }

  /** Another process. */
  static final class Fetch {
    private Fetch() {}

    public static void main(String[] args) {
      ModelHub hub =
          ModelHub.builder(Map.of(), "/").endpoint(args[0]).cacheFolder(Path.of(args[1])).build();
      System.out.println(hub.folder(REPO).modelSha256());
    }
  }

  @Test
  void refusesNamesThatLeadElsewhere() {
    for (String name : List.of("../x.json", "a/../../x", "/etc/passwd", "a\\b", "C:/x", "a//b")) {
      try (FakeHub evil = new FakeHub().with("config.json", "{}").with(name, "x")) {
        ModelHub hub = builder().endpoint(evil.address()).build();
        assertThatThrownBy(() -> hub.folder(REPO))
            .isInstanceOfSatisfying(
                HubException.class,
                failure -> assertThat(failure.reason()).isEqualTo(Reason.NOT_A_HUB))
            .hasMessageContaining("gave a file called \"" + name + "\"");
      }
    }
    for (String repo : List.of("../x", "a/b/c", "a/..", "a--b/c", "", "/a", "a/b.git", "a b")) {
      assertThatThrownBy(() -> HubModel.of(repo))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("no name of a repository: \"" + repo + "\"");
    }
    assertThatThrownBy(() -> HubModel.of(REPO).at("../../x"))
        .hasMessage("no revision: \"../../x\"");
    assertThatThrownBy(() -> HubModel.of(REPO).modelFile("../x.onnx"))
        .hasMessage("no .onnx file: \"../x.onnx\"");
  }

  @Test
  void fetchesNoPrograms() {
    ModelHub hub = builder().alsoFiles(name -> true).build();
    hub.folder(REPO);
    assertThat(server.requests())
        .anyMatch(request -> request.endsWith("/onnx/model_fp16.onnx"))
        .noneMatch(request -> request.endsWith(".py") || request.endsWith(".bin"));
    HubModel model = HubModel.of(REPO);
    assertThatThrownBy(() -> hub.file(model, "modeling.py", CallContext.unbounded()))
        .hasMessage("the file modeling.py of org/model@main is not fetched: its kind can run code");
  }

  @Test
  void cancellingEndsADownloadAndKeepsWhatCame() throws Exception {
    CountDownLatch sent = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    FakeHub.Trick stuck =
        (exchange, content) -> {
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content, 0, 1000);
          exchange.getResponseBody().flush();
          sent.countDown();
          await(never);
        };
    server.next(MODEL, stuck, stuck);
    try {
      CallContext context = CallContext.unbounded();
      CompletableFuture<ModelFolder> call =
          CompletableFuture.supplyAsync(() -> hub().folder(HubModel.of(REPO), context));
      await(sent);
      context.cancel();
      assertThatThrownBy(call::join).hasCauseInstanceOf(CancelledException.class);
      assertThatThrownBy(
              () ->
                  hub().folder(HubModel.of(REPO), CallContext.withTimeout(Duration.ofMillis(200))))
          .isInstanceOf(DeadlineExceededException.class);
    } finally {
      never.countDown();
    }
    assertThat(hub().folder(REPO).modelSha256()).isEqualTo(server.hash(MODEL));
    assertNothingHalf();
  }

  @Test
  void cancellingEndsAWaitForAnAnswerForALockAndForTheNextAttempt() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    server.next("/revision/main", (exchange, content) -> await(never));
    try {
      assertDeadline(hub(), "main");
    } finally {
      never.countDown();
    }
    HubFile file = new HubFile("config.json", 1, server.hash("config.json"));
    HubCache held = new HubCache(cache, REPO, true);
    try (HubLock lock = HubLock.acquire(held.lock(file), CallContext.unbounded())) {
      assertThat(lock).isNotNull();
      assertDeadline(hub(), "main");
    }
    server.next("/revision/refs/pr/1", FakeHub.status(503));
    assertDeadline(builder().firstWait(Duration.ofSeconds(30)).build(), "refs/pr/1");
  }

  private static void assertDeadline(ModelHub hub, String revision) {
    CallContext brief = CallContext.withTimeout(Duration.ofMillis(150));
    assertThatThrownBy(() -> hub.folder(HubModel.of(REPO).at(revision), brief))
        .isInstanceOf(DeadlineExceededException.class);
  }

  @Test
  void copiesWhereThereAreNoLinks() throws IOException {
    ModelHub hub =
        ModelHub.builder(Map.of("HF_HUB_DISABLE_SYMLINKS", "1"), cache.toString())
            .endpoint(server.address())
            .cacheFolder(cache)
            .build();
    assertThat(hub.folder(REPO).modelSha256()).isEqualTo(server.hash(MODEL));
    assertThat(tree(repo())).noneMatch(file -> file.contains("->"));
    int before = server.requests().size();
    hub.folder(REPO, COMMIT);
    assertThat(server.requests()).hasSize(before);
  }

  @Test
  void theRuntimeFindsTheWeightsBesideALinkedModel() {
    server
        .with(MODEL, VariantGraph.withWeightsBeside("model.onnx_data"))
        .with(WEIGHTS, new byte[] {0, 0, 0, 64});
    try (OnnxModel model = OnnxModel.load(hub().folder(REPO))) {
      Tokens tokens = new Tokens(new long[] {5}, new long[1], 1, 1);
      assertThat(model.encoder("hidden").run(tokens, CallContext.unbounded()).values())
          .containsExactly(7);
    }
  }

  @Test
  void theRuntimeFindsTheWeightsWherePythonKeepsThemInAStoreOfTheWholeCache() throws IOException {
    byte[] graph = VariantGraph.withWeightsBeside("model.onnx_data");
    server.with(MODEL, graph).with(WEIGHTS, new byte[] {0, 0, 0, 64});
    hub().folder(REPO);
    for (String name : List.of(MODEL, WEIGHTS)) { // as _shared_blobs.py of huggingface_hub 2.4.0
      String store = "blobs/%s/%s".formatted(server.hash(name).substring(0, 2), server.hash(name));
      Path blob = repo().resolve("blobs/" + server.hash(name));
      Files.createDirectories(cache.resolve(store).resolveSibling(""));
      Files.move(blob, cache.resolve(store));
      Files.createSymbolicLink(blob, Path.of("../../" + store));
    }
    assertThatThrownBy(() -> OnnxModel.load(ModelFolder.of(repo().resolve("snapshots/" + COMMIT))))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("External data path escapes model directory");
    ModelFolder folder = builder().offline(true).build().folder(REPO);
    OnnxModel.load(folder).close();
    assertThat(repo().resolve("blobs/" + server.hash(WEIGHTS)))
        .isRegularFile()
        .hasBinaryContent(new byte[] {0, 0, 0, 64});
    assertNothingHalf();
  }

  @Test
  void tellsHowFarItIs() {
    List<HubProgress> told = new ArrayList<>();
    builder().progress(told::add).build().folder(REPO);
    long total = 32L + LARGE.length + TinyGraph.WORDS.getBytes(UTF_8).length;
    assertThat(told).allMatch(at -> at.repo().equals(REPO) && at.totalBytes() == total);
    assertThat(told).extracting(HubProgress::bytes).isSorted().last().isEqualTo(total);
    assertThat(told).last().matches(at -> at.bytesPerSecond() > 0);
    assertThat(told).last().matches(at -> at.remaining().orElseThrow().isZero());
  }

  @Test
  void whatAnswersMustBeAHub() {
    server.next("/revision/main", (exchange, content) -> FakeHub.answer(exchange, 200, "<html>"));
    assertFails(Reason.NOT_A_HUB, "gave an answer that is not JSON; expected a hub like");
    server.next("/revision/main", (exchange, content) -> FakeHub.answer(exchange, 200, "{}"));
    assertFails(Reason.NOT_A_HUB, "gave an answer without the commit's \"sha\"");
    server.next("/tree/" + COMMIT, (exchange, content) -> FakeHub.answer(exchange, 200, "{}"));
    assertFails(Reason.NOT_A_HUB, "gave no list of files");
    assertThatThrownBy(() -> builder().endpoint("ftp://x"))
        .hasMessage("no address of a hub: \"ftp://x\"; expected https://HOST (HF_ENDPOINT)");
    assertThatThrownBy(() -> builder().attempts(0)).hasMessage("attempts must be >= 1, was 0");
    assertThatThrownBy(() -> builder().timeout(Duration.ZERO))
        .hasMessage("timeout must be > 0, was PT0S");
  }

  @Test
  void takesADecoderInFourBitsAndRefusesHalfPrecision() {
    server.with("config.json", "{\"architectures\": [\"Qwen3ForCausalLM\"]}");
    server.with("onnx/model_q4.onnx", VariantGraph.products("q4"));
    assertThat(hub().folder(REPO).modelFile()).isEqualTo("onnx/model_q4.onnx");
    HubModel half = HubModel.of(REPO).variant("fp16");
    assertThatThrownBy(() -> hub().folder(half, CallContext.unbounded()))
        .hasMessage(
            "org/model@main cannot be used: found onnx/model_fp16.onnx in half precision, which a"
                + " processor has to convert at each use: 122 ms a token where fp32 takes 29"
                + " (SmolLM2-135M's shape, one core); HubModel.modelFile(\"onnx/model_fp16.onnx\")"
                + " takes it all the same");
    HubModel file = HubModel.of(REPO).modelFile("onnx/model_fp16.onnx");
    assertThat(hub().folder(file, CallContext.unbounded()).modelFile())
        .isEqualTo("onnx/model_fp16.onnx");
  }

  @Test
  void refusesAQuantizedDecoderThatTurnsOutToBePlainInt8() {
    try (FakeHub other = new FakeHub()) {
      other
          .with("config.json", "{\"architectures\": [\"Qwen3ForCausalLM\"]}")
          .with("onnx/model_quantized.onnx", VariantGraph.products("int8"));
      ModelHub hub = builder().endpoint(other.address()).build();
      assertThatThrownBy(() -> hub.folder(REPO))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("in plain int8, which ruins small decoders");
      HubModel named = HubModel.of(REPO).variant("q8");
      assertThat(hub.folder(named, CallContext.unbounded()).variant().orElseThrow().precision())
          .isEqualTo("int8");
    }
  }

  @Test
  void takesTheGenAiFolderForTheProcessor() {
    String cpu = "cpu_and_mobile/cpu-int4-rtn-block-32-acc-level-4/";
    try (FakeHub phi = new FakeHub()) {
      phi.with("config.json", "{\"architectures\": [\"Phi3ForCausalLM\"]}");
      for (String folder : List.of("cuda/cuda-fp16/", "cpu_and_mobile/cpu-int4/", cpu)) {
        String provider = folder.startsWith("cuda") ? "{\"cuda\": {}}" : "";
        phi.with(
                folder + "genai_config.json",
                "{\"model\": {\"decoder\": {\"filename\": \"phi.onnx\", \"session_options\":"
                    + " {\"provider_options\": ["
                    + provider
                    + "]}}}}")
            .with(folder + "phi.onnx", VariantGraph.withWeightsBeside("phi.onnx.data"))
            .with(folder + "phi.onnx.data", new byte[] {0, 0, 0, 64})
            .with(folder + "tokenizer.json", TinyGraph.WORDS)
            .with(folder + "README.md", "no");
      }
      ModelHub hub = builder().endpoint(phi.address()).build();
      ModelFolder folder = hub.folder(REPO);
      assertThat(folder.variant().orElseThrow().file()).isEqualTo("phi.onnx");
      assertThat(folder.toString()).contains(cpu);
      assertThat(folder.tokenizerSha256()).hasSize(64);
      assertThat(phi.requests())
          .filteredOn(request -> request.contains("/resolve/") && request.contains(".onnx"))
          .hasSize(2)
          .allMatch(request -> request.contains(cpu));
      HubModel cuda = HubModel.of(REPO).variant("cuda/cuda-fp16");
      assertThatThrownBy(() -> hub.folder(cuda, CallContext.unbounded()))
          .hasMessage(
              "org/model@main cannot be used: found a graph made for the execution provider"
                  + " \"cuda\" in cuda/cuda-fp16/genai_config.json; expected one decoder that reads"
                  + " tokens, for the processor");
    }
  }

  @Test
  void saysWhatToLookForWhereThereIsNoExport() {
    try (FakeHub torch = new FakeHub().with("model.safetensors", "x").with("config.json", "{}")) {
      assertThatThrownBy(() -> builder().endpoint(torch.address()).build().folder(REPO))
          .isInstanceOfSatisfying(
              HubException.class,
              failure -> assertThat(failure.reason()).isEqualTo(Reason.UNUSABLE))
          .hasMessageContaining(
              "found no .onnx file in the root or in onnx/; look for an export of it");
    }
  }

  @Test
  void readsPythonsEnvironment() throws IOException {
    Path home = cache.resolve("home");
    assertThat(settings(Map.of(), home).cacheFolder())
        .isEqualTo(home.resolve(".cache/huggingface/hub"));
    assertThat(settings(Map.of("XDG_CACHE_HOME", "/x"), home).cacheFolder())
        .isEqualTo(Path.of("/x/huggingface/hub"));
    assertThat(settings(Map.of("HF_HOME", "~/h", "XDG_CACHE_HOME", "/x"), home).cacheFolder())
        .isEqualTo(home.resolve("h/hub"));
    assertThat(
            settings(Map.of("HUGGINGFACE_HUB_CACHE", "$D/c", "D", "/d", "HF_HOME", "/h"), home)
                .cacheFolder())
        .isEqualTo(Path.of("/d/c"));
    assertThat(
            settings(Map.of("HF_HUB_CACHE", "/a", "HUGGINGFACE_HUB_CACHE", "/b"), home)
                .cacheFolder())
        .isEqualTo(Path.of("/a"));
    assertThat(settings(Map.of("HF_TOKEN", " t\n"), home).token()).isEqualTo("t");
    assertThat(settings(Map.of("HUGGING_FACE_HUB_TOKEN", "u"), home).token()).isEqualTo("u");
    assertThat(settings(Map.of(), home).token()).isNull();
    Files.createDirectories(home.resolve(".cache/huggingface"));
    Files.writeString(home.resolve(".cache/huggingface/token"), "of the file\n");
    assertThat(settings(Map.of(), home).token()).isEqualTo("of the file");
    assertThat(settings(Map.of("HF_HUB_DISABLE_IMPLICIT_TOKEN", "yes"), home).token()).isNull();
    assertThat(settings(Map.of("HF_HUB_OFFLINE", "on"), home).offline()).isTrue();
    assertThat(settings(Map.of("TRANSFORMERS_OFFLINE", "1"), home).offline()).isTrue();
    assertThat(settings(Map.of("HF_HUB_OFFLINE", "0"), home).offline()).isFalse();
    assertThat(settings(Map.of("HF_HUB_DOWNLOAD_TIMEOUT", "30"), home).timeoutSeconds())
        .isEqualTo(30);
    assertThat(settings(Map.of("HF_ENDPOINT", "http://mirror/"), home).endpoint())
        .isEqualTo("http://mirror/");
  }

  private static HubSettings settings(Map<String, String> environment, Path home) {
    return new HubSettings(environment, home.toString());
  }

  private void assertFails(Reason reason, String text) {
    assertThatThrownBy(() -> hub().folder(REPO))
        .isInstanceOfSatisfying(
            HubException.class, failure -> assertThat(failure.reason()).isEqualTo(reason))
        .hasMessageContaining(text);
  }

  private void assertNothingHalf() throws IOException {
    assertThat(tree(cache)).noneMatch(file -> file.endsWith("incomplete") || file.endsWith("tmp"));
  }

  /** All files and links below a folder, sorted. */
  private static List<String> tree(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      List<String> tree = new ArrayList<>();
      for (Path file : files.filter(file -> !Files.isDirectory(file)).sorted().toList()) {
        tree.add(
            root.relativize(file)
                + (Files.isSymbolicLink(file) ? " -> " + Files.readSymbolicLink(file) : ""));
      }
      return tree.stream().sorted().toList();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }
}
