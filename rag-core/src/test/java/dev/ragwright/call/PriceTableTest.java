package dev.ragwright.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.trace.StageRecord;
import dev.ragwright.trace.Trace;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceTableTest {
  private static final String FILE =
      """
      currency = USD
      date = 2026-11-01
      gpt-4.1.input = 2
      gpt-4.1.cachedInput = 0.5
      gpt-4.1.output = 8
      plain.input = 0.1
      plain.output = 0.4
      vendor/llama\\:8b.input = 0.02
      rank.input = 0
      rank.request = 0.002
      cpuSecond = 0.00001
      """;

  @TempDir private Path folder;

  private PriceTable read(String content) throws IOException {
    return PriceTable.read(Files.writeString(folder.resolve("prices.properties"), content));
  }

  private static Usage tokens(long input, long cached, long output) {
    return Usage.of(Usage.INPUT_TOKENS, input)
        .with(Usage.CACHED_INPUT_TOKENS, cached)
        .with(Usage.OUTPUT_TOKENS, output)
        .with(Usage.REQUESTS, 1);
  }

  private static Cost dollars(String amount) {
    return Cost.of(Money.of(amount, "USD"));
  }

  private static StageDescription hosted(String model) {
    return StageDescription.of("generator", "chat").with(StageDescription.MODEL, model);
  }

  @Test
  void readsAFile() throws IOException {
    PriceTable prices = read(FILE);
    assertThat(prices.currency().getCurrencyCode()).isEqualTo("USD");
    assertThat(prices.date()).isEqualTo(LocalDate.of(2026, 11, 1));
    assertThat(read("\uFEFF" + FILE.replace("\n", "\r\n")).models()).isEqualTo(prices.models());
    assertThat(prices.models()).containsOnlyKeys("gpt-4.1", "plain", "rank", "vendor/llama:8b");
    PriceTable built =
        PriceTable.builder("USD", LocalDate.of(2026, 11, 1))
            .model(
                "gpt-4.1",
                new PriceTable.ModelPrice(
                    new BigDecimal("2"),
                    new BigDecimal("0.5"),
                    new BigDecimal("8"),
                    BigDecimal.ZERO))
            .build();
    assertThat(built.of(tokens(1_000, 0, 0), "gpt-4.1"))
        .isEqualTo(prices.of(tokens(1_000, 0, 0), "gpt-4.1"));
  }

  @Test
  void chargesEachKindOfToken() throws IOException {
    PriceTable prices = read(FILE);
    // 600 * 2 + 400 * .5 + 100 * 8 = 2,200 millionths
    assertThat(prices.of(tokens(1_000, 400, 100), "gpt-4.1")).isEqualTo(dollars("0.0022"));
    assertThat(prices.of(tokens(1_000, 0, 100), "gpt-4.1")).hasToString("0.0028 USD");
    assertThat(prices.of(Usage.of(Usage.EMBEDDED_TOKENS, 50), "vendor/llama:8b"))
        .isEqualTo(dollars("0.000001"));
    assertThat(prices.of(tokens(9, 9, 0), "rank")).isEqualTo(dollars("0.002"));
    assertThat(prices.of(Usage.none(), "gpt-4.1")).isEqualTo(prices.none());
  }

  @Test
  void chargesCachedTokensAsOthersWithoutADiscount() throws IOException {
    PriceTable prices = read(FILE);
    Usage usage = tokens(1_000, 400, 100);
    assertThat(prices.of(usage, "plain")).isEqualTo(dollars("0.00014"));
    assertThat(prices.of(usage.withUnknown(Usage.CACHED_INPUT_TOKENS), "plain"))
        .isEqualTo(dollars("0.00014"));
  }

  @Test
  void doesNotKnowWhatWasNotCountedOrHasNoPrice() throws IOException {
    PriceTable prices = read(FILE);
    Usage usage = tokens(1_000, 400, 100);
    assertThat(prices.of(usage, "gpt-9")).isEqualTo(Cost.unknown("the price of gpt-9"));
    assertThat(prices.of(usage.withUnknown(Usage.OUTPUT_TOKENS), "gpt-4.1"))
        .hasToString("unknown (the outputTokens of gpt-4.1)");
    assertThat(prices.of(usage.withUnknown(Usage.CACHED_INPUT_TOKENS), "gpt-4.1"))
        .hasToString("unknown (the cachedInputTokens of gpt-4.1)");
    assertThat(prices.of(usage, "rank")).hasToString("unknown (the price 'output' of rank)");
    assertThat(prices.of(Usage.unknown(), "plain").isKnown()).isFalse();
    assertThat(prices.of(tokens(1, 2, 0), "gpt-4.1"))
        .hasToString("unknown (the inputTokens of gpt-4.1: fewer than were cached)");
  }

  @Test
  void findsTheModelInTheStagesDescription() throws IOException {
    PriceTable prices = read(FILE);
    Usage usage = tokens(1_000, 0, 0);
    StageDescription gpt = hosted("gpt-4.1");
    StageDescription here =
        StageDescription.of("embedder", "bge").with(StageDescription.MODEL_SHA256, "ab12");
    assertThat(prices.of(usage, gpt)).isEqualTo(dollars("0.002"));
    assertThat(prices.of(usage, StageDescription.of("retriever", "r").withParts(List.of(gpt, gpt))))
        .isEqualTo(dollars("0.002"));
    assertThat(prices.of(Usage.of(Usage.EMBEDDED_TOKENS, 9), here)).isEqualTo(prices.none());
    assertThat(prices.of(Usage.unknown(), here)).hasToString("unknown (what bge used)");
    assertThat(
            prices.of(usage, StageDescription.of("retriever", "r").withParts(List.of(gpt, here))))
        .hasToString("unknown (which model did how much in r)");
    assertThat(prices.of(usage, StageDescription.of("generator", "mine")))
        .hasToString("unknown (the model of mine)");
    assertThat(
            prices.of(Usage.of(Usage.DROPPED_TERMS, 3), StageDescription.of("retriever", "bm25")))
        .isEqualTo(prices.none());
  }

  @Test
  void sumsATraceAndItsParts() throws IOException {
    PriceTable prices = read(FILE);
    StageRecord embedding =
        record("retrieve", hosted("vendor/llama:8b"), Usage.of(Usage.EMBEDDED_TOKENS, 100));
    StageRecord bm25 = record("retrieve", StageDescription.of("retriever", "bm25"), Usage.none());
    StageRecord fused =
        record("retrieve", StageDescription.of("retriever", "fused"), embedding.usage())
            .withParts(List.of(embedding, bm25));
    StageRecord generate = record("generate", hosted("gpt-4.1"), tokens(1_000, 400, 100));
    Trace trace = Trace.of("Why?", List.of(fused, generate), Duration.ofSeconds(1));
    assertThat(fused.cost(prices)).isEqualTo(dollars("0.000002"));
    assertThat(trace.cost(prices)).isEqualTo(dollars("0.002202"));
    assertThat(trace.cost(prices).plus(prices.ofCpu(Duration.ofMillis(500))))
        .isEqualTo(dollars("0.002207"));
    assertThat(trace.cost(prices).perMillion(1)).isEqualTo(dollars("2202"));

    StageRecord lost = record("rerank", StageDescription.opaque("reranker", this), Usage.unknown());
    assertThat(Trace.of("Why?", List.of(fused, lost, generate), Duration.ofSeconds(1)).cost(prices))
        .hasToString("unknown (the model of PriceTableTest)");
    StageRecord more =
        record("retrieve", StageDescription.of("retriever", "fused"), tokens(1, 0, 0))
            .withParts(List.of(embedding, bm25));
    assertThat(more.cost(prices)).hasToString("unknown (the model of fused)");
  }

  private static StageRecord record(String stage, StageDescription description, Usage usage) {
    return StageRecord.of(stage, description, Duration.ofMillis(1), usage);
  }

  @Test
  void pricesTheMachinesTime() throws IOException {
    assertThat(read(FILE).ofCpu(Duration.ofMillis(2_500))).isEqualTo(dollars("0.000025"));
    assertThat(PriceTable.builder("EUR", LocalDate.EPOCH).build().ofCpu(Duration.ZERO))
        .isEqualTo(Cost.unknown("the price of a CPU-second"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          date = 2026-11-01|'currency' is missing
          currency = USD|'date' is missing
          currency = US$\\ndate = 2026-11-01|'US$' is not a currency's code of ISO 4217, such as USD or EUR
          currency = USD\\ndate = Nov 1|date 'Nov 1' is not like 2026-11-01
          currency = USD\\ndate = 2026-11-01\\nx.input = cheap|x: x.input 'cheap' is not like 0.25
          currency = USD\\ndate = 2026-11-01\\nx.input = 1e99999999|x: x.input '1e99999999' is not like 0.25
          currency = USD\\ndate = 2026-11-01\\nx.input = -1|x: input must be >= 0, was -1
          currency = USD\\ndate = 2026-11-01\\ncpuSecond = -1|cpuSecond must be >= 0, was -1
          currency = USD\\ndate = 2026-11-01\\nx.input = 1\\nx.input = 2|'x.input' is there twice
          currency = USD\\ndate = 2026-11-01\\nx.price = 1|'x.price' is none of a model's prices: input, cachedInput, output, request
          currency = USD\\ndate = 2026-11-01\\nfee = 1|'fee' is none of currency, date, cpuSecond and a model's price, MODEL.input
          currency = USD\\ndate = 2026-11-01\\nx = \\\\u00|Malformed \\uxxxx encoding.
          """)
  void refusesAFileThatIsNoTable(String content, String message) {
    assertThatThrownBy(() -> read(content.replace("\\n", "\n").replace("\\\\", "\\")))
        .isInstanceOf(RagException.class)
        .hasMessageStartingWith("the prices " + folder.resolve("prices.properties"))
        .hasMessageEndingWith(" cannot be read: " + message);
  }

  @Test
  void refusesAFileThatIsNotThereOrNotText() throws IOException {
    assertThatThrownBy(() -> PriceTable.read(folder.resolve("none")))
        .isInstanceOf(RagException.class)
        .hasMessageContaining("NoSuchFileException");
    Path binary = folder.resolve("latin");
    Files.write(binary, "currency = \u00a3".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> PriceTable.read(binary))
        .isInstanceOf(RagException.class)
        .hasMessage("the prices " + binary + " cannot be read: it is not UTF-8");
  }
}
