package dev.ragwright.observe;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * What a health check found.
 *
 * @param checks in the order in which they were made; unmodifiable
 */
public record HealthReport(List<Check> checks) {
  /** Copies the list. */
  public HealthReport {
    checks = List.copyOf(checks);
  }

  /** How a check ended. */
  public enum Status {
    /** Nothing has changed for the worse, as far as this check can see. */
    OK,
    /** Somebody should look at it. */
    ALARM,
    /** It could not be made: the detail says what is missing. */
    NOT_CHECKED
  }

  /**
   * One thing that was checked.
   *
   * @param name such as {@code "recall@10"}
   * @param detail what was found and what was expected, for people
   * @param pValue of a statistical check, corrected for the number of those; empty for an exact one
   */
  public record Check(String name, Status status, String detail, OptionalDouble pValue) {

    /** For people: {@code ALARM recall@10: .71 was .84 ...}. */
    @Override
    public String toString() {
      return status + " " + name + ": " + detail;
    }
  }

  /** Whether no check raised an alarm. */
  public boolean healthy() {
    return alarms().isEmpty();
  }

  /** The checks that raised an alarm; unmodifiable. */
  public List<Check> alarms() {
    return checks.stream().filter(check -> check.status() == Status.ALARM).toList();
  }

  /** For people: a line for each check. */
  @Override
  public String toString() {
    return checks.stream().map(Check::toString).collect(Collectors.joining("\n"));
  }
}
