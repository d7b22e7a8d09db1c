package dev.ragwright.experiment.report;

import dev.ragwright.experiment.ExperimentResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An experiment's result for people: which arms are best and cannot be told apart, what each stage
 * is worth, what it takes, where relevant passages are lost, and the questions that went wrong.
 *
 * <p>The page is one file that loads nothing, in light and dark. Without JavaScript all but the two
 * charts is there, and their numbers are in a table. All texts of the result are shown as they are,
 * whatever markup they hold. The same result gives the same bytes. Immutable.
 */
public final class ExperimentReport {
  /** How many questions are shown one by one unless set. */
  public static final int QUESTIONS = 200;

  /** The score below which a question has failed, unless set or wrong answers were explained. */
  public static final double FAILED_BELOW = 0.5;

  private final ExperimentResult result;
  private final String metric;
  private final int questions;
  private final @Nullable Double failedBelow;

  private ExperimentReport(
      ExperimentResult result, String metric, int questions, @Nullable Double failedBelow) {
    this.result = result;
    this.metric = metric;
    this.questions = questions;
    this.failedBelow = failedBelow;
  }

  /**
   * A report by the metric that wrong answers were explained by; else by the one that was asked for
   * first.
   *
   * @throws IllegalArgumentException if the result has no metric
   */
  public static ExperimentReport of(ExperimentResult result) {
    if (result.metrics().isEmpty()) {
      throw new IllegalArgumentException("the result has no metric to report");
    }
    String metric = result.isExplained() ? result.whyWrong().metric() : result.metrics().getFirst();
    return new ExperimentReport(result, metric, QUESTIONS, null);
  }

  /**
   * The same report, with arms ranked and questions failed by another metric.
   *
   * @throws IllegalArgumentException if it was not measured, naming what was
   */
  public ExperimentReport by(String name) {
    if (!result.metrics().contains(name)) {
      throw new IllegalArgumentException(
          "\"%s\" was not measured; %s were".formatted(name, result.metrics()));
    }
    return new ExperimentReport(result, name, questions, failedBelow);
  }

  /**
   * The same report with so many questions shown one by one, those with the lowest scores first.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public ExperimentReport withQuestions(int most) {
    if (most < 0) {
      throw new IllegalArgumentException("questions must be >= 0, was " + most);
    }
    return new ExperimentReport(result, metric, most, failedBelow);
  }

  /**
   * The same report, where a question has failed if its score is below this, or it has none. Unless
   * set it is that of a right answer, by the metric that wrong answers were explained by, and
   * {@link #FAILED_BELOW} by any other.
   */
  public ExperimentReport failedBelow(double score) {
    return new ExperimentReport(result, metric, questions, score);
  }

  /** The page. */
  public String html() {
    return HtmlPage.of(findings());
  }

  /** A summary: the best arms, all arms, what each stage is worth, where passages are lost. */
  public String markdown() {
    return MarkdownPage.of(findings());
  }

  /**
   * Writes the page, replacing a file that is there.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  public void writeHtml(Path file) {
    write(html(), file);
  }

  /**
   * Writes the summary, replacing a file that is there.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  public void writeMarkdown(Path file) {
    write(markdown(), file);
  }

  private Findings findings() {
    return Findings.of(
        result, metric, questions, failedBelow == null ? usuallyBelow() : failedBelow);
  }

  private double usuallyBelow() {
    boolean explained = result.isExplained() && result.whyWrong().metric().equals(metric);
    return explained ? result.whyWrong().right() : FAILED_BELOW;
  }

  private static void write(String text, Path file) {
    try {
      // Not writeString, which refuses half a surrogate pair, and retrieved text may have one.
      Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the report " + file, e);
    }
  }
}
