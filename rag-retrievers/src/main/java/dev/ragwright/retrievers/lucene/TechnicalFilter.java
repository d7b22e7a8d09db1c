package dev.ragwright.retrievers.lucene;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.jspecify.annotations.Nullable;

/**
 * Adds to an analyzer's terms what it lacks of each {@link TechnicalWord}: the exact forms and the
 * parts, at the place of the word's last term. So they do not make the text longer for BM25, which
 * counts places, and a text without such words has the terms that it had.
 *
 * <p>A form becomes a term as a text of its own does, stemmed and in the analyzer's lower case. An
 * exact form that the analyzer does not take as one whole (it drops {@code IT} and cuts the sign
 * off {@code C#}) is a term as it stands, in lower case.
 */
final class TechnicalFilter extends TokenFilter {
  /** Few words make up most of a text. */
  private static final int MOST_KNOWN = 4_096;

  private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
  private final OffsetAttribute offset = addAttribute(OffsetAttribute.class);
  private final PositionIncrementAttribute place = addAttribute(PositionIncrementAttribute.class);
  private final Analyzer forms;

  private final Map<String, Set<String>> known = new HashMap<>(); // terms of words that were met

  private String text = "";
  private List<TechnicalWord> words = List.of();
  private int next; // the first word that does not lie behind
  private final Set<String> present = new HashSet<>(); // terms of that word
  private final Deque<String> added = new ArrayDeque<>();
  private int addedStart;
  private int addedEnd;
  private boolean ended;
  private boolean first;
  private @Nullable State held; // the term behind those that are added

  /**
   * @param forms makes terms of forms: like the analyzer of the input, but another one
   */
  TechnicalFilter(TokenStream input, Analyzer forms) {
    super(input);
    this.forms = forms;
  }

  /** The text that the next reading is of. */
  void text(String text) {
    this.text = text;
  }

  @Override
  public void reset() throws IOException {
    super.reset();
    words = TechnicalWord.in(text);
    next = 0;
    present.clear();
    added.clear();
    addedStart = 0;
    ended = false;
    first = true;
    held = null;
  }

  @Override
  public boolean incrementToken() throws IOException {
    while (true) {
      if (!added.isEmpty()) {
        add(added.removeFirst());
        return true;
      }
      if (held != null) {
        restoreState(held);
        held = null;
      } else if (!ended) {
        ended = !input.incrementToken();
      }
      if (ended) {
        if (next == words.size()) {
          return false;
        }
        leaveWord();
      } else if (isBehindWord()) {
        held = captureState();
        leaveWord();
      } else {
        if (next < words.size() && offset.endOffset() > words.get(next).start()) {
          present.add(term.toString());
        }
        addedStart = offset.startOffset();
        first = false;
        return true;
      }
    }
  }

  private boolean isBehindWord() {
    return next < words.size() && offset.startOffset() >= words.get(next).end();
  }

  private void leaveWord() throws IOException {
    TechnicalWord word = words.get(next++);
    String written = text.substring(word.start(), word.end());
    Set<String> all = known.get(written);
    if (all == null) {
      all = termsOf(TechnicalWord.Forms.of(written));
      if (known.size() == MOST_KNOWN) {
        known.clear();
      }
      known.put(written, all);
    }
    for (String one : all) {
      if (!present.contains(one)) {
        added.add(one);
      }
    }
    addedStart = Math.max(addedStart, word.start());
    addedEnd = word.end();
    present.clear();
  }

  private Set<String> termsOf(TechnicalWord.Forms made) throws IOException {
    Set<String> all = new LinkedHashSet<>();
    for (String form : made.exact()) {
      all.add(exact(form));
    }
    for (String part : made.parts()) {
      all.addAll(terms(part));
    }
    return all;
  }

  private void add(String extra) {
    clearAttributes();
    term.append(extra);
    offset.setOffset(addedStart, addedEnd);
    place.setPositionIncrement(first ? 1 : 0);
    first = false;
  }

  private String exact(String form) throws IOException {
    try (TokenStream tokens = forms.tokenStream("", form)) {
      CharTermAttribute found = tokens.getAttribute(CharTermAttribute.class);
      OffsetAttribute where = tokens.getAttribute(OffsetAttribute.class);
      tokens.reset();
      String one = null;
      if (tokens.incrementToken()
          && where.startOffset() == 0
          && where.endOffset() == form.length()) {
        one = found.toString();
      }
      boolean more = tokens.incrementToken();
      while (more && tokens.incrementToken()) {
        // a stream is read to its end
      }
      tokens.end();
      return one == null || more ? form.toLowerCase(Locale.ROOT) : one;
    }
  }

  private List<String> terms(String part) throws IOException {
    List<String> terms = new ArrayList<>();
    try (TokenStream tokens = forms.tokenStream("", part)) {
      CharTermAttribute found = tokens.getAttribute(CharTermAttribute.class);
      tokens.reset();
      while (tokens.incrementToken()) {
        terms.add(found.toString());
      }
      tokens.end();
    }
    return terms;
  }
}
