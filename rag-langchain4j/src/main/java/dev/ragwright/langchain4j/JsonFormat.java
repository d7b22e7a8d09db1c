package dev.ragwright.langchain4j;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.internal.JsonSchemaElementUtils;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.CitedText;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.PromptTemplate;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The schema of a model's replies, and what a reply of it comes to. Safe to share. */
final class JsonFormat {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int MOST_PROBLEMS = 5;

  private final JsonSchema schema;
  private final String text;
  private final Schema check;

  /**
   * Of a schema.
   *
   * @throws IllegalArgumentException if it is not one
   * @throws NoClassDefFoundError if the library that checks is missing
   */
  JsonFormat(JsonSchema schema) {
    this.schema = schema;
    this.text =
        schema.rootElement() instanceof JsonRawSchema raw
            ? raw.schema()
            : json(JsonSchemaElementUtils.toMap(schema.rootElement(), false));
    try {
      this.check =
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
              .getSchema(text, InputFormat.JSON);
      check.validate("{}", InputFormat.JSON); // compiles it
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "the JSON schema '%s' cannot be used: %s".formatted(schema.name(), Failures.said(e)), e);
    }
  }

  private static String json(Object value) {
    StringWriter written = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(written)) {
      write(json, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return written.toString();
  }

  private static void write(JsonGenerator json, Object value) throws IOException {
    if (value instanceof Map<?, ?> map) {
      json.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        json.writeFieldName(String.valueOf(entry.getKey()));
        write(json, entry.getValue());
      }
      json.writeEndObject();
    } else if (value instanceof Iterable<?> all) {
      json.writeStartArray();
      for (Object one : all) {
        write(json, one);
      }
      json.writeEndArray();
    } else if (value instanceof Object[] all) {
      write(json, List.of(all));
    } else {
      json.writeObject(value); // a text, a number or a truth value
    }
  }

  /** The schema itself. */
  @Override
  public String toString() {
    return text;
  }

  /** What a provider is told that makes its model keep to the schema. */
  ResponseFormat asked() {
    return ResponseFormat.builder().type(ResponseFormatType.JSON).jsonSchema(schema).build();
  }

  /**
   * Messages that ask for such a reply.
   *
   * @param isKept whether the provider makes its model keep to the schema, which is not told then
   */
  List<ChatMessage> messages(
      List<ChatMessage> messages, Optional<String> abstention, boolean isKept) {
    String told =
        (isKept
                ? "Reply in JSON."
                : "Reply with JSON alone, which conforms to this schema:\n" + text)
            + abstention
                .map(" Where %s is the answer, make it the value of a text."::formatted)
                .orElse("");
    List<ChatMessage> all = new ArrayList<>(messages);
    if (!all.isEmpty() && all.getFirst() instanceof SystemMessage system) {
      all.set(0, SystemMessage.from(system.text() + "\n\n" + told));
    } else {
      all.addFirst(SystemMessage.from(told));
    }
    return all;
  }

  /** The JSON of a reply, without what a model may write around an object or an array. */
  static String found(String reply) {
    String text = reply.strip();
    if (isJson(text)) {
      return text;
    }
    int object = text.indexOf('{');
    int array = text.indexOf('[');
    boolean isArray = array >= 0 && (object < 0 || array < object);
    int from = isArray ? array : object;
    int to = text.lastIndexOf(isArray ? ']' : '}');
    return from < 0 || to < from ? text : text.substring(from, to + 1);
  }

  private static boolean isJson(String text) {
    try (JsonParser json = JSON.createParser(text)) {
      json.nextToken();
      json.skipChildren();
      return json.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }

  /** Why a reply is not of the schema; empty if it is. */
  Optional<String> problem(String reply) {
    try (JsonParser json = JSON.createParser(reply)) {
      if (json.nextToken() == null) {
        return Optional.of("there is none");
      }
      json.skipChildren();
      if (json.nextToken() != null) {
        return Optional.of("there is more than one value");
      }
    } catch (IOException e) {
      return Optional.of(Failures.said(e).lines().findFirst().orElse("it cannot be read"));
    }
    List<String> problems =
        check.validate(reply, InputFormat.JSON).stream().map(Object::toString).toList();
    return problems.isEmpty()
        ? Optional.empty()
        : Optional.of(problems.stream().limit(MOST_PROBLEMS).collect(Collectors.joining("; ")));
  }

  /** What a reply without a problem comes to: its texts have no markers, and are cited. */
  static Generation read(String reply, Generation made, Context context, PromptTemplate prompt) {
    StringWriter written = new StringWriter();
    List<Citation> citations = new ArrayList<>();
    int refused = 0;
    try (JsonParser json = JSON.createParser(reply);
        JsonGenerator copy = JSON.createGenerator(written)) {
      while (json.nextToken() != null) {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
          copy.copyCurrentEventExact(json);
          continue;
        }
        String value = json.getText();
        Generation said = CitedText.read(value, context, prompt, made.finishReason(), made.usage());
        Optional<Abstention> abstention = said.abstention();
        if (abstention.isPresent() && isDeclined(value, prompt)) {
          return Generation.abstained(abstention.get(), made.finishReason(), made.usage());
        }
        boolean isCited = abstention.isEmpty() && !said.citations().isEmpty();
        refused += said.refusedCitations();
        copy.writeString(isCited ? said.text() : value);
        if (isCited) {
          copy.flush();
          int start = written.getBuffer().length() - 1 - length(said.text());
          said.citations().forEach(one -> citations.add(moved(one, said.text(), start)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Generation read =
        Generation.of(written.toString(), citations, made.finishReason(), made.usage())
            .withRefusedCitations(refused);
    return made.model().map(read::withModel).orElse(read);
  }

  private static boolean isDeclined(String value, PromptTemplate prompt) {
    return !value.isBlank()
        && prompt.abstention().filter(words -> value.strip().equalsIgnoreCase(words)).isPresent();
  }

  /** The length of a text in JSON, without its quotation marks. */
  private static int length(String text) {
    return JsonStringEncoder.getInstance().quoteAsString(text).length;
  }

  private static Citation moved(Citation one, String said, int start) {
    return new Citation(
        one.passageId(),
        one.documentId(),
        one.start(),
        one.end(),
        one.quote(),
        one.headings(),
        one.location(),
        start + length(said.substring(0, one.answerStart())),
        start + length(said.substring(0, one.answerEnd())),
        one.quoted());
  }
}
