package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.PriceTable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Says what a month of questions costs by retrieval, by long context and by a small model that was
 * trained on the documents.
 *
 * <p>{@code mvn -q -Pexample -Dexample=CostProjection -Dargs="--prices docs/prices.properties
 * --traffic 1000000"}
 */
@Command(
    name = "CostProjection",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Projects the cost of a month of questions: a hosted model over retrieved passages; the same, or"
          + " another one (--long), over the whole corpus and over the one best document; and a small model"
          + " that was trained on the documents and reads the question alone. Token counts are measured: by"
          + " asking the questions of a pipeline (BM25, passages of 300 tokens, the usual prompt) and counting"
          + " the messages that it would send.",
      "",
      "Prints every assumption with where it is from; the costs; for each way the change of its total when one"
          + " assumption is --vary lower or higher and the others stay, the largest first; and the value of one"
          + " assumption alone at which a way would cost what retrieval does, within a factor of 1000. Nothing is sent anywhere, and no price is known here: all are"
          + " in the file.",
      ""
    })
public final class CostProjection implements Callable<Integer> {
  private static final Pattern AMOUNT =
      Pattern.compile("(-?\\d{1,12}(?:\\.\\d{1,12})?)(?: *([A-Za-z]{3}))?");

  @Option(
      names = "--prices",
      required = true,
      paramLabel = "FILE",
      description =
          "The prices, in the format of PriceTable, per million tokens: of the models that the next options"
              + " name.")
  private Path prices = Path.of("");

  @Option(
      names = "--traffic",
      required = true,
      paramLabel = "N",
      description = "Questions a month.")
  private long traffic;

  @Option(
      names = "--generator",
      paramLabel = "NAME",
      description = "The model that reads passages, as the prices name it; generator unless given.")
  private String generator = "generator";

  @Option(
      names = "--long",
      paramLabel = "NAME",
      description = "The model that reads the corpus; the generator unless given.")
  private @Nullable String longContext;

  @Option(
      names = "--small",
      paramLabel = "NAME",
      description =
          "The small model, as it is served; small unless given. On a machine of your own its prices are"
              + " 0, and --small-month has the machine's.")
  private String small = "small";

  @Option(
      names = "--embedder",
      paramLabel = "NAME",
      description = "The model that embeds questions and the corpus; none unless given (BM25).")
  private @Nullable String embedder;

  @Option(
      names = "--training",
      paramLabel = "NAME",
      description = "Whose input price a trained token costs; none unless given: training is free.")
  private @Nullable String training;

  @Option(
      names = "--window",
      paramLabel = "TOKENS",
      description =
          "The most tokens that the model of --long reads; a way whose prompt is longer is said not to fit."
              + " Not checked unless given.")
  private long window = Long.MAX_VALUE;

  @Mixin private CostMeasure measure = new CostMeasure();

  @ArgGroup(validate = false, heading = "Assumptions:%n")
  private Assumed assumed = new Assumed();

  @Option(
      names = "--vary",
      paramLabel = "SHARE",
      description = "By how much each assumption is varied; 0.5 unless given.")
  private BigDecimal vary = new BigDecimal("0.5");

  @Option(
      names = "--top",
      paramLabel = "N",
      description =
          "How many assumptions of each way are printed, those of most effect; 6 unless given.")
  private int top = 6;

  @Option(names = "--json", description = "Print all of it as one line of JSON.")
  private boolean json;

  /** What nobody can measure here. */
  private static final class Assumed {
    @Option(
        names = "--answer-tokens",
        paramLabel = "N",
        description = "Tokens of an answer; 150 unless given.")
    private @Nullable String answerTokens;

    @Option(
        names = "--cached-share",
        paramLabel = "SHARE",
        description =
            "Of a long context, how much a service reads from its cache, at the price cachedInput; 0 unless"
                + " given.")
    private @Nullable String cachedShare;

    @Option(
        names = "--retried-share",
        paramLabel = "SHARE",
        description = "How many calls are made, and paid, a second time; 0 unless given.")
    private @Nullable String retriedShare;

    @Option(
        names = "--reindexed-share",
        paramLabel = "SHARE",
        description = "How much of the corpus is embedded anew each month; 0.1 unless given.")
    private @Nullable String reindexedShare;

    @Option(
        names = "--index-month",
        paramLabel = "AMOUNT",
        description = "What the machine of the index costs a month; 0 unless given.")
    private @Nullable String indexMonth;

    @Option(
        names = "--small-month",
        paramLabel = "AMOUNT",
        description =
            "What serving the small model costs a month whatever is asked; 0 unless given.")
    private @Nullable String smallMonth;

    @Option(
        names = "--epochs",
        paramLabel = "N",
        description = "How often training reads the corpus; 3 unless given.")
    private @Nullable String epochs;

    @Option(
        names = "--training-once",
        paramLabel = "AMOUNT",
        description = "What a training costs besides tokens, such as people; 0 unless given.")
    private @Nullable String trainingOnce;

    @Option(
        names = "--training-lasts",
        paramLabel = "MONTHS",
        description = "After how many months it is trained anew; 12 unless given.")
    private @Nullable String trainingLasts;
  }

