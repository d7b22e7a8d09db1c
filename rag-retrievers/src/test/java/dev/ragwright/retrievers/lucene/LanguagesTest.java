package dev.ragwright.retrievers.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Query;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A tag's analyzer finds the words of its language in their forms, and the index remembers it. */
final class LanguagesTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "ar, الكتاب, كتاب",
    "bg, книгата, книга",
    "ca, l'home, homes",
    "cs, knihy, knihu",
    "da, huset, huse",
    "de, Häusern, Haus",
    "de-AT, Häusern, Haus",
    "el, βιβλία, βιβλίου",
    "en, rotated keys, rotating key",
    "en-GB, rotated keys, rotating key",
    "es, libros, libro",
    "fi, talossa, talo",
    "fr, l'avion, avions",
    "hi, किताबें, किताब",
    "hu, házak, ház",
    "it, l'albero, alberi",
    "ja, 食べました, 食べる",
    "ja-x-bigrams, 東京都, 東京",
    "ko, 서울에서, 서울",
    "ko-x-bigrams, 서울에서, 서울",
    "km, ខ្ញុំចូលចិត្តរៀន, រៀន",
    "lo, ພາສາລາວ, ພາສາ",
    "nl, huizen, huizen",
    "nn, husene, huset",
    "no, husene, huset",
    "pt, livros, livro",
    "pt-BR, livros, livro",
    "ro, copiilor, copii",
    "ru, книгами, книга",
    "sv, flickorna, flicka",
    "th, ภาษาไทย, ภาษา",
    "th-x-icu, ภาษาไทย, ภาษา",
    "tr, kitaplar, kitap",
    "und, Ägypten, ägypten",
    "vi, Hà Nội, hà nội",
    "zh, 北京大学, 大学",
    "zh-Hans-CN, 北京大学, 京",
    "zh-x-smartcn, 我是学生, 学生",
  })
  void findsAWordInItsForms(String tag, String text, String question) {
    try (LuceneIndex index = LuceneIndex.builder().language(tag).open()) {
      index.addAll(List.of(Passage.of("a", text), Passage.of("b", "42")));
      assertThat(index.bm25().retrieve(question, 5).hits())
          .extracting(hit -> hit.passage().id())
          .containsExactly("a");
    }
  }

  private static final List<Passage> SEVERAL =
      List.of(
          Passage.of("de", "In den alten Häusern am Fluss wohnen heute die Familien der Fischer."),
          Passage.of("en", "The signing keys of all services are rotated by the operators yearly."),
          Passage.of("fr", "Les avions de la compagnie ont été réparés dans le grand atelier."),
          Passage.of("zh", "北京大学的学生每天早上都在图书馆里学习。"),
          Passage.of("number", "42"));

  @ParameterizedTest
  @CsvSource({"de, Haus", "en, rotating key", "fr, l'avion", "zh, 大学"})
  void findsTheWordsOfEachDocumentsLanguage(String id, String question) {
    try (LuceneIndex auto = LuceneIndex.builder().language("auto").open();
        LuceneIndex named = LuceneIndex.builder().languages("en", "de", "fr", "zh").open()) {
      for (LuceneIndex index : List.of(auto, named)) {
        index.addAll(SEVERAL);
        assertThat(index.bm25().retrieve(question, 5).hits())
            .extracting(hit -> hit.passage().id())
            .containsExactly(id);
        assertThat(index.terms(question)).doesNotHaveDuplicates();
      }
      assertThat(auto.spelling().expand(Query.of("Famillien"), CallContext.unbounded()).queries())
          .containsExactly(Query.of("Familien"));
      assertThat(auto.rm3().retrieve(question, 5).hits().getFirst().passage().id()).isEqualTo(id);
    }
  }

  @Test
  void anIndexRemembersWhichLanguagesAreDetected() {
    try (LuceneIndex index = LuceneIndex.builder().directory(folder).languages("de", "en").open()) {
      index.addAll(SEVERAL);
      assertThat(index.bm25().retrieve("42", 5).hits()).hasSize(1);
    }
    try (LuceneIndex index = LuceneIndex.builder().directory(folder).languages("de", "en").open()) {
      assertThat(index.bm25().retrieve("Haus", 5).hits()).hasSize(1);
    }
    LuceneIndex.Builder english = LuceneIndex.builder().directory(folder).language("en");
    assertThatThrownBy(() -> english.open())
        .isInstanceOf(IndexMismatchException.class)
        .hasMessageContaining("open it with languages(\"de\", \"en\")");
  }

  @Test
  void aQuestionIsInALanguageThatThereIs() {
    try (LuceneIndex index = LuceneIndex.builder().languages("en", "de").open()) {
      index.addAll(SEVERAL.subList(0, 2));
      assertThat(index.terms("painted houses")).hasSizeGreaterThan(2);
      index.delete("de");
      assertThat(index.terms("painted houses")).containsExactly("paint", "hous");
    }
    try (LuceneIndex index = LuceneIndex.builder().language("auto").open()) {
      index.addAll(
          List.of(
              Passage.of("tl", "Ang mga susi ng lahat ng serbisyo ay pinapalitan tuwing taon."),
              SEVERAL.get(1)));
      String asked = "Kailan pinapalitan ang mga susi ng lahat ng serbisyo tuwing taon?";
      assertThat(index.terms(asked)).contains("tuwing");
    }
  }

  @Test
  void languagesThatCannotBeToldApartAreRefused() {
    LuceneIndex.Builder builder = LuceneIndex.builder();
    assertThatThrownBy(() -> builder.languages("pt", "pt-BR"))
        .hasMessage(
            "'pt' and 'pt-BR' are of one language, which cannot be told apart in a text; take one of them");
    assertThatThrownBy(() -> builder.languages("de"))
        .hasMessage(
            "languages takes two tags or more, was [de]; one is language(tag), and all are language(\"auto\")");
    assertThatThrownBy(() -> builder.languages("en", "ckb"))
        .hasMessage(
            "the detector does not know the languages [ckb]; take them out, or give each an index of its own");
    assertThatThrownBy(() -> builder.languages("en", "auto"))
        .hasMessage("auto is all languages, and stands alone: language(\"auto\")");
    assertThatThrownBy(() -> builder.languages("de", "xx"))
        .hasMessageContaining("there is no analyzer for the language 'xx'");
  }

  @Test
  void termsOfATextAreThoseOfTheLanguage() {
    try (LuceneIndex index = LuceneIndex.builder().language("de").open()) {
      assertThat(index.terms("Die Häuser")).containsAnyElementsOf(index.terms("das Haus"));
      assertThat(index.terms("der, die, das")).isEmpty();
    }
  }

  @Test
  void indexRemembersTheLanguage() {
    try (LuceneIndex index = LuceneIndex.builder().directory(folder).language("de-AT").open()) {
      index.addAll(List.of(Passage.of("a", "Häuser")));
      assertThat(index.bm25().description().toString()).contains("analyzer=de/2");
    }
    assertThatThrownBy(() -> LuceneIndex.open(folder))
        .isInstanceOf(IndexMismatchException.class)
        .hasMessageContaining(
            "was made with the analyzer 'de/2' and is opened with 'en/2'; open it with language(\"de\"), or index into an empty directory");
    try (LuceneIndex index = LuceneIndex.builder().directory(folder).language("de").open()) {
      assertThat(index.bm25().retrieve("Haus", 5).hits()).hasSize(1);
    }
  }

  /** One that was made before words of the trade were, by the analyzer that was the default. */
  @Test
  void saysHowAnOlderIndexIsOpened() {
    try (LuceneIndex index =
        LuceneIndex.builder().directory(folder).analyzer("english", new EnglishAnalyzer()).open()) {
      index.addAll(List.of(Passage.of("a", "apples")));
    }
    assertThatThrownBy(() -> LuceneIndex.open(folder))
        .isInstanceOf(IndexMismatchException.class)
        .hasMessageContaining("open it with analyzer(\"english\", new EnglishAnalyzer())");
  }

  @Test
  void refusesWhatIsNoTagOrHasNoAnalyzer() {
    LuceneIndex.Builder builder = LuceneIndex.builder();
    assertThatThrownBy(() -> builder.language("english language"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'english language' is no language tag of BCP 47");
    assertThatThrownBy(() -> builder.language("sw"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is no analyzer for the language 'sw'; there are ar, bg, bn,")
        .hasMessageContaining("und knows words of any language");
    assertThatThrownBy(() -> builder.language("de-x-smartcn"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no analyzer for the language 'de-x-smartcn'");
  }

  @ParameterizedTest
  @CsvSource({
    "ja, lucene-analysis-kuromoji, ja-x-bigrams",
    "ko, lucene-analysis-nori, ko-x-bigrams",
    "lo, lucene-analysis-icu, und",
    "zh-x-smartcn, lucene-analysis-smartcn, zh",
  })
  void namesTheJarThatIsMissing(String tag, String jar, String other) throws Exception {
    Class<?> languages = new WithoutJars().loadClass(Languages.class.getName());
    Method of = languages.getDeclaredMethod("of", String.class);
    of.setAccessible(true);
    assertThatThrownBy(() -> of.invoke(null, tag))
        .isInstanceOf(InvocationTargetException.class)
        .cause()
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the language '%s' needs org.apache.lucene:%s ", tag, jar)
        .hasMessageContaining("use language(\"%s\")", other);
    assertThat(of.invoke(null, "de")).isNotNull();
  }

  /** Our classes anew, over a class path that lacks the jars of single languages. */
  private static final class WithoutJars extends ClassLoader {
    private static final String OURS = "dev.ragwright.retrievers.lucene.";

    WithoutJars() {
      super(LanguagesTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.matches("org\\.apache\\.lucene\\.analysis\\.(ja|ko|icu|cn)\\..*")) {
        throw new ClassNotFoundException(name);
      }
      Class<?> known = findLoadedClass(name);
      if (known != null || !name.startsWith(OURS)) {
        return known == null ? super.loadClass(name, resolve) : known;
      }
      try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (file == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = file.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
