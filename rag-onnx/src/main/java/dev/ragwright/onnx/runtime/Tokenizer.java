package dev.ragwright.onnx.runtime;

import static dev.ragwright.onnx.runtime.NativeTokenizer.LIBRARY;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.document.TokenSpans;
import dev.ragwright.lifecycle.Lifecycle;
import dev.ragwright.onnx.ModelFolder;
import dev.ragwright.onnx.ModelLoadException;
import dev.ragwright.onnx.files.FolderFiles;
import dev.ragwright.onnx.files.JsonTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A model's own tokenizer, out of its {@code tokenizer.json}. Nothing is ever truncated or padded,
 * whatever that file says: who has a limit cuts, and counts what it cuts.
 *
 * <p>A text is only text: {@code [SEP]} or {@code <|im_end|>} in it is cut up like any other word
 * and never becomes the special token of that name, but where {@linkplain MarkedText markup} does.
 * (U+FFFF, which is no character, and halves of surrogate pairs are read as U+FFFD.)
 *
 * <p>Safe to share. Owns native memory: close it when done; that waits for running calls and
 * refuses later ones.
 */
public final class Tokenizer implements TokenCounter, AutoCloseable {
  private static final int LONG = 100_000; // units, which take about a tenth of a second

  private final String name;
  private final String sha256;
  private final TokenizerSettings.Applied applied;
  private final SpecialNames special;
  private final TokenizerSettings settings;
  private final NativeTokenizer tokenizer;
  private final int before;
  private final int after;
  private final Lifecycle lifecycle;

  private Tokenizer(
      String name, TokenizerJson json, TokenizerSettings settings, NativeTokenizer tokenizer) {
    this.name = name;
    this.settings = settings;
    this.sha256 = json.sha256();
    this.applied = json.applied();
    this.special = new SpecialNames(json.special());
    this.tokenizer = tokenizer;
    this.lifecycle = new Lifecycle("the model " + name);
    // What surrounds a text is the same for every text, and an empty one does not show which side
    // a special token is on.
    long[] mask = tokenizer.encode("a", true, LIBRARY::getSpecialTokenMask);
    int leading = 0;
    while (leading < mask.length && mask[leading] == 1) {
      leading++;
    }
    int trailing = 0;
    while (trailing < mask.length - leading && mask[mask.length - 1 - trailing] == 1) {
      trailing++;
    }
    this.before = leading;
    this.after = trailing;
  }

  /**
   * Loads the tokenizer of a model: {@code tokenizer.json}, with what {@code tokenizer_config.json}
   * and {@code sentence_bert_config.json} change of it in Python.
   *
   * @throws ModelLoadException if {@code tokenizer.json} is missing or damaged, or lacks a token
   *     that the settings add
   */
  public static Tokenizer load(ModelFolder folder) {
    return load(folder, null);
  }

  /** {@link #load(ModelFolder)}, with what the cache keeps of an earlier start. */
  static Tokenizer load(ModelFolder folder, @Nullable StartCache cache) {
    String file = FolderFiles.TOKENIZER;
    String expected = "the JSON of a Hugging Face tokenizer";
    try {
      TokenizerSettings settings = TokenizerSettings.of(folder);
      TokenizerJson json = TokenizerJson.guarded(folder, settings, cache);
      NativeTokenizer tokenizer = new NativeTokenizer(json.json(), cache);
      try {
        return new Tokenizer(folder.name(), json, settings, tokenizer);
      } catch (RuntimeException e) {
        tokenizer.close();
        throw e;
      }
    } catch (JsonTree.Damaged e) {
      throw folder.files().damaged(file, String.valueOf(e.getMessage()), expected, e);
    } catch (IOException e) {
      throw folder.files().unreadable(file, e);
    } catch (ModelLoadException e) {
      throw e;
    } catch (RuntimeException e) { // all that the native side throws
      throw folder.files().damaged(file, String.valueOf(e.getMessage()), expected, e);
    }
  }

  /**
   * Returns the tokens of a text, however many, between the special tokens that the model wants.
   *
   * @throws IllegalStateException if the tokenizer is closed
   */
  public Tokens encode(String text) {
    return encode("", text);
  }