  private CostProjection() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new CostProjection(), args);
  }

  @Override
  public Integer call() {
    if (traffic < 1) {
      throw new IllegalArgumentException("--traffic must be >= 1 question a month, was " + traffic);
    }
    if (vary.signum() <= 0 || vary.compareTo(BigDecimal.ONE) > 0) {
      throw new IllegalArgumentException("--vary must be above 0 and at most 1, was " + vary);
    }
    if (top < 1) {
      throw new IllegalArgumentException("--top must be >= 1, was " + top);
    }
    PriceTable table = PriceTable.read(prices);
    CostModel model = new CostModel();
    assume(model, table);
    priced(model, table, "generator", generator, true);
    if (longContext == null || longContext.equals(generator)) {
      cached(model, table, generator);
      for (String price : List.of("input", "output", "request")) {
        model.same("long " + price, "generator " + price);
      }
    } else {
      priced(model, table, "long", longContext, true);
      cached(model, table, longContext);
    }
    priced(model, table, "small", small, true);
    optional(model, table, "embedder", embedder);
    optional(model, table, "training", training);
    measure.into(model);
    print(model, table);
    return 0;
  }

  private void assume(CostModel model, PriceTable table) {
    model.add("traffic", BigDecimal.valueOf(traffic), "questions a month", "--traffic");
    number(model, "answer tokens", "--answer-tokens", assumed.answerTokens, "150", "tokens");
    share(model, "cached share", "--cached-share", assumed.cachedShare, "0");
    share(model, "retried share", "--retried-share", assumed.retriedShare, "0");
    share(model, "reindexed share", "--reindexed-share", assumed.reindexedShare, "0.1");
    number(model, "epochs", "--epochs", assumed.epochs, "3", "readings of the corpus");
    number(model, "training lasts", "--training-lasts", assumed.trainingLasts, "12", "months");
    if (model.value("training lasts").signum() == 0) {
      throw new IllegalArgumentException("--training-lasts must be above 0 months, was 0");
    }
    money(model, table, "index a month", "--index-month", assumed.indexMonth);
    money(model, table, "small model a month", "--small-month", assumed.smallMonth);
    money(model, table, "training once", "--training-once", assumed.trainingOnce);
  }

  private static void number(
      CostModel model,
      String name,
      String option,
      @Nullable String given,
      String usual,
      String unit) {
    model.add(name, amount(option, given == null ? usual : given, null), unit, from(option, given));
  }

  private static void share(
      CostModel model, String name, String option, @Nullable String given, String usual) {
    BigDecimal value = amount(option, given == null ? usual : given, null);
    if (value.compareTo(BigDecimal.ONE) > 0) {
      throw new IllegalArgumentException(option + " must be from 0 to 1, was " + given);
    }
    model.addShare(name, value, from(option, given));
  }

  private static void money(
      CostModel model, PriceTable table, String name, String option, @Nullable String given) {
    String currency = table.currency().getCurrencyCode();
    model.add(
        name, amount(option, given == null ? "0" : given, currency), currency, from(option, given));
  }

  private static String from(String option, @Nullable String given) {
    return given == null ? "assumed, " + option + " changes it" : option;
  }

  /**
   * A number that is not negative.
   *
   * @param currency that may stand behind it; null if none may
   */
  private static BigDecimal amount(String option, String text, @Nullable String currency) {
    Matcher amount = AMOUNT.matcher(text.strip());
    if (!amount.matches()) {
      throw new IllegalArgumentException("%s '%s' is not like 0.25".formatted(option, text));
    }
    String code = amount.group(2);
    if (code != null && !code.toUpperCase(Locale.ROOT).equals(currency)) {
      throw new IllegalArgumentException(
          currency == null
              ? "%s '%s' is no amount of money, but a number".formatted(option, text)
              : "%s '%s' is not in %s, the currency of the prices; no rate is assumed"
                  .formatted(option, text, currency));
    }
    BigDecimal value = new BigDecimal(amount.group(1));
    if (value.signum() < 0) {
      throw new IllegalArgumentException(option + " must be >= 0, was " + text);
    }
    return value;
  }

  private void optional(CostModel model, PriceTable table, String role, @Nullable String name) {
    if (name == null) {
      model.add(role + " input", BigDecimal.ZERO, unit(table), "none, --" + role + " names one");
    } else {
      priced(model, table, role, name, false);
    }
  }

  private void priced(CostModel model, PriceTable table, String role, String name, boolean writes) {
    PriceTable.ModelPrice price = table.models().get(name);
    if (price == null) {
      throw new IllegalArgumentException(
          "the prices %s have none of '%s', which --%s names; they have %s"
              .formatted(prices, name, role, table.models().keySet()));
    }
    String source = prices.getFileName() + ", " + name;
    BigDecimal input = required(price.input(), name, "input");
    model.add(role + " input", input, unit(table), source);
    if (writes) {
      model.add(role + " output", required(price.output(), name, "output"), unit(table), source);
      model.add(role + " request", price.request(), table.currency() + " a call", source);
    }
  }

  private void cached(CostModel model, PriceTable table, String name) {
    PriceTable.ModelPrice price = Objects.requireNonNull(table.models().get(name));
    String source = prices.getFileName() + ", " + name;
    if (price.cachedInput() == null) {
      model.same("long cached input", model.has("long input") ? "long input" : "generator input");
    } else {
      model.add("long cached input", price.cachedInput(), unit(table), source);
    }
  }

  private BigDecimal required(@Nullable BigDecimal price, String name, String which) {
    if (price == null) {
      throw new IllegalArgumentException(
          "the prices %s lack %s.%s; write 0 where it costs nothing"
              .formatted(prices, name, which));
    }
    return price;
  }

  private static String unit(PriceTable table) {
    return table.currency() + " a million tokens";
  }

  private void print(CostModel model, PriceTable table) {
    if (json) {
      System.out.println(toJson(model, table));
      return;
    }
    line("Prices of %s, in %s (%s).", table.date(), table.currency(), prices);
    line("");
    line("| assumption | value | unit | from |");
    line("| --- | ---: | --- | --- |");
    for (CostModel.Assumption one : model.assumptions()) {
      line("| %s | %s | %s | %s |", one.name(), plain(one.value()), one.unit(), one.source());
    }
    line("");
    line("| way | %s a month | a question |", table.currency());
    line("| --- | ---: | ---: |");
    for (CostModel.Way way : CostModel.Way.values()) {
      BigDecimal total = model.total(way);
      line(
          "| %s%s | %s | %s |",
          way.text(),
          fits(model, way) ? "" : String.format(Locale.ROOT, " (does not fit %,d tokens)", window),
          cents(total),
          perQuestion(total));
    }
    for (CostModel.Way way : CostModel.Way.values()) {
      line("");
      line("| %s, when it changes | %s lower | %s higher |", way.text(), percent(), percent());
      line("| --- | ---: | ---: |");
      for (CostModel.Swing swing : swings(model, way)) {
        line("| %s | %s | %s |", swing.name(), signed(swing.low()), signed(swing.high()));
      }
    }
    line("");
    line("| costs the same as %s | if | in place of |", CostModel.Way.RETRIEVAL.text());
    line("| --- | --- | ---: |");
    for (CostModel.BreakEven even : model.breakEvens()) {
      line(
          "| %s | %s were %s | %s |",
          even.way().text(), even.name(), plain(even.value()), plain(even.now()));
    }
  }

  private boolean fits(CostModel model, CostModel.Way way) {
    return way.prompt() == null
        || model.value(way.prompt()).compareTo(BigDecimal.valueOf(window)) <= 0;
  }

  private String percent() {
    return plain(vary.movePointRight(2)) + " %";
  }

  private List<CostModel.Swing> swings(CostModel model, CostModel.Way way) {
    List<CostModel.Swing> all = new ArrayList<>(model.swings(way, vary));
    all.sort(Comparator.comparing(CostModel.Swing::size).reversed());
    return all.subList(0, Math.min(top, all.size()));
  }

  private ObjectNode toJson(CostModel model, PriceTable table) {
    ObjectNode all = Cli.JSON.createObjectNode();
    all.put("currency", table.currency().getCurrencyCode()).put("prices", table.date().toString());
    ArrayNode assumptions = all.putArray("assumptions");
    for (CostModel.Assumption one : model.assumptions()) {
      assumptions
          .addObject()
          .put("name", one.name())
          .put("value", one.value())
          .put("unit", one.unit())
          .put("from", one.source());
    }
    ArrayNode ways = all.putArray("ways");
    for (CostModel.Way way : CostModel.Way.values()) {
      ObjectNode node = ways.addObject().put("way", way.text());
      node.put("month", model.total(way).setScale(2, RoundingMode.HALF_EVEN));
      node.put("fits", fits(model, way));
      ArrayNode swings = node.putArray("sensitivity");
      for (CostModel.Swing swing : swings(model, way)) {
        swings
            .addObject()
            .put("name", swing.name())
            .put("lower", swing.low().setScale(2, RoundingMode.HALF_EVEN))
            .put("higher", swing.high().setScale(2, RoundingMode.HALF_EVEN));
      }
    }
    ArrayNode evens = all.putArray("breakEvens");
    for (CostModel.BreakEven even : model.breakEvens()) {
      evens
          .addObject()
          .put("way", even.way().text())
          .put("assumption", even.name())
          .put("value", even.value())
          .put("now", even.now());
    }
    return all;
  }

  private static void line(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  private String perQuestion(BigDecimal total) {
    return total.divide(BigDecimal.valueOf(traffic), 6, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static String cents(BigDecimal amount) {
    return String.format(Locale.ROOT, "%,.2f", amount);
  }

  private static String signed(BigDecimal amount) {
    return String.format(Locale.ROOT, "%+,.2f", amount);
  }

  private static String plain(BigDecimal value) {
    BigDecimal short4 = value.setScale(4, RoundingMode.HALF_EVEN).stripTrailingZeros();
    return String.format(Locale.ROOT, "%," + "." + Math.max(0, short4.scale()) + "f", short4);
  }
}
