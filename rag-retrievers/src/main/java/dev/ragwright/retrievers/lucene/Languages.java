package dev.ragwright.retrievers.lucene;

import java.util.HashMap;
import java.util.IllformedLocaleException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.ar.ArabicAnalyzer;
import org.apache.lucene.analysis.bg.BulgarianAnalyzer;
import org.apache.lucene.analysis.bn.BengaliAnalyzer;
import org.apache.lucene.analysis.br.BrazilianAnalyzer;
import org.apache.lucene.analysis.ca.CatalanAnalyzer;
import org.apache.lucene.analysis.ckb.SoraniAnalyzer;
import org.apache.lucene.analysis.cn.smart.SmartChineseAnalyzer;
import org.apache.lucene.analysis.cz.CzechAnalyzer;
import org.apache.lucene.analysis.da.DanishAnalyzer;
import org.apache.lucene.analysis.de.GermanAnalyzer;
import org.apache.lucene.analysis.el.GreekAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.es.SpanishAnalyzer;
import org.apache.lucene.analysis.et.EstonianAnalyzer;
import org.apache.lucene.analysis.eu.BasqueAnalyzer;
import org.apache.lucene.analysis.fa.PersianAnalyzer;
import org.apache.lucene.analysis.fi.FinnishAnalyzer;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.apache.lucene.analysis.ga.IrishAnalyzer;
import org.apache.lucene.analysis.gl.GalicianAnalyzer;
import org.apache.lucene.analysis.hi.HindiAnalyzer;
import org.apache.lucene.analysis.hu.HungarianAnalyzer;
import org.apache.lucene.analysis.hy.ArmenianAnalyzer;
import org.apache.lucene.analysis.id.IndonesianAnalyzer;
import org.apache.lucene.analysis.it.ItalianAnalyzer;
import org.apache.lucene.analysis.ja.JapaneseAnalyzer;
import org.apache.lucene.analysis.ko.KoreanAnalyzer;
import org.apache.lucene.analysis.lt.LithuanianAnalyzer;
import org.apache.lucene.analysis.lv.LatvianAnalyzer;
import org.apache.lucene.analysis.ne.NepaliAnalyzer;
import org.apache.lucene.analysis.nl.DutchAnalyzer;
import org.apache.lucene.analysis.no.NorwegianAnalyzer;
import org.apache.lucene.analysis.pt.PortugueseAnalyzer;
import org.apache.lucene.analysis.ro.RomanianAnalyzer;
import org.apache.lucene.analysis.ru.RussianAnalyzer;
import org.apache.lucene.analysis.sr.SerbianAnalyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.sv.SwedishAnalyzer;
import org.apache.lucene.analysis.ta.TamilAnalyzer;
import org.apache.lucene.analysis.te.TeluguAnalyzer;
import org.apache.lucene.analysis.th.ThaiAnalyzer;
import org.apache.lucene.analysis.th.ThaiTokenizer;
import org.apache.lucene.analysis.tr.TurkishAnalyzer;

/** The analyzers by language tag, and the only place that names them. */
final class Languages {
  /** Behind the tag; the number grows when an older index has other terms than this code makes. */
  private static final String SUFFIX = "/2";

  private static final String AUTO = "auto";

  /** Bokmål, Nynorsk, and either. */
  private static final Set<String> NORWEGIAN = Set.of("nb", "nn", "no");

  /** The jar that a language needs. */
  private static final Map<String, String> JARS =
      Map.of(
          "ja",
          "kuromoji",
          "ko",
          "nori",
          "zh-x-smartcn",
          "smartcn",
          "th-x-icu",
          "icu",
          "km",
          "icu",
          "lo",
          "icu",
          "my",
          "icu",
          "und-x-icu",
          "icu");

  private static final Map<String, Supplier<Analyzer>> ANALYZERS = new TreeMap<>();

