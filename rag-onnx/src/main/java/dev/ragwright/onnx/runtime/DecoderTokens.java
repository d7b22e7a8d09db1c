package dev.ragwright.onnx.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.files.FolderFiles;
import dev.ragwright.onnx.files.GenAiConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** With which tokens a decoder begins and ends, by the settings in its folder. */
public final class DecoderTokens {
  private DecoderTokens() {}

  /**
   * The tokens with which a decoder ends what it writes, by {@code eos_token_id} of {@code
   * generation_config.json}, {@code config.json} and {@code genai_config.json} and {@code
   * eos_token} of {@code tokenizer_config.json}: all of them, since exports seldom agree.
   * Unmodifiable, ascending; empty when none says so.
   *
   * @param tokens the same model's
   */
  public static Set<Integer> ends(ModelFolder folder, TokenBytes tokens) {
    FolderFiles files = folder.files();
    Set<Integer> ends = new TreeSet<>();
    for (JsonNode ids :
        List.of(
            files.settings("generation_config.json").path("eos_token_id"),
            files.settings("config.json").path("eos_token_id"),
            files.settings(GenAiConfig.FILE).path("model").path("eos_token_id"))) {
      if (ids.canConvertToInt()) {
        ends.add(ids.asInt());
      }
      ids.forEach(id -> ends.add(id.asInt()));
    }
    JsonNode named = files.settings("tokenizer_config.json").path("eos_token");
    String name = named.isTextual() ? named.asText() : named.path("content").asText("");
    tokens.id(name).ifPresent(ends::add);
    return Collections.unmodifiableSet(ends);
  }

  /**
   * What a decoder with an encoder reads first; see {@link OnnxDecoder#startTokens()}.
   *
   * @throws ModelLoadException if the settings do not say
   */
  public static List<Integer> starts(ModelFolder folder) {
    FolderFiles files = folder.files();
    List<Integer> tokens = new ArrayList<>();
    for (String name : List.of("decoder_start_token_id", "forced_bos_token_id")) {
      Stream.of("generation_config.json", "config.json")
          .map(file -> files.settings(file).path(name))
          .filter(JsonNode::canConvertToInt)
          .findFirst()
          .ifPresent(id -> tokens.add(id.asInt()));
      if (tokens.isEmpty()) {
        throw new ModelLoadException(
            files.where("config.json"),
            "no " + name,
            "it there or in generation_config.json: what a decoder with an encoder begins with");
      }
    }
    return List.copyOf(tokens);
  }
}
