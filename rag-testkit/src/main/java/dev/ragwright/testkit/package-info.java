/**
 * Proves that a stage keeps the promises of its interface. To test one of your own, extend its
 * contract and say how to make it; JUnit runs the rest:
 *
 * <pre>{@code
 * class TicketRetrieverTest extends RetrieverContract {
 *   @Override
 *   protected Retriever retriever(List<Passage> passages) {
 *     return TicketRetriever.over(passages);
 *   }
 * }
 * }</pre>
 *
 * <p>A stage whose owner has to be closed overrides {@code close} too; the contract then also
 * closes it while it is in use. There is a contract for each interface: {@link
 * dev.ragwright.testkit.RetrieverContract}, {@link dev.ragwright.testkit.RerankerContract}, {@link
 * dev.ragwright.testkit.GeneratorContract}, {@link dev.ragwright.testkit.ChunkerContract}, {@link
 * dev.ragwright.testkit.EmbedderContract}, {@link dev.ragwright.testkit.QueryExpanderContract},
 * {@link dev.ragwright.testkit.VectorStoreContract}.
 *
 * <p>For tests of what is built from stages there are fakes that keep the contracts ({@link
 * dev.ragwright.testkit.FakeRetriever}, {@link dev.ragwright.testkit.FakeGenerator}, {@link
 * dev.ragwright.testkit.FakeEmbedder}, {@link dev.ragwright.testkit.FakeVectorStore}), a clock that
 * stands still ({@link dev.ragwright.testkit.TestClock}), a listener that remembers ({@link
 * dev.ragwright.testkit.RecordingListener}), and random numbers that can be replayed ({@link
 * dev.ragwright.testkit.seeds.Seeds}).
 */
@NullMarked
package dev.ragwright.testkit;

import org.jspecify.annotations.NullMarked;
