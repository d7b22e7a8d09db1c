package dev.ragwright.generate;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.retrieve.Query;
import dev.ragwright.text.Beginning;
import dev.ragwright.text.Words;
import java.util.List;
import java.util.stream.Collectors;

/** {@link Condenser#joining(int)}. */
record JoiningCondenser(int words) implements Condenser {
  private static final int MOST = 300; // UTF-16 units of a question

  @Override
  public Standalone condense(List<Turn> turns, Query question, CallContext context) {
    context.throwIfStopped();
    String text = question.text();
    List<String> before = EnglishCondenser.topics(turns);
    if (text.isBlank() || before.isEmpty() || Words.count(text) > words) {
      return Standalone.of(question);
    }
    String joined =
        before.stream().map(JoiningCondenser::beginning).collect(Collectors.joining(" "));
    return Standalone.of(question.withText(joined + " " + text.strip()));
  }

  /** The words of a question that fit, the last one whole. */
  private static String beginning(String question) {
    String text = question.strip();
    if (text.length() <= MOST) {
      return text;
    }
    int space = text.lastIndexOf(' ', MOST);
    return Beginning.of(text, space > 0 ? space : MOST);
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("condenser", "joining").with("words", words);
  }
}
