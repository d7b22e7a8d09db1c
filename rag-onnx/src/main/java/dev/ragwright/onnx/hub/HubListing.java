package dev.ragwright.onnx.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files of a repository at one commit, as the hub's API lists them and as Python keeps such a
 * list in {@code trees/COMMIT.json} ({@code _tree_cache.py} of huggingface_hub 2.4.0).
 */
final class HubListing {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int VERSION = 1;

  private record Entry(
      long size, String blobId, @Nullable String sha256, @Nullable String xetHash) {
    HubFile file(String name) {
      return new HubFile(name, size, sha256 == null ? blobId : sha256);
    }
  }

  private final NavigableMap<String, Entry> entries = new TreeMap<>();
  private final boolean isWhole;

  /**
   * An empty one.
   *
   * @param isWhole whether it is to have all files there are; else only those that were asked for
   */
  HubListing(boolean isWhole) {
    this.isWhole = isWhole;
  }

  boolean isWhole() {
    return isWhole;
  }

  /**
   * Adds a page of the API's list.
   *
   * @throws IOException if it is none, or a file's name would lead out of a folder
   */
  void addPage(JsonNode page) throws IOException {
    if (!page.isArray()) {
      throw new IOException("no list of files");
    }
    for (JsonNode file : page) {
      if (file.path("type").asText().equals("file")) {
        JsonNode lfs = file.path("lfs");
        add(
            file.path("path").asText(),
            new Entry(
                lfs.path("size").asLong(file.path("size").asLong(-1)),
                file.path("oid").asText(),
                lfs.path("oid").asText(null),
                file.path("xetHash").asText(null)));
      }
    }
  }

  /**
   * Adds the files of the API's older list, {@code siblings} of a model's description, as far as it
   * says of them what is needed.
   *
   * @return the names of the others, of which it has names only
   * @throws IOException if a file's name would lead out of a folder
   */
  List<String> addSiblings(JsonNode siblings) throws IOException {
    List<String> others = new ArrayList<>();
    for (JsonNode file : siblings) {
      String name = file.path("rfilename").asText();
      JsonNode lfs = file.path("lfs");
      String sha256 = lfs.path("sha256").asText(lfs.path("oid").asText(null));
      long size = lfs.path("size").asLong(file.path("size").asLong(-1));
      String blobId = file.path("blobId").asText("");
      if (size >= 0 && (sha256 != null || !blobId.isEmpty())) {
        add(name, new Entry(size, blobId, sha256, null));
      } else {
        requireSafe(name);
        others.add(name);
      }
    }
    return others;
  }

  /** Adds a file as its address says what it is. */
  void add(HubFile file) throws IOException {
    requireSafe(file.name());
    entries.put(
        file.name(),
        new Entry(file.bytes(), file.hash(), file.isSha256() ? file.hash() : null, null));
  }

  /** Adds what another knows besides. */
  void addAll(HubListing other) {
    other.entries.forEach(entries::putIfAbsent);
  }

  /** The list in Python's file; empty when it is of another version or damaged. */
  static Optional<HubListing> read(String json, boolean isWhole) {
    try {
      JsonNode root = JSON.readTree(json);
      if (root.path("format_version").asInt() != VERSION || !root.path("files").isObject()) {
        return Optional.empty();
      }
      HubListing listing = new HubListing(isWhole);
      for (Map.Entry<String, JsonNode> file : root.path("files").properties()) {
        JsonNode read = file.getValue();
        Entry entry =
            new Entry(
                read.path("lfs_size").asLong(read.path("size").asLong(-1)),
                read.path("blob_id").asText(),
                read.path("lfs_sha256").asText(null),
                read.path("xet_hash").asText(null));
        if (isWhole) {
          listing.add(file.getKey(), entry);
        } else {
          listing.add(entry.file(file.getKey()));
        }
      }
      return Optional.of(listing);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static void requireSafe(String name) throws IOException {
    if (!HubNames.isSafe(name)) {
      throw new IOException("a file called \"" + name + "\", which could be written anywhere");
    }
  }

  private void add(String name, Entry entry) throws IOException {
    requireSafe(name);
    if (entry.size() < 0 || !entry.file(name).hash().matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
      throw new IOException("no size or hash of the file " + name);
    }
    entries.put(name, entry);
  }

  /** The list as Python writes it. */
  String toJson() {
    ObjectNode root = JSON.createObjectNode().put("format_version", VERSION);
    ObjectNode files = root.putObject("files");
    entries.forEach(
        (name, entry) -> {
          ObjectNode file = files.putObject(name);
          file.put("size", entry.size()).put("blob_id", entry.blobId());
          if (entry.sha256() != null) {
            file.put("lfs_sha256", entry.sha256()).put("lfs_size", entry.size());
          }
          if (entry.xetHash() != null) {
            file.put("xet_hash", entry.xetHash());
          }
        });
    return root.toPrettyString();
  }

  /** The files' names, sorted. */
  List<String> names() {
    return List.copyOf(entries.keySet());
  }

  Optional<HubFile> file(String name) {
    return Optional.ofNullable(entries.get(name)).map(entry -> entry.file(name));
  }

  /** All files, by name. */
  List<HubFile> files() {
    List<HubFile> files = new ArrayList<>();
    entries.forEach((name, entry) -> files.add(entry.file(name)));
    return List.copyOf(files);
  }
}
