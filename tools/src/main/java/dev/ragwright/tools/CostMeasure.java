package dev.ragwright.tools;

import dev.ragwright.RagPipeline;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.eval.EvalSet;
import dev.ragwright.eval.Question;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.BeirFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which {@link CostProjection} counts tokens, and the counting. */
final class CostMeasure {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Documents, in any folder or in BEIR's layout with its questions; the folder docs of this project"
              + " with twenty questions about it unless given.")
  private @Nullable Path data;

  @Option(
      names = "--questions",
      paramLabel = "FILE",
      description = "The questions, a line each; for --data without questions of its own.")
  private @Nullable Path questionFile;

  @Option(
      names = "--sample",
      paramLabel = "N",
      description = "How many of the questions are asked; 100 unless given.")
  private int sample = 100;

  @Option(names = "--seed", paramLabel = "S", description = "Of the sample; 1 unless given.")
  private long seed = 1;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      description = "How many passages a prompt has; 8 unless given.")
  private int topK = 8;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR",
      description =
          "A folder with the tokenizer.json to count with, as near to the hosted model's as can be had; that"
              + " of the embedding model minilm unless given.")
  private @Nullable Path tokenizer;

  @Option(
      names = "--prompt-tokens",
      paramLabel = "N",
      description = "In place of what is measured: of a prompt with passages.")
  private @Nullable Integer promptTokens;

  @Option(
      names = "--corpus-prompt-tokens",
      paramLabel = "N",
      description = "In place of what is measured: of a prompt with the whole corpus.")
  private @Nullable Integer corpusPromptTokens;

  @Option(
      names = "--document-prompt-tokens",
      paramLabel = "N",
      description = "In place of what is measured: of a prompt with the best document.")
  private @Nullable Integer documentPromptTokens;

  @Option(
      names = "--question-tokens",
      paramLabel = "N",
      description = "In place of what is measured: of a question, also with instructions.")
  private @Nullable Integer questionTokens;

  /** Adds what was measured. */
  void into(CostModel model) {
    positive("--sample", sample);
    positive("--top-k", topK);
    if (tokenizer != null) {
      try (Tokenizer own = Tokenizer.load(ModelFolder.of(tokenizer))) {
        measure(model, own, tokenizer.getFileName() + "'s tokenizer");
      }
      return;
    }
    try (OnnxEmbedder embedder = RetrievalOptions.embedder("minilm")) {
      measure(model, embedder.tokenCounter(), "minilm's tokenizer");
    }
  }

  private static void positive(String option, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(option + " must be >= 1, was " + value);
    }
  }

  private Path folder() {
    if (data != null) {
      return data;
    }
    Path docs = Path.of("docs");
    if (!Files.exists(docs.resolve("guide.md"))) {
      throw new IllegalArgumentException(
          "there is no docs/guide.md in %s; --data names a folder of documents"
              .formatted(Path.of("").toAbsolutePath()));
    }
    return docs;
  }

  private List<String> questions(Path folder) {
    List<String> all;
    if (questionFile != null) {
      all = lines(questionFile);
    } else if (data == null) {
      all = own();
    } else if (BeirFolder.isBeir(folder)) {
      EvalSet set = EvalSet.beir(folder, EvalSet.defaultSplit(folder));
      all = set.questions().values().stream().map(Question::text).toList();
    } else {
      throw new IllegalArgumentException(
          "--questions: %s has no questions of its own; name a file with some, a line each"
              .formatted(folder));
    }
    if (all.isEmpty()) {
      throw new IllegalArgumentException("--questions: there is no question");
    }
    return Cli.sample(all, sample, seed);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream().filter(line -> !line.isBlank()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> own() {
    try (InputStream in =
        Objects.requireNonNull(CostMeasure.class.getResourceAsStream("cost-questions.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Counts what it would send, and answers nothing. */
  private static final class Counting implements Generator {
    private final TokenCounter counter;
    private final Map<String, Document> documents;
    private long passages;
    private long document;

    Counting(TokenCounter counter, Map<String, Document> documents) {
      this.counter = counter;
      this.documents = documents;
    }

    @Override
    public Generation generate(GenerationRequest request, CallContext context) {
      passages += tokens(counter, request.question(), request.context().evidence());
      String best = request.context().evidence().getFirst().passage().documentId();
      document +=
          tokens(
              counter,
              request.question(),
              List.of(whole(Objects.requireNonNull(documents.get(best)))));
      return Generation.of("-", List.of(), Generation.FinishReason.STOP, Usage.none());
    }

    @Override
    public TokenCounter tokenCounter() {
      return counter;
    }
  }

  private static Evidence whole(Document document) {
    return Evidence.of(Passage.of(document, 0, document.text().length(), List.of()), 1);
  }

  private static long tokens(TokenCounter counter, Query question, List<Evidence> evidence) {
    Context context = new Context(evidence, 0, List.of());
    long tokens = 0;
    for (ChatMessage message :
        PromptTemplate.grounded().messages(GenerationRequest.of(question, context))) {
      tokens += counter.count(message.text());
    }
    return tokens;
  }

  private void measure(CostModel model, TokenCounter counter, String counted) {
    Path folder = folder();
    List<String> questions = questions(folder);
    DocumentSource source = new DocumentOptions().source(folder);
    Map<String, Document> documents = new LinkedHashMap<>();
    try (Stream<Document> read = source.documents(problem -> {})) {
      read.forEach(one -> documents.put(one.id(), one));
    }
    long corpus = documents.values().stream().mapToLong(one -> counter.count(one.text())).sum();
    Counting counting = new Counting(counter, documents);
    long alone = 0;
    long asked = 0;
    int found = 0;
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.sync(source, Chunkers.markdown(300));
      RagPipeline rag =
          RagPipeline.builder().retriever(index.bm25()).topK(topK).generator(counting).build();
      for (String question : questions) {
        found += rag.ask(question).context().evidence().isEmpty() ? 0 : 1;
        alone += tokens(counter, Query.of(question), List.of());
        asked += counter.count(question);
      }
    }
    if (found == 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "--data: nothing was found in %s for any of %d questions",
              folder,
              questions.size()));
    }
    List<Evidence> all = new ArrayList<>();
    documents.values().forEach(one -> all.add(whole(one)));
    long whole = tokens(counter, Query.of(questions.getFirst()), all);
    String of =
        String.format(
            Locale.ROOT,
            "measured: %s, mean of %d questions, %s",
            folder.getFileName(),
            questions.size(),
            counted);
    BigDecimal number = BigDecimal.valueOf(questions.size());
    BigDecimal hits = BigDecimal.valueOf(found);
    add(model, "question tokens", mean(asked, number), of, questionTokens, "--question-tokens");
    add(
        model,
        "prompt tokens, question alone",
        mean(alone, number),
        of,
        questionTokens,
        "--question-tokens");
    add(
        model,
        "prompt tokens, passages",
        mean(counting.passages, hits),
        of + ", top " + topK,
        promptTokens,
        "--prompt-tokens");
    add(
        model,
        "prompt tokens, document",
        mean(counting.document, hits),
        of,
        documentPromptTokens,
        "--document-prompt-tokens");
    add(
        model,
        "prompt tokens, corpus",
        BigDecimal.valueOf(whole),
        String.format(Locale.ROOT, "measured: %,d documents, %s", documents.size(), counted),
        corpusPromptTokens,
        "--corpus-prompt-tokens");
    add(
        model,
        "corpus tokens",
        BigDecimal.valueOf(corpus),
        String.format(Locale.ROOT, "measured: %,d documents, %s", documents.size(), counted),
        corpusPromptTokens,
        "--corpus-prompt-tokens");
  }

  private static BigDecimal mean(long sum, BigDecimal count) {
    return BigDecimal.valueOf(sum).divide(count, 1, RoundingMode.HALF_EVEN);
  }

  private static void add(
      CostModel model,
      String name,
      BigDecimal measured,
      String source,
      @Nullable Integer given,
      String option) {
    if (given == null) {
      model.add(name, measured, "tokens", source);
      return;
    }
    positive(option, given);
    model.add(name, BigDecimal.valueOf(given), "tokens", option);
  }
}
