package dev.ragwright.testkit;

import dev.ragwright.document.Passage;
import dev.ragwright.generate.Generator;
import dev.ragwright.route.AcceptanceScore;
import dev.ragwright.route.Cascade;
import dev.ragwright.route.Router;
import dev.ragwright.route.RoutingRule;
import dev.ragwright.route.SelfRoute;
import dev.ragwright.route.WholeDocuments;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** What routes keeps what every generator promises, whichever of its generators answers. */
class RouteContractsTest {
  private static final WholeDocuments DOCUMENTS =
      WholeDocuments.of(
          "twice as much",
          document ->
              List.of(
                  Passage.of(document, "It is read as a whole."),
                  Passage.of(document + "-2", "There is more of it.")),
          1_000);

  @Nested
  class ByLength extends GeneratorContract {
    @Override
    protected Generator generator() {
      return Router.by(
              RoutingRule.by(
                  "short ones", request -> request.question().text().length() < 20 ? "a" : "b"))
          .generator("a", FakeGenerator.create())
          .generator("b", FakeGenerator.create())
          .build();
    }
  }

  @Nested
  class ByLikeness extends GeneratorContract {
    @Override
    protected Generator generator() {
      return Router.by(
              RoutingRule.nearest(
                  FakeEmbedder.of(32),
                  Map.of("a", List.of("Where does it rise?"), "b", List.of("How long is it?")),
                  1))
          .generator("a", FakeGenerator.create())
          .generator("b", FakeGenerator.create())
          .build();
    }
  }

  @Nested
  class Accepted extends GeneratorContract {
    @Override
    protected Generator generator() {
      return Cascade.first("a", FakeGenerator.create(), AcceptanceScore.words(), 0.5)
          .last("b", FakeGenerator.create());
    }
  }

  @Nested
  class Refused extends GeneratorContract {
    @Override
    protected Generator generator() {
      return Cascade.first("a", FakeGenerator.create(), AcceptanceScore.confidence(), 0.5)
          .last("b", FakeGenerator.create());
    }
  }

  @Nested
  class ByAgreement extends GeneratorContract {
    @Override
    protected Generator generator() {
      return Cascade.first(
              "a",
              FakeGenerator.create(),
              AcceptanceScore.agreement(FakeGenerator.create(), FakeGenerator.create()),
              1)
          .last("b", FakeGenerator.create());
    }
  }

  @Nested
  class OfWholeDocuments extends GeneratorContract {
    @Override
    protected Generator generator() {
      return DOCUMENTS.read(FakeGenerator.create());
    }
  }

  @Nested
  class ByItself extends GeneratorContract {
    @Override
    protected Generator generator() {
      return SelfRoute.of(FakeGenerator.create(), DOCUMENTS, FakeGenerator.create());
    }
  }
}
