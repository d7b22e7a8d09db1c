package dev.ragwright.onnx.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * How the pieces of a vocabulary are written in {@code tokenizer.json}, and back to the bytes they
 * stand for: what the {@code decoder} there does to each of them alone.
 */
sealed interface PieceDecoder {

  /**
   * The bytes of a piece.
   *
   * @param added whether it was added to the vocabulary under its plain name
   */
  byte[] bytes(String piece, boolean added);

  /** Whether one space in front of all of a text is dropped. */
  boolean dropsLeadingSpace();

  /** The one that the file names. */
  static PieceDecoder of(
      String type, boolean byteFallback, JsonNode preTokenizer, JsonNode decoder) {
    List<JsonNode> steps = parts(decoder, "decoders");
    if (!type.equals("WordPiece") && !type.equals("WordLevel")) {
      if (hasType(steps, "ByteLevel")
          || (steps.isEmpty() && hasType(parts(preTokenizer, "pretokenizers"), "ByteLevel"))) {
        return new ByteLevel();
      }
      if (!steps.isEmpty()) {
        return spaced(steps, byteFallback);
      }
    }
    throw unusable(type.isEmpty() ? "no type of model" : "the model " + type, steps);
  }

  private static PieceDecoder spaced(List<JsonNode> steps, boolean byteFallback) {
    List<Replacement> replacements = new ArrayList<>();
    boolean dropsLeadingSpace = false;
    boolean bytes = byteFallback;
    for (JsonNode step : steps) {
      switch (step.path("type").asText()) {
        case "Metaspace" -> {
          replacements.add(new Replacement(step.path("replacement").asText("\u2581"), " "));
          dropsLeadingSpace =
              !step.path("prepend_scheme").asText("").equals("never")
                  && step.path("add_prefix_space").asBoolean(true);
        }
        case "Replace" -> {
          JsonNode pattern = step.path("pattern").path("String");
          if (!pattern.isTextual()) {
            throw unusable("a replacement of " + step.path("pattern"), steps);
          }
          replacements.add(new Replacement(pattern.asText(), step.path("content").asText()));
        }
        case "ByteFallback" -> bytes = true;
        case "Fuse" -> {}
        case "Strip" -> {
          if (!step.path("content").asText().equals(" ")
              || step.path("start").asInt() > 1
              || step.path("stop").asInt() > 0) {
            throw unusable("the step " + step, steps);
          }
          dropsLeadingSpace = step.path("start").asInt() == 1;
        }
        default -> throw unusable("the step " + step, steps);
      }
    }
    return new Spaced(List.copyOf(replacements), bytes, dropsLeadingSpace);
  }

  private static VocabularyJson.Unusable unusable(String found, List<JsonNode> steps) {
    return new VocabularyJson.Unusable(
        found
            + " with the decoder "
            + steps.stream().map(step -> step.path("type").asText()).toList(),
        "the tokenizer of a decoder, which spells every text exactly: byte-level BPE, or"
            + " SentencePiece as BPE or Unigram (its decoder one of ByteLevel, Metaspace, Replace"
            + " with ByteFallback, Fuse, Strip)");
  }

  private static boolean hasType(List<JsonNode> steps, String type) {
    return steps.stream().anyMatch(step -> step.path("type").asText().equals(type));
  }

  /** A step, or the steps of a sequence, which may hold sequences. */
  private static List<JsonNode> parts(JsonNode step, String field) {
    if (!step.isObject()) {
      return List.of();
    }
    return step.path("type").asText().equals("Sequence")
        ? step.path(field).valueStream().flatMap(part -> parts(part, field).stream()).toList()
        : Stream.of(step).toList();
  }

  /** Every byte is one printable character, by the table of GPT-2's {@code bytes_to_unicode}. */
  final class ByteLevel implements PieceDecoder {
    private static final short[] BYTES = bytesOfCharacters();

    @Override
    public byte[] bytes(String piece, boolean added) {
      byte[] bytes = new byte[piece.length()];
      for (int i = 0; i < bytes.length; i++) {
        char c = piece.charAt(i);
        if (added || c >= BYTES.length || BYTES[c] < 0) {
          return piece.getBytes(StandardCharsets.UTF_8);
        }
        bytes[i] = (byte) BYTES[c];
      }
      return bytes;
    }

    @Override
    public boolean dropsLeadingSpace() {
      return false;
    }

    private static short[] bytesOfCharacters() {
      short[] bytes = new short[256 + 68];
      Arrays.fill(bytes, (short) -1);
      int next = 256;
      for (short b = 0; b < 256; b++) {
        boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b != 0xAD);
        bytes[printable ? b : next++] = b;
      }
      return bytes;
    }
  }

  /** A text put for another one in every piece. */
  record Replacement(String from, String to) {}

  /** SentencePiece: a visible character for the space, {@code <0x0A>} for a byte. */
  record Spaced(List<Replacement> replacements, boolean byteFallback, boolean dropsLeadingSpace)
      implements PieceDecoder {
    @Override
    public byte[] bytes(String piece, boolean added) {
      if (byteFallback && piece.length() == 6 && piece.startsWith("<0x") && piece.endsWith(">")) {
        int high = Character.digit(piece.charAt(3), 16);
        int low = Character.digit(piece.charAt(4), 16);
        if (high >= 0 && low >= 0) {
          return new byte[] {(byte) (16 * high + low)};
        }
      }
      String text = piece;
      for (Replacement replacement : replacements) {
        text = text.replace(replacement.from(), replacement.to());
      }
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }
}
