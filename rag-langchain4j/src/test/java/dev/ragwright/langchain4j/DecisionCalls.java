package dev.ragwright.langchain4j;

import dev.langchain4j.model.decision.DecisionModel;
import dev.langchain4j.model.decision.request.ChoiceQuestion;
import dev.langchain4j.model.decision.request.DecisionRequest;
import dev.langchain4j.model.decision.request.ScaleQuestion;
import dev.langchain4j.model.decision.request.YesNoQuestion;
import dev.langchain4j.model.decision.response.DecisionResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks decision models, whose types an older core lacks, so that no test's signature has them. */
final class DecisionCalls {
  private DecisionCalls() {}

  private static DecisionResponse all(Object model) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("river", "It is about rivers.");
    options.put("city", "It is about cities.");
    return ((DecisionModel) model)
        .decide(
            DecisionRequest.builder()
                .input("The Rhine rises in the Alps.")
                .question("long", YesNoQuestion.from("The Rhine is long."))
                .question("topic", ChoiceQuestion.from("What is it about?", options))
                .question("rank", ScaleQuestion.from("How high?", List.of("low", "mid", "high")))
                .build());
  }

  static double yes(Object model) {
    return all(model).yesNo("long").probability();
  }

  static String choice(Object model) {
    return all(model).choice("topic").value();
  }

  static Map<String, Double> choices(Object model) {
    return all(model).choice("topic").probabilities();
  }

  static double mean(Object model) {
    return all(model).scale("rank").mean();
  }

  /** The probability of yes for a question to a text. */
  static double yes(Object model, String text, String question, String yes, String no) {
    return ((DecisionModel) model)
        .decide(
            DecisionRequest.builder()
                .input(text)
                .question(
                    "q", YesNoQuestion.builder().text(question).yesWhen(yes).noWhen(no).build())
                .build())
        .yesNo("q")
        .probability();
  }

  static void askForAnotherModel(Object model) {
    ((DecisionModel) model)
        .decide(
            DecisionRequest.builder()
                .input("x")
                .question("q", YesNoQuestion.from("y"))
                .parameters(
                    dev.langchain4j.model.decision.request.DecisionRequestParameters.builder()
                        .modelName("jev")
                        .build())
                .build());
  }
}