  /**
   * Returns the tokens of a text as it is, without special tokens around it: only those are there
   * that its markup spells. Else parts are no borders: the end of one and the beginning of the next
   * may be one token, as if the whole had been written by one hand.
   *
   * @throws IllegalStateException if the tokenizer is closed
   */
  public Tokens encode(MarkedText text) {
    StringBuilder marked = new StringBuilder();
    for (MarkedText.Part part : text.parts()) {
      String plain = plain(part.text());
      if (part.markup()) {
        mark(plain, marked);
      } else {
        marked.append(plain);
      }
    }
    return encoded(marked.toString(), false, encoding -> tokens(encoding, 0, 0));
  }

  /**
   * Returns the tokens of two texts as a model that compares them reads them. The first is {@link
   * Tokens}' text, so that a window cuts that one alone; the second, with the special tokens around
   * it, is part of what stands behind every window.
   *
   * @throws IllegalStateException if the tokenizer is closed
   */
  public Tokens encodePair(String first, String second) {
    return encoded(first, second, encoding -> around(0, encoding));
  }

  /**
   * Pairs of one first text with many second ones: the first is tokenized here, and not again.
   *
   * @throws IllegalStateException if the tokenizer is closed
   */
  public PairEncoder pairsWith(String first) {
    return new PairEncoder(this, first, encodePairBehind(first, "a"), showsSecond());
  }

  /** As {@link #encodePair}, with the second as {@link Tokens}' text. */
  Tokens encodePairBehind(String first, String second) {
    return encoded(first, second, encoding -> around(1, encoding));
  }

  /** The tokens of a text alone, without special ones. */
  long[] textIds(String text) {
    return encoded(plain(text), false, LIBRARY::getTokenIds);
  }

