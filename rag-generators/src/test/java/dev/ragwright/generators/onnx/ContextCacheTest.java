package dev.ragwright.generators.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.CancelledException;
import dev.ragwright.call.RagException;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.ChatMessage;
import dev.ragwright.generate.Citation;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.Generator;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.retrieve.Query;
import dev.ragwright.testkit.GeneratorContract;
import dev.ragwright.testmodels.ScriptedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract's own questions are answered without citations: their evidence is not the corpus.
 */
@Timeout(240)
class ContextCacheTest extends GeneratorContract {
  private static final CallContext GO = CallContext.unbounded();
  private static final Context CORPUS = corpus("It flows.", "The Rhine rises in the Alps.");

  @TempDir Path folder;
  private final IdentityHashMap<Generator, OnnxGenerator> made = new IdentityHashMap<>();

  private static Context corpus(String... texts) {
    List<Evidence> evidence = new ArrayList<>();
    for (String text : texts) {
      evidence.add(Evidence.of(Passage.of("p" + (evidence.size() + 1), text), 1));
    }
    return new Context(evidence, 0, List.of());
  }

  private static GenerationRequest ask(String question) {
    return GenerationRequest.of(Query.of(question), new Context(List.of(), 0, List.of()));
  }

  @Override
  protected Generator generator() {
    try {
      OnnxGenerator model =
          OnnxGenerator.load(ScriptedModel.of("The Rhine", " rises", " there.").write(folder));
      ContextCache cache = ContextCache.build(model, CORPUS, 1 << 20, GO);
      made.put(cache, model);
      return cache;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected void close(Generator generator) {
    ((ContextCache) generator).close();
    OnnxGenerator model = made.get(generator);
    if (model != null) {
      model.close();
    }
  }

  @Test
  void answersAsTheGeneratorDoesFromTheCorpus() {
    DecodingOptions decoding = DecodingOptions.builder().maxTokens(30).build();
    try (OnnxChatModel model = HistoryModel.of(1).noisy().load(folder)) {
      OnnxGenerator plain = OnnxGenerator.builder().decoding(decoding).build(model);
      for (long spare : new long[] {0, 1 << 20}) {
        try (ContextCache cache = ContextCache.build(plain, CORPUS, spare, GO)) {
          for (String question : List.of("Where?", "Who?", "Where?", "a", "1")) {
            ChatReply cached = cache.reply(ask(question), GO);
            ChatReply expected = plain.reply(GenerationRequest.of(Query.of(question), CORPUS), GO);
            assertThat(cached.outputTokens()).isEqualTo(expected.outputTokens());
            assertThat(cached.logprobs()).isEqualTo(expected.logprobs());
            assertThat(cached.reusedTokens()).isEqualTo(cache.tokens());
          }
          assertTwoAtOnce(cache);
          assertThat(cache.bytes()).isEqualTo(cache.tokens() * model.decoder().bytesPerToken());
          assertThat(cache.buildTime()).isPositive();
          assertThat(cache.corpus()).isEqualTo(CORPUS);
        }
      }
    }
  }

  private static void assertTwoAtOnce(ContextCache cache) {
    ChatReply expected = cache.reply(ask("Where?"), GO);
    try (ReplyStream one = cache.replyStream(ask("Where?"), GO);
        ReplyStream other = cache.replyStream(ask("Where?"), GO)) {
      one.next();
      other.next();
      assertThat(one.reply().outputTokens()).isEqualTo(expected.outputTokens());
      assertThat(other.reply().outputTokens()).isEqualTo(expected.outputTokens());
      assertThat(other.reply().reusedTokens()).isEqualTo(cache.tokens());
    }
  }

  @Test
  void citesTheCorpus() throws IOException {
    try (OnnxGenerator model =
            OnnxGenerator.load(ScriptedModel.of("In the Alps", " [2].").write(folder));
        ContextCache cache = ContextCache.build(model, CORPUS, 0, GO)) {
      assertThat(cache.generate(ask("Where does the Rhine rise?"), GO).citations())
          .extracting(Citation::passageId)
          .containsExactly("p2");
      try (ContextCache other = ContextCache.build(model, corpus("It flows."), 0, GO)) {
        assertThat(other.description()).isNotEqualTo(cache.description());
      }
    }
  }

  @Test
  void refusesQuestionsOnceClosed() {
    try (OnnxChatModel model = HistoryModel.of(1).load(folder)) {
      OnnxGenerator plain = OnnxGenerator.builder().build(model);
      ContextCache cache = ContextCache.build(plain, CORPUS, 1 << 20, GO);
      try (ReplyStream begun = cache.replyStream(ask("Where?"), GO)) {
        begun.next();
        cache.close();
        cache.close();
        assertThat(begun.reply().outputTokens()).isNotEmpty();
      }
      assertThatThrownBy(() -> cache.generate(ask("Where?"), GO))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the context cache is closed");
      assertThat(plain.reply(ask("Where?"), GO).outputTokens()).isNotEmpty();
    }
  }

  @Test
  void refusesWhatItCannotRead() {
    try (OnnxChatModel model = HistoryModel.of(1).maxTokens(2000).load(folder)) {
      OnnxGenerator plain = OnnxGenerator.builder().build(model);
      assertThatThrownBy(() -> ContextCache.build(plain, corpus("The Rhine. ".repeat(200)), 0, GO))
          .isInstanceOf(RagException.class)
          .hasMessageContaining("256 to write (maxTokens)")
          .hasMessageContaining("more than the 2000 that");
      CallContext cancelled = CallContext.unbounded();
      cancelled.cancel();
      assertThatThrownBy(() -> ContextCache.build(plain, CORPUS, 0, cancelled))
          .isInstanceOf(CancelledException.class);
    }
  }

  @Test
  void theQuestionHasToStandBehindTheDocuments() throws IOException {
    PromptTemplate backwards =
        request ->
            List.of(
                ChatMessage.system(request.question().text()),
                ChatMessage.user(PromptTemplate.documents(request.context())));
    try (OnnxChatModel model = HistoryModel.of(1).load(folder)) {
      OnnxGenerator generator = OnnxGenerator.builder().prompt(backwards).build(model);
      try (ContextCache cache = ContextCache.build(generator, CORPUS, 0, GO)) {
        assertThat(cache.tokens()).isEqualTo(1); // <|system|>
      }
    }
  }
}