  static {
    ANALYZERS.put("ar", ArabicAnalyzer::new);
    ANALYZERS.put("bg", BulgarianAnalyzer::new);
    ANALYZERS.put("bn", BengaliAnalyzer::new);
    ANALYZERS.put("ca", CatalanAnalyzer::new);
    ANALYZERS.put("ckb", SoraniAnalyzer::new);
    ANALYZERS.put("cs", CzechAnalyzer::new);
    ANALYZERS.put("da", DanishAnalyzer::new);
    ANALYZERS.put("de", GermanAnalyzer::new);
    ANALYZERS.put("el", GreekAnalyzer::new);
    ANALYZERS.put("en", EnglishAnalyzer::new);
    ANALYZERS.put("es", SpanishAnalyzer::new);
    ANALYZERS.put("et", EstonianAnalyzer::new);
    ANALYZERS.put("eu", BasqueAnalyzer::new);
    ANALYZERS.put("fa", PersianAnalyzer::new);
    ANALYZERS.put("fi", FinnishAnalyzer::new);
    ANALYZERS.put("fr", FrenchAnalyzer::new);
    ANALYZERS.put("ga", IrishAnalyzer::new);
    ANALYZERS.put("gl", GalicianAnalyzer::new);
    ANALYZERS.put("hi", HindiAnalyzer::new);
    ANALYZERS.put("hu", HungarianAnalyzer::new);
    ANALYZERS.put("hy", ArmenianAnalyzer::new);
    ANALYZERS.put("id", IndonesianAnalyzer::new);
    ANALYZERS.put("it", ItalianAnalyzer::new);
    ANALYZERS.put("ja", () -> Kuromoji.analyzer());
    ANALYZERS.put("ja-x-bigrams", BigramAnalyzer::new);
    ANALYZERS.put("km", () -> Icu.analyzer());
    ANALYZERS.put("ko", () -> Nori.analyzer());
    ANALYZERS.put("ko-x-bigrams", BigramAnalyzer::new);
    ANALYZERS.put("lo", () -> Icu.analyzer());
    ANALYZERS.put("lt", LithuanianAnalyzer::new);
    ANALYZERS.put("lv", LatvianAnalyzer::new);
    ANALYZERS.put("my", () -> Icu.analyzer());
    ANALYZERS.put("nb", NorwegianAnalyzer::new);
    ANALYZERS.put("ne", NepaliAnalyzer::new);
    ANALYZERS.put("nl", DutchAnalyzer::new);
    ANALYZERS.put("pt", PortugueseAnalyzer::new);
    ANALYZERS.put("pt-BR", BrazilianAnalyzer::new);
    ANALYZERS.put("ro", RomanianAnalyzer::new);
    ANALYZERS.put("ru", RussianAnalyzer::new);
    ANALYZERS.put("sr", SerbianAnalyzer::new);
    ANALYZERS.put("sv", SwedishAnalyzer::new);
    ANALYZERS.put("ta", TamilAnalyzer::new);
    ANALYZERS.put("te", TeluguAnalyzer::new);
    ANALYZERS.put("th", Languages::thai);
    ANALYZERS.put("th-x-icu", () -> Icu.analyzer());
    ANALYZERS.put("tr", TurkishAnalyzer::new);
    ANALYZERS.put("und", Languages::withoutLanguage);
    ANALYZERS.put("und-x-icu", () -> Icu.analyzer());
    ANALYZERS.put("vi", Languages::withoutLanguage);
    ANALYZERS.put("zh", BigramAnalyzer::new);
    ANALYZERS.put("zh-x-smartcn", () -> Smartcn.analyzer());
  }

  private Languages() {}

  /**
   * What a tag asks for.
   *
   * @param name what an index remembers it by
   */
  record Choice(String name, Analyzer analyzer) {}

  /**
   * The analyzer for a tag: that of its language and region, or of its language alone.
   *
   * @throws IllegalArgumentException if it is no tag of BCP 47, no language with an analyzer, or
   *     one whose jar is missing
   */
  static Choice of(String tag) {
    if (tag.equals(AUTO)) {
      return detected(List.of());
    }
    String known = known(tag);
    Supplier<Analyzer> words = Objects.requireNonNull(ANALYZERS.get(known));
    try {
      return new Choice(known + SUFFIX, new LanguageAnalyzer(words));
    } catch (NoClassDefFoundError e) {
      throw new IllegalArgumentException(
          "the language '%s' needs org.apache.lucene:lucene-analysis-%s on the class path, as a module of its name on the module path; add it, or use language(\"%s\"), which needs no jar more"
              .formatted(tag, JARS.get(known), withoutJar(known)),
          e);
    }
  }

