package dev.ragwright.langchain4j;

/** A content retriever failed. */
public final class ContentRetrieverException extends CallFailedException {
  private static final long serialVersionUID = 1L;

  ContentRetrieverException(String retriever, Throwable thrown) {
    super("content retriever '%s'".formatted(retriever), thrown, "");
  }
}
