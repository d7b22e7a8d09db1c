package dev.ragwright.examples;

import dev.ragwright.generate.Generator;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.generators.extractive.OnnxReader;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrievers.rerank.OnnxCrossEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The stages that can be named on a command line: {@code name}, or {@code name:FOLDER} where it
 * needs a model. What is opened for them is closed with this.
 */
final class StageNames implements AutoCloseable {
  private static final Map<String, BiFunction<StageNames, String, Reranker>> RERANKERS =
      Map.of(
          "none", (names, folder) -> Reranker.none(),
          "cross-encoder", (names, folder) -> names.open(folder, StageNames::crossEncoder),
          "reader", (names, folder) -> names.open(folder, StageNames::reader).reranker());
  private static final Map<String, BiFunction<StageNames, String, Generator>> GENERATORS =
      Map.of(
          "extractive", (names, folder) -> ExtractiveGenerator.create(),
          "reader", (names, folder) -> names.open(folder, StageNames::reader),
          "onnx", (names, folder) -> names.open(folder, StageNames::languageModel));

  private final List<Runnable> closing = new ArrayList<>();

  Map<String, Reranker> rerankers(List<String> names) {
    return named("--rerankers", names, RERANKERS);
  }

  Map<String, Generator> generators(List<String> names) {
    return named("--generators", names, GENERATORS);
  }

  /** A name is the level's name whole: two folders are two levels. */
  private <T> Map<String, T> named(
      String option, List<String> names, Map<String, BiFunction<StageNames, String, T>> known) {
    Map<String, T> levels = new LinkedHashMap<>();
    for (String name : names) {
      String[] parts = name.split(":", 2);
      BiFunction<StageNames, String, T> stage = known.get(parts[0]);
      if (stage == null) {
        throw new IllegalArgumentException(
            "%s: there is no \"%s\"; allowed are %s"
                .formatted(option, name, String.join(", ", new TreeSet<>(known.keySet()))));
      }
      levels.put(name, stage.apply(this, parts.length == 2 ? parts[1] : ""));
    }
    return levels;
  }

  private static OnnxCrossEncoder crossEncoder(String folder) {
    return OnnxCrossEncoder.load(Path.of(folder));
  }

  private static OnnxReader reader(String folder) {
    return OnnxReader.load(Path.of(folder));
  }

  private static OnnxGenerator languageModel(String folder) {
    return OnnxGenerator.load(Path.of(folder));
  }

  /** Opens what is closed with this. */
  <T extends AutoCloseable> T open(String folder, Function<String, T> opening) {
    T opened = opening.apply(folder);
    closing.add(
        () -> {
          try {
            opened.close();
          } catch (RuntimeException e) {
            throw e;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    return opened;
  }

  @Override
  public void close() {
    closing.reversed().forEach(Runnable::run);
  }
}
