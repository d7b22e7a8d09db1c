package dev.ragwright.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.decision.DecisionModel;
import dev.langchain4j.model.decision.request.ChoiceQuestion;
import dev.langchain4j.model.decision.request.ContentsInput;
import dev.langchain4j.model.decision.request.DecisionInput;
import dev.langchain4j.model.decision.request.DecisionRequest;
import dev.langchain4j.model.decision.request.FieldsInput;
import dev.langchain4j.model.decision.request.MessagesInput;
import dev.langchain4j.model.decision.request.Question;
import dev.langchain4j.model.decision.request.ScaleQuestion;
import dev.langchain4j.model.decision.request.TextInput;
import dev.langchain4j.model.decision.request.YesNoQuestion;
import dev.langchain4j.model.decision.response.ChoiceAnswer;
import dev.langchain4j.model.decision.response.DecisionAnswer;
import dev.langchain4j.model.decision.response.DecisionResponse;
import dev.langchain4j.model.decision.response.ScaleAnswer;
import dev.langchain4j.model.decision.response.YesNoAnswer;
import dev.ragwright.call.CallContext;
import dev.ragwright.foreign.Unheard;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decisions by a judge of options. This class has types that core 1.23 brought: it is loaded when
 * such a model is asked for, and no sooner.
 */
record Decisions(OptionJudge judge, String name) implements DecisionModel {

  /** With the return type that {@link LangChain4j} has: the verifier then loads no type there. */
  static DecisionModel of(OptionJudge judge, String name) {
    return new Decisions(judge, name);
  }

  @Override
  public DecisionResponse doDecide(DecisionRequest request) {
    return decide(request, CallContext.unbounded());
  }

  @Override
  public CompletableFuture<DecisionResponse> doDecideAsync(DecisionRequest request) {
    return Unheard.future("ragwright-decide", context -> decide(request, context));
  }

  @Override
  public String modelName() {
    return name;
  }

  private DecisionResponse decide(DecisionRequest request, CallContext context) {
    String other = request.modelName();
    if (other != null && !other.equals(name)) {
      throw unsupported("modelName '" + other + "', where '" + name + "' decides");
    }
    String input = text(request.input());
    Map<String, DecisionAnswer> answers = new LinkedHashMap<>();
    for (Map.Entry<String, Question> question : request.questions().entrySet()) {
      context.throwIfStopped();
      answers.put(question.getKey(), answer(input, question.getValue(), context));
    }
    return DecisionResponse.builder().answers(answers).modelName(name).build();
  }

  private DecisionAnswer answer(String input, Question question, CallContext context) {
    return switch (question) {
      case YesNoQuestion yesNo -> {
        List<String> meanings = List.of(said(yesNo.yesWhen()), said(yesNo.noWhen()));
        yield YesNoAnswer.from(
            probabilities(input, question, List.of("yes", "no"), meanings, true, context)
                .getFirst());
      }
      case ChoiceQuestion choice -> choice(input, choice, context);
      case ScaleQuestion scale -> scale(input, scale, context);
      default -> throw unsupported("questions of the type " + question.getClass().getName());
    };
  }

  private ChoiceAnswer choice(String input, ChoiceQuestion choice, CallContext context) {
    List<String> names = List.copyOf(choice.options().keySet());
    List<String> meanings = choice.options().values().stream().map(Decisions::said).toList();
    List<Double> probabilities = probabilities(input, choice, names, meanings, false, context);
    Map<String, Double> byName = new LinkedHashMap<>();
    int best = 0;
    for (int i = 0; i < names.size(); i++) {
      byName.put(names.get(i), probabilities.get(i));
      best = probabilities.get(i) > probabilities.get(best) ? i : best;
    }
    return ChoiceAnswer.builder()
        .value(names.get(best))
        .probabilities(byName)
        .confidence(probabilities.get(best))
        .build();
  }

  private ScaleAnswer scale(String input, ScaleQuestion scale, CallContext context) {
    List<String> described = scale.levelDescriptions();
    List<String> meanings = new ArrayList<>();
    for (int i = 0; i < scale.levels().size(); i++) {
      meanings.add(described == null || i >= described.size() ? "" : said(described.get(i)));
    }
    List<Double> probabilities =
        probabilities(input, scale, scale.levels(), meanings, false, context);
    double mean = 0;
    for (int i = 0; i < probabilities.size(); i++) {
      mean += i * probabilities.get(i);
    }
    return ScaleAnswer.builder()
        .mean(Math.min(mean, probabilities.size() - 1.0))
        .probabilities(probabilities)
        .confidence(probabilities.stream().mapToDouble(Double::doubleValue).max().orElse(0))
        .build();
  }

  /** The weights as shares of their sum. */
  private List<Double> probabilities(
      String input,
      Question question,
      List<String> names,
      List<String> meanings,
      boolean yesNo,
      CallContext context) {
    List<Double> weights =
        judge.weights(
            new OptionJudge.Asked(input, question.text(), names, meanings, yesNo), context);
    double most = weights.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    if (most == Double.NEGATIVE_INFINITY) { // none is likelier than another
      return weights.stream().map(weight -> 1.0 / weights.size()).toList();
    }
    List<Double> shares = weights.stream().map(weight -> StrictMath.exp(weight - most)).toList();
    double sum = shares.stream().mapToDouble(Double::doubleValue).sum();
    return shares.stream().map(share -> share / sum).toList();
  }

  private static String said(@Nullable String text) {
    return Objects.requireNonNullElse(text, "");
  }

  private static String text(DecisionInput input) {
    return switch (input) {
      case TextInput text -> text.text();
      case FieldsInput fields ->
          fields.fields().entrySet().stream()
              .map(field -> field.getKey() + ": " + field.getValue())
              .collect(Collectors.joining("\n"));
      case ContentsInput contents ->
          contents.contents().stream().map(Decisions::text).collect(Collectors.joining("\n"));
      case MessagesInput messages ->
          messages.messages().stream().map(Decisions::text).collect(Collectors.joining("\n"));
      default -> throw unsupported("input of the type " + input.type());
    };
  }

  private static String text(Content content) {
    if (content instanceof TextContent text) {
      return text.text();
    }
    throw unsupported("content of the type " + content.type());
  }

  private static String text(ChatMessage message) {
    return switch (message) {
      case SystemMessage system -> system.text();
      case UserMessage user ->
          user.contents().stream().map(Decisions::text).collect(Collectors.joining("\n"));
      case AiMessage ai -> said(ai.text());
      default -> throw unsupported("a message of the type " + message.type());
    };
  }

  private static UnsupportedFeatureException unsupported(String what) {
    return new UnsupportedFeatureException(
        "a decision model of Ragwright does not support " + what);
  }
}
