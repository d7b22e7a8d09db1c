package dev.ragwright.onnx.files;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What lies in a model's folder, for those who read it. Each method throws a {@code
 * ModelLoadException} that names the file where it is damaged or cannot be read.
 */
public interface FolderFiles {
  /** The tokenizer's file in a folder of Hugging Face's. */
  String TOKENIZER = "tokenizer.json";

  /** Other names of {@code sentence_bert_config.json}, by which older models have it. */
  List<String> SENTENCE_SETTINGS =
      List.of(
          "sentence_bert_config.json",
          "sentence_roberta_config.json",
          "sentence_distilbert_config.json",
          "sentence_camembert_config.json",
          "sentence_albert_config.json",
          "sentence_xlm-roberta_config.json",
          "sentence_xlnet_config.json");

  /** What a file holds; the caller closes it. */
  InputStream open(String file);

  /** What a file holds, empty where there is none; the caller closes it. */
  Optional<InputStream> find(String file);

  /** A settings file, or a missing node when there is none. */
  JsonNode settings(String file);

  /** The settings of a model that names its files by {@link GenAiConfig}. */
  Optional<GenAiConfig> genAi();

  /** The place of a file, for people. */
  String where(String file);

  /** What identifies a file without reading it; empty where nothing does. */
  Optional<String> origin(String file);

  /** The model's file, where native code can open it by itself. */
  Optional<Path> modelPath();

  /** The model's file, and those of the same variant that go with it. */
  VariantFile variant();

  /** What the model's file says of itself. */
  ModelGraph graph();

  /** Whether there is a graph of that name, in the root or in {@code onnx/}. */
  boolean hasGraph(String file);

  /** A file that is not what it should be: says what it is instead, a pointer or a page. */
  RuntimeException damaged(String file, String found, String expected, Throwable cause);

  /** As {@link #damaged}, of a graph that the runtime refuses; its weights may lie beside it. */
  RuntimeException damagedGraph(String file, String found, String expected, Throwable cause);

  /** A file that cannot be read. */
  RuntimeException unreadable(String file, IOException e);

  /** The error for a file outside the folder that is a pointer to one; empty for another. */
  Optional<? extends RuntimeException> pointer(Path file) throws IOException;

  /** What some bytes are that are not what they should be, where it is known. */
  Optional<String> found(byte[] bytes);
}
