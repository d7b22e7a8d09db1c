package dev.ragwright.spring.ai;

import dev.ragwright.document.Passage;
import dev.ragwright.retrieve.Retriever;
import dev.ragwright.testkit.FakeRetriever;
import dev.ragwright.testkit.RetrieverContract;
import java.util.List;

/** A retriever of ours as theirs, as ours. */
class RoundTripContractTest extends RetrieverContract {
  @Override
  protected Retriever retriever(List<Passage> passages) {
    return SpringAi.filteringRetriever(
        SpringAi.documentRetriever(FakeRetriever.of(passages), 1_000), "round");
  }
}
