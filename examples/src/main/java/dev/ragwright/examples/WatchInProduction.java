package dev.ragwright.examples;

import dev.ragwright.RagPipeline;
import dev.ragwright.document.Passage;
import dev.ragwright.generators.extractive.ExtractiveGenerator;
import dev.ragwright.observe.LoggedQuestions;
import dev.ragwright.observe.TraceLog;
import dev.ragwright.observe.micrometer.MeterListener;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.trace.Trace;
import dev.ragwright.trace.TraceListener;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * Watches a pipeline in production: meters for the dashboard, traces for the archive, and a word
 * for each question without an answer.
 *
 * <p>{@code mvn -q -Pexample -Dexample=WatchInProduction}
 */
public final class WatchInProduction {
  private WatchInProduction() {}

  /** Takes no arguments. */
  public static void main(String... args) throws IOException {
    Path file = Files.createTempFile("traces", ".jsonl");
    SimpleMeterRegistry meters = new SimpleMeterRegistry(); // yours: Prometheus, Datadog, ...
    try (LuceneIndex index = LuceneIndex.inMemory();
        TraceLog log = TraceLog.open(file, 1.0, 42)) { // share: all questions
      index.addAll(List.of(Passage.of("keys", "Rotate the signing key every year.")));
      RagPipeline rag =
          RagPipeline.builder()
              .retriever(index.bm25())
              .generator(ExtractiveGenerator.create())
              .listener(MeterListener.of(meters))
              .listener(log)
              .listener((id, question) -> TraceListener.ofEnd(WatchInProduction::unanswered))
              .build();
      rag.ask("How do I rotate the signing key?");
      rag.ask("Which key opens the wine cellar?");
      rag.ask("Who composed the Ninth Symphony?");
    }
    meters.getMeters().stream()
        .filter(meter -> meter.getId().getName().equals("ragwright.question"))
        .map(meter -> meter.getId().getTag("outcome") + " " + (int) count(meters, meter.getId()))
        .sorted()
        .forEach(System.out::println);

    // What to look at next: the archived questions that were asked and not answered.
    LoggedQuestions.read(file).questions().stream()
        .filter(logged -> logged.unanswered() > 0)
        .sorted(Comparator.comparing(LoggedQuestions.Logged::text))
        .forEach(logged -> System.out.println("to do: " + logged.text()));
    Files.delete(file);
  }

  private static double count(SimpleMeterRegistry meters, Meter.Id id) {
    return meters.get(id.getName()).tags(id.getTags()).timer().count();
  }

  private static void unanswered(Trace trace) {
    if (trace.reason().isPresent()) {
      System.out.println("no answer: " + trace.question() + " " + trace.reason().get());
    }
  }
}
