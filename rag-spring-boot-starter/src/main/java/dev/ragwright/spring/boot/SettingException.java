package dev.ragwright.spring.boot;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A setting is missing, or what it names is not there or does not fit. */
final class SettingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String action;

  /**
   * Creates one.
   *
   * @param found what was found
   * @param action which setting to change, and how
   */
  SettingException(String found, String action, @Nullable Throwable cause) {
    super(found, cause);
    this.action = action;
  }

  /** Runs what a setting is for, and names the setting where that fails. */
  static <T> T using(String setting, String value, String action, Supplier<T> use) {
    try {
      return use.get();
    } catch (RuntimeException e) {
      String said = e.getMessage() == null ? e.toString() : e.getMessage();
      throw new SettingException(setting + " is '" + value + "': " + said, action, e);
    }
  }

  /** Which setting to change, and how. */
  String action() {
    return action;
  }
}
