package dev.ragwright.tools;

import dev.ragwright.generate.Generator;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.generators.extractive.OnnxExtractiveReader;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrievers.rerank.LateInteraction;
import dev.ragwright.retrievers.rerank.OnnxCrossEncoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Stages by their names on a command line. What is opened for them is closed with this. */
final class StageNames implements AutoCloseable {
  private static final List<String> RERANKERS =
      List.of("none", "cross-encoder:DIR", "late-interaction:DIR", "reader:DIR");
  private static final List<String> GENERATORS = List.of("extractive", "reader:DIR", "onnx:DIR");

  private final List<AutoCloseable> opened = new ArrayList<>();

  Map<String, Reranker> rerankers(List<String> names) {
    return levels(
        "--rerankers", names, name -> reranker(StageName.of("--rerankers", name, RERANKERS)));
  }

  /**
   * By the folder's last name where that tells levels apart, else by the name whole.
   *
   * @throws IllegalArgumentException if a name stands twice, naming the option
   */
  static <T> Map<String, T> levels(String option, List<String> names, Function<String, T> stage) {
    Map<String, T> levels = new LinkedHashMap<>();
    for (String name : Cli.distinct(option, names)) {
      String brief = brief(name);
      levels.put(levels.containsKey(brief) ? name : brief, stage.apply(name));
    }
    return levels;
  }

  /** With the folder's last name alone. */
  static String brief(String name) {
    return name.replaceFirst(":.*/(?=[^/])", ":");
  }

  Reranker reranker(StageName stage) {
    return switch (stage.name()) {
      case "cross-encoder" -> closing(OnnxCrossEncoder.load(stage.folder()));
      case "late-interaction" -> closing(LateInteraction.load(stage.folder()));
      case "reader" -> closing(OnnxExtractiveReader.load(stage.folder())).reranker();
      default -> Reranker.none();
    };
  }

  Map<String, Generator> generators(List<String> names) {
    return levels("--generators", names, name -> generator(generatorName(name)));
  }

  static StageName generatorName(String name) {
    return generatorName("--generators", name);
  }

  static StageName generatorName(String option, String name) {
    return StageName.of(option, name, GENERATORS);
  }

  Generator generator(StageName stage) {
    return switch (stage.name()) {
      case "reader" -> closing(OnnxExtractiveReader.load(stage.folder()));
      case "onnx" -> closing(OnnxGenerator.load(stage.folder()));
      default -> ExtractiveGenerator.create();
    };
  }

  /** Takes over the closing. */
  <T extends AutoCloseable> T closing(T stage) {
    opened.add(stage);
    return stage;
  }

  /** Closes all, also where one cannot be. */
  @Override
  public void close() {
    RuntimeException failure = null;
    for (AutoCloseable stage : opened.reversed()) {
      try {
        stage.close();
      } catch (Exception e) {
        RuntimeException next =
            e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
        if (failure == null) {
          failure = next;
        } else {
          failure.addSuppressed(next);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
