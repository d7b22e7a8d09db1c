package dev.ragwright.examples;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generators.onnx.ChatReply;
import dev.ragwright.generators.onnx.ContextCache;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxChatModel;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.generators.onnx.ReplyStream;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.BeirFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Answers the same questions from a whole small corpus that was read once, from the whole corpus
 * read anew each time, and from the three best passages, and says from how many questions on the
 * first one pays.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Cag -Dargs="--data BEIR_DIR --model DIR"}
 */
@Command(
    name = "Cag",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Compares cache-augmented generation (the whole corpus, read once) with the whole corpus read"
          + " for each question, and with retrieval of three passages.",
      ""
    })
public final class Cag implements Callable<Integer> {
  private static final int TOP = 3;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "BEIR_DIR",
      description = "Documents and questions in BEIR's layout.")
  private Path data = Path.of("");

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "The local model's folder.")
  private Path model = Path.of("");

  @Option(
      names = "--variant",
      paramLabel = "NAME",
      description = "Which of the folder's .onnx files, such as q4 or fp32.")
  private @Nullable String variant;

  @Option(
      names = "--corpus-tokens",
      paramLabel = "N",
      description =
          "Take the first documents that have at most N tokens together; ${DEFAULT-VALUE} unless"
              + " given.")
  private int corpusTokens = 4000;

  @Option(
      names = "--questions",
      paramLabel = "N",
      description = "How many of the first questions; ${DEFAULT-VALUE} unless given.")
  private int questions = 10;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "The most tokens of an answer; ${DEFAULT-VALUE} unless given.")
  private int tokens = 32;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  private Cag() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Cag(), args);
  }

  /** An answer, with the seconds to its first text and to its end, retrieval included. */
  private record Timed(ChatReply reply, double first, double all) {}

  /** What the three ways took. */
  private record Measured(
      List<Timed> cached, List<Timed> uncached, List<Timed> retrieved, int equal) {}

  @Override
  public Integer call() {
    BeirFolder folder = BeirFolder.of(data);
    ModelFolder files = ModelFolder.of(model);
    if (variant != null) {
      files = files.withVariant(variant);
    }
    DecodingOptions decoding = DecodingOptions.builder().maxTokens(tokens).build();
    try (OnnxChatModel chat = OnnxChatModel.load(files, OnnxOptions.forDecoders());
        LuceneIndex index = LuceneIndex.inMemory()) {
      Context corpus = corpus(folder, chat);
      index.addAll(corpus.evidence().stream().map(Evidence::passage));
      OnnxGenerator plain = OnnxGenerator.builder().decoding(decoding).build(chat);
      System.err.printf(Locale.ROOT, "reading %d documents%n", corpus.evidence().size());
      try (ContextCache cache =
          ContextCache.build(plain, corpus, 1L << 30, CallContext.unbounded())) {
        Measured measured = measure(folder, plain, cache, index.bm25());
        System.out.println(json ? toJson(cache, measured) : toText(cache, measured));
      }
    }
    return 0;
  }

  private Context corpus(BeirFolder folder, OnnxChatModel chat) {
    List<Evidence> evidence = new ArrayList<>();
    int counted = 0;
    try (Stream<Document> documents = folder.documents(problem -> System.err.println(problem))) {
      for (Document document : (Iterable<Document>) documents::iterator) {
        counted += chat.tokenCounter().count(document.text());
        if (counted > corpusTokens) {
          break;
        }
        evidence.add(Evidence.of(Passage.of(document.id(), document.text()), 1));
      }
    }
    if (evidence.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: the first document has more than --corpus-tokens %d tokens, or there is none",
              data,
              corpusTokens));
    }
    return new Context(evidence, Math.min(counted, corpusTokens), List.of());
  }

  private Measured measure(
      BeirFolder folder, OnnxGenerator plain, ContextCache cache, Retriever retriever) {
    CallContext call = CallContext.unbounded();
    Measured all = new Measured(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), 0);
    List<String> texts = folder.queries().values().stream().limit(questions).toList();
    if (texts.isEmpty()) {
      throw new IllegalArgumentException(data + " has no questions, or --questions is 0");
    }
    int equal = 0;
    timed(() -> plain.replyStream(retrieved(texts.getFirst(), plain, retriever), call)); // warm up
    for (String text : texts) {
      GenerationRequest whole = GenerationRequest.of(Query.of(text), cache.corpus());
      Timed cached = timed(() -> cache.replyStream(whole, call));
      Timed uncached = timed(() -> plain.replyStream(whole, call));
      all.cached.add(cached);
      all.uncached.add(uncached);
      all.retrieved.add(timed(() -> plain.replyStream(retrieved(text, plain, retriever), call)));
      equal += cached.reply.outputTokens().equals(uncached.reply.outputTokens()) ? 1 : 0;
      System.err.printf(Locale.ROOT, "\r%d of %d questions", all.cached.size(), texts.size());
    }
    System.err.println();
    return new Measured(all.cached, all.uncached, all.retrieved, equal);
  }

  private static GenerationRequest retrieved(
      String question, OnnxGenerator generator, Retriever retriever) {
    Query query = Query.of(question);
    Context context =
        ContextAssembler.builder()
            .build()
            .assemble(
                query,
                retriever.retrieve(RetrievalRequest.of(query, TOP), CallContext.unbounded()).hits(),
                generator.tokenCounter(),
                CallContext.unbounded())
            .context();
    return GenerationRequest.of(query, context);
  }

  private static Timed timed(Supplier<ReplyStream> call) {
    long start = System.nanoTime();
    try (ReplyStream stream = call.get()) {
      stream.next();
      double first = (System.nanoTime() - start) / 1e9;
      ChatReply reply = stream.reply();
      return new Timed(reply, first, (System.nanoTime() - start) / 1e9);
    }
  }

  /**
   * From how many questions on what was built pays, where each then takes less; empty if never.
   *
   * @param build seconds, once
   * @param other seconds of a question without
   * @param own seconds of a question with it
   */
  static OptionalLong breakEven(double build, double other, double own) {
    return own < other
        ? OptionalLong.of((long) Math.ceil(build / (other - own)))
        : OptionalLong.empty();
  }

  private static double mean(List<Timed> timed, ToDoubleFunction<Timed> of) {
    return timed.stream().mapToDouble(of).average().orElse(0);
  }

  private static OptionalLong breakEven(ContextCache cache, List<Timed> other, List<Timed> own) {
    return breakEven(
        cache.buildTime().toNanos() / 1e9, mean(other, Timed::all), mean(own, Timed::all));
  }

  private static String toText(ContextCache cache, Measured measured) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%d documents, %d tokens, read once in %.2f s, kept in %.1f MB%n%n",
            cache.corpus().evidence().size(),
            cache.tokens(),
            cache.buildTime().toNanos() / 1e9,
            cache.bytes() / 1e6));
    text.append(
        String.format(
            Locale.ROOT,
            "%-34s %12s %10s %14s%n",
            "mean of " + measured.cached.size() + " questions",
            "first text",
            "all",
            "prompt tokens"));
    append("whole corpus, read once (CAG)", measured.cached, text);
    append("whole corpus, read each time", measured.uncached, text);
    append("three passages (RAG)", measured.retrieved, text);
    text.append(
        String.format(
            Locale.ROOT,
            "%nthe same tokens, read once and each time: %d of %d%n",
            measured.equal,
            measured.cached.size()));
    text.append(
        "reading once pays from this many questions on: %s against reading each time, %s against"
            .formatted(
                said(breakEven(cache, measured.uncached, measured.cached)),
                said(breakEven(cache, measured.retrieved, measured.cached))));
    return text.append(" three passages").toString();
  }

  private static void append(String name, List<Timed> timed, StringBuilder text) {
    text.append(
        String.format(
            Locale.ROOT,
            "%-34s %10.3f s %8.3f s %14.0f%n",
            name,
            mean(timed, Timed::first),
            mean(timed, Timed::all),
            mean(timed, one -> one.reply.promptTokens().size())));
  }

  private static String said(OptionalLong questions) {
    return questions.isPresent() ? Long.toString(questions.getAsLong()) : "never";
  }

  private static String toJson(ContextCache cache, Measured measured) {
    ObjectNode root = new JsonMapper().createObjectNode();
    root.put("documents", cache.corpus().evidence().size());
    root.put("tokens", cache.tokens());
    root.put("buildSeconds", cache.buildTime().toNanos() / 1e9);
    root.put("bytes", cache.bytes());
    root.put("questions", measured.cached.size());
    put("cag", measured.cached, root);
    put("uncached", measured.uncached, root);
    put("rag", measured.retrieved, root);
    root.put("tokenEqual", measured.equal);
    put("breakEvenUncached", breakEven(cache, measured.uncached, measured.cached), root);
    put("breakEvenRag", breakEven(cache, measured.retrieved, measured.cached), root);
    return root.toString();
  }

  private static void put(String name, List<Timed> timed, ObjectNode root) {
    root.putObject(name)
        .put("firstSeconds", mean(timed, Timed::first))
        .put("seconds", mean(timed, Timed::all))
        .put("promptTokens", mean(timed, one -> one.reply.promptTokens().size()));
  }

  /** A number, or the word never. */
  private static void put(String name, OptionalLong questions, ObjectNode root) {
    if (questions.isPresent()) {
      root.put(name, questions.getAsLong());
    } else {
      root.put(name, "never");
    }
  }
}