  /**
   * What is detected for each document, among the languages of several tags; of all that need no
   * jar and are not parts of others, where none is given.
   *
   * @throws IllegalArgumentException as {@link #of(String)} does, for two tags of one language, or
   *     if the detector is missing
   */
  static Choice detected(List<String> tags) {
    SequencedMap<String, Supplier<Analyzer>> languages = new LinkedHashMap<>();
    if (tags.isEmpty()) {
      languages.put("und", Languages::withoutLanguage);
      ANALYZERS.forEach(
          (tag, analyzer) -> {
            if (!JARS.containsKey(tag) && !tag.contains("-")) {
              languages.put(tag, analyzer);
            }
          });
    }
    Map<String, String> seen = new HashMap<>();
    for (String tag : tags) {
      if (tag.equals(AUTO)) {
        throw new IllegalArgumentException(
            "auto is all languages, and stands alone: language(\"auto\")");
      }
      of(tag).analyzer().close(); // its jar is there
      String known = known(tag);
      String other = seen.put(Locale.forLanguageTag(known).getLanguage(), tag);
      if (other != null) {
        throw new IllegalArgumentException(
            "'%s' and '%s' are of one language, which cannot be told apart in a text; take one of them"
                .formatted(other, tag));
      }
      languages.put(known, Objects.requireNonNull(ANALYZERS.get(known)));
    }
    try {
      Set<String> unknown = DetectedLanguages.unknown(languages.keySet());
      if (!tags.isEmpty() && !unknown.isEmpty()) {
        throw new IllegalArgumentException(
            "the detector does not know the languages %s; take them out, or give each an index of its own"
                .formatted(unknown));
      }
      languages.keySet().removeAll(unknown);
      String name =
          tags.isEmpty() ? AUTO : AUTO + " " + String.join(" ", languages.sequencedKeySet());
      return new Choice(name + SUFFIX, new DetectedLanguages(languages));
    } catch (NoClassDefFoundError e) {
      throw new IllegalArgumentException(
          "to detect languages takes org.apache.opennlp:opennlp-tools and opennlp-models-langdetect 1.3.0 on the class path; add them, or say language(\"und\"), which knows words of any language and no forms of them",
          e);
    }
  }

  private static String withoutJar(String known) {
    String language = known.split("-x-", -1)[0];
    if (!language.equals(known)) {
      return language;
    }
    return ANALYZERS.containsKey(known + "-x-bigrams") ? known + "-x-bigrams" : "und";
  }

  private static String known(String tag) {
    Locale locale;
    try {
      locale = new Locale.Builder().setLanguageTag(tag).build();
    } catch (IllformedLocaleException e) {
      throw new IllegalArgumentException(
          "'%s' is no language tag of BCP 47, such as en, pt-BR or zh: %s"
              .formatted(tag, e.getMessage()),
          e);
    }
    String language = locale.getLanguage().isEmpty() ? "und" : locale.getLanguage();
    language = NORWEGIAN.contains(language) ? "nb" : language;
    String own = locale.getExtension(Locale.PRIVATE_USE_EXTENSION);
    List<String> asked =
        own == null
            ? List.of(language + "-" + locale.getCountry(), language)
            : List.of(language + "-x-" + own);
    return asked.stream()
        .filter(ANALYZERS::containsKey)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no analyzer for the language '%s'; there are %s; und knows words of any language and no forms of them, and analyzer(name, ...) takes another"
                        .formatted(tag, String.join(", ", ANALYZERS.keySet()))));
  }

  /** How an index is opened that was made with the analyzer of such a name. */
  static String opening(String name) {
    int tag = name.length() - SUFFIX.length();
    if (name.startsWith(AUTO) && name.endsWith(SUFFIX)) {
      String tags = name.substring(AUTO.length(), tag).trim();
      return tags.isEmpty()
          ? "open it with language(\"auto\")"
          : "open it with languages(\"%s\")".formatted(tags.replace(" ", "\", \""));
    }
    if (name.endsWith(SUFFIX) && ANALYZERS.containsKey(name.substring(0, tag))) {
      return "open it with language(\"%s\")".formatted(name.substring(0, tag));
    }
    return name.equals("english")
        ? "open it with analyzer(\"english\", new EnglishAnalyzer()), which was the default before C# and RFC-2119 were words"
        : "open it with the one it was made with";
  }

  private static Analyzer withoutLanguage() {
    return new StandardAnalyzer(CharArraySet.EMPTY_SET);
  }

  private static Analyzer thai() {
    if (!ThaiTokenizer.DBBI_AVAILABLE) {
      throw new IllegalArgumentException(
          "the language 'th' needs the JDK's dictionary of Thai, and this Java runtime is without it; add its module jdk.localedata, or use language(\"th-x-icu\")");
    }
    return new ThaiAnalyzer();
  }

  // Each in a class of its own, which is loaded when its language is asked for and not before.

  private static final class Icu {
    static Analyzer analyzer() {
      return new IcuAnalyzer();
    }
  }

  private static final class Kuromoji {
    static Analyzer analyzer() {
      return new JapaneseAnalyzer();
    }
  }

  private static final class Nori {
    static Analyzer analyzer() {
      return new KoreanAnalyzer();
    }
  }

  private static final class Smartcn {
    static Analyzer analyzer() {
      return new SmartChineseAnalyzer();
    }
  }
}
