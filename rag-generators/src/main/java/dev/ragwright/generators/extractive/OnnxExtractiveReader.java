package dev.ragwright.generators.extractive;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.RagException;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Abstention;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.lifecycle.Lifecycle;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.OnnxOptions;
import dev.ragwright.onnx.runtime.GraphTensor;
import dev.ragwright.onnx.runtime.OnnxEncoder;
import dev.ragwright.onnx.runtime.OnnxModel;
import dev.ragwright.onnx.runtime.TokenLimit;
import dev.ragwright.onnx.runtime.Tokenizer;
import dev.ragwright.onnx.runtime.Tokens;
import dev.ragwright.onnx.runtime.TokensWithSpans;
import dev.ragwright.retrieve.Reranker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Answers with the exact words of the evidence, found by an extractive reader in this process: a
 * model with a question-answering head, which gives each token a logit for being the first and one
 * for being the last of the answer (Devlin et al., "BERT", NAACL 2019, section 4.2). It quotes one
 * stretch and cites it; it does not write, sum up, or answer with yes or no.
 *
 * <p>An answer's score is that of its stretch less that of "there is no answer", which models with
 * unanswerable questions in their training put at their first token (as SQuAD 2.0's baselines do).
 * Below {@link Builder#minimumScore} the reader abstains; it is the {@linkplain
 * Generation#confidence() confidence} of answer and abstention. A model that was trained without
 * such questions has a score as well, but it means little.
 *
 * <p>The question is never cut. A passage that is too long is read in overlapping windows; the
 * stretch's best score over all windows counts, and the least for "no answer", since a window
 * beside the answer rightly says that it has none. Each window is one run, so a score does not
 * depend on what else is read; the windows of a call are spread over the model's workers.
 *
 * <p>Safe to share. Owns its model and its tokenizer: close it when done; that waits for running
 * calls and refuses later ones, also those of {@link #reranker()} and {@link #tokenCounter()}.
 */
public final class OnnxExtractiveReader implements Generator, AutoCloseable {
  /**
   * The score of a hit in which there is nothing to read: the least finite one in single precision,
   * in which tools that evaluate rankings read scores.
   */
  public static final double NOTHING_TO_READ = -Float.MAX_VALUE;

  private static final String START = "start_logits";
  private static final String END = "end_logits";

  private final OnnxModel model;
  private final Tokenizer tokenizer;
  private final OnnxEncoder encoder;
  private final ReaderWindows windows;
  private final double minimumScore;
  private final Lifecycle lifecycle;

  private OnnxExtractiveReader(Builder builder, OnnxModel model, Tokenizer tokenizer) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.encoder = encoder(builder.folder, model);
    this.windows =
        new ReaderWindows(
            builder.windowTokens(tokenizer), builder.windowStep, builder.maxAnswerTokens);
    this.minimumScore = builder.minimumScore;
    this.lifecycle = new Lifecycle("the reader " + builder.folder.name());
    if (tokenizer.padsFront()) {
      throw new ModelLoadException(
          builder.folder.toString(),
          "padding_side \"left\" in tokenizer_config.json, by which Python reads the text before the"
              + " question",
          "\"right\": the question is read first here");
    }
    if (tokenizer.encode("a").before() == 0) {
      throw new ModelLoadException(
          builder.folder.toString(),
          "a tokenizer that puts nothing in front of a text",
          "a special token there, such as [CLS], at which the model says \"no answer\"");
    }
  }

  /**
   * The reader of a folder in the Hugging Face layout, with the defaults of {@link Builder}.
   *
   * @throws ModelLoadException if a file is missing or damaged; if the model has no
   *     question-answering head, naming the outputs that it has
   */
  public static OnnxExtractiveReader load(Path folder) {
    return builder(ModelFolder.of(folder)).build();
  }

  /** Starts from the defaults. */
  public static Builder builder(ModelFolder folder) {
    return new Builder(Objects.requireNonNull(folder, "folder"));
  }

  private static OnnxEncoder encoder(ModelFolder folder, OnnxModel model) {
    List<String> names = model.outputs().stream().map(GraphTensor::name).toList();
    if (!names.containsAll(List.of(START, END))) {
      throw new ModelLoadException(
          folder.toString(),
          "the outputs " + model.outputs(),
          "a question-answering head: the outputs " + START + " and " + END);
    }
    return model.encoder(START, END);
  }

  /**
   * Returns the best answers in a text, however low their scores; places count in it.
   *
   * @param most how many, at least 1
   * @throws RagException if the question leaves no room in a window for an answer; if the runtime
   *     fails, or gives what is not a number
   * @throws dev.ragwright.call.CancelledException if the context was cancelled, also during a run
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed, likewise
   * @throws IllegalArgumentException if {@code most < 1}
   * @throws IllegalStateException if the reader is closed
   */
  public TextReading read(String question, String text, int most, CallContext context) {
    if (most < 1) {
      throw new IllegalArgumentException("most must be >= 1, was " + most);
    }
    List<TextReading> readings = readAll(question, List.of(text), most, context);
    return readings.stream()
        .findFirst()
        .orElseThrow(() -> new RagException(tooLong(question) + ": no text can be read"));
  }

  /**
   * Quotes the best answer over all evidence. Counts input tokens, pairs and windows. Abstains
   * where the best score is below the minimum, where there is nothing to read, and where the
   * question leaves no room for a passage.
   */
  @Override
  public Generation generate(GenerationRequest request, CallContext context) {
    context.throwIfStopped();
    List<Evidence> evidence = request.context().evidence();
    String question = request.question().text();
    List<TextReading> readings =
        readAll(question, evidence.stream().map(one -> one.passage().text()).toList(), 1, context);
    if (readings.isEmpty() && !evidence.isEmpty()) {
      return abstained(Abstention.Reason.BUDGET, tooLong(question), Usage.none());
    }
    Usage usage = readings.stream().map(TextReading::usage).reduce(Usage.none(), Usage::plus);
    int best = best(readings);
    if (best < 0) {
      return abstained(Abstention.Reason.NO_EVIDENCE, "there is nothing to read", usage);
    }
    ReadAnswer answer = readings.get(best).answers().getFirst();
    if (answer.score() < minimumScore) {
      return abstained(
              Abstention.Reason.WEAK_EVIDENCE,
              String.format(
                  Locale.ROOT,
                  "the best answer's score is %.2f, less than the minimum of %.2f",
                  answer.score(),
                  minimumScore),
              usage)
          .withConfidence(answer.score());
    }
    Passage passage = evidence.get(best).passage();
    Citation citation =
        evidence
            .get(best)
            .cite(
                passage.start() + answer.start(),
                passage.start() + answer.end(),
                0,
                answer.text().length());
    return Generation.of(answer.text(), List.of(citation), Generation.FinishReason.STOP, usage)
        .withConfidence(answer.score());
  }

  private static Generation abstained(Abstention.Reason reason, String detail, Usage usage) {
    return Generation.abstained(new Abstention(reason, detail), usage);
  }

  /** The first of the readings with the highest score, or -1 if none has an answer. */
  private static int best(List<TextReading> readings) {
    int best = -1;
    double highest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < readings.size(); i++) {
      Optional<ReadAnswer> answer = readings.get(i).best();
      if (answer.isPresent() && answer.get().score() > highest) {
        highest = answer.get().score();
        best = i;
      }
    }
    return best;
  }

  /**
   * This reader as a judge of evidence: orders hits by the score of the best answer in each, which
   * becomes the hit's score; one with nothing to read has {@link #NOTHING_TO_READ}. The hits'
   * source is {@code reader:}, the model's name, and the beginning of its digest. A question that
   * leaves no room for a passage leaves the hits as they are. Needs no closing, and works until
   * this reader is closed.
   */
  public Reranker reranker() {
    return new ReaderReranker(this);
  }

  /** In this model's tokens; question and special tokens are not in it. */
  @Override
  public TokenCounter tokenCounter() {
    return tokenizer;
  }

  @Override
  public boolean readsTextOnly() {
    return true;
  }

  /** All that changes its answers, with the digests of the model and the tokenizer. */
  @Override
  public StageDescription description() {
    return described("generator").with("minimumScore", minimumScore);
  }

  StageDescription described(String kind) {
    return StageDescription.of(kind, "reader:" + model.name())
        .with(model.description().parameters())
        .with(tokenizer.description().parameters())
        .with("windowTokens", windows.tokens())
        .with("windowStep", windows.step())
        .with("maxAnswerTokens", windows.longest());
  }

  /** Waits for running calls, refuses later ones, and frees the native memory. Idempotent. */
  @Override
  @SuppressWarnings("try") // both only have to be closed
  public void close() {
    lifecycle.close(
        () -> {
          try (tokenizer) {
            model.close();
          }
        });
  }

  /** One reading for each text; none at all if the question leaves no room in a window. */
  @SuppressWarnings("try") // the lease only has to be closed
  List<TextReading> readAll(String question, List<String> texts, int most, CallContext context) {
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      List<TokensWithSpans> encoded = new ArrayList<>();
      List<ReaderWindows.Window> all = new ArrayList<>();
      for (String text : texts) {
        context.throwIfStopped();
        TokensWithSpans pair =
            Tokenizer.within(
                question.length() + text.length(),
                context,
                () -> tokenizer.encodeBehind(question, text));
        if (!windows.fit(pair.tokens())) {
          return List.of();
        }
        all.addAll(windows.of(encoded.size(), pair.tokens()));
        encoded.add(pair);
      }
      List<List<ReaderWindows.Read>> byText = new ArrayList<>();
      texts.forEach(text -> byText.add(new ArrayList<>()));
      for (ReaderWindows.Read read : run(all, encoded, most, context)) {
        byText.get(read.window().text()).add(read);
      }
      List<TextReading> readings = new ArrayList<>();
      for (int i = 0; i < texts.size(); i++) {
        List<ReaderWindows.Read> read = byText.get(i);
        readings.add(
            new TextReading(
                ReaderWindows.answers(texts.get(i), encoded.get(i), read, most), usage(read)));
      }
      return readings;
    }
  }

  /** What was read in each window, in their order; as many threads as the model has workers. */
  private List<ReaderWindows.Read> run(
      List<ReaderWindows.Window> all,
      List<TokensWithSpans> encoded,
      int most,
      CallContext context) {
    ReaderWindows.@Nullable Read[] read = new ReaderWindows.Read[all.size()];
    model.inParallel(
        read.length,
        i -> {
          Tokens pair = encoded.get(all.get(i).text()).tokens();
          read[i] = windows.read(encoder, all.get(i), pair, most, context);
        });
    return Arrays.stream(read).map(Objects::requireNonNull).collect(Collectors.toList());
  }

  private static Usage usage(List<ReaderWindows.Read> read) {
    long tokens = read.stream().mapToLong(ReaderWindows.Read::tokens).sum();
    return Usage.of(Usage.SCORED_PAIRS, 1)
        .with(Usage.SCORED_WINDOWS, read.size())
        .with(Usage.INPUT_TOKENS, tokens);
  }

  private String tooLong(String question) {
    return String.format(
        Locale.ROOT,
        "the question has %d tokens, and with an answer of %d it does not fit into %s's windows of %d",
        tokenizer.count(question),
        windows.longest(),
        model.name(),
        windows.tokens());
  }

  /** Collects what differs from the defaults. Not for use by several threads. */
  public static final class Builder {
    /** What Hugging Face's question-answering pipeline reads at once. */
    private static final int USUAL_WINDOW = 384;

    private final ModelFolder folder;
    private OnnxOptions options = OnnxOptions.defaults();
    private OptionalInt windowTokens = OptionalInt.empty();
    private int windowStep = 128;
    private int maxAnswerTokens = 30;
    private double minimumScore;

    private Builder(ModelFolder folder) {
      this.folder = folder;
    }

    /** How the model is run: its threads, its cache folder, its 8-bit weights. */
    public Builder options(OnnxOptions value) {
      options = Objects.requireNonNull(value, "options");
      return this;
    }

    /**
     * The most tokens of one run, with question and special tokens: what the model was trained on
     * is best. 384 unless set, which is usual, or what the model reads if that is less.
     *
     * @throws IllegalArgumentException if {@code value < 1}
     */
    public Builder windowTokens(int value) {
      windowTokens = OptionalInt.of(atLeastOne("windowTokens", value));
      return this;
    }

    /**
     * The most tokens from one window's beginning to the next's; 128 unless set. (BERT's scripts
     * call that {@code doc_stride}. What Hugging Face calls {@code stride} is how many tokens two
     * windows share.) Windows come closer where else a longest answer between two would be in none
     * of them.
     *
     * @throws IllegalArgumentException if {@code value < 1}
     */
    public Builder windowStep(int value) {
      windowStep = atLeastOne("windowStep", value);
      return this;
    }

    /**
     * The most tokens of an answer; 30 unless set, as in SQuAD's baselines.
     *
     * @throws IllegalArgumentException if {@code value < 1}
     */
    public Builder maxAnswerTokens(int value) {
      maxAnswerTokens = atLeastOne("maxAnswerTokens", value);
      return this;
    }

    /**
     * The least {@linkplain ReadAnswer#score() score} to answer with; 0 unless set: the answer must
     * be likelier than none. What is right depends on the model and the texts: learn it from judged
     * questions.
     *
     * @param value negative infinity never abstains for a score
     * @throws IllegalArgumentException if it is not a number
     */
    public Builder minimumScore(double value) {
      if (Double.isNaN(value)) {
        throw new IllegalArgumentException("minimumScore must be a number, was NaN");
      }
      minimumScore = value;
      return this;
    }

    /**
     * Loads the model.
     *
     * @throws ModelLoadException if a file is missing or damaged; if the model has no
     *     question-answering head, naming the outputs that it has
     * @throws IllegalArgumentException if {@link #windowTokens} is more than the model reads, or
     *     less than special tokens, a question of one token and the longest answer need
     */
    public OnnxExtractiveReader build() {
      return OnnxModel.loadWithTokenizer(
          folder, options, (model, tokenizer) -> new OnnxExtractiveReader(this, model, tokenizer));
    }

    private int windowTokens(Tokenizer tokenizer) {
      int most = TokenLimit.of(folder).orElse(Integer.MAX_VALUE);
      if (windowTokens.isPresent() && windowTokens.getAsInt() > most) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "windowTokens must be <= %d, what %s reads, was %d",
                most,
                folder.name(),
                windowTokens.getAsInt()));
      }
      int least = tokenizer.encodePair("a", "").size() + maxAnswerTokens;
      if (windowTokens.isPresent() && windowTokens.getAsInt() < least) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "windowTokens must be >= %d, which an answer of maxAnswerTokens %d needs beside a"
                    + " question and special tokens, was %d",
                least,
                maxAnswerTokens,
                windowTokens.getAsInt()));
      }
      return windowTokens.orElse(Math.min(USUAL_WINDOW, most));
    }

    private static int atLeastOne(String setting, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(setting + " must be >= 1, was " + value);
      }
      return value;
    }
  }
}
