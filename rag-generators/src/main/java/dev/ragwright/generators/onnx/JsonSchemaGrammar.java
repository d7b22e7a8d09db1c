package dev.ragwright.generators.onnx;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.call.StageDescription;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a JSON Schema describes, as a grammar; a schema outside the subset is refused. */
final class JsonSchemaGrammar {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int DIGITS = 15; // a double holds so many exactly

  /** What says nothing about a value's form. */
  private static final Set<String> REMARKS =
      Set.of(
          "title",
          "description",
          "default",
          "examples",
          "$schema",
          "$id",
          "$comment",
          "$defs",
          "definitions");

  private static final Map<String, Set<String>> OF_TYPE =
      Map.of(
          "object", Set.of("properties", "required", "additionalProperties"),
          "array", Set.of("items", "minItems", "maxItems"),
          "string", Set.of("minLength", "maxLength"),
          "number", Set.of(),
          "integer", Set.of(),
          "boolean", Set.of(),
          "null", Set.of());

  private final JsonNode root;
  private final BitSet spelled;
  private final ByteGrammar character;
  private final Map<String, ByteGrammar> references = new HashMap<>();

  private JsonSchemaGrammar(JsonNode root, BitSet spelled) {
    this.root = root;
    this.spelled = spelled;
    this.character = character();
  }

  static Constraint constraint(String schema) {
    JsonNode root;
    try {
      root = JSON.readTree(schema);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("the schema is no JSON: " + e.getOriginalMessage(), e);
    }
    BitSet all = new BitSet();
    all.set(0, 256);
    new JsonSchemaGrammar(root, all).whole(); // refuses what is not supported
    return new GrammarConstraint(
        StageDescription.of("constraint", "jsonSchema").with("schema", root.toString()),
        spelled -> new JsonSchemaGrammar(root, spelled).whole());
  }

  private ByteGrammar whole() {
    if (!isFinite(root, new HashSet<>())) {
      throw unsupported("#", "no finite value: what it requires contains itself");
    }
    return value(root, "#");
  }

  private static IllegalArgumentException unsupported(String where, String what) {
    return new IllegalArgumentException(
        "the schema at %s has %s; see Constraint.jsonSchema for what is supported"
            .formatted(where, what));
  }

  private ByteGrammar value(JsonNode schema, String where) {
    if (!schema.isObject()) {
      throw unsupported(where, "the value " + schema);
    }
    for (String only : List.of("$ref", "enum", "const", "anyOf")) {
      if (schema.has(only)) {
        allow(
            schema,
            where,
            only.equals("enum") || only.equals("const") ? Set.of(only, "type") : Set.of(only));
        return switch (only) {
          case "$ref" -> reference(schema.path(only).asText(), where);
          case "anyOf" -> anyOf(schema.path(only), where);
          case "enum" -> literals(schema.path(only), schema, where);
          default -> literals(JSON.createArrayNode().add(schema.path(only)), schema, where);
        };
      }
    }
    Set<String> types = types(schema, where);
    Set<String> keys = new HashSet<>(Set.of("type"));
    types.forEach(type -> keys.addAll(OF_TYPE.get(type)));
    allow(schema, where, keys);
    return ByteGrammar.choice(types.stream().map(type -> ofType(type, schema, where)).toList());
  }

