package dev.ragwright.tools;

import dev.langchain4j.http.client.jdk.JdkHttpClient;
import dev.langchain4j.http.client.jdk.JdkHttpClientBuilder;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.ragwright.Answer;
import dev.ragwright.AnswerStream;
import dev.ragwright.RagPipeline;
import dev.ragwright.document.Chunkers;
import dev.ragwright.generate.Generator;
import dev.ragwright.langchain4j.ChatModelGenerator;
import dev.ragwright.langchain4j.LangChain4j;
import dev.ragwright.resilience.Resilience;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Asks a folder of documents one question, which a service that speaks OpenAI's chat completions
 * answers: OpenAI's own, Azure's, vLLM, llama.cpp, Ollama, LM Studio.
 *
 * <p>{@code mvn -q -Pexample -Dexample=RemoteAsk -Dargs="--base-url http://127.0.0.1:8080/v1
 * --model NAME --data docs --question 'How do I cite?'"}
 */
@Command(
    name = "RemoteAsk",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Answers a question from a folder of documents, as Ask does, by a chat model that a service"
          + " behind OpenAI's chat completions has. The question and the passages that were found are"
          + " sent to it, and nothing else is sent anywhere.",
      ""
    })
public final class RemoteAsk implements Callable<Integer> {
  @Option(
      names = "--base-url",
      required = true,
      paramLabel = "URL",
      description =
          "The service, such as https://api.openai.com/v1; without a path, /v1 is taken for one.")
  private String baseUrl = "";

  @Option(
      names = "--model",
      required = true,
      paramLabel = "NAME",
      description =
          "The model's name. A service that answers with another one is told of in the trace.")
  private String model = "";

  @Option(
      names = "--api-key-env",
      paramLabel = "VAR",
      description =
          "The environment variable that has the key; no key is sent unless given. The key is in no"
              + " output.")
  private @Nullable String keyVariable;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description =
          "A folder of documents (text, Markdown, HTML, PDF, Office), or one with a corpus.jsonl[.gz].")
  private Path data = Path.of("");

  @Option(names = "--question", required = true, paramLabel = "TEXT", description = "The question.")
  private String question = "";

  @Option(
      names = "--retriever",
      description = "What finds passages: ${COMPLETION-CANDIDATES}; bm25 unless given.",
      paramLabel = "NAME")
  private RetrievalOptions.Kind retriever = RetrievalOptions.Kind.bm25;

  @Option(
      names = "--language",
      paramLabel = "TAG",
      description = "The language of documents and question, such as de; en unless given.")
  private String language = "en";

  @Option(
      names = "--index",
      paramLabel = IndexPlace.ALLOWED,
      converter = IndexPlace.Converter.class,
      description = "Where to keep the index, as of Search; in memory unless given.")
  private @Nullable IndexPlace index;

  @Mixin private DocumentOptions reading = new DocumentOptions();

  @Option(
      names = "--budget",
      paramLabel = "TOKENS",
      description =
          "About how many tokens of passages are sent; 4000 unless given. A local server has often little"
              + " room.")
  private int budget = 4_000;

  @Option(names = "--stream", description = "Print the text while it is written.")
  private boolean stream;

  @Option(
      names = "--retries",
      paramLabel = "N",
      description =
          "How often to ask again where that may help, with pauses that double and are as long as the"
              + " service asks for; 2 unless given.")
  private int retries = 2;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "The most time for all of it; 300 unless given.")
  private int timeout = 300;

  @Option(names = "--json", description = "Print the answer as one line of JSON.")
  private boolean json;

  private RemoteAsk() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new RemoteAsk(), args);
  }

  @Override
  public Integer call() {
    if (retries < 0) {
      throw new IllegalArgumentException("--retries must be >= 0, was " + retries);
    }
    if (timeout < 1) {
      throw new IllegalArgumentException("--timeout must be >= 1, was " + timeout);
    }
    Generator generator =
        Resilience.builder().attempts(retries + 1).build().generator(generator(address(), key()));
    RetrievalOptions retrieval = new RetrievalOptions(); // whose --model is another
    retrieval.retriever = retriever;
    retrieval.language = language;
    retrieval.index = index;
    try (RetrievalOptions.Opened opened =
        retrieval.open(reading.source(data), embedder -> Chunkers.markdown(300))) {
      RagPipeline rag =
          RagPipeline.builder()
              .retriever(opened.retriever())
              .generator(generator)
              .context(context -> context.budget(budget))
              .timeout(Duration.ofSeconds(timeout))
              .build();
      Answer answer;
      if (stream && !json) {
        try (AnswerStream written = rag.stream(question)) {
          written.text().forEach(Ask::printPiece);
          System.out.println("\n");
          answer = written.result();
        }
      } else {
        answer = rag.ask(question);
      }
      System.out.println(json ? Ask.toJson(answer).toString() : Ask.toText(answer));
    }
    return 0;
  }

  private Generator generator(String address, String key) {
    Duration most = Duration.ofSeconds(timeout);
    JdkHttpClientBuilder http =
        JdkHttpClient.builder()
            .httpClientBuilder(
                LangChain4j.watched(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)));
    return stream
        ? ChatModelGenerator.of(
            OpenAiStreamingChatModel.builder()
                .httpClientBuilder(http)
                .baseUrl(address)
                .apiKey(key)
                .modelName(model)
                .timeout(most)
                .build())
        : ChatModelGenerator.of(
            OpenAiChatModel.builder()
                .httpClientBuilder(http)
                .baseUrl(address)
                .apiKey(key)
                .modelName(model)
                .timeout(most)
                .maxRetries(0)
                .build());
  }

  private String address() {
    URI uri;
    try {
      uri = new URI(baseUrl);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("--base-url is no URL: " + e.getMessage(), e);
    }
    boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    if (!web || uri.getHost() == null) {
      throw new IllegalArgumentException(
          "--base-url must begin with http:// or https:// and a host, was " + baseUrl);
    }
    String path = uri.getPath() == null ? "" : uri.getPath();
    return path.isEmpty() || path.equals("/") ? baseUrl.replaceFirst("/$", "") + "/v1" : baseUrl;
  }

  /** Some services want the header whatever is in it. */
  private String key() {
    return keyVariable == null ? "none" : key(keyVariable, System.getenv(keyVariable));
  }

  /** A variable's value as a header takes it; no error shows it. */
  static String key(String variable, @Nullable String key) {
    if (key == null || key.isBlank()) {
      throw new IllegalArgumentException(
          "--api-key-env: the environment variable %s is not set, or blank".formatted(variable));
    }
    if (!key.strip().chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw new IllegalArgumentException(
          "--api-key-env: what %s has cannot be a key: there is a line break, a blank or another character in it that no header may have"
              .formatted(variable));
    }
    return key.strip();
  }
}
