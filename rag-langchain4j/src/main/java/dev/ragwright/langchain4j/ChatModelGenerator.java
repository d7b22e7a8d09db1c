package dev.ragwright.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Sent;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.CitedText;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generate.TokenStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A generator that asks a chat model of LangChain4j, hosted or not: {@code OpenAiChatModel}, {@code
 * AnthropicStreamingChatModel} and the others, as their own builders made them. The model's name,
 * temperature, longest answer, timeout and key are the model's settings, not this generator's; so
 * are its retries, which some models make in silence unless told {@code maxRetries(0)}.
 *
 * <p>What the model is told is the {@linkplain Builder#prompt prompt}'s business; citations are
 * read out of its answer as {@link CitedText} says. A model that refuses, by the prompt's words or
 * by its provider's content filter, has {@linkplain
 * dev.ragwright.generate.Abstention.Reason#DECLINED declined}.
 *
 * <p>Cancellation and the deadline end the waiting at once, even when the service has not said a
 * word. The exchange is ended too where the model's HTTP client is {@link LangChain4j#watched}.
 * Where it is not, that of a streaming model ends with its next piece, and that of one that does
 * not stream goes on unheard until it ends or its own timeout ends it, and is paid for.
 *
 * <p>What a model thinks before its answer, such as between {@code <think>} and {@code </think>},
 * is left out. Where a service begins the thinking in the prompt and leaves it in the text, only
 * its end is marked: that is seen in a whole reply, and not in a stream, which is given out before.
 * What ends without a text, a finish reason and a count of tokens is a failure and no answer,
 * whatever its status; so is a stream that was cut.
 *
 * <p>Usage: {@link Usage#REQUESTS} as its HTTP client was seen to send them, where that is {@link
 * LangChain4j#watched}, 1 for a model that streams, and else unknown, since a model may have asked
 * again in silence; {@link Usage#INPUT_TOKENS} and {@link Usage#OUTPUT_TOKENS} as the service
 * counts them; {@link Usage#CACHED_INPUT_TOKENS} where LangChain4j's type for the provider has them
 * (OpenAI's, Anthropic's, Bedrock's, Gemini's) and {@link Usage#REASONING_TOKENS} (OpenAI's,
 * Gemini's), else unknown.
 *
 * <p>Errors are {@link ChatModelException}s. Immutable and as safe to share as the model, which
 * stays its maker's to close.
 */
public final class ChatModelGenerator implements Generator {
  /** Providers whose services count with every piece of a stream. */
  private static final Set<ModelProvider> COUNTING =
      EnumSet.of(ModelProvider.GOOGLE_AI_GEMINI, ModelProvider.GOOGLE_VERTEX_AI_GEMINI);

  /** With these, a text is read as it is. */
  private static final Context NOTHING = new Context(List.of(), 0, List.of());

  private static final PromptTemplate PLAIN = request -> List.of();

  private static final int UNIT_BYTES = 3; // in UTF-8, the most
  private static final int FRAME = 16; // of a message

  private final BiConsumer<ChatRequest, StreamingChatResponseHandler> model;
  private final PromptTemplate prompt;
  private final TokenCounter tokenCounter;
  private final String name;
  private final Duration idle;
  private final StageDescription description;
  private final Builder settings;

  private ChatModelGenerator(Builder builder) {
    model = builder.model;
    prompt = builder.prompt;
    tokenCounter = builder.tokenCounter;
    name = builder.name == null ? "?" : builder.name;
    idle = builder.idle;
    description = describe(builder);
    settings = builder.copy();
  }

  /** A generator that asks the model with the {@linkplain PromptTemplate#grounded usual prompt}. */
  public static ChatModelGenerator of(ChatModel model) {
    return builder(model).build();
  }

  /** As {@link #of(ChatModel)}, with the text piece by piece as the model writes it. */
  public static ChatModelGenerator of(StreamingChatModel model) {
    return builder(model).build();
  }

  /**
   * A builder with the defaults that its methods name.
   *
   * @throws IllegalStateException if the langchain4j-core is too old, as {@link LangChain4j} says
   */
  public static Builder builder(ChatModel model) {
    CoreVersion.require();
    return new Builder(
        (request, handler) -> handler.onCompleteResponse(model.chat(request)),
        false,
        model.provider(),
        model.supportedCapabilities(),
        model.defaultRequestParameters());
  }

  /** As {@link #builder(ChatModel)}, for a model that streams. */
  public static Builder builder(StreamingChatModel model) {
    CoreVersion.require();
    return new Builder(
        (request, handler) -> model.chat(request, handler),
        true,
        model.provider(),
        model.supportedCapabilities(),
        model.defaultRequestParameters());
  }

  private static StageDescription describe(Builder builder) {
    StageDescription described =
        StageDescription.of("generator", "chat-model")
            .with("provider", builder.provider)
            .with("parameters", builder.parameters)
            .withParts(List.of(builder.prompt.description()));
    if (builder.format != null) {
      described =
          described
              .with("json", builder.format)
              .with("jsonBy", builder.keepsToSchemas ? "provider" : "prompt");
    }
    if (builder.name != null) {
      return described.with(StageDescription.MODEL, builder.name);
    }
    return new StageDescription( // which model it is, nobody knows
        described.kind(), described.name(), described.parameters(), described.parts(), true);
  }

  @Override
  public Generation generate(GenerationRequest request, CallContext context) {
    try (TokenStream stream = stream(request, context)) {
      return stream.result();
    }
  }

  @Override
  public TokenStream stream(GenerationRequest request, CallContext context) {
    List<ChatMessage> messages =
        prompt.messages(request).stream().map(ChatModelGenerator::converted).toList();
    JsonFormat format = settings.format;
    if (format == null) {
      return ask(messages, CitedText.of(request.context(), prompt), context);
    }
    return new JsonTokenStream(
        name,
        description,
        format,
        format.messages(messages, prompt.abstention(), settings.keepsToSchemas),
        request.context(),
        prompt,
        all -> ask(all, CitedText.of(NOTHING, PLAIN), context),
        context);
  }

  private ChatTokenStream ask(List<ChatMessage> messages, CitedText text, CallContext context) {
    ChatRequest.Builder asked = ChatRequest.builder().messages(messages);
    if (settings.format != null && settings.keepsToSchemas) {
      asked.responseFormat(settings.format.asked());
    }
    ChatRequest request = asked.build();
    return new ChatTokenStream(
        name,
        settings.parameters.modelName(),
        ChatCall.start(context, settings.streams, handler -> model.accept(request, handler)),
        text,
        idle,
        COUNTING.contains(settings.provider));
  }

  private static ChatMessage converted(dev.ragwright.generate.ChatMessage message) {
    return switch (message.role()) {
      case SYSTEM -> SystemMessage.from(message.text());
      case USER -> UserMessage.from(message.text());
      case ASSISTANT -> AiMessage.from(message.text());
    };
  }

  @Override
  public TokenCounter tokenCounter() {
    return tokenCounter;
  }

  @Override
  public boolean readsTextOnly() {
    return prompt.readsTextOnly();
  }

  @Override
  public Optional<PromptTemplate> prompt() {
    return Optional.of(prompt);
  }

  /**
   * The prompt's messages, once; of {@linkplain Builder#json JSON} twice, each time with the words
   * on its schema, and the second time with the reply that does not conform and what is wrong with
   * it. A schema that the provider is told counts twice its bytes, since services write it down in
   * ways of their own. Requests that the model's client makes in silence are not in it: {@code
   * maxRetries(0)}.
   */
  @Override
  public Sent mostSent() {
    JsonFormat format = settings.format;
    if (format == null) {
      return Sent.once();
    }
    List<ChatMessage> alone =
        format.messages(List.of(), prompt.abstention(), settings.keepsToSchemas);
    long told = FRAME + bytes(((SystemMessage) alone.getFirst()).text());
    long schema = settings.keepsToSchemas ? FRAME + 2 * bytes(format.toString()) : 0;
    return new Sent(
        2, 1, 2 * (told + schema) + FRAME + UNIT_BYTES * JsonTokenStream.MOST_REPAIR_UNITS);
  }

  private static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  @Override
  public ChatModelGenerator withPrompt(PromptTemplate other) {
    return settings.copy().prompt(other).build();
  }

  /**
   * What it is: the model's name as its builder was given it, its provider and its settings. It is
   * opaque where the model does not tell its name: see {@link Builder#model}. A hosted model may
   * change under its name; that no description can tell.
   */
  @Override
  public StageDescription description() {
    return description;
  }

  /** Settings of a generator. Not safe to share. */
  public static final class Builder {
    private final BiConsumer<ChatRequest, StreamingChatResponseHandler> model;
    private final boolean streams;
    private final ModelProvider provider;
    private final Set<Capability> capabilities;
    private final ChatRequestParameters parameters;
    private boolean keepsToSchemas;
    private @Nullable JsonFormat format;
    private Duration idle = Duration.ofMinutes(5);
    private PromptTemplate prompt = PromptTemplate.grounded();
    private TokenCounter tokenCounter = TokenCounter.approximate();
    private @Nullable String name;

    private Builder(
        BiConsumer<ChatRequest, StreamingChatResponseHandler> model,
        boolean streams,
        ModelProvider provider,
        Set<Capability> capabilities,
        ChatRequestParameters parameters) {
      this.model = model;
      this.streams = streams;
      this.provider = provider;
      this.capabilities = Set.copyOf(capabilities);
      this.parameters = parameters;
      this.name = parameters.modelName();
    }

    private Builder copy() {
      Builder copy = new Builder(model, streams, provider, capabilities, parameters);
      copy.format = format;
      copy.keepsToSchemas = keepsToSchemas;
      copy.idle = idle;
      copy.prompt = prompt;
      copy.tokenCounter = tokenCounter;
      copy.name = name;
      return copy;
    }

    /** What the model is told; {@link PromptTemplate#grounded()} unless set. */
    public Builder prompt(PromptTemplate value) {
      prompt = Objects.requireNonNull(value, "prompt");
      return this;
    }

    /**
     * The model's name in descriptions and price tables; what the model says unless set. It does
     * not choose the model.
     */
    public Builder model(String value) {
      name = Objects.requireNonNull(value, "model");
      return this;
    }

    /**
     * The longest time for which the service may send nothing: until the first piece and between
     * pieces, or, of a model that does not stream, until the answer. 5 minutes unless set. A
     * service that hangs is told from one that is slow by this alone; {@code timeout} of a model's
     * own builder often ends with the reply's headers.
     *
     * @throws IllegalArgumentException if it is not within a millisecond and a day
     */
    public Builder idleTimeout(Duration value) {
      Objects.requireNonNull(value, "idleTimeout");
      if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException(
            "idleTimeout must be within PT0.001S and PT24H, was " + value);
      }
      idle = value;
      return this;
    }

    /**
     * As {@link #json(JsonSchema, boolean)}, by the provider's own mode if the model declares it
     * ({@code supportedCapabilities(RESPONSE_FORMAT_JSON_SCHEMA)} of its builder).
     */
    public Builder json(JsonSchema schema) {
      return json(schema, capabilities.contains(Capability.RESPONSE_FORMAT_JSON_SCHEMA));
    }

    /**
     * Answers are JSON that conforms to a schema, such as that of a record by LangChain4j's {@code
     * JsonSchemas}. Either the provider's own mode makes its model keep to the schema, or the
     * prompt tells the schema. Either way the reply is checked, and one that does not conform is
     * given back once with what is wrong, so a call may make two requests; both are parts of the
     * generation. A second one that does not, and one that was cut, is a {@link
     * ChatModelException}.
     *
     * <p>The answer's text is the JSON, compact, in the model's order. Markers such as {@code [1]}
     * are taken out of its texts, and citations name places within the JSON. A text that is the
     * prompt's words to decline with, and nothing else, makes an abstention of the whole. A stream
     * has one piece.
     *
     * <p>The check is the jar {@code com.networknt:json-schema-validator}, which an application
     * adds. It knows what LangChain4j tells providers of a schema, which is all but {@code
     * additionalProperties}; a {@code JsonRawSchema} is told and checked as it is.
     *
     * @param byProvider whether the provider is asked to; some models that can, as OpenAI's that
     *     stream, do not declare it, and some local servers refuse
     * @throws IllegalArgumentException if the schema cannot be used
     * @throws IllegalStateException if the jar is missing
     */
    public Builder json(JsonSchema schema, boolean byProvider) {
      Objects.requireNonNull(schema, "schema");
      keepsToSchemas = byProvider;
      try {
        format = new JsonFormat(schema);
      } catch (NoClassDefFoundError e) {
        throw new IllegalStateException(
            "answers in JSON need the jar com.networknt:json-schema-validator; add it as a"
                + " dependency",
            e);
      }
      return this;
    }

    /** In whose tokens a context is measured; {@link TokenCounter#approximate()} unless set. */
    public Builder tokenCounter(TokenCounter value) {
      tokenCounter = Objects.requireNonNull(value, "tokenCounter");
      return this;
    }

    /** The generator. */
    public ChatModelGenerator build() {
      return new ChatModelGenerator(this);
    }
  }
}
