package dev.ragwright.experiment;

import dev.ragwright.RagPipeline;
import dev.ragwright.call.StageDescription;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Pipelines from files that {@link Winner#toJson} wrote. */
public final class RagPipelines {
  /** What may change while the wiring stays as it is: documents, and the ONNX Runtime's version. */
  private static final Set<String> PASSING = Set.of(StageDescription.INDEX, "runtime");

  private RagPipelines() {}

  /**
   * Opens the models and the index that a file names, and wires its pipeline. Its stages then
   * describe themselves as those that were measured do, but for what is in the index and the
   * version of ONNX Runtime: {@link #differences} tells of these too. The index is opened for
   * searches alone, as by {@code LuceneIndex.Builder.openReadOnly()}.
   *
   * <p>The modules of the stages have to be there, such as rag-retrievers: this one does not bring
   * them.
   *
   * @param index the folder of the index
   * @param models the folder that has a folder for each model, of the name that the file gives, and
   *     the files of what was learnt, such as {@code fusion-1a2b3c4d.json}, named as {@link
   *     Winner#toJson} says; not read for models that come in jars
   * @throws dev.ragwright.document.DocumentReadException if there is no such file, if it is not
   *     JSON, of another version, or if something in it is missing
   * @throws IllegalArgumentException if a stage is not of the stock, if a dependency is missing, or
   *     if a model is another than the measured one, naming each difference
   */
  public static Opened read(Path file, Path index, Path models) {
    Wiring wiring = PipelineFile.read(file).wiring();
    StockStages.Recipe recipe = StockStages.of(wiring);
    Map<String, Code.Made> variables = new HashMap<>();
    variables.put("folder", new Code.Made(Path.class, index));
    variables.put("models", new Code.Made(Path.class, models));
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      for (StockStages.Recipe.Opened next : recipe.opened()) {
        Code.Made made = next.code().made(variables);
        variables.put(next.name(), made);
        opened.add((AutoCloseable) made.value());
      }
      RagPipeline pipeline = (RagPipeline) recipe.pipeline().made(variables).value();
      List<String> others =
          wiring.differences(Wiring.of(pipeline.stages()), name -> !PASSING.contains(name));
      if (!others.isEmpty()) {
        throw new IllegalArgumentException(
            "%s is of another pipeline than these models and this index make: %s; give those that were measured, or measure again"
                .formatted(file, String.join("; ", others)));
      }
      return new Opened(pipeline, opened);
    } catch (RuntimeException | Error e) {
      close(opened, e);
      throw e;
    }
  }

  /**
   * What a pipeline has otherwise than the one in a file, a line for each: {@code retriever, index:
   * was 7e0a/3, is 91bc/4} after a document was added; empty if nothing. A test that asks for none
   * locks models, settings and index as they were measured.
   *
   * @throws dev.ragwright.document.DocumentReadException as {@link #read}
   */
  public static List<String> differences(RagPipeline pipeline, Path file) {
    return PipelineFile.read(file).wiring().differences(Wiring.of(pipeline.stages()), name -> true);
  }

  /** A pipeline, and what was opened for it. */
  public static final class Opened implements AutoCloseable {
    private final RagPipeline pipeline;
    private final List<AutoCloseable> opened;

    private Opened(RagPipeline pipeline, List<AutoCloseable> opened) {
      this.pipeline = pipeline;
      this.opened = List.copyOf(opened);
    }

    /** The pipeline; of no use after {@link #close}. */
    public RagPipeline pipeline() {
      return pipeline;
    }

    /** Closes the index and the models, each after its running calls. Idempotent. */
    @Override
    public void close() {
      IllegalStateException failed = new IllegalStateException("not all could be closed");
      RagPipelines.close(opened, failed);
      if (failed.getSuppressed().length > 0) {
        throw failed;
      }
    }
  }

  /** Closes all, the last first, and adds what fails to a failure. */
  private static void close(List<AutoCloseable> opened, Throwable failure) {
    for (AutoCloseable each : opened.reversed()) {
      try {
        each.close();
      } catch (Exception e) {
        failure.addSuppressed(e);
      }
    }
  }
}
