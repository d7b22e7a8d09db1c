package dev.ragwright.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.langchain4j.http.client.jdk.JdkHttpClient;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.DeadlineExceededException;
import dev.ragwright.call.RagException;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.langchain4j.ChatModelGenerator;
import dev.ragwright.langchain4j.LangChain4j;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Retrieval;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;

/**
 * What a call of a hosted model takes here beyond LangChain4j alone, in CPU and in memory while it
 * waits, and whether many calls at once, and calls that fail, leave anything behind. The service is
 * a process of its own on loopback, which streams an answer of 60 pieces in OpenAI's format; Linux
 * only.
 */
final class RemoteCalls {
  private static final int PIECES = 60;
  private static final int CALLS = 500;
  private static final int ROUNDS = 9;
  private static final int WAITING = 1_000;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final Passage PASSAGE =
      Passage.of("rhine", "The Rhine rises in the Alps. ".repeat(10));
  private static final GenerationRequest REQUEST =
      GenerationRequest.of(
          Query.of("Where does the Rhine rise?"),
          new Context(List.of(Evidence.of(PASSAGE, 1)), 8, List.of()));

  private RemoteCalls() {}

  public static void main(String[] args) throws Exception {
    if (args.length > 0) {
      switch (args[0]) {
        case "serve" -> serve();
        case "wait" -> System.out.println(waiting(args[1], args[2]));
        default -> throw new IllegalArgumentException("unknown: " + args[0]);
      }
      return;
    }
    Process server = java("serve");
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
      String url = "http://127.0.0.1:" + said.readLine();
      memory(url);
      cpu(url);
      streams(url);
      deadline(url);
      leftovers(url);
    } finally {
      server.destroy();
    }
  }

  private static Process java(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-Xmn4m", "-XX:+UseSerialGC")); // little garbage is resident
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(RemoteCalls.class.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** The service: its path says what it does. */
  private static void serve() throws IOException {
    System.setProperty("sun.net.httpserver.nodelay", "true");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 2_048);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", RemoteCalls::answer);
    server.start();
    System.out.println(server.getAddress().getPort());
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      if (path.startsWith("/busy")) {
        byte[] body = "{\"error\":{\"message\":\"busy\"}}".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(503, body.length);
        exchange.getResponseBody().write(body);
        return;
      }
      exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, path.startsWith("/cut") ? 1_000_000 : 0);
      OutputStream body = exchange.getResponseBody();
      for (int i = 0; i < PIECES; i++) {
        event(body, "{\"content\":\" word" + i + "\"}", "null");
        if (path.startsWith("/cut")) {
          return; // a length was promised, so the exchange ends as if the plug was pulled
        }
        if (path.startsWith("/wait")) {
          Thread.sleep(Duration.ofMinutes(10));
        }
        if (path.startsWith("/drip")) {
          Thread.sleep(50);
        }
      }
      event(body, "{}", "\"stop\"");
      body.write(
          "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":60}}\n\ndata: [DONE]\n\n"
              .getBytes(StandardCharsets.UTF_8));
      body.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void event(OutputStream body, String delta, String reason) throws IOException {
    body.write(
        "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":%s}]}\n\n"
            .formatted(delta, reason)
            .getBytes(StandardCharsets.UTF_8));
    body.flush();
  }

  private static OpenAiStreamingChatModel model(String url, boolean watched) {
    HttpClient.Builder http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
    return OpenAiStreamingChatModel.builder()
        .httpClientBuilder(
            JdkHttpClient.builder().httpClientBuilder(watched ? LangChain4j.watched(http) : http))
        .baseUrl(url)
        .apiKey("none")
        .modelName("m")
        .timeout(Duration.ofMinutes(10))
        .build();
  }

  /** LangChain4j alone, as its users wait for a stream. */
  private static String alone(OpenAiStreamingChatModel model, ChatRequest request) {
    return asked(model, request).join();
  }

  private static CompletableFuture<String> asked(
      OpenAiStreamingChatModel model, ChatRequest request) {
    CompletableFuture<String> whole = new CompletableFuture<>();
    model.chat(
        request,
        new StreamingChatResponseHandler() {
          @Override
          public void onPartialResponse(String piece) {}

          @Override
          public void onCompleteResponse(ChatResponse response) {
            whole.complete(response.aiMessage().text());
          }

          @Override
          public void onError(Throwable thrown) {
            whole.completeExceptionally(thrown);
          }
        });
    return whole;
  }

  private static ChatRequest prompt() {
    return ChatRequest.builder()
        .messages(
            dev.ragwright.generate.PromptTemplate.grounded().messages(REQUEST).stream()
                .map(message -> dev.langchain4j.data.message.UserMessage.from(message.text()))
                .map(dev.langchain4j.data.message.ChatMessage.class::cast)
                .toList())
        .build();
  }

  private static void cpu(String url) {
    OpenAiStreamingChatModel model = model(url, true);
    OpenAiStreamingChatModel bare = model(url, false);
    ChatRequest prompt = prompt();
    ChatModelGenerator generator = ChatModelGenerator.of(model);
    RagPipeline rag =
        RagPipeline.builder()
            .retriever(
                (request, context) ->
                    Retrieval.of(List.of(new Hit(PASSAGE, 1, "fixed")), Usage.none()))
            .generator(generator)
            .build();
    String said = alone(bare, prompt);
    double[][] taken = new double[3][ROUNDS];
    for (int round = -3; round < ROUNDS; round++) {
      double[] now = {
        millis(() -> alone(bare, prompt), said),
        millis(() -> generator.generate(REQUEST, CallContext.unbounded()).text(), said.strip()),
        millis(() -> rag.ask("Where does the Rhine rise?").text(), said.strip())
      };
      if (round >= 0) {
        for (int arm = 0; arm < 3; arm++) {
          taken[arm][round] = arm == 0 ? now[0] : now[arm] - now[0];
        }
      }
    }
    print("LangChain4j alone, CPU a call", taken[0], "ms");
    print("the generator, beyond that", taken[1], "ms");
    print("a pipeline's ask, beyond that", taken[2], "ms");
  }

  private interface Call {
    String make();
  }

  private static double millis(Call call, String said) {
    long start = SYSTEM.getProcessCpuTime();
    for (int i = 0; i < CALLS; i++) {
      if (!call.make().equals(said)) {
        throw new IllegalStateException("another answer");
      }
    }
    return (SYSTEM.getProcessCpuTime() - start) / 1e6 / CALLS;
  }

  private static void print(String name, double[] values, String unit) {
    Arrays.sort(values);
    System.out.printf(
        Locale.ROOT,
        "%-36s %7.3f %s (%.3f to %.3f in %d rounds of %d)%n",
        name,
        values[values.length / 2],
        unit,
        values[0],
        values[values.length - 1],
        ROUNDS,
        CALLS);
  }

  /** 64 streams at once, each of which has to be whole. */
  private static void streams(String url) throws Exception {
    ChatModelGenerator generator = ChatModelGenerator.of(model(url, true));
    String said = generator.generate(REQUEST, CallContext.unbounded()).text();
    int whole = 0;
    long start = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 10; round++) {
        List<Future<Generation>> all = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
          all.add(threads.submit(() -> generator.generate(REQUEST, CallContext.unbounded())));
        }
        for (Future<Generation> one : all) {
          whole += one.get().text().equals(said) ? 1 : 0;
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%-36s %d of 640 whole, %.1f s%n",
        "64 streams at once, 10 times",
        whole,
        (System.nanoTime() - start) / 1e9);
  }

  /** How far behind its deadline a call of a service ends that never does. */
  private static void deadline(String url) {
    double[] late = new double[60];
    for (int i = 0; i < late.length; i++) {
      ChatModelGenerator generator =
          ChatModelGenerator.of(model(url + (i % 2 == 0 ? "/drip" : "/wait"), true));
      long start = System.nanoTime();
      try {
        generator.generate(REQUEST, CallContext.withTimeout(Duration.ofMillis(100)));
        throw new IllegalStateException("it ended");
      } catch (DeadlineExceededException e) {
        late[i] = (System.nanoTime() - start) / 1e6 - 100;
      }
    }
    Arrays.sort(late);
    System.out.printf(
        Locale.ROOT,
        "%-36s %.1f ms in the middle, %.1f at most of %d%n",
        "behind a deadline of 100 ms",
        late[late.length / 2],
        late[late.length - 1],
        late.length);
  }

  /** 1,000 calls, of which three of four fail or are given up. */
  private static void leftovers(String url) throws Exception {
    ChatModelGenerator[] services =
        Stream.of("", "/busy", "/cut", "/drip")
            .map(path -> ChatModelGenerator.of(model(url + path, true)))
            .toArray(ChatModelGenerator[]::new);
    for (int i = 0; i < 8; i++) {
      call(services[i % 4]);
    }
    Thread.sleep(500);
    long sockets = sockets();
    int threads = ManagementFactory.getThreadMXBean().getThreadCount();
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 1_000; i++) {
        ChatModelGenerator service = services[i % 4];
        pool.execute(() -> call(service));
        Thread.sleep(i % 16 == 0 ? 20 : 0);
      }
    }
    long most = sockets();
    Thread.sleep(40_000); // an idle connection is kept for 30 s by the JDK's client
    System.out.printf(
        Locale.ROOT,
        "%-36s sockets %d before, %d at the end, %d 40 s later; threads %d before, %d later%n",
        "1,000 calls, 3 of 4 in vain",
        sockets,
        most,
        sockets(),
        threads,
        ManagementFactory.getThreadMXBean().getThreadCount());
  }

  private static void call(ChatModelGenerator service) {
    try {
      service.generate(REQUEST, CallContext.withTimeout(Duration.ofMillis(400)));
    } catch (RagException e) {
      // three of four do
    }
  }

  private static long sockets() {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(RemoteCalls::isSocket).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isSocket(Path open) {
    try {
      return Files.readSymbolicLink(open).toString().startsWith("socket:");
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  private static void memory(String url) throws Exception {
    String[] arms = {"nobody", "virtual", "platform"};
    double[] kilobytes = new double[arms.length];
    for (int arm = 0; arm < arms.length; arm++) {
      double[] rounds = new double[3];
      for (int round = 0; round < rounds.length; round++) {
        Process process = java("wait", arms[arm], url);
        try (BufferedReader said =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
          rounds[round] = Double.parseDouble(said.readLine());
        }
      }
      Arrays.sort(rounds);
      kilobytes[arm] = rounds[1];
    }
    System.out.printf(
        Locale.ROOT,
        "%-36s %.1f kB each with the generator on virtual threads, %.1f with LangChain4j alone on"
            + " platform threads (%.1f x)%n%-36s %.1f kB of them are the open exchange, for which"
            + " nobody waits; waiting takes %.1f and %.1f (%.1f x)%n",
        WAITING + " calls that wait",
        kilobytes[1],
        kilobytes[2],
        kilobytes[2] / kilobytes[1],
        "",
        kilobytes[0],
        kilobytes[1] - kilobytes[0],
        kilobytes[2] - kilobytes[0],
        (kilobytes[2] - kilobytes[0]) / (kilobytes[1] - kilobytes[0]));
  }

  /** The kilobytes of resident memory that a waiting call takes. */
  @SuppressWarnings("FutureReturnValueIgnored") // nobody waits: that is what is measured
  private static String waiting(String kind, String url) throws Exception {
    boolean platform = kind.equals("platform");
    OpenAiStreamingChatModel model = model(url + "/wait", !platform);
    ChatModelGenerator generator = ChatModelGenerator.of(model);
    ChatRequest prompt = prompt();
    Runnable call =
        switch (kind) {
          case "platform" -> () -> alone(model, prompt);
          case "virtual" -> () -> generator.generate(REQUEST, CallContext.unbounded());
          default -> () -> asked(model, prompt);
        };
    ThreadFactory threads =
        platform ? Thread.ofPlatform().daemon(true).factory() : Thread.ofVirtual().factory();
    start(threads, call, 50);
    long before = resident();
    start(threads, call, WAITING);
    double each = (resident() - before) / (double) WAITING;
    System.out.println(String.format(Locale.ROOT, "%.2f", each));
    System.exit(0);
    return "";
  }

  private static void start(ThreadFactory threads, Runnable call, int count) throws Exception {
    CountDownLatch begun = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      threads
          .newThread(
              () -> {
                begun.countDown();
                call.run();
              })
          .start();
    }
    begun.await();
    Thread.sleep(4_000);
  }

  private static long resident() throws IOException {
    System.gc();
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
