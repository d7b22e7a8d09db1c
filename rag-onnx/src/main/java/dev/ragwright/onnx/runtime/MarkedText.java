package dev.ragwright.onnx.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A text for a model of which some parts may spell special tokens and the others may not: the
 * template of a prompt and what people wrote into it. Immutable.
 *
 * <pre>{@code
 * String question = "Where does the Rhine rise?";
 * MarkedText turn =
 *     MarkedText.builder().markup("<|im_start|>user\n").text(question).markup("<|im_end|>").build();
 * }</pre>
 */
public final class MarkedText {
  private final List<Part> parts;

  private MarkedText(List<Part> parts) {
    this.parts = parts;
  }

  /** A text that spells no special token. */
  public static MarkedText of(String text) {
    return builder().text(text).build();
  }

  /** An empty one, to append to. */
  public static Builder builder() {
    return new Builder();
  }

  /** The parts, in order. Unmodifiable. */
  public List<Part> parts() {
    return parts;
  }

  /** All of it as one text, which no longer tells the parts apart. */
  @Override
  public String toString() {
    return parts.stream().map(Part::text).collect(Collectors.joining());
  }

  /**
   * A part.
   *
   * @param text its text
   * @param markup whether the names of special tokens in it stand for these
   */
  public record Part(String text, boolean markup) {}

  /** Appends. For one thread. */
  public static final class Builder {
    private final List<Part> parts = new ArrayList<>();

    private Builder() {}

    /** Appends text in which {@code <|im_end|>} is the special token of that name. */
    public Builder markup(String text) {
      return append(text, true);
    }

    /** Appends text in which {@code <|im_end|>} is ten characters like any other. */
    public Builder text(String text) {
      return append(text, false);
    }

    private Builder append(String text, boolean markup) {
      Part last = parts.isEmpty() ? null : parts.getLast();
      if (last != null && last.markup() == markup) {
        parts.set(parts.size() - 1, new Part(last.text() + text, markup));
      } else if (!text.isEmpty()) {
        parts.add(new Part(text, markup));
      }
      return this;
    }

    /** The text so far. */
    public MarkedText build() {
      return new MarkedText(List.copyOf(parts));
    }
  }
}
