package dev.ragwright.generators.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.Evidence;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.retrieve.Query;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class LikelihoodTest {
  private static final CallContext GO = CallContext.unbounded();

  @TempDir Path folder;

  private static GenerationRequest request(String text) {
    Evidence evidence = Evidence.of(Passage.of("p", text), 1);
    return GenerationRequest.of(Query.of("where?"), new Context(List.of(evidence), 0, List.of()));
  }

  @Test
  void ofWhatTheModelWritesItIsWhatTheModelGaveIt() {
    try (OnnxChatModel model = HistoryModel.of(1).load(folder)) {
      OnnxGenerator generator =
          OnnxGenerator.builder(model)
              .decoding(DecodingOptions.builder().maxTokens(70).build())
              .build();
      GenerationRequest request = request("The Rhine rises in the Alps.");
      ChatReply reply = generator.reply(request, GO);
      int end = reply.finishReason() == FinishReason.STOP ? 1 : 0; // its token is not in the text
      List<Double> expected = reply.logprobs().subList(0, reply.logprobs().size() - end);
      Likelihood likelihood = generator.likelihood(request, reply.text(), GO);
      assertThat(expected).hasSizeGreaterThan(3);
      assertThat(likelihood.logprobs()).isEqualTo(expected);
      double sum = expected.stream().mapToDouble(Double::doubleValue).sum();
      assertThat(likelihood.sum()).isCloseTo(sum, within(1e-9));
      assertThat(likelihood.mean()).isCloseTo(sum / expected.size(), within(1e-9));
      assertThat(likelihood.perplexity()).isCloseTo(Math.exp(-likelihood.mean()), within(1e-9));
      assertThat(likelihood.sum())
          .isGreaterThan(generator.likelihood(request, "Z" + reply.text(), GO).sum());
      assertThat(generator.likelihood(request("Another text."), reply.text(), GO))
          .isNotEqualTo(likelihood);
    }
  }

  @Test
  void nothingIsCertain() {
    try (OnnxChatModel model = HistoryModel.of(1).load(folder)) {
      Likelihood nothing =
          OnnxGenerator.builder(model).build().likelihood(request("A text."), "", GO);
      assertThat(nothing.logprobs()).isEmpty();
      assertThat(nothing.sum()).isZero();
      assertThat(nothing.perplexity()).isEqualTo(1);
      assertThat(nothing).hasToString("0 tokens, perplexity 1.00");
    }
  }
}
