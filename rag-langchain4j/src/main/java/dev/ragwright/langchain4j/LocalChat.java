package dev.ragwright.langchain4j;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.internal.JsonSchemaElementUtils;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import dev.ragwright.call.CallContext;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generators.onnx.ChatReply;
import dev.ragwright.generators.onnx.Constraint;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxChatModel;
import dev.ragwright.generators.onnx.ReplyStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@link LangChain4j#chatModel} and {@link LangChain4j#streamingChatModel} share. */
record LocalChat(OnnxChatModel model, DecodingOptions defaults) {
  private static final JsonFactory JSON = new JsonFactory();

  ChatRequestParameters parameters() {
    return ChatRequestParameters.builder()
        .modelName(model.name())
        .maxOutputTokens(defaults.maxTokens())
        .build();
  }

  /** The reply, piece by piece to {@code pieces} and as a whole. */
  ChatResponse reply(ChatRequest request, CallContext context, Consumer<String> pieces) {
    try (ReplyStream stream = model.stream(messages(request), options(request), context)) {
      Optional<String> piece = stream.next();
      while (piece.isPresent()) {
        pieces.accept(piece.get());
        piece = stream.next();
      }
      return response(stream.reply());
    }
  }

  private ChatResponse response(ChatReply reply) {
    AiMessage.Builder message = AiMessage.builder().text(reply.text());
    reply.thinking().ifPresent(message::thinking);
    return ChatResponse.builder()
        .aiMessage(message.build())
        .modelName(model.name())
        .tokenUsage(new TokenUsage(reply.promptTokens().size(), reply.outputTokens().size()))
        .finishReason(
            switch (reply.finishReason()) {
              case STOP -> FinishReason.STOP;
              case LENGTH -> FinishReason.LENGTH;
              case CONTENT_FILTER -> FinishReason.CONTENT_FILTER;
              case OTHER -> FinishReason.OTHER;
            })
        .build();
  }

  private static List<ChatMessage> messages(ChatRequest request) {
    return request.messages().stream().map(LocalChat::converted).toList();
  }

  private static ChatMessage converted(dev.langchain4j.data.message.ChatMessage message) {
    return switch (message) {
      case SystemMessage system -> ChatMessage.system(system.text());
      case UserMessage user ->
          ChatMessage.user(
              user.contents().stream().map(LocalChat::text).collect(Collectors.joining("\n")));
      case AiMessage ai -> {
        if (ai.hasToolExecutionRequests()) {
          throw unsupported("calls of tools in the conversation");
        }
        yield ChatMessage.assistant(ai.text() == null ? "" : ai.text());
      }
      default -> throw unsupported("a message of the type " + message.type());
    };
  }

  private static String text(dev.langchain4j.data.message.Content content) {
    if (content instanceof TextContent text) {
      return text.text();
    }
    throw unsupported("content of the type " + content.type());
  }

  private DecodingOptions options(ChatRequest request) {
    ChatRequestParameters asked = request.parameters();
    String name = asked.modelName();
    if (name != null && !name.equals(model.name())) {
      throw unsupported("modelName '" + name + "', where '" + model.name() + "' is loaded");
    }
    if (!asked.toolSpecifications().isEmpty() || asked.toolChoice() != null) {
      throw unsupported("tools (toolSpecifications, toolChoice)");
    }
    Constraint constraint = constraint(asked.responseFormat());
    return defaults.with(
        options -> {
          set(asked.maxOutputTokens(), options::maxTokens);
          set(asked.temperature(), options::temperature);
          set(asked.topP(), options::topP);
          set(asked.topK(), options::topK);
          set(asked.frequencyPenalty(), options::frequencyPenalty);
          set(asked.presencePenalty(), options::presencePenalty);
          set(constraint, options::constraint);
          return asked.stopSequences().isEmpty() ? options : options.stop(asked.stopSequences());
        });
  }

  private static <T> void set(@Nullable T value, Consumer<T> option) {
    if (value != null) {
      option.accept(value);
    }
  }

  private static @Nullable Constraint constraint(@Nullable ResponseFormat format) {
    if (format == null || format.type() == ResponseFormatType.TEXT) {
      return null;
    }
    if (format.jsonSchema() == null) {
      throw unsupported("responseFormat JSON without a schema");
    }
    String schema = json(JsonSchemaElementUtils.toMap(format.jsonSchema().rootElement(), false));
    try {
      return Constraint.jsonSchema(schema);
    } catch (IllegalArgumentException e) {
      throw unsupported("this responseFormat: " + e.getMessage());
    }
  }

  private static String json(Object value) {
    StringWriter written = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(written)) {
      write(value, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringWriter throws none
    }
    return written.toString();
  }

  private static void write(@Nullable Object value, JsonGenerator json) throws IOException {
    switch (value) {
      case null -> json.writeNull();
      case Map<?, ?> map -> {
        json.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          json.writeFieldName(String.valueOf(entry.getKey()));
          write(entry.getValue(), json);
        }
        json.writeEndObject();
      }
      case Iterable<?> list -> {
        json.writeStartArray();
        for (Object one : list) {
          write(one, json);
        }
        json.writeEndArray();
      }
      case Object[] array -> write(List.of(array), json);
      case Boolean truth -> json.writeBoolean(truth);
      case Integer number -> json.writeNumber(number);
      case Number number -> json.writeNumber(number.toString());
      default -> json.writeString(value.toString());
    }
  }

  private static UnsupportedFeatureException unsupported(String what) {
    return new UnsupportedFeatureException("a chat model of Ragwright does not support " + what);
  }
}
