package dev.ragwright.benchmarks;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxChatModel;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.generators.onnx.PrefixCache;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.retrieve.Query;
import dev.ragwright.source.BeirFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What a prefix cache saves: many questions to the same documents, each answered by a local model
 * with the cache and without, in turn, on one thread. The documents are the first of a folder in
 * BEIR's layout that fit into 1,500 tokens of the prompt, the questions its first.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=PrefixReuse -Dargs="BEIR_DIR MODEL_DIR [QUESTIONS]
 * [MAX_TOKENS]"}
 */
public final class PrefixReuse {
  private static final int SHARED_TOKENS = 1500;

  private PrefixReuse() {}

  /** Runs it. */
  public static void main(String... args) {
    if (args.length < 2) {
      throw new IllegalArgumentException("BEIR_DIR MODEL_DIR [QUESTIONS] [MAX_TOKENS]");
    }
    BeirFolder data = BeirFolder.of(Path.of(args[0]));
    ModelFolder folder = ModelFolder.of(Path.of(args[1]));
    int count = args.length > 2 ? Integer.parseInt(args[2]) : 100;
    int maxTokens = args.length > 3 ? Integer.parseInt(args[3]) : 8;
    List<String> questions = data.queries().values().stream().limit(count).toList();
    OnnxOptions oneThread = OnnxOptions.builder().intraOpThreads(1).build();
    DecodingOptions decoding = DecodingOptions.builder().maxTokens(maxTokens).build();
    try (OnnxChatModel model = OnnxChatModel.load(folder, oneThread);
        PrefixCache cache = PrefixCache.of(1L << 30)) {
      OnnxGenerator plain = OnnxGenerator.builder(model).decoding(decoding).build();
      OnnxGenerator cached =
          OnnxGenerator.builder(model).decoding(decoding).prefixes(cache).build();
      Context context = context(data, model);
      System.out.printf(
          Locale.ROOT,
          "%s, %s, 1 thread, %s, %d documents, %d questions, at most %d tokens each%n",
          folder.modelFile(),
          OnnxModel.runtime(),
          args[0],
          context.evidence().size(),
          questions.size(),
          maxTokens);
      compare(plain, cached, context, questions, cache);
    }
  }

  private static void compare(
      OnnxGenerator plain,
      OnnxGenerator cached,
      Context context,
      List<String> questions,
      PrefixCache cache) {
    CallContext call = CallContext.unbounded();
    List<TimedReply> without = new ArrayList<>();
    List<TimedReply> with = new ArrayList<>();
    GenerationRequest first = GenerationRequest.of(Query.of("What is this about?"), context);
    TimedReply building = TimedReply.of(() -> cached.replyStream(first, call));
    int equal = 0;
    for (String question : questions) {
      GenerationRequest request = GenerationRequest.of(Query.of(question), context);
      TimedReply one = TimedReply.of(() -> plain.replyStream(request, call));
      TimedReply other = TimedReply.of(() -> cached.replyStream(request, call));
      without.add(one);
      with.add(other);
      equal += one.reply().outputTokens().equals(other.reply().outputTokens()) ? 1 : 0;
      System.err.printf(Locale.ROOT, "\r%d of %d, %d equal", with.size(), questions.size(), equal);
    }
    System.err.println();
    print(building, without, with, equal);
    System.out.println(cache.stats());
  }

  private static void print(
      TimedReply building, List<TimedReply> without, List<TimedReply> with, int equal) {
    System.out.printf(
        Locale.ROOT,
        "shared beginning of %d tokens, median of %.0f more of the question; the first question,"
            + " which reads it: %.3f s, %.3f CPU-s%n",
        with.getFirst().reply().reusedTokens(),
        TimedReply.median(
            with, one -> one.reply().promptTokens().size() - one.reply().reusedTokens()),
        building.firstWall(),
        building.firstCpu());
    double wall = TimedReply.median(without, TimedReply::firstWall);
    double cpu = TimedReply.median(without, TimedReply::firstCpu);
    double cachedWall = TimedReply.median(with, TimedReply::firstWall);
    double cachedCpu = TimedReply.median(with, TimedReply::firstCpu);
    System.out.printf(
        Locale.ROOT,
        "median time to the first text: %.3f s without, %.3f s with the cache, %.1f x; CPU %.3f s,"
            + " %.3f s, %.1f x%n",
        wall,
        cachedWall,
        wall / cachedWall,
        cpu,
        cachedCpu,
        cpu / cachedCpu);
    System.out.printf(Locale.ROOT, "the same tokens: %d of %d questions%n", equal, without.size());
  }

  /** As many of the first documents as leave the prompt within the length. */
  private static Context context(BeirFolder data, OnnxChatModel model) {
    List<Evidence> evidence = new ArrayList<>();
    int tokens = 0;
    try (Stream<Document> documents = data.documents(problem -> System.err.println(problem))) {
      for (Document document : (Iterable<Document>) documents::iterator) {
        int more = model.tokenCounter().count(document.text());
        if (tokens + more > SHARED_TOKENS) {
          break;
        }
        tokens += more;
        Passage whole = Passage.of(document.id(), document.text());
        evidence.add(Evidence.of(whole, 1.0 / (1 + evidence.size())));
      }
    }
    return new Context(evidence, tokens, List.of());
  }
}
