package dev.ragwright.experiment;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.ragwright.call.Cost;
import dev.ragwright.call.Money;
import dev.ragwright.call.Usage;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.generate.Assembly;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Turn;
import dev.ragwright.source.files.TextFile;
import dev.ragwright.trace.StageRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * How results are called in JSON, in files and in memos. Each component of a record must be there,
 * unless {@link JsonProperty} says that it need not; what no component is called is passed over.
 */
final class ResultJson {
  private ResultJson() {}

  /** A mapper, with what else a module knows. */
  static ObjectMapper mapper(SimpleModule more) {
    SimpleModule types = new SimpleModule("results");
    add(types, Duration.class, Duration::toNanos, node -> Duration.ofNanos(node.longValue()));
    add(types, Instant.class, Instant::toString, node -> Instant.parse(node.asText()));
    add(types, Usage.class, ResultJson::counts, ResultJson::usage);
    add(types, Cost.class, ResultJson::amount, ResultJson::cost);
    return JsonMapper.builder()
        .addModules(types, more)
        .annotationIntrospector(new RequiredUnlessSaid())
        .addMixIn(StageTime.class, Names.class)
        .addMixIn(StageStore.Taken.class, Names.class)
        .addMixIn(Citation.class, Names.class)
        .addMixIn(Context.class, Names.class)
        .addMixIn(Assembly.class, Names.class)
        .addMixIn(Context.Dropped.class, Pair.class)
        .addMixIn(Probe.class, OfProbe.class)
        .addMixIn(Probe.EvidencePath.class, Names.class)
        .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL)) // lists and maps hold none
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .build();
  }

  /**
   * Reads a file of a format, in a version of its own.
   *
   * @param kind what people call it, such as {@code result}
   * @param made what is made of it, which refuses what does not fit
   * @throws DocumentReadException if there is no such file, if it is not JSON, of another format or
   *     version, or if something in it is missing or does not fit, naming what
   */
  static <F, T> T read(
      ObjectMapper json,
      Path file,
      String kind,
      String format,
      int version,
      Class<F> type,
      Function<F, T> made) {
    if (!Files.isRegularFile(file)) {
      throw new DocumentReadException("there is no " + kind + " " + file);
    }
    try {
      JsonNode root = json.readTree(TextFile.read(file));
      if (!root.path("format").asText().equals(format)) {
        throw new IllegalArgumentException(
            "\"format\" is %s, expected \"%s\"".formatted(root.path("format"), format));
      }
      if (root.path("version").asInt() != version) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the %s is of version %s, this library reads version %d",
                kind,
                root.path("version"),
                version));
      }
      requireFinite(root);
      return made.apply(json.treeToValue(root, type));
    } catch (JsonParseException e) {
      throw new DocumentReadException(file + ": not JSON: " + e.getOriginalMessage(), e);
    } catch (JsonProcessingException e) {
      throw new DocumentReadException(file + ": " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException e) {
      throw new DocumentReadException(file + ": " + e.getMessage(), e);
    }
  }

  /** The parser reads {@code 1e999} as infinite, which no measured number is. */
  private static void requireFinite(JsonNode node) {
    if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue())) {
      throw new IllegalArgumentException("a number is beyond the range of a double");
    }
    node.forEach(ResultJson::requireFinite);
  }

  /** Has a type written as something else, and made of that again. */
  static <T> void add(
      SimpleModule module, Class<T> type, Function<T, ?> write, Function<JsonNode, T> read) {
    module.addSerializer(
        type,
        new JsonSerializer<>() {
          @Override
          public void serialize(T value, JsonGenerator json, SerializerProvider provider)
              throws IOException {
            provider.defaultSerializeValue(write.apply(value), json);
          }
        });
    module.addDeserializer(
        type,
        new JsonDeserializer<>() {
          @Override
          public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
            return read.apply(context.readTree(json));
          }
        });
  }

  /** What components are called where it is not as in Java; each type takes those that it has. */
  interface Names {
    @JsonProperty(value = "nanos", required = true)
    Duration wall();

    @JsonProperty(value = "cpuNanos", required = true)
    Duration cpu();

    @JsonProperty(value = "passage", required = true)
    @Nullable String passageId();

    @JsonProperty(value = "document", required = true)
    String documentId();

    @JsonProperty
    @JsonInclude(JsonInclude.Include.NON_NULL)
    Integer rank();

    @JsonProperty
    @JsonDeserialize(using = TrueIfAbsent.class)
    boolean quoted();

    @JsonProperty
    @JsonSetter(nulls = Nulls.AS_EMPTY)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    String location();

    @JsonProperty
    @JsonSetter(nulls = Nulls.AS_EMPTY)
    List<String> titles();

    @JsonProperty
    @JsonSetter(nulls = Nulls.AS_EMPTY)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    List<Turn> history();

    @JsonProperty
    @JsonSetter(nulls = Nulls.AS_EMPTY)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    List<StageRecord> parts();
  }

  /** Written with its cause, for other readers; it follows from the rest. */
  @JsonPropertyOrder({"cause", "supported", "gold", "trials"})
  @JsonIgnoreProperties(value = "cause", allowGetters = true)
  interface OfProbe {
    @JsonProperty
    Cause cause();
  }

  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  interface Pair {}

  /** Citations from before they said whether they quote all did. */
  static final class TrueIfAbsent extends JsonDeserializer<Boolean> {
    @Override
    public Boolean deserialize(JsonParser json, DeserializationContext context) throws IOException {
      return json.getBooleanValue();
    }

    @Override
    public Boolean getAbsentValue(DeserializationContext context) {
      return true;
    }
  }

  private static final class RequiredUnlessSaid extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1;

    @Override
    public Boolean hasRequiredMarker(AnnotatedMember member) {
      Boolean said = super.hasRequiredMarker(member);
      return said == null || said;
    }
  }

  /** An incomplete usage says so; a counter that is known to be unknown is null. */
  private static Map<String, @Nullable Object> counts(Usage usage) {
    Map<String, @Nullable Object> counts = new LinkedHashMap<>(usage.known());
    usage.unknownCounters().forEach(counter -> counts.put(counter, null));
    if (!usage.isComplete()) {
      counts.put("complete", false);
    }
    return counts;
  }

  private static Usage usage(JsonNode node) {
    Usage usage = node.path("complete").asBoolean(true) ? Usage.none() : Usage.unknown();
    for (Map.Entry<String, JsonNode> count : node.properties()) {
      if (count.getValue().isNull()) {
        usage = usage.withUnknown(count.getKey());
      } else if (count.getValue().isNumber()) {
        usage = usage.with(count.getKey(), count.getValue().longValue());
      }
    }
    return usage;
  }

  /** An amount with its currency, or what would have to be known. */
  private static Map<String, ?> amount(Cost cost) {
    Map<String, Object> amount = new LinkedHashMap<>();
    cost.money()
        .ifPresentOrElse(
            money -> {
              amount.put("amount", money.amount().toPlainString());
              amount.put("currency", money.currency().getCurrencyCode());
            },
            () -> amount.put("unknown", cost.missing()));
    return amount;
  }

  private static Cost cost(JsonNode node) {
    return node.has("amount")
        ? Cost.of(Money.of(node.path("amount").asText(), node.path("currency").asText()))
        : StreamSupport.stream(node.path("unknown").spliterator(), false)
            .map(why -> Cost.unknown(why.asText()))
            .reduce(Cost::plus)
            .orElseThrow(() -> new IllegalArgumentException("\"unknown\" is missing"));
  }
}
