package dev.ragwright.onnx.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.onnx.files.GenAiConfig;
import dev.ragwright.onnx.files.VariantFile;
import dev.ragwright.text.Sha;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds out what a hub has that does not list its files: by the API's older list, the {@code
 * siblings} of a model, else by asking for each file that a model may have, with the headers that
 * huggingface_hub's {@code get_hf_file_metadata} reads. For one call.
 */
final class HubProbe {
  /** What exports are called behind {@code model}, {@code decoder_model_merged} and so on. */
  private static final List<String> SUFFIXES =
      List.of("", "_quantized", "_int8", "_uint8", "_q8", "_q4", "_q4f16", "_fp16", "_bnb4");

  private static final int MOST_PARTS = 64; // of the weights beside a graph

  private final HubClient client;
  private final HubModel model;
  private final String commit;
  private final CallContext context;
  private final HubListing listing = new HubListing(false);

  private HubProbe(HubClient client, HubModel model, String commit, CallContext context) {
    this.client = client;
    this.model = model;
    this.commit = commit;
    this.context = context;
  }

  /**
   * The commit that a revision is now, of a hub whose API does not say it.
   *
   * @throws HubException if no file says it either
   */
  static String commit(
      HubClient client, HubModel model, HubException refusal, CallContext context) {
    if (model.revision().equals("main")) {
      Optional<String> described =
          description(client, model, "", context).map(said -> said.path("sha").asText());
      if (described.filter(HubProbe::isCommit).isPresent()) {
        return described.get();
      }
    }
    List<String> files = new ArrayList<>(List.of("config.json", "tokenizer.json"));
    model.modelFile().ifPresent(files::add);
    for (String file : files) {
      Optional<HttpHeaders> headers =
          head(client, client.file(model, model.revision(), file), model, context);
      Optional<String> commit = headers.flatMap(found -> found.firstValue("X-Repo-Commit"));
      if (commit.filter(HubProbe::isCommit).isPresent()) {
        return commit.get();
      }
    }
    throw refusal;
  }

  private static boolean isCommit(String text) {
    return text.matches("[0-9a-f]{40}");
  }

  /**
   * What is known of the files of a commit.
   *
   * @throws HubException the given one, if the hub has none
   */
  static HubListing listing(
      HubClient client, HubModel model, String commit, HubException refusal, CallContext context) {
    HubProbe probe = new HubProbe(client, model, commit, context);
    try {
      if (!probe.addSiblings()) {
        probe.addSettings();
        probe.addGraphs();
      }
    } catch (IOException e) {
      throw HubClient.notAHub(client.file(model, commit, ""), String.valueOf(e.getMessage()));
    }
    if (probe.listing.names().isEmpty()) {
      throw refusal;
    }
    return probe.listing;
  }

  /** One file more, where a hub has it. */
  static Optional<HubFile> file(
      HubClient client, HubModel model, String commit, String name, CallContext context) {
    URI uri = client.file(model, commit, name);
    return head(client, uri, model, context).map(headers -> described(uri, name, headers));
  }

  /** Of the commit, or of the branch {@code main} where that is the commit. */
  private boolean addSiblings() throws IOException {
    Optional<JsonNode> described =
        description(client, model, client.revisionPath(commit), context)
            .or(
                () ->
                    description(client, model, "", context)
                        .filter(said -> said.path("sha").asText().equals(commit)));
    JsonNode siblings = described.map(said -> said.path("siblings")).orElse(null);
    if (siblings == null || siblings.isEmpty()) {
      return false;
    }
    for (String name : listing.addSiblings(siblings)) {
      add(name);
    }
    return true;
  }

  private void addSettings() throws IOException {
    for (String name : HubNames.allSettings()) {
      add(name);
    }
    for (JsonNode module : json("modules.json")) {
      String path = module.path("path").asText();
      if (HubNames.isSafe(path)) {
        add(path + "/config.json");
        add(path + "/model.safetensors");
      }
    }
  }

