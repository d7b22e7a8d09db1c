package dev.ragwright.langchain4j;

import dev.langchain4j.data.segment.TextSegment;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/**
 * The langchain4j-core that is there, as its jar says, and those that this module was tried with.
 */
final class CoreVersion {
  static final int OLDEST = 19;
  static final int NEWEST = 23;

  private static final String FILE =
      "/META-INF/maven/dev.langchain4j/langchain4j-core/pom.properties";
  private static final Pattern FORM = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})(\\D.*)?");

  private CoreVersion() {}

  /** What is wrong with the version; found out once. */
  private static final class Found {
    static final Optional<String> TOO_OLD = look();

    private static Optional<String> look() {
      Optional<String> version = read();
      Optional<String> objection = version.flatMap(CoreVersion::objection);
      if (objection.isPresent() && newer(version.orElseThrow())) {
        LoggerFactory.getLogger(LangChain4j.class).warn("{}", objection.get());
        return Optional.empty();
      }
      return objection;
    }
  }

  /**
   * Returns if the version is not too old; warns, once, of one that is newer than any tried.
   *
   * @throws IllegalStateException if it is too old
   */
  static void require() {
    if (Found.TOO_OLD.isPresent()) {
      throw new IllegalStateException(Found.TOO_OLD.get());
    }
  }

  /** What is to be said of a version; empty for one of those tried, and for what is no version. */
  static Optional<String> objection(String version) {
    int minor = minor(version);
    if (minor < 0 || (minor >= OLDEST && minor <= NEWEST)) {
      return Optional.empty();
    }
    String range = "1." + OLDEST + " to 1." + NEWEST;
    return Optional.of(
        minor > NEWEST
            ? "langchain4j-core %s is newer than those that rag-langchain4j was tried with (%s)"
                .formatted(version, range)
            : "langchain4j-core %s is too old for rag-langchain4j, which needs %s"
                .formatted(version, range));
  }

  private static boolean newer(String version) {
    return minor(version) > NEWEST;
  }

  /** The number behind {@code 1.}, 0 for what is before it, and more than any behind it. */
  private static int minor(String version) {
    Matcher form = FORM.matcher(version);
    if (!form.matches()) {
      return -1;
    }
    int major = Integer.parseInt(form.group(1));
    return major == 1 ? Integer.parseInt(form.group(2)) : major < 1 ? 0 : Integer.MAX_VALUE;
  }

  /** The version; empty where the jar was repacked without what says it. */
  static Optional<String> read() {
    try (InputStream file = TextSegment.class.getResourceAsStream(FILE)) {
      if (file == null) {
        return Optional.empty();
      }
      Properties properties = new Properties();
      properties.load(file);
      return Optional.ofNullable(properties.getProperty("version"));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
