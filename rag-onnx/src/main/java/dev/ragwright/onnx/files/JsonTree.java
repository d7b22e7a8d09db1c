package dev.ragwright.onnx.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.util.Map;

/**
 * Reads and writes trees of JSON by the reader and the writer of the library that the tokenizers
 * bring. A mapper of Jackson's does the same once its 400 classes are there, which is a third of
 * the time that a process needs to its first vector.
 */
public final class JsonTree {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private JsonTree() {}

  /** What is no JSON; the message says where. */
  public static final class Damaged extends IOException {
    private static final long serialVersionUID = 1L;

    private Damaged(String message, Exception cause) {
      super(message, cause);
    }
  }

  /**
   * What a file holds, in UTF-8; a missing node if that is nothing.
   *
   * @throws Damaged if it is no JSON
   */
  public static JsonNode read(InputStream in) throws IOException {
    JsonReader reader = new JsonReader(new InputStreamReader(in, UTF_8.newDecoder()));
    reader.setStrictness(Strictness.STRICT);
    JsonToken first = null;
    try {
      first = reader.peek();
      return value(first, reader);
    } catch (EOFException e) {
      if (first == null) {
        return MissingNode.getInstance();
      }
      throw new Damaged(String.valueOf(e.getMessage()), e);
    } catch (MalformedJsonException e) { // its message goes on with advice for who programs
      String message = String.valueOf(e.getMessage());
      int place = Math.max(0, message.indexOf(" at line "));
      throw new Damaged("not JSON" + message.substring(place).lines().findFirst().orElse(""), e);
    } catch (CharacterCodingException e) {
      throw new Damaged("not UTF-8", e);
    }
  }

  /** As a text of ASCII alone, which takes no decoding. */
  public static String write(JsonNode tree) {
    StringBuilder text = new StringBuilder();
    write(tree, text);
    return text.toString();
  }

  private static void write(JsonNode tree, StringBuilder text) {
    String before = "";
    if (tree.isObject()) {
      text.append('{');
      for (Map.Entry<String, JsonNode> entry : tree.properties()) {
        write(entry.getKey(), text.append(before));
        write(entry.getValue(), text.append(':'));
        before = ",";
      }
      text.append('}');
    } else if (tree.isArray()) {
      text.append('[');
      for (JsonNode element : tree) {
        write(element, text.append(before));
        before = ",";
      }
      text.append(']');
    } else if (tree.isTextual()) {
      write(tree.textValue(), text);
    } else {
      text.append(tree.asText()); // a number, true, false or null
    }
  }

  private static void write(String value, StringBuilder text) {
    text.append('"');
    int written = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        text.append(value, written, i).append("\\u");
        text.append(Integer.toHexString(0x10000 | c), 1, 5);
        written = i + 1;
      }
    }
    text.append(value, written, value.length()).append('"');
  }

  private static JsonNode value(JsonToken token, JsonReader reader) throws IOException {
    if (token == JsonToken.BEGIN_OBJECT) {
      ObjectNode object = NODES.objectNode();
      reader.beginObject();
      while (reader.hasNext()) {
        object.set(reader.nextName(), value(reader.peek(), reader));
      }
      reader.endObject();
      return object;
    }
    if (token == JsonToken.BEGIN_ARRAY) {
      ArrayNode array = NODES.arrayNode();
      reader.beginArray();
      while (reader.hasNext()) {
        array.add(value(reader.peek(), reader));
      }
      reader.endArray();
      return array;
    }
    if (token == JsonToken.STRING) {
      return NODES.textNode(reader.nextString());
    }
    if (token == JsonToken.BOOLEAN) {
      return NODES.booleanNode(reader.nextBoolean());
    }
    if (token == JsonToken.NULL) {
      reader.nextNull();
      return NODES.nullNode();
    }
    return number(reader.nextString());
  }

  private static JsonNode number(String digits) {
    if (digits.indexOf('.') >= 0 || digits.indexOf('e') >= 0 || digits.indexOf('E') >= 0) {
      return NODES.numberNode(Double.parseDouble(digits));
    }
    if (digits.length() > 18) {
      BigInteger whole = new BigInteger(digits);
      return whole.bitLength() < 64 ? NODES.numberNode(whole.longValue()) : NODES.numberNode(whole);
    }
    long whole = Long.parseLong(digits);
    return whole == (int) whole ? NODES.numberNode((int) whole) : NODES.numberNode(whole);
  }
}
