package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.Cost;
import dev.ragwright.experiment.Advice;
import dev.ragwright.experiment.ChangeCost;
import dev.ragwright.experiment.ExperimentResult;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Tells which stage to change next, and the evidence for it.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Advise -Dargs="--memo memo"}
 */
@Command(
    name = "Advise",
    sortOptions = false,
    description = {
      "Names the change that would turn most wrong answers right, from what CompareStages --memo"
          + " left: with the gain and its interval, what it rests on, and what it costs. Or says"
          + " that the questions asked are not enough to tell.",
      ""
    })
public final class Advise implements Callable<Integer> {
  @Mixin private MemoOptions options = new MemoOptions();

  @Option(
      names = "--arm",
      paramLabel = "NAME",
      description = "What to change in this arm; the best one unless given.")
  private @Nullable String arm;

  private Advise() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Advise(), args);
  }

  @Override
  public Integer call() {
    ExperimentResult result = options.explained();
    Advice advice = arm == null ? result.nextChange() : result.nextChange(arm);
    System.out.println(options.json ? json(advice).toPrettyString() : advice.toString());
    return 0;
  }

  private static ObjectNode json(Advice advice) {
    ObjectNode root = Cli.JSON.createObjectNode();
    root.put("arm", advice.arm());
    root.put("scored", advice.scored());
    root.put("wrong", advice.wrong());
    root.put("enoughEvidence", advice.next().isPresent());
    root.put("next", advice.next().map(option -> option.kind().name()).orElse(null));
    ArrayNode rivals = root.putArray("cannotBeToldFromIt");
    advice.rivals().forEach(option -> rivals.add(option.kind().name()));
    ArrayNode options = root.putArray("options");
    for (Advice.Option option : advice.options()) {
      ObjectNode node = options.addObject();
      node.put("lever", option.kind().name());
      node.put("change", option.change());
      node.put("basis", option.basis().name());
      node.put("supported", option.supported());
      node.put("gain", option.gain().value());
      node.put("low", option.gain().interval().low());
      node.put("high", option.gain().interval().high());
      node.put("p", option.adjusted());
      node.put("evidence", option.evidence());
      ArrayNode fixed = node.putArray("turnedRight");
      option.fixed().forEach(fixed::add);
      node.put("turnedWrong", option.broken().size());
      ObjectNode price = node.putObject("price");
      price.put("once", option.cost().once());
      put(price, "now", option.cost().now());
      put(price, "then", option.cost().then());
    }
    return root;
  }

  /** Null is what nobody knows. */
  private static void put(ObjectNode node, String name, ChangeCost.@Nullable PerQuestion usual) {
    if (usual == null) {
      node.putNull(name);
      return;
    }
    ObjectNode taken = node.putObject(name);
    taken.put("calls", usual.calls());
    taken.put("millis", usual.time().toNanos() / 1e6);
    Cost cost = usual.perMillion();
    taken.put(
        "perMillionQuestions",
        cost.money().map(money -> money.amount().toPlainString()).orElse(null));
    taken.put(
        "currency", cost.money().map(money -> money.currency().getCurrencyCode()).orElse(null));
  }
}
