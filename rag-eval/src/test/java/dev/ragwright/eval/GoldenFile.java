package dev.ragwright.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** What a script under {@code src/test/python} wrote. */
public final class GoldenFile {
  private GoldenFile() {}

  /** The lines of a file beside the test. */
  public static List<String> lines(Class<?> test, String name) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(test.getResourceAsStream(name)), StandardCharsets.UTF_8))) {
      List<String> lines = new ArrayList<>();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The JSON object on each line. */
  public static List<JsonNode> objects(Class<?> test, String name) {
    ObjectMapper mapper = new ObjectMapper();
    return lines(test, name).stream()
        .map(
            line -> {
              try {
                return mapper.readTree(line);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .toList();
  }

  /** The numbers of a list. */
  public static double[] numbers(JsonNode list) {
    double[] numbers = new double[list.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = list.get(i).asDouble();
    }
    return numbers;
  }

  /** The truth values of a list. */
  public static boolean[] truths(JsonNode list) {
    boolean[] truths = new boolean[list.size()];
    for (int i = 0; i < truths.length; i++) {
      truths[i] = list.get(i).booleanValue();
    }
    return truths;
  }

  /** The texts of a list. */
  public static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.textValue()));
    return texts;
  }
}
