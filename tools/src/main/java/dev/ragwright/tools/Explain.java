package dev.ragwright.tools;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.opensearch.OpenSearchIndex;
import dev.ragwright.retrieve.RetrievalRequest;
import dev.ragwright.retrievers.lucene.Explanation;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Says why an index finds a passage where it does, or does not.
 *
 * <p>{@code mvn -q -Pexample -Dexample=Explain -Dargs="--index DIR --question TEXT --passage ID"}
 */
@Command(
    name = "Explain",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Says where a passage of an index is for a question: by its words, by its vector where the"
          + " index has vectors, and when both are fused; or why it is nowhere. Search --query shows"
          + " passages' ids as DOCUMENT [START, END): the id is DOCUMENT#START-END.",
      ""
    })
public final class Explain implements Callable<Integer> {
  @Option(names = "--question", required = true, paramLabel = "TEXT", description = "The question.")
  private String question = "";

  @Option(names = "--passage", required = true, paramLabel = "ID", description = "The passage.")
  private String passage = "";

  @Option(
      names = "--top-k",
      paramLabel = "N",
      description = "How many passages are asked for; 10 unless given.")
  private int topK = 10;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Mixin private RetrievalOptions retrieval = new RetrievalOptions();

  private Explain() {}

  /** See {@code --help}. */
  public static void main(String... args) {
    Cli.run(new Explain(), args);
  }

  @Override
  public Integer call() {
    try (RetrievalOptions.Existing opened = retrieval.openExisting()) {
      RetrievalRequest request = RetrievalRequest.of(question, topK);
      if (retrieval.filter != null) {
        request = request.withFilter(FilterExpression.of(retrieval.filter));
      }
      CallContext context = CallContext.unbounded();
      Explanation explained =
          opened.index() instanceof OpenSearchIndex cluster
              ? cluster.explain(request, passage, context)
              : RetrievalOptions.lucene(opened.index(), "Explain")
                  .explain(request, passage, context);
      System.out.println(json ? toJson(explained) : explained);
    }
    return 0;
  }

  private static ObjectNode toJson(Explanation explained) {
    ObjectNode json = Cli.JSON.createObjectNode();
    json.put("passage", explained.passageId());
    json.put("standing", explained.standing().name().toLowerCase(Locale.ROOT).replace('_', ' '));
    json.put("topK", explained.topK());
    var rankings = json.putArray("rankings");
    for (Explanation.Ranking ranking : explained.rankings()) {
      ObjectNode one = rankings.addObject().put("name", ranking.name());
      ranking.rank().ifPresent(rank -> one.put("rank", rank));
      one.put("of", ranking.of());
      ranking.score().ifPresent(score -> one.put("score", score));
      var terms = one.putArray("terms");
      ranking
          .terms()
          .forEach(term -> terms.addObject().put("term", term.term()).put("score", term.score()));
    }
    return json;
  }
}