  private void addGraphs() throws IOException {
    Optional<String> asked = model.modelFile();
    if (asked.isPresent()) {
      addWithWeights(asked.get());
      addCompanions(asked.get());
      return;
    }
    if (listing.file(GenAiConfig.FILE).isPresent()) {
      addWithWeights(new GenAiConfig(json(GenAiConfig.FILE)).modelFile());
      return;
    }
    for (String base : List.of("model", "decoder_model_merged", "decoder_model")) {
      boolean found = false;
      for (String suffix : SUFFIXES) {
        for (String folder : List.of("onnx/", "")) {
          String graph = folder + base + suffix + ".onnx";
          if (addWithWeights(graph)) {
            addCompanions(graph);
            found = true;
          }
        }
      }
      if (found) {
        return;
      }
    }
  }

  /** The encoder of a decoder, and its graph for later steps, by their names. */
  private void addCompanions(String graph) throws IOException {
    for (String base : List.of("decoder_model_merged", "decoder_model")) {
      if (graph.substring(VariantFile.folder(graph).length()).startsWith(base)) {
        addWithWeights(graph.replace(base, "encoder_model"));
        if (base.equals("decoder_model")) {
          addWithWeights(graph.replace(base, "decoder_with_past_model"));
        }
        return;
      }
    }
  }

  private boolean addWithWeights(String graph) throws IOException {
    if (!add(graph)) {
      return false;
    }
    add(graph + ".data");
    if (add(graph + "_data")) {
      for (int part = 1; part < MOST_PARTS && add(graph + "_data_" + part); part++) {}
    }
    return true;
  }

  private boolean add(String name) throws IOException {
    if (listing.file(name).isPresent()) {
      return true;
    }
    Optional<HubFile> file = file(client, model, commit, name, context);
    if (file.isPresent()) {
      listing.add(file.get());
    }
    return file.isPresent();
  }

  private JsonNode json(String name) {
    return listing.file(name).isPresent()
        ? client.json(client.file(model, commit, name), model, client.retries().attempts(), context)
        : MissingNode.getInstance();
  }

  private static HubFile described(URI uri, String name, HttpHeaders headers) {
    String tag =
        headers
            .firstValue("X-Linked-Etag")
            .or(() -> headers.firstValue("ETag"))
            .orElseThrow(() -> HubClient.notAHub(uri, "an answer without an ETag"));
    Optional<String> length =
        headers.firstValue("Location").isPresent() // of what leads on, not of the file
            ? Optional.empty()
            : headers.firstValue("Content-Length");
    String size = headers.firstValue("X-Linked-Size").or(() -> length).orElse("");
    return new HubFile(name, size.matches("\\d{1,18}") ? Long.parseLong(size) : -1, hash(tag));
  }

  /** The value of an {@code ETag}; where that can be no file's name, one made of it. */
  private static String hash(String tag) {
    String value = tag.replaceFirst("^W/", "").replace("\"", "");
    return value.matches("[0-9A-Za-z][0-9A-Za-z._-]{0,99}")
        ? value
        : "etag-" + Sha.hex(value.getBytes(UTF_8));
  }

  private static Optional<JsonNode> description(
      HubClient client, HubModel model, String path, CallContext context) {
    try {
      return Optional.of(client.description(model, path, context));
    } catch (HubErrors.Refused e) {
      return whereAbsent(e);
    }
  }

  private static Optional<HttpHeaders> head(
      HubClient client, URI uri, HubModel model, CallContext context) {
    try {
      return Optional.of(client.head(uri, model, context));
    } catch (HubErrors.Refused e) {
      return whereAbsent(e);
    }
  }

  private static <T> Optional<T> whereAbsent(HubErrors.Refused e) {
    if (e.isOfAnAddress()) {
      return Optional.empty();
    }
    throw e;
  }
}