  @SuppressWarnings("try") // the lease only has to be closed
  private <T> T encoded(String text, boolean special, LongFunction<T> reading) {
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      return tokenizer.encode(text, special, reading);
    }
  }

  @SuppressWarnings("try") // the lease only has to be closed
  private <T> T encoded(String first, String second, LongFunction<T> reading) {
    try (Lifecycle.Lease lease = lifecycle.acquire()) {
      return tokenizer.encodePair(plain(first), plain(second), reading);
    }
  }

  /** Whether a pair shows where its second text stands, and has it in no other place. */
  private boolean showsSecond() {
    Tokens shown = encodePairBehind("a", "a");
    return shown.textSize() > 0
        && shown.size() - shown.textSize() == encodePairBehind("a", "").size();
  }

  /**
   * Returns the tokens of two texts as {@link #encodePair} does, but with the second as {@link
   * Tokens}' text, so that a window cuts that one alone and keeps the first whole; and the places
   * of its tokens in it.
   *
   * @throws IllegalStateException if the tokenizer is closed
   */
  public TokensWithSpans encodeBehind(String first, String second) {
    return encoded(
        first,
        second,
        encoding -> {
          Tokens tokens = around(1, encoding);
          return new TokensWithSpans(tokens, spans(second, encoding, tokens));
        });
  }

  /** The tokens of a pair as what surrounds one of its texts. */
  private Tokens around(int text, long encoding) {
    long[] texts = LIBRARY.getSequenceIds(encoding); // 0 and 1, or -1 for a special token
    int start = 0;
    while (start < texts.length && texts[start] != text) {
      start++;
    }
    if (start == texts.length) { // an empty text shows no place
      start = text == 0 ? before : texts.length - after;
    }
    int end = start;
    while (end < texts.length && texts[end] == text) {
      end++;
    }
    return tokens(encoding, start, texts.length - end);
  }

  private Tokens tokens(long encoding, int before, int after) {
    long[] ids = LIBRARY.getTokenIds(encoding);
    long[] types = settings.hasTypes() ? LIBRARY.getTypeIds(encoding) : new long[ids.length];
    return new Tokens(ids, types, before, after);
  }

  /**
   * The first tokens of a text that is longer than a model reads, or the last where {@code
   * truncation_side} says so; all of it where it is not.
   *
   * @param most how many tokens of text to keep
   */
  public Tokens cut(Tokens tokens, int most) {
    int size = tokens.textSize();
    if (size <= most) {
      return tokens;
    }
    return applied.cutsFront() ? tokens.window(size - most, size) : tokens.window(0, most);
  }

  /**
   * Returns the tokens of a text behind a prompt, as {@link #encode(String)} does of both in one;
   * but in the prompt, which is the model's maker's, names of special tokens stand for these.
   *
   * @throws IllegalStateException if the tokenizer is closed
   */
  public Tokens encode(String prompt, String text) {
    StringBuilder marked = new StringBuilder();
    mark(plain(prompt), marked);
    marked.append(plain(text));
    return encoded(marked.toString(), true, encoding -> tokens(encoding, before, after));
  }

  /** {@link #encode(String, String)}, {@link #within} a call. */
  public Tokens encode(String prompt, String text, CallContext context) {
    return within(text.length(), context, () -> encode(prompt, text));
  }

  /**
   * Does some work of a tokenizer's. Of texts so long that it takes a while it is waited for no
   * longer than the call may take, though the tokenizer is in use until it has ended.
   *
   * @param units how long the texts are together
   * @throws dev.ragwright.call.CancelledException if the context was cancelled meanwhile
   * @throws dev.ragwright.call.DeadlineExceededException if its deadline passed meanwhile
   */
  public static <T> T within(int units, CallContext context, Supplier<T> work) {
    return units < LONG ? work.get() : context.abandoning(work);
  }

  /**
   * Whether {@code padding_side} says that padding stands in front. Nothing is padded here, but
   * Python's question answering takes it as a sign that the text is read before the question.
   */
  public boolean padsFront() {
    return settings.padsFront();
  }

  /** How many special tokens {@link #encode} puts around a text. */
  public int specialTokens() {
    return before + after;
  }

  /**
   * Returns the place of every token of the text, without special tokens. Of several tokens that
   * share a character, each has the place of all of it.
   *
   * @throws IllegalStateException if the tokenizer is closed
   */
  @Override
  public TokenSpans spans(String text) {
    return encoded(
        plain(text), true, encoding -> spans(text, encoding, tokens(encoding, before, after)));
  }

  /** The places of the tokens of which {@code tokens} says that they are the text's. */
  private static TokenSpans spans(String text, long encoding, Tokens tokens) {
    CharSpan[] spans = LIBRARY.getTokenCharSpans(encoding); // in code points
    int[] places = places(text);
    int[] starts = new int[tokens.textSize()];
    int[] ends = new int[tokens.textSize()];
    int start = 0;
    int end = 0;
    for (int i = 0; i < starts.length; i++) {
      CharSpan span = spans[tokens.before() + i];
      // Normalization may move a mark before the letter it follows; places only ascend here.
      start = Math.max(start, places[span.getStart()]);
      end = Math.max(end, Math.max(start, places[span.getEnd()]));
      starts[i] = start;
      ends[i] = end;
    }
    return TokenSpans.of(starts, ends);
  }

  @Override
  public int count(String text) {
    return encoded(plain(text), true, LIBRARY::getTokenIds).length - before - after;
  }

  /** The model's name, the digest of the file, and what settings beside it changed. */
  @Override
  public StageDescription description() {
    StageDescription described =
        StageDescription.of("tokens", name).with("tokenizerSha256", sha256);
    List<String> changes = new ArrayList<>(applied.changes());
    if (applied.cutsFront()) {
      changes.add("truncation_side=left");
    }
    return changes.isEmpty()
        ? described
        : described.with("tokenizerSettings", String.join(", ", changes));
  }

  /** Waits for running calls, refuses later ones, and frees the native memory. Idempotent. */
  @Override
  public void close() {
    lifecycle.close(tokenizer::close);
  }

  private void mark(String markup, StringBuilder marked) {
    int place = 0;
    while (place < markup.length()) {
      int name = special.at(markup, place);
      if (name > 0) {
        marked.append(TokenizerJson.MARK);
      }
      marked.append(markup, place, place + Math.max(1, name));
      place += Math.max(1, name);
    }
  }

  /** The text, of the same length, without what native code reads otherwise than Java does. */
  private static String plain(String text) {
    StringBuilder changed = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c) || c == TokenizerJson.MARK) {
        changed = changed == null ? new StringBuilder(text) : changed;
        changed.setCharAt(i, '\uFFFD');
      }
    }
    return changed == null ? text : changed.toString();
  }

  /** Where each code point begins, and the text's end. */
  private static int[] places(String text) {
    int[] places = new int[text.codePointCount(0, text.length()) + 1];
    int place = 0;
    for (int i = 0; i < places.length; i++) {
      places[i] = place;
      place += place < text.length() ? Character.charCount(text.codePointAt(place)) : 0;
    }
    return places;
  }
}
