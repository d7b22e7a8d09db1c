package dev.ragwright.generators.onnx;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.runtime.DecodeState;
import dev.ragwright.onnx.runtime.DecoderTokens;
import dev.ragwright.onnx.runtime.MarkedText;
import dev.ragwright.onnx.runtime.OnnxDecoder;
import dev.ragwright.onnx.runtime.TokenBytes;
import dev.ragwright.onnx.runtime.Tokenizer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A chat model in ONNX Runtime, in this process: a {@link OnnxDecoder} with its tokenizer and its
 * chat template, from a folder as model hubs have them. {@link OnnxGenerator} answers from evidence
 * with it; this is the level below, for other uses.
 *
 * <p>A model {@linkplain OnnxDecoder#hasEncoder() with an encoder} (T5, BART and their kin) mostly
 * has no chat template: it reads the messages as one plain text. Its replies are decoded as those
 * of the others are, token after token without beams; nothing is read ahead, and no beginning of a
 * prompt is kept for another.
 *
 * <p>Tokens that {@code generation_config.json} rules out ({@code suppress_tokens}, {@code
 * begin_suppress_tokens}, {@code bad_words_ids} of one token) are never written. What else it says
 * of choosing tokens, such as a temperature or beams, is told by {@link #description()} and not
 * applied.
 *
 * <p>Safe to share. Close it when done: that waits for steps under way and refuses later ones.
 */
public final class OnnxChatModel implements AutoCloseable {
  /** More than the rounding of sums in another order, less than what tells likely tokens apart. */
  private static final double LOOKUP_NOISE = 1e-2;

  private final ModelFolder folder;
  private final OnnxDecoder decoder;
  private final Tokenizer tokenizer;
  private final TokenBytes tokenBytes;
  private final ChatTemplate template;
  private final Set<Integer> endTokens;
  private final GenerationSettings settings;
  private final Object vocabularyLock = new Object();
  private @Nullable Vocabulary vocabulary; // once it was asked for
  private final PromptLookup.RunTimes runTimes = new PromptLookup.RunTimes();

  private OnnxChatModel(
      ModelFolder folder,
      OnnxDecoder decoder,
      Tokenizer tokenizer,
      ChatTemplate template,
      TokenBytes tokenBytes) {
    this.folder = folder;
    this.decoder = decoder;
    this.tokenizer = tokenizer;
    this.template = template;
    this.tokenBytes = tokenBytes;
    this.settings = GenerationSettings.of(folder);
    Set<Integer> ends = new TreeSet<>(DecoderTokens.ends(folder, tokenBytes));
    turnEnd().ifPresent(ends::add);
    if (ends.isEmpty()) {
      throw new ModelLoadException(
          folder.toString(),
          "no token that ends a reply",
          "eos_token_id in generation_config.json or config.json");
    }
    this.endTokens = Collections.unmodifiableSet(ends);
  }

  /** {@link #load(ModelFolder, OnnxOptions)} with {@link OnnxOptions#forDecoders()}. */
  public static OnnxChatModel load(Path folder) {
    return load(ModelFolder.of(folder), OnnxOptions.forDecoders());
  }

  /**
   * Loads the model in a folder, with its own chat template.
   *
   * @throws ModelLoadException if a file is missing, damaged or of a kind that cannot be used
   * @throws ChatTemplateException if its template cannot be used
   */
  public static OnnxChatModel load(ModelFolder folder, OnnxOptions options) {
    TokenBytes tokens = TokenBytes.load(folder);
    return load(folder, options, ChatTemplate.load(folder, tokens), tokens);
  }

  /** As {@link #load(ModelFolder, OnnxOptions)}, with another template for the same tokens. */
  public static OnnxChatModel load(ModelFolder folder, OnnxOptions options, ChatTemplate template) {
    return load(folder, options, template, TokenBytes.load(folder));
  }

  private static OnnxChatModel load(
      ModelFolder folder, OnnxOptions options, ChatTemplate template, TokenBytes tokens) {
    OnnxDecoder decoder = OnnxDecoder.load(folder, options);
    Tokenizer tokenizer = null;
    try {
      tokenizer = Tokenizer.load(folder);
      return new OnnxChatModel(folder, decoder, tokenizer, template, tokens);
    } catch (RuntimeException e) {
      decoder.close();
      if (tokenizer != null) {
        tokenizer.close();
      }
      throw e;
    }
  }

  /** The token behind what the model said, where the template goes on with the next turn. */
  private OptionalInt turnEnd() {
    String said = "Said.";
    String turns;
    try {
      turns =
          template
              .render(
                  List.of(
                      ChatMessage.user("asked"),
                      ChatMessage.assistant(said),
                      ChatMessage.user("on")))
              .toString();
    } catch (ChatTemplateException e) {
      return OptionalInt.empty(); // a template for one question and no more
    }
    int end = turns.indexOf(said) + said.length();
    if (end < said.length()) {
      return OptionalInt.empty();
    }
    MarkedText next = MarkedText.builder().markup(turns.substring(end).stripLeading()).build();
    int[] ids = tokenizer.encode(next).toIds();
    return ids.length > 0 && tokenBytes.special(ids[0])
        ? OptionalInt.of(ids[0])
        : OptionalInt.empty();
  }

  /** What the model is called. */
  public String name() {
    return folder.name();
  }

  /**
   * Replies to a conversation.
   *
   * @throws RagException if the conversation and {@link DecodingOptions#maxTokens()} are more than
   *     the model can read, or the runtime fails
   * @throws ChatTemplateException if the template refuses the conversation
   * @throws IllegalArgumentException if the model's tokens can spell nothing that the options'
   *     {@linkplain DecodingOptions.Builder#constraint constraint} allows
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   * @throws IllegalStateException if the model is closed
   */
  public ChatReply chat(List<ChatMessage> messages, DecodingOptions options, CallContext context) {
    try (ReplyStream stream = stream(messages, options, context)) {
      return stream.reply();
    }
  }

  /** As {@link #chat}, piece by piece; the caller closes it. */
  public ReplyStream stream(
      List<ChatMessage> messages, DecodingOptions options, CallContext context) {
    context.throwIfStopped();
    return stream(prompt(messages, context), options, null, context);
  }

  /** Throws if the prompt and the output are more than the model can read. */
  void requireRoom(Prompt prompt, DecodingOptions options) {
    int excess = excess(prompt, options);
    if (excess > 0) {
      String what =
          decoder.hasEncoder()
              ? String.format(
                  Locale.ROOT,
                  "the prompt of %d tokens or the reply of %d (maxTokens, and what it begins with) is",
                  prompt.tokens().length,
                  prompt.runs().size() + options.maxTokens())
              : String.format(
                  Locale.ROOT,
                  "the prompt of %d tokens and %d to write (maxTokens) are",
                  prompt.tokens().length,
                  options.maxTokens());
      throw new RagException(
          String.format(
              Locale.ROOT,
              "%s %d more than the %d that %s can read",
              what,
              excess,
              decoder.maxTokens().orElseThrow(),
              name()));
    }
  }

  /** A reply to a prompt that fits, with what is known of its beginning. */
  ReplyStream stream(
      Prompt prompt, DecodingOptions options, @Nullable PrefixCache prefixes, CallContext context) {
    requireRoom(prompt, options);
    return new ReplyStream(this, prompt, options, prefixes, context);
  }

  /** How many tokens the prompt and the output are more than the model can read; at least 0. */
  int excess(Prompt prompt, DecodingOptions options) {
    long all =
        decoder.hasEncoder()
            ? Math.max(prompt.tokens().length, prompt.runs().size() + options.maxTokens())
            : (long) prompt.tokens().length + options.maxTokens();
    return decoder.maxTokens().isPresent()
        ? (int) Math.max(0, all - decoder.maxTokens().getAsInt())
        : 0;
  }

  /**
   * The tokens that the model reads for a conversation.
   *
   * @throws ChatTemplateException if the template refuses the conversation
   * @throws IllegalStateException if the model is closed
   */
  public int[] promptTokens(List<ChatMessage> messages) {
    return prompt(messages, CallContext.unbounded()).tokens();
  }

  Prompt prompt(List<ChatMessage> messages, CallContext context) {
    MarkedText marked = template.render(messages);
    String text = marked.toString();
    // Without markup the special tokens are those that the tokenizer puts around any text.
    int[] tokens =
        Tokenizer.within(
                text.length(),
                context,
                () -> template.isPlain() ? tokenizer.encode(text) : tokenizer.encode(marked))
            .toIds();
    int[] read =
        decoder.hasEncoder()
            ? decoder.startTokens().stream().mapToInt(token -> token).toArray()
            : tokens;
    return new Prompt(tokens, new PromptRuns(read, 0), text);
  }

  /** The tokens of a reply, as the model would write them. */
  int[] replyTokens(String reply) {
    return tokenizer.encode(MarkedText.builder().text(reply).build()).toIds();
  }

  /**
   * What the model reads.
   *
   * @param runs how its decoder reads the tokens, or behind an encoder what it begins with
   * @param text that the tokens are of
   */
  @SuppressWarnings("ArrayRecordComponent") // prompts are not compared
  record Prompt(int[] tokens, PromptRuns runs, String text) {
    /** The same, of which some first tokens are read apart from the rest. */
    Prompt withStable(int stable) {
      return new Prompt(tokens, new PromptRuns(tokens, stable), text);
    }
  }

  /**
   * Why nothing is read ahead with this model, whatever {@link DecodingOptions#promptLookup()}
   * says: it would change what the model writes. Empty if it is done. Found out when it is first
   * asked for, which takes a few short runs.
   *
   * @throws IllegalStateException if the model is closed
   */
  public Optional<String> noPromptLookupBecause() {
    if (decoder.hasEncoder()) {
      return Optional.of("a decoder with an encoder reads one token at a time");
    }
    if (!decoder.rewindable()) {
      return Optional.of("the model cannot forget tokens that it has read");
    }
    double noise = decoder.runNoise();
    return noise <= LOOKUP_NOISE
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "the model's logits move by %.2g with the tokens that share a run, more than %.2g",
                noise,
                LOOKUP_NOISE));
  }

  PromptLookup.RunTimes runTimes() {
    return runTimes;
  }

  /** A state for a prompt and for some tokens behind it, and for more when it must. */
  DecodeState newState(Prompt prompt, int written, CallContext context) {
    return decoder.hasEncoder()
        ? decoder.newState(prompt.tokens(), context)
        : newState(prompt.runs().size() + written);
  }

  private DecodeState newState(int tokens) {
    int rounded = (tokens + 255) / 256 * 256;
    return decoder.newState(Math.min(rounded, decoder.maxTokens().orElse(Integer.MAX_VALUE)));
  }

  /** The tokens that end a reply: those the folder names, and the end of the template's turn. */
  public Set<Integer> endTokens() {
    return endTokens;
  }

  /** What the folder says of generating. */
  GenerationSettings settings() {
    return settings;
  }

  /** In whose tokens its prompts are measured. */
  public TokenCounter tokenCounter() {
    return tokenizer;
  }

  /** What reads and writes; closed with this. */
  @SuppressWarnings("exports") // to be handed on
  public OnnxDecoder decoder() {
    return decoder;
  }

  /** What its tokens spell. */
  TokenBytes tokenBytes() {
    return tokenBytes;
  }

  /** What its tokens spell, as {@link Constraint}s look them up; made when first asked for. */
  public Vocabulary vocabulary() {
    synchronized (vocabularyLock) {
      if (vocabulary == null) {
        vocabulary = Vocabulary.of(tokenBytes);
      }
      return vocabulary;
    }
  }

  /**
   * What it is: the model, its tokens and its template; and what {@code generation_config.json}
   * says of choosing tokens, which is not applied: {@link DecodingOptions} are.
   */
  public StageDescription description() {
    StageDescription described = StageDescription.of("chat", name()).with("endTokens", endTokens);
    if (!settings.left().isEmpty()) {
      described = described.with("generationSettingsLeft", settings.left());
    }
    return described.withParts(
        List.of(decoder.description(), tokenizer.description(), template.description()));
  }

  /** Waits for steps under way, refuses later ones, and frees the native memory. Idempotent. */
  @Override
  public void close() {
    try (tokenizer) {
      decoder.close();
    }
  }
}
