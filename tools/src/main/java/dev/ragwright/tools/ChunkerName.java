package dev.ragwright.tools;

import dev.ragwright.document.Chunker;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.retrieve.Embedder;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.retrieve.Retrievers;
import dev.ragwright.retrieve.SemanticChunker;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A chunker as command lines name it, with what is to be returned of it: {@code recursive:200/20},
 * {@code recursive:100@recursive:400}.
 *
 * @param name what was given
 * @param kind which chunker
 * @param size tokens or sentences of a passage, or neighbours on each side; 0 for a whole document
 * @param overlap tokens or sentences that the next passage repeats; of markdown, the most tokens of
 *     a block that stays whole, or 0
 * @param parent what its passages are cut from, and what is returned instead; null for itself
 * @param front what is done beyond cutting
 */
record ChunkerName(
    String name, Kind kind, int size, int overlap, @Nullable ChunkerName parent, Set<Front> front) {
  private static final Pattern FORM = Pattern.compile("([a-z]+)(?::(\\d{1,9})(?:/(\\d{1,9}))?)?");

  static final String ALLOWED =
      "markdown:TOKENS[/TOKENS of code and tables kept whole], recursive:TOKENS[/OVERLAP], sentences:COUNT[/OVERLAP], fixed:TOKENS[/OVERLAP],"
          + " semantic:TOKENS, whole, window:N (searches sentences, returns N more on each side),"
          + " SMALL@LARGE (searches the first's passages, returns the second's), and any of them"
          + " behind titled: (searches the document's title with each passage) or, in"
          + " ChunkingReport, noted: (searches a generator's note with each passage) or late: (late"
          + " chunking: a passage's vector is read within its document)";

  /** What may stand in front, with a colon. */
  enum Front {
    /** Passages have their document's title as a heading. */
    titled,
    /** Passages have a generator's note. */
    noted,
    /** Passages are embedded as they are read within their document. */
    late
  }

  /** What there is. */
  enum Kind {
    markdown(true, true),
    recursive(true, true),
    sentences(true, true),
    fixed(true, true),
    semantic(true, false),
    window(true, false),
    whole(false, false);

    private final boolean sized;
    private final boolean overlapping;

    Kind(boolean sized, boolean overlapping) {
      this.sized = sized;
      this.overlapping = overlapping;
    }
  }

  /**
   * Reads a name.
   *
   * @throws IllegalArgumentException if it is none
   */
  static ChunkerName of(String name) {
    for (Front each : Front.values()) {
      if (name.toLowerCase(Locale.ROOT).startsWith(each + ":")) {
        ChunkerName inner = of(name.substring(each.toString().length() + 1));
        Set<Front> front = EnumSet.of(each);
        front.addAll(inner.front);
        return new ChunkerName(name, inner.kind, inner.size, inner.overlap, inner.parent, front);
      }
    }
    int at = name.indexOf('@');
    ChunkerName parent = at < 0 ? null : of(name.substring(at + 1));
    Matcher form = FORM.matcher((at < 0 ? name : name.substring(0, at)).toLowerCase(Locale.ROOT));
    for (Kind kind : Kind.values()) {
      if (form.matches() && form.group(1).equals(kind.name())) {
        boolean sized = form.group(2) != null;
        boolean overlapping = form.group(3) != null;
        boolean nested = parent != null && (kind == Kind.window || parent.kind == Kind.window);
        int size = sized ? Integer.parseInt(form.group(2)) : 0;
        int overlap = overlapping ? Integer.parseInt(form.group(3)) : 0;
        boolean small = kind == Kind.markdown && overlapping && overlap < size;
        if (sized == kind.sized && (kind.overlapping || !overlapping) && !nested && !small) {
          return new ChunkerName(name, kind, size, overlap, parent, Set.of());
        }
      }
    }
    throw new IllegalArgumentException(
        "--chunker \"%s\" is no chunker; allowed are %s".formatted(name, ALLOWED));
  }

  /** Those that {@code --chunker all} stands for; the first is what others are compared with. */
  static List<ChunkerName> all() {
    return Stream.of(
            "markdown:300",
            "markdown:300/600",
            "recursive:50",
            "recursive:100",
            "late:recursive:100",
            "recursive:200",
            "recursive:400",
            "recursive:200/50",
            "fixed:200",
            "fixed:200/50",
            "sentences:5",
            "sentences:5/1",
            "semantic:200",
            "window:2",
            "recursive:50@recursive:200",
            "recursive:100@recursive:400")
        .map(ChunkerName::of)
        .toList();
  }

  /**
   * What cuts the passages to search for, where there is no generator to note them.
   *
   * @throws IllegalArgumentException if it is for ChunkingReport alone, or needs an embedder and
   *     there is none
   */
  Chunker chunker(TokenCounter counter, @Nullable Embedder embedder) {
    if (front.contains(Front.noted) || front.contains(Front.late)) {
      throw new IllegalArgumentException(
          "--chunker %s: noted: and late: are for ChunkingReport".formatted(name));
    }
    return chunker(counter, embedder, chunker -> chunker);
  }

  /**
   * What cuts the passages to search for, with budgets in the counter's tokens.
   *
   * @param noting gives the passages of a chunker their notes
   * @throws IllegalArgumentException if it needs an embedder and there is none
   */
  Chunker chunker(
      TokenCounter counter, @Nullable Embedder embedder, UnaryOperator<Chunker> noting) {
    Chunker own = own(counter, embedder);
    Chunker whole =
        parent == null ? own : Chunkers.children(parent.chunker(counter, embedder, noting), own);
    Chunker titled = front.contains(Front.titled) ? Chunkers.titled(whole) : whole;
    return front.contains(Front.noted) ? noting.apply(titled) : titled;
  }

  private Chunker own(TokenCounter counter, @Nullable Embedder embedder) {
    return switch (kind) {
      case markdown ->
          overlap == 0
              ? Chunkers.markdown(size, counter)
              : Chunkers.markdown(size, overlap, counter);
      case recursive -> Chunkers.recursive(size, overlap, counter);
      case sentences -> Chunkers.sentences(size, overlap);
      case fixed -> Chunkers.fixedWindow(size, overlap, counter);
      case semantic -> {
        if (embedder == null) {
          throw new IllegalArgumentException(
              "--chunker %s embeds sentences, and --retriever bm25 has no embedding model; use dense or hybrid"
                  .formatted(name));
        }
        yield SemanticChunker.of(embedder, size, counter);
      }
      case window -> Chunkers.sentences(1, 0);
      case whole -> Chunkers.whole();
    };
  }

  /** The retriever with what is to be returned in place of what it finds. */
  Retriever returning(Retriever retriever, Function<String, List<Passage>> passagesOf) {
    if (parent != null) {
      return Retrievers.parents(retriever, passagesOf);
    }
    return kind == Kind.window ? Retrievers.window(retriever, size, passagesOf) : retriever;
  }

  @Override
  public String toString() {
    return name;
  }
}