  private static void allow(JsonNode schema, String where, Set<String> keys) {
    schema
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (!keys.contains(key) && !REMARKS.contains(key)) {
                throw unsupported(where, "\"" + key + "\": " + schema.path(key));
              }
            });
  }

  private static Set<String> types(JsonNode schema, String where) {
    JsonNode type = schema.path("type");
    Set<String> types = new LinkedHashSet<>();
    for (JsonNode one : type.isArray() ? type : JSON.createArrayNode().add(type)) {
      if (!OF_TYPE.containsKey(one.asText())) {
        throw unsupported(where, type.isMissingNode() ? "no \"type\"" : "the type " + one);
      }
      types.add(one.asText());
    }
    return types;
  }

  private ByteGrammar ofType(String type, JsonNode schema, String where) {
    return switch (type) {
      case "object" -> object(schema, where);
      case "array" -> array(schema, where);
      case "string" -> {
        int least = number(schema, "minLength", 0, where);
        int most = number(schema, "maxLength", Integer.MAX_VALUE, where);
        notAbove(least, most, where);
        yield ByteGrammar.sequence(
            text("\""), ByteGrammar.repeat(character, least, most), text("\""));
      }
      case "integer" -> integer();
      case "number" ->
          ByteGrammar.sequence(
              integer(),
              ByteGrammar.optional(
                  ByteGrammar.sequence(text("."), ByteGrammar.repeat(range('0', '9'), 1, DIGITS))));
      case "boolean" -> ByteGrammar.choice(text("true"), text("false"));
      default -> text("null");
    };
  }

  private ByteGrammar integer() {
    return ByteGrammar.sequence(
        ByteGrammar.optional(text("-")),
        ByteGrammar.choice(
            text("0"),
            ByteGrammar.sequence(
                range('1', '9'), ByteGrammar.repeat(range('0', '9'), 0, DIGITS - 1))));
  }

  private ByteGrammar object(JsonNode schema, String where) {
    if (schema.path("additionalProperties").isObject()) {
      throw unsupported(where, "\"additionalProperties\": " + schema.path("additionalProperties"));
    }
    Set<String> required = new HashSet<>();
    schema.path("required").forEach(name -> required.add(name.asText()));
    List<ByteGrammar> members = new ArrayList<>();
    List<Boolean> needed = new ArrayList<>();
    schema
        .path("properties")
        .properties()
        .forEach(
            property -> {
              String name = property.getKey();
              members.add(
                  ByteGrammar.sequence(
                      text(JSON.getNodeFactory().textNode(name) + ":"),
                      ByteGrammar.optional(text(" ")),
                      value(property.getValue(), where + "/properties/" + name)));
              needed.add(required.remove(name));
            });
    if (!required.isEmpty()) {
      throw unsupported(
          where, "\"required\": " + required + ", which are not among its properties");
    }
    // From the last to the first: what may follow a member depends on whether it is the first.
    ByteGrammar afterNone = text("}");
    ByteGrammar afterSome = text("}");
    for (int i = members.size() - 1; i >= 0; i--) {
      ByteGrammar rest = afterSome;
      ByteGrammar first = named(ByteGrammar.sequence(members.get(i), rest));
      ByteGrammar later = named(ByteGrammar.sequence(comma(), members.get(i), rest));
      afterNone = needed.get(i) ? first : named(ByteGrammar.choice(first, afterNone));
      afterSome = needed.get(i) ? later : named(ByteGrammar.choice(later, afterSome));
    }
    return ByteGrammar.sequence(text("{"), afterNone);
  }

  private ByteGrammar array(JsonNode schema, String where) {
    int least = number(schema, "minItems", 0, where);
    int most = number(schema, "maxItems", Integer.MAX_VALUE, where);
    notAbove(least, most, where);
    ByteGrammar item = value(schema.path("items"), where + "/items");
    ByteGrammar items =
        most == 0
            ? ByteGrammar.EMPTY
            : ByteGrammar.sequence(
                item,
                ByteGrammar.repeat(
                    ByteGrammar.sequence(comma(), item),
                    Math.max(0, least - 1),
                    most == Integer.MAX_VALUE ? most : most - 1));
    return ByteGrammar.sequence(
        text("["), least == 0 ? ByteGrammar.optional(items) : items, text("]"));
  }

  private ByteGrammar anyOf(JsonNode options, String where) {
    List<ByteGrammar> all = new ArrayList<>();
    for (int i = 0; i < options.size(); i++) {
      all.add(value(options.path(i), where + "/anyOf/" + i));
    }
    if (all.isEmpty()) {
      throw unsupported(where, "\"anyOf\": " + options);
    }
    return ByteGrammar.choice(all);
  }

  private ByteGrammar literals(JsonNode values, JsonNode schema, String where) {
    if (!values.isArray() || values.isEmpty()) {
      throw unsupported(where, "\"enum\": " + values);
    }
    if (schema.has("type")) {
      Set<String> types = types(schema, where);
      for (JsonNode value : values) {
        if (types.stream().noneMatch(type -> isOf(type, value))) {
          throw unsupported(where, "the value " + value + ", which is not of its type " + types);
        }
      }
    }
    return ByteGrammar.choice(values.valueStream().map(value -> text(value.toString())).toList());
  }

  private static boolean isOf(String type, JsonNode value) {
    return switch (type) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "number" -> value.isNumber();
      case "integer" -> value.isIntegralNumber();
      case "boolean" -> value.isBoolean();
      default -> value.isNull();
    };
  }

  private ByteGrammar reference(String reference, String where) {
    ByteGrammar known = references.get(reference);
    if (known == null) {
      JsonNode target = target(reference, where);
      if (!isFinite(target, new HashSet<>(Set.of(reference)))) {
        throw unsupported(where, "a $ref to " + reference + ", which has no finite value");
      }
      ByteGrammar[] meaning = {ByteGrammar.NOTHING};
      known = ByteGrammar.named(() -> meaning[0]);
      references.put(reference, known);
      meaning[0] = value(target, reference);
    }
    return known;
  }

  private JsonNode target(String reference, String where) {
    JsonNode target =
        reference.matches("#/(\\$defs|definitions)/[^/~%]+")
            ? root.at(reference.substring(1))
            : root.path("");
    if (target.isMissingNode()) {
      throw unsupported(where, "a $ref to " + reference);
    }
    return target;
  }

  /** Whether a schema has a value that does not contain itself without end. */
  private boolean isFinite(JsonNode schema, Set<String> within) {
    if (schema.has("$ref")) {
      String reference = schema.path("$ref").asText();
      Set<String> deeper = new HashSet<>(within);
      return deeper.add(reference) && isFinite(target(reference, "#"), deeper);
    }
    if (schema.has("anyOf")) {
      return schema.path("anyOf").valueStream().anyMatch(option -> isFinite(option, within));
    }
    boolean properties =
        schema
            .path("required")
            .valueStream()
            .allMatch(name -> isFinite(schema.path("properties").path(name.asText()), within));
    return properties
        && (schema.path("minItems").asInt() == 0 || isFinite(schema.path("items"), within));
  }

  private static int number(JsonNode schema, String key, int otherwise, String where) {
    JsonNode value = schema.path(key);
    if (value.isMissingNode()) {
      return otherwise;
    }
    if (!value.canConvertToInt() || !value.canConvertToExactIntegral() || value.asInt() < 0) {
      throw unsupported(where, "\"" + key + "\": " + value);
    }
    return value.asInt();
  }

  private static void notAbove(int least, int most, String where) {
    if (least > most) {
      throw unsupported(where, "a minimum of " + least + " above its maximum of " + most);
    }
  }

  /** A character of a string: RFC 8259, with UTF-8 as of RFC 3629, without {@code \\u}. */
  private ByteGrammar character() {
    BitSet plain = new BitSet(256);
    plain.set(0x20, 0x80);
    plain.clear('"');
    plain.clear('\\');
    plain.and(spelled);
    BitSet escaped = new BitSet(256);
    "\"\\/bfnrt".chars().forEach(escaped::set);
    escaped.and(spelled);
    ByteGrammar more = range(0x80, 0xBF);
    return ByteGrammar.choice(
        ByteGrammar.any(plain),
        ByteGrammar.sequence(text("\\"), ByteGrammar.any(escaped)),
        ByteGrammar.sequence(range(0xC2, 0xDF), more),
        ByteGrammar.sequence(range(0xE0, 0xE0), range(0xA0, 0xBF), more),
        ByteGrammar.sequence(range(0xE1, 0xEC), more, more),
        ByteGrammar.sequence(range(0xED, 0xED), range(0x80, 0x9F), more),
        ByteGrammar.sequence(range(0xEE, 0xEF), more, more),
        ByteGrammar.sequence(range(0xF0, 0xF0), range(0x90, 0xBF), more, more),
        ByteGrammar.sequence(range(0xF1, 0xF3), more, more, more),
        ByteGrammar.sequence(range(0xF4, 0xF4), range(0x80, 0x8F), more, more));
  }

  private ByteGrammar comma() {
    return ByteGrammar.sequence(text(","), ByteGrammar.optional(text(" ")));
  }

  /** A part by name: what it holds is not gone through each time it is compared. */
  private static ByteGrammar named(ByteGrammar meaning) {
    return meaning.isNothing() ? meaning : ByteGrammar.named(() -> meaning);
  }

  private ByteGrammar text(String text) {
    return GrammarConstraint.literal(text, spelled);
  }

  private ByteGrammar range(int first, int last) {
    return GrammarConstraint.range(first, last, spelled);
  }
}
