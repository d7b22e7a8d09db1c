package dev.ragwright.generate;

import dev.ragwright.call.Usage;
import dev.ragwright.document.SentenceSpan;
import dev.ragwright.generate.Generation.FinishReason;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a model's output: takes out markers such as {@code [1]}, {@code [1, 3]} and {@code [1][2]},
 * and makes citations of them. For output as it comes, piece by piece, and for all of it at once.
 *
 * <p><b>Text.</b> A marker goes, with the white space before it; at the beginning of a line, with
 * the white space behind it. White space around the whole goes too. Any bracket with only numbers
 * in it, up to 32, separated by commas or semicolons, is a marker, in code as well.
 *
 * <p><b>Place.</b> A marker speaks for the {@linkplain SentenceSpan sentence} that it stands in or
 * behind; at the beginning of a line that goes on, for the sentence that follows.
 *
 * <p><b>Quote.</b> The number n stands for the n-th evidence of the context, from 1, and the
 * citation quotes the one sentence of it that fits the answer's sentence best: that which has the
 * greatest share of the distinct words of the answer's sentence, in lower case, each word counting
 * as much as it has letters and digits, so that function words count little in any language; of
 * equals, the first. A number that stands for no evidence, or for one whose best sentence has a
 * share below {@link #FLOOR}, is refused, and counted in {@link Generation#refusedCitations()}. The
 * floor keeps out what cannot be meant; whether a quote proves what it is cited for is for a metric
 * to say. Words of another language than the evidence's do not fit it.
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

  private static final String NUMBER = "\\s*\\d{1,9}\\s*";
  private static final Pattern MARKER =
      Pattern.compile("\\[(" + NUMBER + "(?:[,;]" + NUMBER + "){0,31})\\]");
  private static final Pattern MARKER_BEGUN =
      Pattern.compile("\\[(?:" + NUMBER + "[,;]){0,31}\\s*\\d{0,9}\\s*");
  private static final Pattern DIGITS = Pattern.compile("\\d+");
  private static final Pattern BEFORE_PHRASE = Pattern.compile("[\\s\\p{Pi}\\p{Pf}\"'*`(]*");

  private final Context context;
  private final @Nullable String phrase;
  private final StringBuilder raw = new StringBuilder(); // not read yet
  private final StringBuilder text = new StringBuilder();
  private final List<Marker> markers = new ArrayList<>();
  private final List<Integer> open = new ArrayList<>(); // numbers whose place is not known yet
  private String before = ""; // white space: behind the text, or before the open markers
  private String after = ""; // white space behind the open markers
  private boolean begun; // it is known whether the output declines
  private boolean declined;
  private boolean ended;

  /** A number, and where in the text it stands. */
  private record Marker(int number, int place, boolean leads) {}

  private CitedText(Context context, @Nullable String phrase) {
    this.context = context;
    this.phrase = phrase;
    this.begun = phrase == null;
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
    raw.append(piece);
    return read(false);
  }

  /** The rest of the text; empty the second time. */
  public String end() {
    String rest = ended ? "" : read(true);
    ended = true;
    return rest;
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
        .withRefusedCitations(citing.refused());
  }

  private String read(boolean all) {
    if (!begun && !begins(all)) {
      return "";
    }
    if (declined) {
      raw.setLength(0);
      return "";
    }
    int from = text.length();
    int place = 0;
    while (place < raw.length()) {
      char unit = raw.charAt(place);
      int end = unit == '[' ? markerEnd(place, all) : place;
      if (end < 0) {
        break;
      }
      if (end > place) {
        addMarker(place, end);
        place = end;
        continue;
      }
      if (Character.isWhitespace(unit)) {
        addSpace(unit);
      } else {
        addUnit(unit);
      }
      place++;
    }
    raw.delete(0, place);
    if (all) {
      settle(true, "");
    }
    return text.substring(from);
  }

  /** Whether it is known by now if the output declines. */
  private boolean begins(boolean all) {
    if (phrase == null) {
      return true;
    }
    Matcher lead = BEFORE_PHRASE.matcher(raw);
    int start = lead.lookingAt() ? lead.end() : 0;
    int there = Math.min(phrase.length(), raw.length() - start);
    boolean alike =
        raw.substring(start, start + there).equalsIgnoreCase(phrase.substring(0, there));
    int end = start + phrase.length();
    if (alike && !all && raw.length() <= end) {
      return false;
    }
    begun = true;
    declined =
        alike
            && there == phrase.length()
            && (raw.length() == end || !Character.isLetterOrDigit(raw.codePointAt(end)));
    return true;
  }

  /**
   * The end of the marker at a place: the place itself if there is none, -1 if it may become one.
   */
  private int markerEnd(int place, boolean all) {
    Matcher marker = MARKER.matcher(raw).region(place, raw.length());
    if (marker.lookingAt()) {
      return marker.end();
    }
    boolean mayCome = !all && MARKER_BEGUN.matcher(raw).region(place, raw.length()).matches();
    return mayCome ? -1 : place;
  }

  private void addMarker(int start, int end) {
    if (!open.isEmpty() && after.contains("\n")) {
      String gap = after;
      settle(false, "");
      before = gap;
    }
    after = "";
    DIGITS
        .matcher(raw)
        .region(start, end)
        .results()
        .forEach(number -> open.add(Integer.valueOf(number.group())));
  }

  private void addSpace(char unit) {
    if (open.isEmpty()) {
      before += unit;
    } else {
      after += unit;
    }
  }

  private void addUnit(char unit) {
    if (open.isEmpty()) {
      text.append(text.isEmpty() ? "" : before);
    } else if (!after.contains("\n") && atLineStart()) {
      text.append(text.isEmpty() ? "" : before);
      settle(true, "");
    } else {
      boolean joins =
          after.isEmpty() && (Character.isLetterOrDigit(unit) || Character.isSurrogate(unit));
      settle(false, joins ? before : after);
    }
    before = "";
    text.append(unit);
  }

  private boolean atLineStart() {
    return text.isEmpty() || before.contains("\n");
  }

  /** Gives the open markers their place, at the end of the text, and what follows them. */
  private void settle(boolean leads, String space) {
    for (int number : open) {
      markers.add(new Marker(number, text.length(), leads));
    }
    open.clear();
    text.append(text.isEmpty() ? "" : space);
    before = "";
    after = "";
  }
}
