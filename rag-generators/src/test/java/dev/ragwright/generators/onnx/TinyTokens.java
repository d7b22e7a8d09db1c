package dev.ragwright.generators.onnx;

import dev.ragwright.onnx.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A folder with a byte-level tokenizer: the special tokens that are named, 256 bytes, some pairs.
 */
final class TinyTokens {
  private TinyTokens() {}

  static ModelFolder write(Path folder, List<String> special, List<String> words)
      throws IOException {
    String added =
        IntStream.range(0, special.size())
            .mapToObj(
                id ->
                    String.format(
                        Locale.ROOT,
                        """
                    {"id": %d, "content": "%s", "single_word": false, "lstrip": false,
                     "rstrip": false, "normalized": false, "special": true}""",
                        id,
                        special.get(id)))
            .collect(Collectors.joining(",\n"));
    StringBuilder vocabulary = new StringBuilder();
    for (int id = 0; id < special.size(); id++) {
      vocabulary.append(String.format(Locale.ROOT, "\"%s\": %d, ", special.get(id), id));
    }
    int other = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b != 0xAD);
      String c = printable ? Character.toString(b) : Character.toString(other++);
      vocabulary
          .append(b == 0 ? "" : ", ")
          .append('"')
          .append(c.replace("\\", "\\\\").replace("\"", "\\\""))
          .append("\": ")
          .append(special.size() + b);
    }
    for (int i = 0; i < words.size(); i++) {
      vocabulary
          .append(", \"")
          .append(words.get(i))
          .append("\": ")
          .append(special.size() + 256 + i);
    }
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [%s],
         "normalizer": null, "post_processor": null,
         "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
                           "use_regex": true},
         "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
                     "use_regex": true},
         "model": {"type": "BPE", "vocab": {%s}, "merges": []}}
        """
            .formatted(added, vocabulary));
    return ModelFolder.of(folder);
  }
}
