package dev.ragwright.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.ragwright.onnx.files.FolderFiles;
import dev.ragwright.onnx.files.GenAiConfig;
import dev.ragwright.onnx.files.GraphScan;
import dev.ragwright.onnx.files.JsonTree;
import dev.ragwright.onnx.files.ModelGraph;
import dev.ragwright.onnx.files.VariantFile;
import dev.ragwright.text.Sha;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of one model as Hugging Face lays them out, and what they say of its use. Reads a file
 * when it is asked for it; keeps nothing in memory. Immutable.
 */
public final class ModelFolder {
  /** What the name says is in it: 8-bit weights. */
  private static final String BUNDLED = "model_quantized.onnx";

  private final String name;
  private final ModelFiles files;
  private final @Nullable String modelFile;

  private ModelFolder(String name, ModelFiles files, @Nullable String modelFile) {
    this.name = name;
    this.files = files;
    this.modelFile = modelFile;
  }

  /**
   * The model in a folder, named as the folder is.
   *
   * @throws ModelLoadException if there is no such folder
   */
  public static ModelFolder of(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new ModelLoadException(
          folder.toString(),
          Files.exists(folder) ? "a file" : "nothing",
          "a model's folder, with tokenizer.json and a .onnx file");
    }
    Path last = folder.toAbsolutePath().normalize().getFileName();
    return new ModelFolder(
        last == null ? "model" : last.toString(), new ModelFiles.Folder(folder), null);
  }

  /**
   * The model in a folder, under another name than the folder's.
   *
   * @throws IllegalArgumentException if the name is blank
   */
  public static ModelFolder named(String name, Path folder) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a model needs a name, had \"" + name + "\"");
    }
    return new ModelFolder(
        name, new ModelFiles.Folder(Objects.requireNonNull(folder, "folder")), null);
  }

  /**
   * {@code BAAI/bge-small-en-v1.5} in int8, out of {@code rag-model-bge-small-en}, which has to be
   * a dependency: English, 12 layers, 384 numbers, 512 tokens, a prefix for queries. The better and
   * the slower of the two.
   */
  public static ModelFolder bgeSmallEn() {
    return bundled("bge-small-en-v1.5-q", "bge-small-en-v1.5-q", "rag-model-bge-small-en");
  }

  /**
   * {@code sentence-transformers/all-MiniLM-L6-v2} in int8, out of {@code rag-model-minilm-l6},
   * which has to be a dependency: English, 6 layers, 384 numbers, no prefix. Its limit is the 256
   * tokens of its model card, not the 128 that the tokenizer file in the jar would cut at.
   */
  public static ModelFolder allMiniLm() {
    return bundled("all-MiniLM-L6-v2-q", "all-minilm-l6-v2-q", "rag-model-minilm-l6");
  }

  private static ModelFolder bundled(String name, String resource, String artifact) {
    return new ModelFolder(
        name,
        new ModelFiles.Bundled(
            name,
            "dev.ragwright:" + artifact,
            Map.of(
                BUNDLED, resource + ".onnx", FolderFiles.TOKENIZER, resource + "-tokenizer.json")),
        BUNDLED);
  }

  /**
   * The same model with another of its files, such as {@code "onnx/model_fp16.onnx"}; nothing that
   * the file holds is an objection.
   *
   * @param file relative to the folder
   * @throws ModelLoadException if there is no such file
   */
  public ModelFolder withModelFile(String file) {
    try (InputStream found = files.open(file)) {
      if (found == null) {
        throw new ModelLoadException(files.where(file), "nothing", "one of " + onnxFiles());
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    return new ModelFolder(name, files, file);
  }

  /**
   * The same model with another of its {@link #variants()}, whatever is said against it: only half
   * precision and blocks with floating-point zero points of a generating model are refused here
   * too, which a processor is 4 to 16 times slower with; {@link #withModelFile} takes them.
   *
   * <p>A variant that is a folder of its own (ONNX Runtime GenAI) has its own tokenizer and
   * settings.
   *
   * @param variant {@link ModelVariant#name()}
   * @throws ModelLoadException if there is no such variant, or it is refused
   */
  public ModelFolder withVariant(String variant) {
    return read(
        variants -> {
          Optional<String> file = variants.named(variant);
          if (file.isPresent()) {
            return new ModelFolder(name, files, file.get());
          }
          ModelFolder nested = new ModelFolder(name, files.within(variants.folder(variant)), null);
          return nested.withModelFile(nested.modelFile());
        });
  }

  /**
   * The files that the model comes in and whose weights are all there, in the order of their names;
   * behind them the folders below that ONNX Runtime GenAI can run, which are variants too. Reads
   * the nodes of each graph, which takes some milliseconds a file. Unmodifiable.
   *
   * @throws ModelLoadException if a file is no ONNX model
   */
  public List<ModelVariant> variants() {
    return read(
        variants -> {
          List<ModelVariant> all = new ArrayList<>(variants.complete());
          for (String folder : variants.folders()) {
            ModelFolder nested = new ModelFolder(name, files.within(folder), null);
            if (nested.genAi().flatMap(GenAiConfig::refusal).isEmpty()) {
              nested.variant().ifPresent(found -> all.add(found.within(folder)));
            }
          }
          return List.copyOf(all);
        });
  }

  /**
   * The variant that {@link #modelFile()} is; empty when weights of it are missing.
   *
   * @throws ModelLoadException if there is no model file to take, or it is no ONNX model
   */
  public Optional<ModelVariant> variant() {
    String file = modelFile();
    return read(variants -> variants.read(file));
  }

  /** What the model is called. */
  public String name() {
    return name;
  }

  /**
   * The model's file, relative to the folder: the one set by {@link #withModelFile} or {@link
   * #withVariant}, else the one that {@code genai_config.json} names.
   *
   * <p>Else, of a model that generates ({@code config.json} says so), what the files hold decides:
   * 8-bit blocks before 4-bit ones before single precision. Files that are plain int8 or half
   * precision are not taken unseen: the one ruins small decoders, the other is slow on a processor.
   *
   * <p>Else the first there is of {@code onnx/model_quantized.onnx}, {@code onnx/model.onnx},
   * {@code model_quantized.onnx}, {@code model.onnx}, else the only {@code .onnx} file there or in
   * {@code onnx/}.
   *
   * @throws ModelLoadException if there is none, or several of other names, or none to take unseen,
   *     or {@code genai_config.json} is of a model that is more than one decoder, or not for a
   *     processor
   */
  public String modelFile() {
    if (modelFile != null) {
      return modelFile;
    }
    Optional<GenAiConfig> genAi = genAi();
    if (genAi.isPresent()) {
      genAi.flatMap(GenAiConfig::refusal).ifPresent(this::refuseGenAi);
      return genAi.get().modelFile();
    }
    return read(variants -> variants.best(onnxFiles()));
  }

  /** This folder, unless the file that was set would not have been chosen unseen. */
  public ModelFolder notUnseen() {
    return new ModelFolder(name, files, read(variants -> variants.notUnseen(modelFile())));
  }

  private void refuseGenAi(String found) {
    throw new ModelLoadException(
        files.where(GenAiConfig.FILE), found, "one decoder that reads tokens, for the processor");
  }

  private Optional<GenAiConfig> genAi() {
    JsonNode config = settings(GenAiConfig.FILE);
    return config.isMissingNode() ? Optional.empty() : Optional.of(new GenAiConfig(config));
  }

  private interface Reading<T> {
    T of(ModelVariants variants) throws IOException;
  }

  private <T> T read(Reading<T> reading) {
    boolean generates = VariantFile.generates(settings("config.json")) || genAi().isPresent();
    try {
      return reading.of(new ModelVariants(files, generates));
    } catch (IOException e) {
      throw unreadable("", e);
    }
  }

  /** All graphs, in the root and in {@code onnx/}. */
  List<String> onnxFiles() {
    List<String> found = new ArrayList<>();
    try {
      for (String folder : List.of("", "onnx")) {
        for (String file : files.list(folder)) {
          if (file.endsWith(".onnx")) {
            found.add(folder.isEmpty() ? file : folder + "/" + file);
          }
        }
      }
    } catch (IOException e) {
      throw unreadable("", e);
    }
    return found;
  }

  /**
   * What each number of a classifier's output stands for, in their order: {@code id2label} of
   * {@code config.json}; empty when there is none. Unmodifiable.
   *
   * @throws ModelLoadException if its ids are not 0, 1, 2 and so on
   */
  public List<String> labels() {
    JsonNode labels = settings("config.json").path("id2label");
    List<String> ordered = new ArrayList<>();
    for (int id = 0; id < labels.size(); id++) {
      JsonNode label = labels.path(String.valueOf(id));
      if (!label.isTextual()) {
        throw new ModelLoadException(
            files.where("config.json"),
            "id2label " + labels,
            "a label for each number from 0 to " + (labels.size() - 1));
      }
      ordered.add(label.asText());
    }
    return List.copyOf(ordered);
  }

  /**
   * What belongs in front of a query: the prompt {@code query} of {@code
   * config_sentence_transformers.json}, else its default prompt, else nothing.
   *
   * @throws ModelLoadException if the default prompt is none of the prompts
   */
  public String queryPrefix() {
    return prompt("query");
  }

  /**
   * What belongs in front of a passage: the prompt {@code document}, {@code passage} or {@code
   * corpus} of {@code config_sentence_transformers.json}, else its default prompt, else nothing.
   *
   * @throws ModelLoadException if the default prompt is none of the prompts
   */
  public String documentPrefix() {
    return prompt("document", "passage", "corpus");
  }

  private String prompt(String... names) {
    JsonNode config = settings("config_sentence_transformers.json");
    JsonNode usual = config.path("default_prompt_name");
    if (usual.isTextual() && !config.path("prompts").has(usual.asText())) {
      throw new ModelLoadException(
          files.where("config_sentence_transformers.json"),
          "the setting \"default_prompt_name\": " + usual,
          "one of the prompts " + config.path("prompts"));
    }
    List<String> asked = new ArrayList<>(List.of(names));
    asked.add(usual.asText(""));
    for (String name : asked) {
      JsonNode prompt = config.path("prompts").path(name);
      if (prompt.isTextual()) {
        return prompt.asText();
      }
    }
    return "";
  }

  /**
   * The SHA-256 of the model's file in hex, and of weights that it keeps beside it ({@code
   * FILE_data}, {@code FILE.data}, and others that the graph names) in the order of their names.
   * Reads them all, each time.
   *
   * @throws ModelLoadException if there is no model or it cannot be read
   */
  public String modelSha256() {
    String file = modelFile();
    int slash = file.lastIndexOf('/');
    String folder = slash < 0 ? "" : file.substring(0, slash);
    Set<String> weights = new TreeSet<>(weightsNamedIn(file));
    try {
      for (String beside : files.list(folder)) {
        String path = folder.isEmpty() ? beside : folder + "/" + beside;
        if (path.startsWith(file + "_data") || path.startsWith(file + ".data")) {
          weights.add(path);
        }
      }
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
    return sha256(Stream.concat(Stream.of(file), weights.stream()).toList());
  }

  /** The files that a graph keeps weights in and that are there; none of what is no graph. */
  private List<String> weightsNamedIn(String file) {
    List<String> named = new ArrayList<>();
    try (InputStream in = open(file)) {
      for (String weights : GraphScan.of(in).externalFiles()) {
        String path = VariantFile.folder(file) + weights;
        if (files.size(path).isPresent()) {
          named.add(path);
        }
      }
    } catch (IOException e) {
      return List.of(); // the runtime will say what is wrong with it
    }
    return named;
  }

  /**
   * The SHA-256 of {@code tokenizer.json}, in hex.
   *
   * @throws ModelLoadException if there is none or it cannot be read
   */
  public String tokenizerSha256() {
    return sha256(List.of(FolderFiles.TOKENIZER));
  }

  private String sha256(List<String> parts) {
    MessageDigest digest = Sha.sha256();
    byte[] buffer = new byte[1 << 16];
    for (String part : parts) {
      try (InputStream in = open(part)) {
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          digest.update(buffer, 0, read);
        }
      } catch (IOException e) {
        throw unreadable(part, e);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * What a text file of the folder holds, such as {@code chat_template.jinja}; empty when there is
   * none of that name.
   *
   * @param file relative to the folder
   * @throws ModelLoadException if it cannot be read
   */
  public Optional<String> text(String file) {
    try (InputStream in = files.open(file)) {
      return in == null
          ? Optional.empty()
          : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * The SHA-256 of a file, in hex.
   *
   * @param file relative to the folder
   * @throws ModelLoadException if it is missing or cannot be read
   */
  public String sha256(String file) {
    return sha256(List.of(file));
  }

  /** The model's folder and file, for people. */
  @Override
  public String toString() {
    return modelFile == null ? files.where("") : files.where(modelFile);
  }

  /** What a file holds; the caller closes it. */
  InputStream open(String file) {
    try {
      InputStream found = files.open(file);
      if (found == null) {
        throw new ModelLoadException(
            files.where(file), "nothing", "the file " + file + " of a Hugging Face model folder");
      }
      return found;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** A settings file, or a missing node when there is none. */
  JsonNode settings(String file) {
    try (InputStream in = files.open(file)) {
      JsonNode settings = in == null ? MissingNode.getInstance() : JsonTree.read(in);
      if (in != null && settings.isMissingNode()) {
        throw new ModelLoadException(files.where(file), "an empty file", "JSON");
      }
      return settings;
    } catch (JsonTree.Damaged e) {
      throw damaged(file, String.valueOf(e.getMessage()), "JSON", e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** As {@link #damaged}, of a graph that the runtime refuses; its weights may lie beside it. */
  ModelLoadException damagedGraph(String file, String found, String expected, Throwable cause) {
    try (InputStream in = open(file)) {
      for (String weights : GraphScan.of(in).externalFiles()) {
        String part = VariantFile.folder(file) + weights;
        if (files.size(part).orElse(0) == 0 || files.isPointer(part)) {
          return damaged(part, found, "the weights of " + files.where(file), cause);
        }
      }
      return damaged(file, found, expected, cause);
    } catch (ModelLoadException e) {
      return e;
    } catch (IOException e) { // says where the file stops making sense
      return damaged(file, "%s (%s)".formatted(found, e.getMessage()), expected, cause);
    }
  }

  /** As {@link WrongFile#instead}. */
  ModelLoadException damaged(String file, String found, String expected, Throwable cause) {
    return WrongFile.instead(files, file, found, expected, cause);
  }

  ModelLoadException unreadable(String file, IOException e) {
    return new ModelLoadException(files.where(file), e.toString(), "a readable file", e);
  }

  /**
   * What lies in the folder, for those of Ragwright's modules that read it; its type is not
   * exported.
   */
  @SuppressWarnings("exports")
  public FolderFiles files() {
    return new Inside();
  }

  /** The folder from within. */
  private final class Inside implements FolderFiles {
    @Override
    public InputStream open(String file) {
      return ModelFolder.this.open(file);
    }

    @Override
    public Optional<InputStream> find(String file) {
      try {
        return Optional.ofNullable(files.open(file));
      } catch (IOException e) {
        throw unreadable(file, e);
      }
    }

    @Override
    public JsonNode settings(String file) {
      return ModelFolder.this.settings(file);
    }

    @Override
    public Optional<GenAiConfig> genAi() {
      return ModelFolder.this.genAi();
    }

    @Override
    public String where(String file) {
      return files.where(file);
    }

    @Override
    public Optional<String> origin(String file) {
      return files.origin(file);
    }

    @Override
    public Optional<Path> modelPath() {
      return files.path(modelFile());
    }

    @Override
    public VariantFile variant() {
      String file = modelFile();
      return read(variants -> variants.file(file));
    }

    @Override
    public ModelGraph graph() {
      return ModelFolder.this.variant().orElseThrow().graph(); // of what is loaded: complete
    }

    @Override
    public boolean hasGraph(String file) {
      return onnxFiles().contains(file);
    }

    @Override
    public ModelLoadException damaged(String file, String found, String expected, Throwable cause) {
      return ModelFolder.this.damaged(file, found, expected, cause);
    }

    @Override
    public ModelLoadException damagedGraph(
        String file, String found, String expected, Throwable cause) {
      return ModelFolder.this.damagedGraph(file, found, expected, cause);
    }

    @Override
    public ModelLoadException unreadable(String file, IOException e) {
      return ModelFolder.this.unreadable(file, e);
    }

    @Override
    public Optional<ModelLoadException> pointer(Path file) throws IOException {
      return WrongFile.pointer(file);
    }

    @Override
    public Optional<String> found(byte[] bytes) {
      return WrongFile.found(bytes, bytes.length);
    }
  }
}
