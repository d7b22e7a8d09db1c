package dev.ragwright.node;

import java.util.List;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.apache.lucene.analysis.util.CharTokenizer;
import org.apache.lucene.util.AttributeFactory;
import org.elasticsearch.plugin.Inject;
import org.elasticsearch.plugin.NamedComponent;
import org.elasticsearch.plugin.analysis.TokenFilterFactory;
import org.elasticsearch.plugin.analysis.TokenizerFactory;
import org.elasticsearch.plugin.settings.AnalysisSettings;
import org.elasticsearch.plugin.settings.BooleanSetting;
import org.elasticsearch.plugin.settings.IntSetting;
import org.elasticsearch.plugin.settings.ListSetting;

/**
 * The two parts of Elasticsearch's module {@code analysis-common} that our indices name, as the
 * same classes of Lucene under the same settings. Each installation has that module; Maven Central
 * has not.
 */
public final class TermAnalysis {
  private TermAnalysis() {}

  /** Of {@link CharGroup}. */
  @AnalysisSettings
  public interface CharGroupSettings {
    /** What stands between tokens, one character each. */
    @ListSetting(path = "tokenize_on_chars")
    List<String> between();

    /** At how many characters a token is cut. */
    @IntSetting(path = "max_token_length", defaultValue = CharTokenizer.DEFAULT_MAX_WORD_LEN)
    int most();
  }

  /** Cuts at some characters. */
  @NamedComponent("char_group")
  public static final class CharGroup implements TokenizerFactory {
    private final CharGroupSettings settings;

    /** Made by the node. */
    @Inject
    public CharGroup(CharGroupSettings settings) {
      this.settings = settings;
    }

    @Override
    public Tokenizer create() {
      List<Integer> between =
          settings.between().stream().map(character -> character.codePointAt(0)).toList();
      return new CharTokenizer(AttributeFactory.DEFAULT_ATTRIBUTE_FACTORY, settings.most()) {
        @Override
        protected boolean isTokenChar(int character) {
          return !between.contains(character);
        }
      };
    }
  }

  /** Of {@link PatternCapture}. */
  @AnalysisSettings
  public interface PatternCaptureSettings {
    /** Whose groups are the tokens. */
    @ListSetting(path = "patterns")
    List<String> patterns();

    /** Whether the whole is a token as well. */
    @BooleanSetting(path = "preserve_original", defaultValue = true)
    boolean original();
  }

  /** Parts of a token, all at its place. */
  @NamedComponent("pattern_capture")
  public static final class PatternCapture implements TokenFilterFactory {
    private final PatternCaptureSettings settings;

    /** Made by the node. */
    @Inject
    public PatternCapture(PatternCaptureSettings settings) {
      this.settings = settings;
    }

    @Override
    public TokenStream create(TokenStream tokens) {
      return new PatternCaptureGroupTokenFilter(
          tokens,
          settings.original(),
          settings.patterns().stream().map(Pattern::compile).toArray(Pattern[]::new));
    }
  }
}
