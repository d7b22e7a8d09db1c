package dev.ragwright.documents.options;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jsoup.select.QueryParser;
import org.jspecify.annotations.Nullable;

/** What a caller may choose about reading documents. Immutable, and safe to share. */
public final class ReadOptions {
  private static final ReadOptions DEFAULTS = builder().build();

  private final List<String> passwords;
  private final Unseen hidden;
  private final Unseen comments;
  private final long maxBytes;
  private final int maxParts;
  private final int maxDepth;
  private final int maxCharacters;
  private final double maxProblemShare;
  private final @Nullable Ocr ocr;
  private final Consumer<ReadProgress> progress;
  private final List<String> leftOut;
  private final boolean boilerplate;

  private ReadOptions(Builder from) {
    passwords = from.passwords;
    hidden = from.hidden;
    comments = from.comments;
    maxBytes = from.maxBytes;
    maxParts = from.maxParts;
    maxDepth = from.maxDepth;
    maxCharacters = from.maxCharacters;
    maxProblemShare = from.maxProblemShare;
    ocr = from.ocr;
    progress = from.progress;
    leftOut = from.leftOut;
    boilerplate = from.boilerplate;
  }

  /** The defaults, which each method of the builder names. */
  public static ReadOptions defaults() {
    return DEFAULTS;
  }

  /** A builder that has the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** The passwords that are tried on encrypted files, in their order. */
  public List<String> passwords() {
    return passwords;
  }

  /** What becomes of hidden text, sheets, rows and slides. */
  public Unseen hidden() {
    return hidden;
  }

  /** What becomes of reviewers' comments. */
  public Unseen comments() {
    return comments;
  }

  /** The most bytes that a file may be unpacked to. */
  public long maxBytes() {
    return maxBytes;
  }

  /** The most parts that a file may have: pages, slides, sheets, or files in an archive. */
  public int maxParts() {
    return maxParts;
  }

  /** The deepest that elements may be in each other. */
  public int maxDepth() {
    return maxDepth;
  }

  /** The longest text, in UTF-16 units. */
  public int maxCharacters() {
    return maxCharacters;
  }

  /** The share of a document's parts that may have problems; a document above it is left out. */
  public double maxProblemShare() {
    return maxProblemShare;
  }

  /** What reads pages that are pictures. */
  public Optional<Ocr> ocr() {
    return Optional.ofNullable(ocr);
  }

  /** What is told how far a file is read. */
  public Consumer<ReadProgress> progress() {
    return progress;
  }

  /** CSS selectors of elements of HTML pages that are left out. */
  public List<String> leftOut() {
    return leftOut;
  }

  /** Whether navigation, headers and footers of HTML pages are read too. */
  public boolean boilerplate() {
    return boilerplate;
  }

  /** Collects options. Not safe to share. */
  public static final class Builder {
    private List<String> passwords = List.of();
    private Unseen hidden = Unseen.LEAVE_OUT;
    private Unseen comments = Unseen.LEAVE_OUT;
    private long maxBytes = 1L << 30;
    private int maxParts = 100_000;
    private int maxDepth = 500;
    private int maxCharacters = 200_000_000;
    private double maxProblemShare = 1;
    private @Nullable Ocr ocr;
    private Consumer<ReadProgress> progress = read -> {};
    private List<String> leftOut = List.of();
    private boolean boilerplate;

    private Builder() {}

    /** Tries these passwords on encrypted files, besides the empty one; none by default. */
    public Builder passwords(String... passwords) {
      this.passwords = List.of(passwords);
      return this;
    }

    /** Says what becomes of hidden text, sheets, rows and slides: left out by default. */
    public Builder hidden(Unseen hidden) {
      this.hidden = hidden;
      return this;
    }

    /** Says what becomes of reviewers' comments: left out by default. */
    public Builder comments(Unseen comments) {
      this.comments = comments;
      return this;
    }

    /**
     * Refuses files that unpack to more bytes: 1 GiB by default.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxBytes(long maxBytes) {
      this.maxBytes = atLeastOne("maxBytes", maxBytes);
      return this;
    }

    /**
     * Refuses files of more parts, which are pages, slides, sheets, and files in an archive:
     * 100,000 by default.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxParts(int maxParts) {
      this.maxParts = (int) atLeastOne("maxParts", maxParts);
      return this;
    }

    /**
     * Refuses files whose elements are deeper in each other: 500 by default.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxDepth(int maxDepth) {
      this.maxDepth = (int) atLeastOne("maxDepth", maxDepth);
      return this;
    }

    /**
     * Refuses files whose text is longer, in UTF-16 units: 200 million by default.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxCharacters(int maxCharacters) {
      this.maxCharacters = (int) atLeastOne("maxCharacters", maxCharacters);
      return this;
    }

    /**
     * Leaves out a document when a larger share of its pages, slides or sheets has problems: 1 by
     * default, which leaves out none that has any text.
     *
     * @throws IllegalArgumentException if it is not in [0, 1]
     */
    public Builder maxProblemShare(double maxProblemShare) {
      if (!(maxProblemShare >= 0 && maxProblemShare <= 1)) {
        throw new IllegalArgumentException(
            "maxProblemShare must be in [0, 1], was " + maxProblemShare);
      }
      this.maxProblemShare = maxProblemShare;
      return this;
    }

    /** Reads pages without text by this engine; without one, such a page is a problem. */
    public Builder ocr(Ocr ocr) {
      this.ocr = ocr;
      return this;
    }

    /**
     * Tells how far a file is read, behind each page of PDF and each 100,000 characters of text of
     * others, on the thread that reads; nobody by default. A call ends within a file if this calls
     * {@link dev.ragwright.call.CallContext#throwIfStopped}.
     */
    public Builder progress(Consumer<ReadProgress> progress) {
      this.progress = progress;
      return this;
    }

    /**
     * Leaves out the elements of HTML pages that these CSS selectors find; none by default.
     *
     * @throws IllegalArgumentException if one is no selector
     */
    public Builder leaveOut(String... selectors) {
      for (String selector : selectors) {
        try {
          QueryParser.parse(selector);
        } catch (IllegalStateException | IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "leaveOut: '" + selector + "' is no CSS selector: " + e.getMessage(), e);
        }
      }
      this.leftOut = List.of(selectors);
      return this;
    }

    /** Reads navigation, headers and footers of HTML pages too; by default they are left out. */
    public Builder keepBoilerplate() {
      this.boilerplate = true;
      return this;
    }

    private static long atLeastOne(String name, long value) {
      if (value < 1) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "%s must be >= 1, was %d", name, value));
      }
      return value;
    }

    /** The options. */
    public ReadOptions build() {
      return new ReadOptions(this);
    }
  }
}
