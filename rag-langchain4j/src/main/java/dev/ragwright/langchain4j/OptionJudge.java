package dev.ragwright.langchain4j;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.generate.Entailment;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.generate.PromptTemplate;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxChatModel;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import java.util.ArrayList;
import java.util.List;

/** Weighs the options of a question about a text. */
@FunctionalInterface
interface OptionJudge {

  /**
   * A question about a text.
   *
   * @param names what may be answered
   * @param meanings of the names, in their order; empty where there is none
   * @param yesNo whether the names are {@code yes} and {@code no}
   */
  record Asked(
      String input, String question, List<String> names, List<String> meanings, boolean yesNo) {
    /** The name with what it means, where that is said. */
    String described(int option) {
      String meaning = meanings.get(option);
      return meaning.isEmpty() ? names.get(option) : names.get(option) + " (" + meaning + ")";
    }

    /** What is claimed by an option: its meaning, else the question and its name. */
    String claim(int option) {
      String meaning = meanings.get(option);
      return meaning.isEmpty() ? question + " " + names.get(option) : meaning;
    }
  }

  /** The natural logarithms of the options' weights, in the order of the names. */
  List<Double> weights(Asked asked, CallContext context);

  /** How likely a decoder finds each option's name as its reply. */
  static OptionJudge likelihood(OnnxChatModel model) {
    return (asked, context) -> {
      List<String> options = new ArrayList<>();
      for (int i = 0; i < asked.names().size(); i++) {
        options.add(asked.described(i));
      }
      String told =
          "%s\n\nQuestion about this text: %s\nAnswer with one of these and nothing else: %s"
              .formatted(asked.input(), asked.question(), String.join("; ", options));
      PromptTemplate prompt = request -> List.of(dev.ragwright.generate.ChatMessage.user(told));
      OnnxGenerator generator =
          OnnxGenerator.builder(model).prompt(prompt).decoding(DecodingOptions.greedy()).build();
      GenerationRequest request =
          GenerationRequest.of(
              Query.of(asked.question()),
              new dev.ragwright.generate.Context(List.of(), 0, List.of()));
      return asked.names().stream()
          .map(name -> generator.likelihood(request, name, context).sum())
          .toList();
    };
  }

  /** How likely the text says what each option claims. */
  static OptionJudge entailment(Entailment entailment) {
    return (asked, context) -> {
      List<Double> weights = new ArrayList<>();
      if (asked.yesNo() && asked.meanings().getLast().isEmpty()) {
        String claim = asked.meanings().getFirst();
        double yes =
            entailment.probability(
                asked.input(), claim.isEmpty() ? asked.question() : claim, context);
        return List.of(StrictMath.log(yes), StrictMath.log1p(-yes));
      }
      for (int i = 0; i < asked.names().size(); i++) {
        weights.add(StrictMath.log(entailment.probability(asked.input(), asked.claim(i), context)));
      }
      return weights;
    };
  }

  /** How relevant the text is: to the question for yes, or to each option's claim. */
  static OptionJudge relevance(Reranker reranker) {
    return (asked, context) -> {
      if (asked.yesNo()) {
        return List.of(score(reranker, asked.question(), asked.input(), context), 0.0);
      }
      List<Double> weights = new ArrayList<>();
      for (int i = 0; i < asked.names().size(); i++) {
        weights.add(score(reranker, asked.claim(i), asked.input(), context));
      }
      return weights;
    };
  }

  private static double score(Reranker reranker, String query, String text, CallContext context) {
    Hit hit = new Hit(Passage.of("input", text), 1, "langchain4j");
    List<Hit> ranked = reranker.rerank(Query.of(query), List.of(hit), 1, context).hits();
    if (ranked.isEmpty()) {
      throw new ScoringModelException(
          "the reranker %s left out the text to decide on".formatted(reranker.description()));
    }
    return ranked.getFirst().score();
  }
}
