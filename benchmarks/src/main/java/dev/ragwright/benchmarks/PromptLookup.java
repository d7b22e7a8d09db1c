package dev.ragwright.benchmarks;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.PromptTemplate;
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
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What reading ahead saves where answers are copied from documents: the first judged questions of a
 * folder in BEIR's layout, each with its relevant documents and the request to copy the sentence
 * that answers it, greedily, with and without, in turn, on one thread.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=PromptLookup -Dargs="BEIR_DIR MODEL_DIR [VARIANT|-]
 * [QUESTIONS] [MAX_TOKENS]"}
 */
public final class PromptLookup {
  private static final PromptTemplate QUOTING =
      request ->
          List.of(
              ChatMessage.user(
                  PromptTemplate.documents(request.context())
                      + request.question().text()
                      + "\nCopy the sentence that answers this, word for word."));

  private PromptLookup() {}

  /** Runs it. */
  public static void main(String... args) {
    if (args.length < 2) {
      throw new IllegalArgumentException("BEIR_DIR MODEL_DIR [VARIANT|-] [QUESTIONS] [MAX_TOKENS]");
    }
    ModelFolder folder = ModelFolder.of(Path.of(args[1]));
    if (args.length > 2 && !args[2].equals("-")) {
      folder = folder.withVariant(args[2]);
    }
    int count = args.length > 3 ? Integer.parseInt(args[3]) : 100;
    int maxTokens = args.length > 4 ? Integer.parseInt(args[4]) : 64;
    List<GenerationRequest> requests = requests(BeirFolder.of(Path.of(args[0])), count);
    OnnxOptions oneThread = OnnxOptions.builder().intraOpThreads(1).build();
    try (OnnxChatModel model = OnnxChatModel.load(folder, oneThread);
        PrefixCache cache = PrefixCache.of(256L << 20)) {
      System.out.printf(
          Locale.ROOT,
          "%s, %s, 1 thread, %s, %d questions, at most %d tokens each, logits move by %.2g%n",
          folder.modelFile(),
          OnnxModel.runtime(),
          args[0],
          requests.size(),
          maxTokens,
          model.decoder().runNoise());
      Optional<String> off = model.noPromptLookupBecause();
      if (off.isPresent()) {
        System.out.println("nothing is read ahead: " + off.get());
      }
      DecodingOptions with = DecodingOptions.builder().maxTokens(maxTokens).build();
      OnnxGenerator.Builder builder = OnnxGenerator.builder(model).prompt(QUOTING).prefixes(cache);
      compare(
          builder.decoding(with).build(),
          builder.decoding(with.with(o -> o.promptLookup(false))).build(),
          requests);
    }
  }

  private static void compare(
      OnnxGenerator ahead, OnnxGenerator plain, List<GenerationRequest> requests) {
    CallContext call = CallContext.unbounded();
    List<TimedReply> with = new ArrayList<>();
    List<TimedReply> without = new ArrayList<>();
    int equal = 0;
    for (GenerationRequest request : requests) {
      boolean first = with.size() % 2 == 0; // which of the two goes first
      for (boolean lookup : new boolean[] {first, !first}) {
        OnnxGenerator generator = lookup ? ahead : plain;
        (lookup ? with : without).add(TimedReply.of(() -> generator.replyStream(request, call)));
      }
      equal +=
          with.getLast().reply().outputTokens().equals(without.getLast().reply().outputTokens())
              ? 1
              : 0;
      System.err.printf(Locale.ROOT, "\r%d of %d, %d equal", with.size(), requests.size(), equal);
    }
    System.err.println();
    long proposed = with.stream().mapToLong(one -> one.reply().readAhead()).sum();
    long chosen = with.stream().mapToLong(one -> one.reply().readAheadChosen()).sum();
    double perSecond = TimedReply.decodePerSecond(without);
    double aheadPerSecond = TimedReply.decodePerSecond(with);
    double cpu = without.stream().mapToDouble(TimedReply::restCpu).sum();
    double aheadCpu = with.stream().mapToDouble(TimedReply::restCpu).sum();
    System.out.printf(
        Locale.ROOT,
        "written tokens a second: %.1f without, %.1f with reading ahead, %.2f x; by CPU time %.2f"
            + " x%n",
        perSecond,
        aheadPerSecond,
        aheadPerSecond / perSecond,
        cpu / aheadCpu);
    System.out.printf(
        Locale.ROOT,
        "of %d written tokens, %d were read ahead and right; %.3f of the %d read ahead%n",
        with.stream().mapToLong(one -> one.reply().outputTokens().size()).sum(),
        chosen,
        proposed == 0 ? 0 : (double) chosen / proposed,
        proposed);
    System.out.printf(Locale.ROOT, "the same tokens: %d of %d questions%n", equal, with.size());
  }

  private static List<GenerationRequest> requests(BeirFolder data, int count) {
    Map<String, String> queries = data.queries();
    Map<String, Document> documents;
    try (Stream<Document> all = data.documents(problem -> System.err.println(problem))) {
      documents = all.collect(Collectors.toMap(Document::id, one -> one));
    }
    List<GenerationRequest> requests = new ArrayList<>();
    data.qrels("test").entrySet().stream()
        .limit(count)
        .forEach(
            judged -> {
              List<Evidence> evidence = new ArrayList<>();
              judged
                  .getValue()
                  .forEach(
                      (id, grade) -> {
                        Document document = documents.get(id);
                        if (grade > 0 && document != null) {
                          evidence.add(Evidence.of(Passage.of(id, document.text()), grade));
                        }
                      });
              requests.add(
                  GenerationRequest.of(
                      Query.of(queries.getOrDefault(judged.getKey(), "")),
                      new Context(evidence, 0, List.of())));
            });
    return requests;
  }
}
