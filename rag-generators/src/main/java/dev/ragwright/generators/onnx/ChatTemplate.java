package dev.ragwright.generators.onnx;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.call.StageDescription;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.ChatMessage.Role;
import dev.ragwright.onnx.MarkedText;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.TokenBytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a model wants a conversation written: the Jinja template in its folder, or a {@linkplain
 * #preset preset}. What Python's Jinja2 makes of a template, this makes of it too, or it fails with
 * the line; it never writes another prompt unseen.
 *
 * <p>Nothing in a message is interpreted. Template code in it is text, and so are the names of
 * special tokens: they reach the template broken by a character that no text has, and are whole
 * again, as text, in the {@link MarkedText} that {@link dev.ragwright.onnx.Tokenizer#encode(
 * MarkedText)} takes. Else a template sees a message as it is: it may trim it or look into it.
 *
 * <p>A template is tried when it is loaded. One that drops or refuses system messages gets their
 * text in front of the first user's; one that wants users and assistants to take turns gets
 * messages of one side joined; both with an empty line between.
 *
 * <p>Immutable, and safe to share.
 */
public final class ChatTemplate {
  static final String ADVICE = "ChatTemplate.preset has " + presets();

  /** A noncharacter: no text has it, and the tokenizer lets none through. */
  private static final char BREAK = '\uFFFF';

  /**
   * The first of 32 more noncharacters, which stand for control characters meanwhile: jinjava would
   * print these as JSON has them, {@code \\u0007} and so on.
   */
  private static final char CONTROL = '\uFDD0';

  /** What jinjava reads as something else than text, or prints for something else. */
  private static final List<String> LITERALS = List.of("null", "true", "false");

  private static final String JOINT = "\n\n";
  private static final String PLAIN = "plain";
  private static final JsonMapper JSON = new JsonMapper();

  private final String name;
  private final String source;
  private final JinjaTemplate template;
  private final Map<String, Object> variables;
  private final TokenBytes tokens;
  private final Clock clock;
  private final boolean plain;
  private final boolean keepsSystem;
  private final boolean alternates;

  private ChatTemplate(
      String name, String source, Map<String, Object> variables, TokenBytes tokens, Clock clock) {
    this.name = name;
    this.source = source;
    this.template = new JinjaTemplate(source);
    this.variables = Map.copyOf(variables);
    this.tokens = tokens;
    this.clock = clock;
    this.plain = name.equals(PLAIN) && source.equals(presetSource(PLAIN));
    ChatMessage user = ChatMessage.user("probe of a user");
    ChatMessage assistant = ChatMessage.assistant("probe of an assistant");
    String system = "probe of a system";
    rendered(List.of(user), true); // what fails here never works
    Optional<String> withSystem = attempt(List.of(ChatMessage.system(system), user));
    this.keepsSystem = withSystem.filter(prompt -> prompt.contains(system)).isPresent();
    this.alternates = attempt(List.of(user, user, assistant, user)).isEmpty();
  }

  /**
   * The template of a model: {@code chat_template.jinja}, else {@code chat_template} in {@code
   * tokenizer_config.json} (of several the one named {@code default}), else in {@code
   * chat_template.json}, else, of a model with an encoder ({@code is_encoder_decoder} in {@code
   * config.json}), the preset {@code plain}.
   *
   * @param tokens the same model's
   * @throws ModelLoadException if there is none
   * @throws ChatTemplateException if it cannot be used
   */
  public static ChatTemplate load(ModelFolder folder, TokenBytes tokens) {
    JsonNode config = json(folder, "tokenizer_config.json");
    Optional<String> own =
        folder
            .text("chat_template.jinja")
            .or(() -> template(config))
            .or(() -> template(json(folder, "chat_template.json")));
    if (own.isEmpty() && json(folder, "config.json").path("is_encoder_decoder").asBoolean()) {
      return preset(PLAIN, tokens);
    }
    String template =
        own.orElseThrow(
            () ->
                new ModelLoadException(
                    folder.toString(),
                    "no chat template",
                    "chat_template.jinja, or \"chat_template\" in tokenizer_config.json; else "
                        + ADVICE));
    Map<String, Object> variables = new HashMap<>();
    for (JsonNode settings : List.of(json(folder, "special_tokens_map.json"), config)) {
      for (String token : List.of("bos_token", "eos_token", "unk_token", "pad_token")) {
        JsonNode value = settings.path(token);
        String text = value.isObject() ? value.path("content").asText() : value.asText("");
        if (!text.isEmpty()) {
          variables.put(token, text);
        }
      }
    }
    return new ChatTemplate(
        folder.name(), template, variables, tokens, Clock.system(ZoneId.systemDefault()));
  }

