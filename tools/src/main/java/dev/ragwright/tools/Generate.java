package dev.ragwright.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generators.onnx.ChatReply;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxChatModel;
import dev.ragwright.generators.onnx.ReplyStream;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.source.files.TextFile;
import dev.ragwright.source.files.TextLine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Lets a local model reply to conversations.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Generate -Dargs="--model DIR --chats FILE.jsonl"}
 */
@Command(
    name = "Generate",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Lets a local language model reply to conversations, one a line of a JSON Lines file:"
          + " {\"messages\": [{\"role\": \"user\", \"content\": \"...\"}]}.",
      ""
    })
public final class Generate implements Callable<Integer> {
  private static final JsonMapper JSON = new JsonMapper();

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "The model's folder, as a model hub has it.")
  private Path model = Path.of("");

  @Option(
      names = "--variant",
      paramLabel = "NAME",
      description = "Which of the folder's .onnx files, such as q4 or fp32.")
  private @Nullable String variant;

  @Option(
      names = "--chats",
      required = true,
      paramLabel = "FILE",
      description = "JSON Lines of conversations.")
  private Path chats = Path.of("");

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "The most tokens of a reply; ${DEFAULT-VALUE} unless given.")
  private int maxTokens = 256;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0, the default, takes the likeliest token each time.")
  private double temperature;

  @Option(names = "--seed", paramLabel = "S", description = "For a temperature above 0.")
  private long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "That compute one reply; all processors unless given.")
  private int threads = Runtime.getRuntime().availableProcessors();

  /** Whether tokens are read ahead. */
  enum Switch {
    ON,
    OFF
  }

  @Option(
      names = "--lookup",
      paramLabel = "on|off",
      description =
          "Read ahead what a reply may copy from its prompt; on unless given. It changes nothing"
              + " but the time, and is left alone with models where it would.")
  private Switch lookup = Switch.ON;

  @Option(names = "--json", description = "Print one line of JSON for each conversation.")
  private boolean json;

  private Generate() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Generate(), args);
  }

  @Override
  public Integer call() {
    DecodingOptions options =
        DecodingOptions.builder()
            .maxTokens(maxTokens)
            .temperature(temperature)
            .seed(seed)
            .promptLookup(lookup == Switch.ON)
            .build();
    List<List<ChatMessage>> conversations = conversations();
    ModelFolder folder = ModelFolder.of(model);
    if (variant != null) {
      folder = folder.withVariant(variant);
    }
    OnnxOptions runtime = OnnxOptions.builder().intraOpThreads(threads).build();
    try (OnnxChatModel chat = OnnxChatModel.load(folder, runtime)) {
      if (options.promptLookup()) {
        chat.noPromptLookupBecause(); // tried before the first reply, so that it is not in its time
      }
      for (List<ChatMessage> messages : conversations) {
        if (json) {
          ChatReply reply = chat.chat(messages, options, CallContext.unbounded());
          System.out.println(toJson(reply, noPromptLookupBecause(chat)));
        } else {
          print(chat, messages, options);
        }
      }
    }
    return 0;
  }

  private static void print(
      OnnxChatModel chat, List<ChatMessage> messages, DecodingOptions options) {
    try (ReplyStream stream = chat.stream(messages, options, CallContext.unbounded())) {
      for (Optional<String> piece = stream.next(); piece.isPresent(); piece = stream.next()) {
        System.out.print(piece.get());
        System.out.flush();
      }
      ChatReply reply = stream.reply();
      System.out.printf(
          Locale.ROOT,
          "%n[%s, prompt %d tokens at %.0f/s, reply %d tokens at %.1f/s]%n%n",
          finish(reply),
          reply.promptTokens().size(),
          prefillPerSecond(reply),
          reply.outputTokens().size(),
          decodePerSecond(reply));
    }
  }

  private Optional<String> noPromptLookupBecause(OnnxChatModel chat) {
    return lookup == Switch.ON ? chat.noPromptLookupBecause() : Optional.of("--lookup off");
  }

  private static String toJson(ChatReply reply, Optional<String> noPromptLookupBecause) {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode prompt = root.putArray("prompt_ids");
    reply.promptTokens().forEach(prompt::add);
    ArrayNode output = root.putArray("output_ids");
    reply.outputTokens().forEach(output::add);
    root.put("text", reply.text());
    reply.thinking().ifPresent(thinking -> root.put("thinking", thinking));
    root.put("finish", finish(reply));
    ArrayNode logprobs = root.putArray("logprobs");
    reply.logprobs().forEach(logprobs::add);
    root.put("prefillTokensPerSecond", prefillPerSecond(reply));
    root.put("decodeTokensPerSecond", decodePerSecond(reply));
    ObjectNode ahead = root.putObject("lookup").put("on", noPromptLookupBecause.isEmpty());
    ahead.put("read", reply.readAhead()).put("chosen", reply.readAheadChosen());
    noPromptLookupBecause.ifPresent(reason -> ahead.put("offBecause", reason));
    try {
      return JSON.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree is not JSON", e);
    }
  }

  private static String finish(ChatReply reply) {
    return reply.finishReason() == FinishReason.LENGTH ? "length" : "stop";
  }

  private static double prefillPerSecond(ChatReply reply) {
    return reply.promptTokens().size() / (reply.prefillTime().toNanos() / 1e9);
  }

  /** Of all tokens but the first, which the prompt gives; 0 where there is no other. */
  private static double decodePerSecond(ChatReply reply) {
    int tokens = reply.outputTokens().size() - 1;
    return tokens == 0 ? 0 : tokens / (reply.decodeTime().toNanos() / 1e9);
  }

  private List<List<ChatMessage>> conversations() {
    try (Stream<TextLine> lines = TextFile.lines(chats)) {
      return lines.map(this::conversation).toList();
    }
  }

  private List<ChatMessage> conversation(TextLine line) {
    try {
      List<ChatMessage> messages = new ArrayList<>();
      for (JsonNode message : JSON.readTree(line.text()).path("messages")) {
        ChatMessage.Role role =
            ChatMessage.Role.valueOf(message.path("role").asText().toUpperCase(Locale.ROOT));
        messages.add(new ChatMessage(role, message.path("content").asText()));
      }
      if (messages.isEmpty()) {
        throw new IllegalArgumentException("no messages");
      }
      return messages;
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s:%d: %s; expected {\"messages\": [{\"role\": \"system|user|assistant\", \"content\": \"...\"}]}",
              chats,
              line.number(),
              Cli.oneLine(String.valueOf(e.getMessage()))),
          e);
    }
  }
}
