package dev.ragwright.retrievers.lucene;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import opennlp.tools.langdetect.Language;
import opennlp.tools.langdetect.LanguageDetector;
import opennlp.tools.langdetect.LanguageDetectorModel;
import opennlp.tools.langdetect.ThreadSafeLanguageDetectorME;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.AnalyzerWrapper;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.jspecify.annotations.Nullable;

/**
 * Analyses each document in the language that it is written in, as Apache OpenNLP detects it, and a
 * question in its own, or where it is too short for that in those of all documents.
 */
final class DetectedLanguages extends AnalyzerWrapper {
  /** Behind the beginning of a text more of it decides nothing, and takes long. */
  static final int MOST_READ = 600;

  /**
   * A question of fewer characters is not detected: of three words every fourth was taken for
   * another language, of eight one in thirty (XQuAD, six languages that share an alphabet).
   */
  private static final int LONG_ENOUGH = 30;

  private static final String ANY = "und";
  private static final String MODEL = "langdetect-183.bin";

  /** Where the detector has another code than the JDK, or tells apart what has one analyzer. */
  private static final Map<String, String> CODES =
      Map.of(
          "cmn", "zho", "nan", "zho", "pes", "fas", "ekk", "est", "lvs", "lav", "nno", "nob", "pnb",
          "pan");

  private final SequencedMap<String, Supplier<Analyzer>> languages;
  private final Map<String, Analyzer> analyzers = new ConcurrentHashMap<>();
  private final Map<String, String> tags = new HashMap<>(); // by ISO 639-3
  private final LanguageDetector detector;

  /**
   * Loads the detector's model.
   *
   * @param languages tags, with what makes their analyzers; the first is that of a text without a
   *     letter; where {@code und} is among them, that of a text in none of the others
   * @throws NoClassDefFoundError if OpenNLP or its model is not there
   */
  DetectedLanguages(SequencedMap<String, Supplier<Analyzer>> languages) {
    super(PER_FIELD_REUSE_STRATEGY);
    this.languages = languages;
    languages.sequencedKeySet().reversed().forEach(tag -> tags.put(code(tag), tag));
    this.detector = new ThreadSafeLanguageDetectorME(model());
  }

  private static String code(String tag) {
    return Locale.forLanguageTag(tag).getISO3Language();
  }

  /** Those of some tags whose language it cannot tell. */
  static Set<String> unknown(Collection<String> tags) {
    Set<String> known = new HashSet<>();
    for (String code : new ThreadSafeLanguageDetectorME(model()).getSupportedLanguages()) {
      known.add(CODES.getOrDefault(code, code));
    }
    Set<String> unknown = new TreeSet<>(tags);
    unknown.removeIf(tag -> tag.equals(ANY) || known.contains(code(tag)));
    return unknown;
  }

  /** The tag of the language that a document is most likely in. */
  String detect(String text) {
    return detect(text, languages.keySet(), languages.containsKey(ANY));
  }

  /**
   * The tags of the languages that a question may be in, among those of documents: one, or all
   * where it is too short to tell.
   */
  Set<String> asked(String question, Set<String> documents) {
    boolean told = question.length() >= LONG_ENOUGH && documents.size() > 1;
    return told ? Set.of(detect(question, documents, documents.contains(ANY))) : documents;
  }

  private String detect(String text, Set<String> among, boolean orAny) {
    String first = languages.firstEntry().getKey();
    if (text.codePoints().noneMatch(Character::isLetter)) {
      return first;
    }
    String read = text.substring(0, Math.min(text.length(), MOST_READ));
    for (Language language : detector.predictLanguages(read)) {
      String code = language.getLang();
      String tag = tags.get(CODES.getOrDefault(code, code));
      if (tag != null && among.contains(tag)) {
        return tag;
      }
      if (orAny) {
        return ANY;
      }
    }
    return first;
  }

  /**
   * The analyzer of a language.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  Analyzer of(String tag) {
    return analyzers.computeIfAbsent(
        tag, key -> new LanguageAnalyzer(Objects.requireNonNull(languages.get(key), key)));
  }

  /** A text of a document, whose language is known. */
  static Field field(String name, String text, String tag) {
    return new Field(name, text, TextField.TYPE_NOT_STORED) {
      @Override
      public TokenStream tokenStream(Analyzer analyzer, TokenStream reused) {
        return ((DetectedLanguages) analyzer).of(tag).tokenStream(name, text);
      }
    };
  }

  /** Of a text whose language nobody said. */
  @Override
  protected Analyzer getWrappedAnalyzer(String field) {
    return of(languages.firstEntry().getKey());
  }

  @Override
  public void close() {
    new ArrayList<>(analyzers.values()).forEach(Analyzer::close);
    super.close();
  }

  /** Read once for all; it holds some 40 MB. */
  private static @Nullable LanguageDetectorModel model;

  private static synchronized LanguageDetectorModel model() {
    LanguageDetectorModel loaded = model;
    if (loaded == null) {
      try (InputStream in =
          LanguageDetectorModel.class.getClassLoader().getResourceAsStream(MODEL)) {
        if (in == null) {
          throw new NoClassDefFoundError(MODEL);
        }
        loaded = new LanguageDetectorModel(in);
        model = loaded;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return loaded;
  }
}
