package dev.ragwright.generate;

import dev.ragwright.call.Usage;
import dev.ragwright.generate.Generation.FinishReason;
import dev.ragwright.markdown.SentenceSpan;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a model's output: takes out markers such as {@code [1]}, {@code [1, 3]} and {@code [1][2]},
 * and makes citations of them. For output as it comes, piece by piece, and for all of it at once.
 *
 * <p><b>Marker.</b> Numbers in brackets, up to 32, with commas or semicolons between them, each the
 * number of a passage: n stands for the n-th evidence of the context, from 1. A marker stands
 * behind a word or a sentence, with white space or without, or at the beginning of a line.
 * Everything else is text and stays as it is, to the character:
 *
 * <ul>
 *   <li>what is code in Markdown, a tag or a formula, and what stands in it;
 *   <li>links, images, footnotes, and the lines that say where links lead to;
 *   <li>an index in code that is not marked as code. It is told from a marker by what stands beside
 *       it: {@code Paris[1].} cites, and {@code v[1]}, {@code myList[1]}, {@code new int[1]},
 *       {@code Paris[1] = 2} and {@code Paris[1].length} do not. Where both could be meant, as in
 *       {@code the word list[1]}, it is a marker;
 *   <li>brackets with a number that no passage has. In the place of a marker, they are counted in
 *       {@link Generation#refusedCitations()}.
 * </ul>
 *
 * <p><b>Text.</b> A marker goes, with the white space before it; at the beginning of a line, with
 * the white space behind it. White space around the whole goes too, but for the indentation of
 * code.
 *
 * <p><b>Place.</b> A marker speaks for the {@linkplain SentenceSpan sentence} that it stands in or
 * behind; at the beginning of a line that goes on, for the sentence that follows.
 *
 * <p><b>Quote.</b> The citation quotes the one sentence of the evidence that fits the answer's
 * sentence best: that which has the greatest share of the distinct words of the answer's sentence,
 * in lower case, each word counting as much as it has letters and digits, so that function words
 * count little in any language; of equals, the first. Where that share is below {@link #FLOOR}, as
 * in other words or another language, the citation is of the whole evidence, {@linkplain
 * Citation#quoted() without a quote}. Whether what is cited proves the sentence is for a metric to
 * say.
 *
 * <p><b>Abstention.</b> Output that begins with the prompt's {@linkplain
 * PromptTemplate#abstention() words to decline with}, in upper or lower case, perhaps behind
 * quotation marks, is an abstention, whatever follows. So is output without a text.
 *
 * <p>One object reads one output. Not safe to share.
 */
public final class CitedText {
  /** The least share of the words of an answer's sentence that its quote has. */
  public static final double FLOOR = 0.25;

  private final Context context;
  private final @Nullable String phrase;
  private final MarkerScan scan;
  private final StringBuilder text = new StringBuilder();
  private final List<Marker> markers = new ArrayList<>();
  private final List<Integer> open = new ArrayList<>(); // numbers whose place is not known yet
  private final StringBuilder before = new StringBuilder(); // white space: behind the text
  private final StringBuilder after = new StringBuilder(); // white space behind the open markers
  private int read; // of the output
  private boolean begun; // it is known whether the output declines
  private int lead; // how much stands before the words to decline with
  private boolean declined;
  private boolean ended;
  private boolean first; // the open markers begin a line
  private int unknown; // numbers of no passage

  /** A number, and where in the text it stands. */
  private record Marker(int number, int place, boolean leads) {}

  private CitedText(Context context, @Nullable String phrase) {
    this.context = context;
    this.phrase = phrase;
    this.begun = phrase == null;
    this.scan = new MarkerScan(context.evidence().size());
  }

  /** A reader of the output for a prompt that the template made of a request with this context. */
  public static CitedText of(Context context, PromptTemplate prompt) {
    return new CitedText(context, prompt.abstention().orElse(null));
  }

  /** What a model's whole output comes to. */
  public static Generation read(
      String output, Context context, PromptTemplate prompt, FinishReason reason, Usage usage) {
    CitedText text = of(context, prompt);
    text.append(output);
    text.end();
    return text.generation(reason, usage);
  }

  /**
   * Reads on, and returns what is certain by now of the text and was not returned before. What may
   * be part of a marker, or of the words to decline with, is kept until more is known.
   */
  public String append(String piece) {
    if (ended) {
      throw new IllegalStateException("the output has ended");
    }
    scan.append(piece);
    return read();
  }

  /** The rest of the text; empty the second time. */
  public String end() {
    if (ended) {
      return "";
    }
    ended = true;
    scan.end();
    return read();
  }

  /**
   * The answer, after {@link #end()}: its text is all that was returned.
   *
   * @param usage what the model used
   * @throws IllegalStateException if the output has not ended
   */
  public Generation generation(FinishReason reason, Usage usage) {
    if (!ended) {
      throw new IllegalStateException("the output has not ended");
    }
    if (declined) {
      String detail = "the model replied '" + phrase + "', as it was asked to without an answer";
      return Generation.abstained(
          new Abstention(Abstention.Reason.DECLINED, detail), reason, usage);
    }
    if (text.isEmpty()) {
      String detail = "the model wrote nothing (finish reason " + reason + ")";
      return Generation.abstained(
          new Abstention(Abstention.Reason.DECLINED, detail), reason, usage);
    }
    Citing citing = new Citing(text.toString(), context);
    markers.forEach(marker -> citing.cite(marker.number, marker.place, marker.leads));
    return Generation.of(text.toString(), citing.citations(), reason, usage)
        .withRefusedCitations(unknown);
  }

  private String read() {
    if (declined || (!begun && !begins())) {
      return "";
    }
    int from = text.length();
    int known = scan.decided();
    while (true) {
      MarkerScan.Marker marker = scan.markers().peek();
      if (marker != null && marker.start() == read) {
        scan.markers().remove();
        addMarker(marker);
        read = marker.end();
      } else if (read == known) {
        break;
      } else {
        addUnit(scan.raw().charAt(read));
        read++;
      }
    }
    if (ended) {
      settle(true, "");
    }
    return text.substring(from);
  }

  /** Whether it is known by now if the output declines. */
  private boolean begins() {
    if (phrase == null) {
      return true;
    }
    StringBuilder raw = scan.raw();
    while (lead < raw.length() && isBeforePhrase(raw.charAt(lead))) {
      lead++;
    }
    int there = Math.min(phrase.length(), raw.length() - lead);
    boolean alike = raw.substring(lead, lead + there).equalsIgnoreCase(phrase.substring(0, there));
    int end = lead + phrase.length();
    if (alike && !ended && raw.length() <= end) {
      return false;
    }
    begun = true;
    declined =
        alike
            && there == phrase.length()
            && (raw.length() == end || !Character.isLetterOrDigit(raw.codePointAt(end)));
    return !declined;
  }

  private static boolean isBeforePhrase(char unit) {
    int type = Character.getType(unit);
    return Character.isWhitespace(unit)
        || type == Character.INITIAL_QUOTE_PUNCTUATION
        || type == Character.FINAL_QUOTE_PUNCTUATION
        || "\"'*`(".indexOf(unit) >= 0;
  }

  private void addMarker(MarkerScan.Marker marker) {
    unknown += marker.unknown();
    if (marker.numbers().isEmpty()) {
      return;
    }
    if (!open.isEmpty() && after.indexOf("\n") >= 0) {
      String gap = after.toString();
      settle(false, "");
      before.append(gap);
    }
    after.setLength(0);
    first = marker.first();
    open.addAll(marker.numbers());
  }

  private void addUnit(char unit) {
    if (Character.isWhitespace(unit)) {
      (open.isEmpty() ? before : after).append(unit);
      return;
    }
    if (open.isEmpty()) {
      text.append(text.isEmpty() ? indentation() : before);
    } else if (first && after.indexOf("\n") < 0) {
      text.append(text.isEmpty() ? "" : before);
      settle(true, "");
    } else {
      boolean joins =
          after.isEmpty() && (Character.isLetterOrDigit(unit) || Character.isSurrogate(unit));
      settle(false, (joins ? before : after).toString());
    }
    before.setLength(0);
    text.append(unit);
  }

  /** What the text begins with, which is white space only before code. */
  private String indentation() {
    String last = before.substring(before.lastIndexOf("\n") + 1);
    return last.length() >= 4 || last.indexOf('\t') >= 0 ? last : "";
  }

  /** Gives the open markers their place, at the end of the text, and what follows them. */
  private void settle(boolean leads, String space) {
    for (int number : open) {
      markers.add(new Marker(number, text.length(), leads));
    }
    open.clear();
    text.append(text.isEmpty() ? "" : space);
    before.setLength(0);
    after.setLength(0);
  }
}
