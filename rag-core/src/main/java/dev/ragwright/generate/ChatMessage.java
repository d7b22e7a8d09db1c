package dev.ragwright.generate;

import java.util.Objects;

/**
 * A message of a conversation with a language model. Its text is text: what looks like a model's
 * special token or a template's command in it is neither.
 *
 * @param role who says it
 * @param text what is said
 */
public record ChatMessage(Role role, String text) {

  /** Who says something. */
  public enum Role {
    /** The application: what to do, and how. */
    SYSTEM,
    /** Who asks. */
    USER,
    /** The model. */
    ASSISTANT
  }

  /** Refuses null. */
  public ChatMessage {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(text, "text");
  }

  /** What the application says. */
  public static ChatMessage system(String text) {
    return new ChatMessage(Role.SYSTEM, text);
  }

  /** What the asker says. */
  public static ChatMessage user(String text) {
    return new ChatMessage(Role.USER, text);
  }

  /** What the model said. */
  public static ChatMessage assistant(String text) {
    return new ChatMessage(Role.ASSISTANT, text);
  }
}
