package dev.ragwright.generators.onnx;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ragwright.call.StageDescription;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.ChatMessage.Role;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.runtime.MarkedText;
import dev.ragwright.onnx.runtime.TokenBytes;
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
 * special tokens: a template sees a message as it is, and may trim it or look into it, but each
 * character that it prints of one is known to be of a message, so that a name that it is part of is
 * text in the {@link MarkedText} that {@link dev.ragwright.onnx.runtime.Tokenizer#encode(
 * MarkedText)} takes.
 *
 * <p>A template that drops system messages gets their text in front of the first user's. Where it
 * refuses a conversation, it gets that in other ways, too: with messages of one side joined, and
 * with the system's text in front of the first user's; both with an empty line between.
 *
 * <p>Immutable, and safe to share.
 */
public final class ChatTemplate {
  static final String ADVICE = "ChatTemplate.preset has " + presets();

  /** What {@code tokenizer_config.json} says of tokens, and a template may ask for. */
  private static final List<String> TOKENS =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

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
  private final boolean dropsSystem;
  private final boolean keepsSystem;

  private ChatTemplate(
      String name, String source, Map<String, Object> variables, TokenBytes tokens, Clock clock) {
    this.name = name;
    this.source = source;
    this.template = new JinjaTemplate(source);
    this.variables = Map.copyOf(variables);
    this.tokens = tokens;
    this.clock = clock;
    this.plain = name.equals(PLAIN) && source.equals(presetSource(PLAIN));
    String system = "probe of a system";
    boolean refuses = false;
    boolean drops = false;
    try {
      List<ChatMessage> probe = List.of(ChatMessage.system(system), ChatMessage.user("probe"));
      drops = !rendered(probe, true).toString().contains(system);
    } catch (ChatTemplateException e) { // some other chat may be rendered all the same
      refuses = e.isRefusal();
    }
    this.dropsSystem = drops;
    this.keepsSystem = !drops && !refuses;
  }

  /**
   * The template of a model: {@code chat_template.jinja}, else {@code chat_template} in {@code
   * tokenizer_config.json} (of several the one named {@code default}), else in {@code
   * chat_template.json}, else, of a model with an encoder ({@code is_encoder_decoder} in {@code
   * config.json}), the preset {@code plain}.
   *
   * @throws ModelLoadException if there is none
   * @throws ChatTemplateException if it cannot be used
   */
  public static ChatTemplate load(ModelFolder folder) {
    return load(folder, TokenBytes.load(folder));
  }

  /** As {@link #load(ModelFolder)}, with the same model's tokens. */
  static ChatTemplate load(ModelFolder folder, TokenBytes tokens) {
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
    tokens(config, variables);
    if (!config.has("added_tokens_decoder")) { // as transformers has it
      tokens(json(folder, "special_tokens_map.json"), variables);
    }
    return new ChatTemplate(
        folder.name(), template, variables, tokens, Clock.system(ZoneId.systemDefault()));
  }

  private static void tokens(JsonNode settings, Map<String, Object> variables) {
    for (String token : TOKENS) {
      JsonNode value = settings.path(token);
      String text = value.isObject() ? value.path("content").asText() : value.asText("");
      if (!text.isEmpty()) {
        variables.put(token, text);
      }
    }
  }

  /**
   * A template given as text.
   *
   * @param name what it is called, for people
   * @param template in Jinja2, as Hugging Face's transformers render it
   * @param variables what it asks for besides the messages, such as {@code eos_token}
   * @param folder the model's
   * @throws ChatTemplateException if it cannot be used
   */
  public static ChatTemplate of(
      String name, String template, Map<String, String> variables, ModelFolder folder) {
    return of(name, template, variables, TokenBytes.load(folder));
  }

  static ChatTemplate of(
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
   * @param folder the model's
   * @throws IllegalArgumentException if there is none of that name
   */
  public static ChatTemplate preset(String name, ModelFolder folder) {
    return preset(name, TokenBytes.load(folder));
  }

  static ChatTemplate preset(String name, TokenBytes tokens) {
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
  @SuppressWarnings("exports") // for people, its toString() is the prompt
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
    List<ChatMessage> fitting = dropsSystem ? withoutSystem(messages) : messages;
    try {
      return marked(rendered(fitting, prompt));
    } catch (ChatTemplateException e) {
      if (!e.isRefusal()) {
        throw e; // to go round it would be another prompt
      }
      return refused(fitting, prompt, e);
    }
  }

  /** A conversation that the template refuses, in the first other way in which it takes it. */
  private MarkedText refused(
      List<ChatMessage> messages, boolean prompt, ChatTemplateException refusal) {
    List<ChatMessage> others = withoutSystem(messages);
    for (List<ChatMessage> other : List.of(joined(messages), others, joined(others))) {
      try {
        return marked(rendered(other, prompt));
      } catch (ChatTemplateException e) {
        refusal.addSuppressed(e); // what it said of the conversation itself is what matters
      }
    }
    throw refusal;
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

  private PythonText rendered(List<ChatMessage> messages, boolean prompt) {
    Map<String, @Nullable Object> all = new HashMap<>();
    all.put("tools", null); // transformers gives these, too
    all.put("documents", null);
    all.putAll(variables);
    all.put("add_generation_prompt", prompt);
    all.put("messages", PythonList.of(messages.stream().map(ChatTemplate::dict).toList()));
    return template.render(all, clock);
  }

  private static PythonDict dict(ChatMessage message) {
    String role = message.role().name().toLowerCase(Locale.ROOT);
    return new PythonDict()
        .put(PythonText.of("role"), PythonText.of(role))
        .put(PythonText.of("content"), PythonText.ofMessage(message.text()));
  }

  /** All is markup but the first character of a special token's name that a message is part of. */
  private MarkedText marked(PythonText prompt) {
    String rendered = prompt.toString();
    MarkedText.Builder marked = MarkedText.builder();
    int start = 0;
    int place = 0; // in UTF-16 units
    for (int i = 0; i < prompt.length(); i++) {
      int next = place + Character.charCount(prompt.at(i));
      if (tokens.spellsSpecialAt(rendered, place) && !isTemplates(prompt, i)) {
        marked.markup(rendered.substring(start, place)).text(rendered.substring(place, next));
        start = next;
      }
      place = next;
    }
    return marked.markup(rendered.substring(start)).build();
  }

  /** Whether the special token that begins at a place has its whole name from the template. */
  private boolean isTemplates(PythonText prompt, int place) {
    int end = place;
    while (end < prompt.length() && !prompt.isMessage(end)) {
      end++;
    }
    // Behind a noncharacter nothing completes a name.
    return end == prompt.length()
        || (end > place && tokens.spellsSpecialAt(prompt.slice(place, end) + "\uFFFF", 0));
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
