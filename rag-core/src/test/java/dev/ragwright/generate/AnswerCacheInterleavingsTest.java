package dev.ragwright.generate;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.Usage;
import dev.ragwright.retrieve.Query;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Answers that are kept, found, dropped and forgotten, in all orders that Lincheck finds. See
 * {@code docs/decisions/lincheck.md}.
 */
@Param(name = "key", gen = IntGen.class, conf = "0:2")
public class AnswerCacheInterleavingsTest {
  private final AnswerCache cache = AnswerCache.builder().capacity(2).open();
  private final List<AnswerCache.LookUp> lookUps =
      List.of(
          cache.find("scope", query(0), CallContext.unbounded()),
          cache.find("scope", query(1), CallContext.unbounded()),
          cache.find("scope", query(2), CallContext.unbounded()));

  private static Query query(int key) {
    return Query.of("question " + key);
  }

  @Operation
  public void keep(@Param(name = "key") int key) {
    cache.keep(
        lookUps.get(key),
        new AnswerCache.Remembered(
            query(key),
            new Context(List.of(), 0, List.of()),
            Generation.of("answer " + key),
            null,
            List.of(),
            Usage.none()));
  }

  @Operation
  public String find(@Param(name = "key") int key) {
    try {
      return cache
          .find("scope", query(key), CallContext.unbounded())
          .remembered()
          .map(answer -> answer.generation() == null ? "none" : answer.generation().text())
          .orElse("nothing");
    } catch (IllegalStateException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Operation
  public int size() {
    return cache.size();
  }

  @Operation
  public void close() {
    cache.close();
  }

  @Test
  void hasOneOrder() {
    new ModelCheckingOptions()
        .iterations(4)
        .invocationsPerIteration(50)
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(1)
        .check(AnswerCacheInterleavingsTest.class);
  }
}