  /**
   * A template given as text.
   *
   * @param name what it is called, for people
   * @param template in Jinja2, as Hugging Face's transformers render it
   * @param variables what it asks for besides the messages, such as {@code eos_token}
   * @param tokens the model's
   * @throws ChatTemplateException if it cannot be used
   */
  public static ChatTemplate of(
      String name, String template, Map<String, String> variables, TokenBytes tokens) {
    return new ChatTemplate(
        name, template, new HashMap<>(variables), tokens, Clock.system(ZoneId.systemDefault()));
  }

  /**
   * A template of a family of models, for one whose own is missing or cannot be used; {@code plain}
   * is for models that no conversation was shown to: the texts with an empty line between, as any
   * other text between the special tokens that the tokenizer puts around one.
   *
   * @param name one of {@link #presets}
   * @param tokens the model's
   * @throws IllegalArgumentException if there is none of that name
   */
  public static ChatTemplate preset(String name, TokenBytes tokens) {
    if (!presets().contains(name)) {
      throw new IllegalArgumentException(
          "no preset is called \"%s\"; there are %s".formatted(name, presets()));
    }
    return of(name, presetSource(name), Map.of(), tokens);
  }

  private static String presetSource(String name) {
    try (InputStream in = ChatTemplate.class.getResourceAsStream(name + ".jinja")) {
      if (in == null) {
        throw new AssertionError("the preset " + name + " is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The names of the presets, sorted. Unmodifiable. */
  public static List<String> presets() {
    return List.of("chatml", "gemma", "llama3", "mistral", "phi3", PLAIN, "zephyr");
  }

  /**
   * The same with a variable that the template asks for, such as {@code enable_thinking}.
   *
   * @param value a text, a whole number or a truth value
   * @throws ChatTemplateException if it cannot be used with it
   */
  public ChatTemplate with(String variable, Object value) {
    if (!(value instanceof String || value instanceof Integer || value instanceof Boolean)) {
      throw new IllegalArgumentException(
          "%s is of %s; a template takes texts, whole numbers (Integer) and truth values"
              .formatted(variable, value.getClass()));
    }
    Map<String, Object> all = new HashMap<>(variables);
    all.put(variable, value);
    return new ChatTemplate(name, source, all, tokens, clock);
  }

  /** The same with another clock, which some templates print the date of. */
  public ChatTemplate withClock(Clock other) {
    return new ChatTemplate(name, source, variables, tokens, other);
  }

  /**
   * The prompt for the model's next turn.
   *
   * @throws ChatTemplateException if the template refuses the conversation
   * @throws IllegalArgumentException if there is no message
   */
  public MarkedText render(List<ChatMessage> messages) {
    return render(messages, true);
  }

  /**
   * The conversation as the model wants it written.
   *
   * @param prompt whether it ends with the beginning of the model's next turn
   */
  MarkedText render(List<ChatMessage> messages, boolean prompt) {
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("a conversation has at least one message");
    }
    List<ChatMessage> fitting = keepsSystem ? messages : withoutSystem(messages);
    return marked(rendered(alternates ? joined(fitting) : fitting, prompt));
  }

  /** Whether it marks nothing up, so that a prompt is a text like any other. */
  boolean isPlain() {
    return plain;
  }

  /** Whether the model's template has a place for system messages; else they go to the user's. */
  public boolean keepsSystem() {
    return keepsSystem;
  }

  /** The template's name, its whole text and its variables. */
  public StageDescription description() {
    StageDescription description =
        StageDescription.of("chatTemplate", name).with("template", source);
    for (Map.Entry<String, Object> variable : new TreeMap<>(variables).entrySet()) {
      description = description.with(variable.getKey(), String.valueOf(variable.getValue()));
    }
    return description;
  }

  /** What is rendered, or nothing where the template itself refuses. */
  private Optional<String> attempt(List<ChatMessage> messages) {
    try {
      return Optional.of(rendered(messages, true));
    } catch (ChatTemplateException e) {
      if (e.isRefusal()) {
        return Optional.empty();
      }
      throw e; // to go round it would be another prompt
    }
  }

  private String rendered(List<ChatMessage> messages, boolean prompt) {
    Map<String, @Nullable Object> all = new HashMap<>();
    all.put("tools", null); // transformers gives these, too
    all.put("documents", null);
    all.putAll(variables);
    all.put("add_generation_prompt", prompt);
    all.put(
        "messages",
        messages.stream()
            .map(
                message ->
                    Map.of(
                        "role",
                        message.role().name().toLowerCase(Locale.ROOT),
                        "content",
                        broken(message.text())))
            .toList());
    String rendered = unshielded(template.render(all, clock));
    for (String literal : LITERALS) {
      if (rendered.contains(literal) && !source.contains(literal)) {
        throw new ChatTemplateException(
            1, "not supported: something that is no text, printed as \"" + literal + "\"", ADVICE);
      }
    }
    return rendered;
  }

  /** A text in which no special token's name is whole. */
  private String broken(String text) {
    String plain = shielded(text);
    StringBuilder broken = new StringBuilder(plain.length() + 16);
    for (int i = 0; i < plain.length(); i++) {
      broken.append(plain.charAt(i));
      if (tokens.spellsSpecialAt(plain, i) || isLiteral(plain, i)) {
        broken.append(BREAK);
      }
    }
    return broken.toString();
  }

  /** A text without characters that mean something here or to jinjava. */
  private static String shielded(String text) {
    StringBuilder plain = new StringBuilder(text);
    for (int i = 0; i < plain.length(); i++) {
      char c = plain.charAt(i);
      if (c == BREAK || (c >= CONTROL && c < CONTROL + ' ')) {
        plain.setCharAt(i, '\uFFFD');
      } else if (c < ' ' && "\t\n\f\r".indexOf(c) < 0) {
        plain.setCharAt(i, (char) (CONTROL + c));
      }
    }
    return plain.toString();
  }

  private static String unshielded(String rendered) {
    StringBuilder plain = new StringBuilder(rendered);
    for (int i = 0; i < plain.length(); i++) {
      char c = plain.charAt(i);
      if (c >= CONTROL && c < CONTROL + ' ') {
        plain.setCharAt(i, (char) (c - CONTROL));
      }
    }
    return plain.toString();
  }

  private static boolean isLiteral(String text, int place) {
    return LITERALS.stream()
        .anyMatch(literal -> text.regionMatches(true, place, literal, 0, literal.length()));
  }

  /** All is markup but what was broken: its first character is enough to make it text. */
  private static MarkedText marked(String rendered) {
    MarkedText.Builder prompt = MarkedText.builder();
    int start = 0;
    for (int i = rendered.indexOf(BREAK); i >= 0; i = rendered.indexOf(BREAK, i + 1)) {
      int character = Math.max(start, i - 1);
      prompt.markup(rendered.substring(start, character));
      prompt.text(rendered.substring(character, i));
      start = i + 1;
    }
    return prompt.markup(rendered.substring(start)).build();
  }

  private static List<ChatMessage> withoutSystem(List<ChatMessage> messages) {
    StringBuilder system = new StringBuilder();
    List<ChatMessage> others = new ArrayList<>();
    for (ChatMessage message : messages) {
      if (message.role() == Role.SYSTEM) {
        system.append(system.isEmpty() ? "" : JOINT).append(message.text());
      } else {
        others.add(message);
      }
    }
    if (!system.isEmpty()) {
      boolean user = !others.isEmpty() && others.getFirst().role() == Role.USER;
      String text = user ? system + JOINT + others.removeFirst().text() : system.toString();
      others.addFirst(ChatMessage.user(text));
    }
    return others;
  }

  private static List<ChatMessage> joined(List<ChatMessage> messages) {
    List<ChatMessage> joined = new ArrayList<>();
    for (ChatMessage message : messages) {
      if (!joined.isEmpty() && joined.getLast().role() == message.role()) {
        String text = joined.removeLast().text() + JOINT + message.text();
        joined.add(new ChatMessage(message.role(), text));
      } else {
        joined.add(message);
      }
    }
    return joined;
  }

  private static JsonNode json(ModelFolder folder, String file) {
    try {
      return JSON.readTree(folder.text(file).orElse("{}"));
    } catch (JacksonException e) {
      throw new ModelLoadException(folder + " " + file, e.getOriginalMessage(), "JSON", e);
    }
  }

  private static Optional<String> template(JsonNode config) {
    JsonNode template = config.path("chat_template");
    for (JsonNode named : template.isArray() ? template : JSON.createArrayNode()) {
      if (named.path("name").asText().equals("default")) {
        return Optional.of(named.path("template").asText());
      }
    }
    return template.isTextual() ? Optional.of(template.asText()) : Optional.empty();
  }
}
