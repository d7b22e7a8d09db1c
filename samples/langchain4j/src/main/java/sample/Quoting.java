package sample;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Quotes the sentence that has most of the question's words, and cites its document. It is no
 * language model but a rule: it knows the form of the usual prompt, needs no download, and answers
 * the same each time. Any other {@link ChatModel} of LangChain4j takes its place.
 */
final class Quoting implements ChatModel {
  private static final Pattern DOCUMENT =
      Pattern.compile("(?s)<document (\\d+)[^>]*>\n(.*?)\n</document");
  private static final Pattern QUESTION = Pattern.compile("(?s)Question: (.*)");

  @Override
  public ChatResponse doChat(ChatRequest request) {
    String told = ((UserMessage) request.messages().getLast()).singleText();
    Matcher question = QUESTION.matcher(told);
    Set<String> asked = question.find() ? words(question.group(1)) : Set.of();
    String best = "NO_ANSWER";
    int most = 0;
    for (Matcher document = DOCUMENT.matcher(told); document.find(); ) {
      for (String sentence : document.group(2).split("(?<=\\.)\\s+|\n+")) {
        Set<String> common = words(sentence);
        common.retainAll(asked);
        if (sentence.endsWith(".") && common.size() > most) {
          most = common.size();
          best = sentence + " [" + document.group(1) + "]";
        }
      }
    }
    return ChatResponse.builder().aiMessage(AiMessage.from(best)).build();
  }

  private static Set<String> words(String text) {
    return new HashSet<>(Arrays.asList(text.toLowerCase(Locale.ROOT).split("\\W+")));
  }
}
