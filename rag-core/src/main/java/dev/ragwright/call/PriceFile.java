package dev.ragwright.call;

import java.io.IOException;
import java.io.Reader;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the file of a {@link PriceTable}. */
final class PriceFile {
  private static final Pattern NUMBER = Pattern.compile("-?\\d{1,12}(?:\\.\\d{1,12})?");

  private final SortedMap<String, String> entries;

  private PriceFile(SortedMap<String, String> entries) {
    this.entries = entries;
  }

  /**
   * Reads a table.
   *
   * @throws IllegalArgumentException if it is not one
   */
  static PriceTable read(Reader reader) throws IOException {
    SortedMap<String, String> entries = new TreeMap<>();
    Once properties = new Once();
    properties.load(reader);
    properties.stringPropertyNames().forEach(key -> entries.put(key, properties.getProperty(key)));
    return new PriceFile(entries).table();
  }

  private PriceTable table() {
    PriceTable.Builder table = PriceTable.builder(required("currency"), date());
    BigDecimal cpuSecond = take("cpuSecond");
    if (cpuSecond != null) {
      table.cpuSecond(cpuSecond);
    }
    while (!entries.isEmpty()) {
      String key = entries.firstKey();
      int dot = key.lastIndexOf('.');
      if (dot < 1) {
        throw new IllegalArgumentException(
            "'%s' is none of currency, date, cpuSecond and a model's price, MODEL.input"
                .formatted(key));
      }
      String model = key.substring(0, dot);
      table.model(model, price(model));
      if (entries.containsKey(key)) {
        throw new IllegalArgumentException(
            "'%s' is none of a model's prices: input, cachedInput, output, request".formatted(key));
      }
    }
    return table.build();
  }

  private PriceTable.ModelPrice price(String model) {
    try {
      BigDecimal request = take(model + ".request");
      return new PriceTable.ModelPrice(
          take(model + ".input"),
          take(model + ".cachedInput"),
          take(model + ".output"),
          request == null ? BigDecimal.ZERO : request);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(model + ": " + e.getMessage(), e);
    }
  }

  private LocalDate date() {
    String text = required("date");
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("date '%s' is not like 2026-11-01".formatted(text), e);
    }
  }

  private String required(String key) {
    String value = entries.remove(key);
    if (value == null) {
      throw new IllegalArgumentException("'%s' is missing".formatted(key));
    }
    return value.strip();
  }

  private @Nullable BigDecimal take(String key) {
    String value = entries.remove(key);
    if (value == null) {
      return null;
    }
    if (!NUMBER.matcher(value.strip()).matches()) {
      throw new IllegalArgumentException("%s '%s' is not like 0.25".formatted(key, value));
    }
    return new BigDecimal(value.strip());
  }

  /** Properties that refuse to be set twice: the second of two prices would win in silence. */
  private static final class Once extends Properties {
    private static final long serialVersionUID = 1L;

    @Override
    public synchronized @Nullable Object put(Object key, Object value) {
      if (containsKey(key)) {
        throw new IllegalArgumentException("'%s' is there twice".formatted(key));
      }
      return super.put(key, value);
    }
  }
}
