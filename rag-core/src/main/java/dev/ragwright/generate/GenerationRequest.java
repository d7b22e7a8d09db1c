package dev.ragwright.generate;

import dev.ragwright.retrieve.Query;

/** One call of a generator: the question and what to answer it from. Immutable. */
public final class GenerationRequest {
  private final Query question;
  private final Context context;

  private GenerationRequest(Query question, Context context) {
    this.question = question;
    this.context = context;
  }

  /** A request to answer a question from a context. */
  public static GenerationRequest of(Query question, Context context) {
    return new GenerationRequest(question, context);
  }

  /** The question. */
  public Query question() {
    return question;
  }

  /** What to answer it from. */
  public Context context() {
    return context;
  }
}
