package dev.ragwright.eval.learn;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.retrieve.Filter;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrieve.Retriever;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A retriever that is asked the same thing once: each fold and each point of a curve asks the same
 * questions again. It keeps all that it found.
 */
final class Remembered implements Retriever {
  private final Retriever retriever;
  private final Map<Asked, Retrieval> found = new ConcurrentHashMap<>();

  Remembered(Retriever retriever) {
    this.retriever = retriever;
  }

  private record Asked(Query query, int topK, Filter filter) {}

  @Override
  public Retrieval retrieve(RetrievalRequest request, CallContext context) {
    context.throwIfStopped();
    Asked asked = new Asked(request.query(), request.topK(), request.filter());
    Retrieval known = found.get(asked);
    if (known == null) {
      known = retriever.retrieve(request, context);
      found.put(asked, known);
    }
    return known;
  }

  @Override
  public StageDescription description() {
    return retriever.description();
  }
}
