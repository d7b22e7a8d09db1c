package dev.ragwright.onnx.hub;

import static dev.ragwright.onnx.hub.FakeHub.COMMIT;
import static dev.ragwright.onnx.hub.FakeHub.REPO;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.Pooling;
import dev.ragwright.onnx.VariantGraph;
import dev.ragwright.onnx.hub.HubException.Reason;
import dev.ragwright.onnx.runtime.SentenceSettings;
import dev.ragwright.onnx.runtime.TinyGraph;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Hubs that are not huggingface.co: mirrors and proxies of it. What is expected is what {@code
 * hf_hub_download} of huggingface_hub 2.4.0 did with the same answers.
 */
@Timeout(120)
class HubMirrorTest {
  private static final String MODEL = "onnx/model.onnx";
  private static final byte[] LARGE = bytes(40_000);

  @TempDir Path cache;
  private final FakeHub server = new FakeHub();

  @BeforeEach
  void fill() {
    server
        .with("config.json", "{\"model_type\": \"bert\"}")
        .with("tokenizer.json", TinyGraph.WORDS)
        .with("1_Pooling/config.json", "{\"pooling_mode_cls_token\": true}")
        .with("README.md", "# A model")
        .with(MODEL, LARGE)
        .with("onnx/model_fp16.onnx", bytes(50))
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

  private void assertFetched(ModelHub hub) {
    ModelFolder folder = hub.folder(REPO);
    assertThat(folder.modelFile()).isEqualTo(MODEL);
    assertThat(folder.modelSha256()).isEqualTo(FakeHub.sha256(LARGE));
    assertThat(folder.text("tokenizer.json")).contains(TinyGraph.WORDS);
    assertThat(SentenceSettings.of(folder).pooling()).contains(Pooling.CLS);
  }

  /** As servers send them, and what has to be asked for: the same as Python's httpx asks. */
  private static final Map<String, String> LOCATIONS = new LinkedHashMap<>();

  static {
    LOCATIONS.put("?sig=a|b^c", "?sig=a%7Cb%5Ec");
    LOCATIONS.put(
        "?x=1 2&d=attachment; filename=\"a b\"", "?x=1%202&d=attachment;%20filename=%22a%20b%22");
    LOCATIONS.put("?x={y}&z=<w>`\\", "?x=%7By%7D&z=%3Cw%3E%60%5C");
    LOCATIONS.put("?q=\u00fc\u6f22", "?q=%C3%BC%E6%BC%A2");
    LOCATIONS.put("?x=%7C|&y=100%&z=%zz", "?x=%7C%7C&y=100%25&z=%25zz");
    LOCATIONS.put("?x[]=2", "?x%5B%5D=2");
    LOCATIONS.put("#fragment|", "");
    LOCATIONS.put("?plain=a%2Fb~c", "?plain=a%2Fb~c");
  }

  @Test
  void followsRedirectsToAddressesThatWantEscaping() throws IOException {
    for (Map.Entry<String, String> location : LOCATIONS.entrySet()) {
      // The JDK's server writes a header's characters as bytes.
      String header = new String(location.getKey().getBytes(UTF_8), ISO_8859_1);
      server.redirecting(address -> address + header);
      Path file =
          builder()
              .cacheFolder(cache.resolve("" + location.hashCode()))
              .build()
              .file(HubModel.of(REPO), MODEL, CallContext.unbounded());
      assertThat(file).as(location.getKey()).hasBinaryContent(LARGE);
      assertThat(server.addresses())
          .last()
          .isEqualTo("/blobs/%s/%s%s".formatted(COMMIT, MODEL, location.getValue()));
    }
  }

  @Test
  void escapesPathsAndResolvesEveryFormOfReference() {
    URI base = URI.create("https://hub.example:8443/org/model/resolve/main/a.onnx?old=1");
    Map<String, String> expected =
        Map.ofEntries(
            Map.entry("/{a}/b c[1]\\d", "https://hub.example:8443/%7Ba%7D/b%20c%5B1%5D%5Cd"),
            Map.entry("b.onnx", "https://hub.example:8443/org/model/resolve/main/b.onnx"),
            Map.entry("../x/b.onnx?y", "https://hub.example:8443/org/model/resolve/x/b.onnx?y"),
            Map.entry("//cdn.example/a|b", "https://cdn.example/a%7Cb"),
            Map.entry("?new=|", "https://hub.example:8443/org/model/resolve/main/a.onnx?new=%7C"),
            Map.entry("", "https://hub.example:8443/org/model/resolve/main/a.onnx?old=1"),
            Map.entry("HTTPS://CDN.example/%e4%20", "HTTPS://CDN.example/%e4%20"),
            Map.entry(" http://[::1]:80/a ", "http://[::1]:80/a"),
            Map.entry("http://b\u00fccher.example/a", "http://xn--bcher-kva.example/a"),
            Map.entry("/caf\u00c3\u00a9", "https://hub.example:8443/caf%C3%A9"), // UTF-8
            Map.entry("/caf\u00e9/", "https://hub.example:8443/caf%C3%A9/")); // Latin 1
    expected.forEach(
        (reference, address) ->
            assertThat(HubAddress.resolve(base, reference).toString())
                .as(reference)
                .isEqualTo(address));
    assertThatThrownBy(() -> HubAddress.resolve(base, "http://[::1/a"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void saysWhichAddressCannotBeUsed() {
    server.redirecting(address -> "http://[::1/x");
    assertFails(Reason.NOT_A_HUB, "gave a redirect to \"http://[::1/x\"; expected a hub");
    server.redirecting(address -> "http://my_cdn/x");
    assertFails(
        Reason.NOT_A_HUB,
        "http://my_cdn/x gave an address that Java's HTTP client does not take: ");
  }

  @Test
  void takesTheOlderListOfFiles() {
    server.with(FakeHub.Api.SIBLINGS);
    assertFetched(builder().build());
    assertThat(server.requests()).noneMatch(request -> request.startsWith("HEAD"));
    assertThat(builder().build().files(REPO))
        .extracting(HubFile::name)
        .containsExactly(
            "1_Pooling/config.json",
            "README.md",
            "config.json",
            MODEL,
            "onnx/model_fp16.onnx",
            "pytorch_model.bin",
            "tokenizer.json");
    assertThat(builder().build().files(REPO).get(3))
        .isEqualTo(new HubFile(MODEL, LARGE.length, FakeHub.sha256(LARGE)));
  }

  @Test
  void asksForEachFileOfWhichItHasOnlyTheName() {
    server.with(FakeHub.Api.NAMES);
    assertFetched(builder().build());
    assertThat(server.requests())
        .contains(
            "HEAD hub /org/model/resolve/%s/%s".formatted(COMMIT, MODEL),
            "hub /org/model/resolve/%s/config.json".formatted(COMMIT));
    assertThat(builder().build().files(REPO)).hasSize(7);
    assertThat(repo().resolve("refs/main")).hasContent(COMMIT);
  }

  @Test
  void asksForWhatAModelMayHaveWhereThereIsNoList() {
    server.with(FakeHub.Api.NONE);
    server
        .with("modules.json", "[{\"path\": \"\"}, {\"path\": \"2_Dense\"}]")
        .with("2_Dense/config.json", "{}")
        .with("2_Dense/model.safetensors", bytes(30))
        .with(MODEL + "_data", bytes(31))
        .with(MODEL + "_data_1", bytes(32));
    ModelHub hub = builder().token("hf_secret").build();
    assertThat(hub.folder(REPO).sha256(MODEL)).isEqualTo(FakeHub.sha256(LARGE));
    assertThat(hub.folder(REPO).sha256("2_Dense/model.safetensors"))
        .isEqualTo(FakeHub.sha256(bytes(30)));
    assertThat(hub.folder(REPO).text(MODEL + "_data_1")).isPresent();
    assertThat(server.requests())
        .filteredOn(request -> request.startsWith("cdn"))
        .as("the token goes to the hub alone")
        .noneMatch(request -> request.contains("hf_secret"));
    int before = server.requests().size();
    assertThat(hub.folder(REPO, COMMIT).modelSha256()).isNotEmpty();
    assertThat(server.requests()).as("a commit that is there").hasSize(before);
    Path readme = hub.file(HubModel.of(REPO), "README.md", CallContext.unbounded());
    assertThat(readme).hasContent("# A model");
    HubModel half = HubModel.of(REPO).modelFile("onnx/model_fp16.onnx");
    assertThat(hub.folder(half, CallContext.unbounded()).modelFile())
        .isEqualTo("onnx/model_fp16.onnx");
    HubModel model = HubModel.of(REPO);
    assertThatThrownBy(() -> hub.file(model, "none.txt", CallContext.unbounded()))
        .isInstanceOfSatisfying(
            HubException.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.NOT_FOUND))
        .hasMessage("org/model@main has no file none.txt (commit " + COMMIT + ")");
    assertThat(builder().offline(true).build().folder(REPO).modelSha256()).isNotEmpty();
  }

  @Test
  void findsDecodersAndEncodersWhereThereIsNoList() {
    try (FakeHub other = new FakeHub().with(FakeHub.Api.NONE)) {
      for (String name : List.of("encoder_model", "decoder_model", "decoder_with_past_model")) {
        other.with("onnx/" + name + "_quantized.onnx", VariantGraph.products("q8"));
      }
      other.with("config.json", "{\"architectures\": [\"T5ForConditionalGeneration\"]}");
      ModelFolder folder = builder().endpoint(other.address()).build().folder(REPO);
      assertThat(folder.modelFile()).isEqualTo("onnx/decoder_model_quantized.onnx");
      assertThat(List.of("encoder_model", "decoder_model", "decoder_with_past_model"))
          .allMatch(name -> folder.files().hasGraph("onnx/" + name + "_quantized.onnx"));
    }
  }

  @Test
  void takesFilesWhoseSizesNobodySays() {
    server.with(FakeHub.Api.NONE).withoutSizes();
    assertFetched(builder().build());
    server.next(MODEL, FakeHub.cut(100));
    assertFetched(builder().cacheFolder(cache.resolve("again")).build());
  }

  @Test
  void takesFilesWhoseTagsAreNoHashes() throws IOException {
    server.with(FakeHub.Api.NONE);
    server.announcing(MODEL, "d41d8cd98f00b204e9800998ecf8427e-5");
    server.announcing("config.json", "no/name:of a file");
    server.announcing("tokenizer.json", plainSha1(TinyGraph.WORDS));
    assertFetched(builder().build());
    assertThat(repo().resolve("blobs/d41d8cd98f00b204e9800998ecf8427e-5")).isRegularFile();
    server.announcing(MODEL, "0".repeat(64));
    ModelHub fresh = builder().cacheFolder(cache.resolve("fresh")).build();
    assertThatThrownBy(() -> fresh.folder(REPO))
        .isInstanceOfSatisfying(
            HubException.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.CORRUPT));
  }

  private static String plainSha1(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void saysWhatIsMissingOfAHub() {
    server.with(FakeHub.Api.NONE);
    ModelHub hub = builder().build();
    assertThatThrownBy(() -> hub.folder("org/none"))
        .isInstanceOfSatisfying(
            HubException.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.NOT_FOUND))
        .hasMessageContaining("/api/models/org/none/revision/main is not there: see ");
  }

  @Test
  void unpacksWhatNobodyAskedToPack() throws IOException {
    server.next("config.json", packed("gzip"));
    server.next("tokenizer.json", packed("deflate"));
    server.next(MODEL, FakeHub.cut(20_000), packed("gzip"));
    assertFetched(builder().build());
    server.next("/revision/main", packedAnswer("{\"sha\": \"%s\"}".formatted(COMMIT)));
    assertFetched(builder().build());
  }

  private static FakeHub.Trick packed(String encoding) {
    return (exchange, content) -> {
      exchange.getResponseHeaders().add("Content-Encoding", encoding);
      byte[] packed = pack(encoding, content);
      exchange.sendResponseHeaders(200, packed.length);
      exchange.getResponseBody().write(packed);
    };
  }

  private static FakeHub.Trick packedAnswer(String answer) {
    return (exchange, content) -> packed("gzip").play(exchange, answer.getBytes(UTF_8));
  }

  private static byte[] pack(String encoding, byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream out =
        encoding.equals("gzip") ? new GZIPOutputStream(packed) : new DeflaterOutputStream(packed)) {
      out.write(content);
    }
    return packed.toByteArray();
  }

  @Test
  void beginsAnewWhereARangeIsRefused() {
    server.next(MODEL, FakeHub.cut(10_000), FakeHub.status(416, "Content-Range", "bytes */1"));
    assertFetched(builder().build());
    assertThat(server.requests())
        .filteredOn(request -> request.startsWith("cdn"))
        .extracting(request -> request.contains(" bytes="))
        .containsExactly(false, true, false);
  }

  @Test
  void waitsAsLongAsTheRateLimitSays() {
    server.next("/revision/main", FakeHub.status(429, "RateLimit", "\"api\";r=0;t=90"));
    assertFails(Reason.UNAVAILABLE, "and asked to be left alone for 90 s");
    server.next("/revision/main", FakeHub.status(429, "RateLimit", "\"api\";r=0;t=0"));
    assertFetched(builder().build());
  }

  @Test
  void readsPagesThatAreNamedAsTheHubItStandsForNamesThem() {
    server.pagesOf(2);
    server.linking(
        page -> "<https://huggingface.co%s>; title=\"a, b\"; rel=\"next last\"".formatted(page));
    assertThat(builder().build().files(REPO)).hasSize(7);
    server.linking(page -> "<%s&x=a|b>; rel=next".formatted(page));
    assertThat(builder().cacheFolder(cache.resolve("b")).build().files(REPO)).hasSize(7);
    server.linking(page -> "<https://elsewhere.example%s>; rel=next".formatted(page));
    ModelHub hub = builder().cacheFolder(cache.resolve("c")).build();
    assertThatThrownBy(() -> hub.files(REPO))
        .hasMessageContaining("gave a next page elsewhere, https://elsewhere.example/api/");
  }

  @Test
  void refusesAListWithoutAnEnd() {
    server.pagesOf(2);
    String self = "/api/models/" + REPO + "/tree/" + FakeHub.COMMIT + "?recursive=true";
    server.linking(page -> "<%s>; rel=next".formatted(self));
    assertFails(Reason.NOT_A_HUB, "a list of files whose next page is one that was read");
    AtomicInteger page = new AtomicInteger();
    server.linking(any -> "<%s&page=%s>; rel=next".formatted(self, page.incrementAndGet()));
    assertFails(Reason.NOT_A_HUB, "a list of files of more than 1000 pages");
    server.linking(any -> "<https://huggingface.co>; rel=next"); // where nothing is
    assertFetched(builder().build());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https:///x", "mailto:x@y", "//", "http://[", "https://a b/", "x:", "https://:1/"})
  void refusesAnOddPlaceForMore(String odd) {
    server.pagesOf(2);
    server.linking(page -> "<%s>; rel=next".formatted(odd));
    assertThatThrownBy(() -> builder().build().folder(REPO)).isInstanceOf(HubException.class);
    server.pagesOf(1_000);
    server.redirecting(address -> odd);
    assertThatThrownBy(() -> builder().build().folder(REPO)).isInstanceOf(HubException.class);
  }

  /** Longer ones than a client takes are its own to refuse. */
  @Test
  void readsLongHeaders() {
    server.pagesOf(2);
    server.linking(page -> "<%s>; title=%s; rel=next".formatted(page, "ab ".repeat(20_000)));
    assertThat(builder().build().files(REPO)).hasSize(7);
  }

  private Path repo() {
    return cache.resolve("models--org--model");
  }

  private void assertFails(Reason reason, String text) {
    assertThatThrownBy(() -> builder().build().folder(REPO))
        .isInstanceOfSatisfying(
            HubException.class, failure -> assertThat(failure.reason()).isEqualTo(reason))
        .hasMessageContaining(text);
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }
}
