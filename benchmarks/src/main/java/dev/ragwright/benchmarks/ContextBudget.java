package dev.ragwright.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ragwright.call.CallContext;
import dev.ragwright.document.Chunkers;
import dev.ragwright.document.Document;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.document.TokenSpans;
import dev.ragwright.eval.stats.PairedComparison;
import dev.ragwright.generate.Context;
import dev.ragwright.generate.ContextAssembler;
import dev.ragwright.generate.Evidence;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.RankFusion;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.retrieve.Rerankers;
import dev.ragwright.retrieve.Retrieval;
import dev.ragwright.retrievers.embedding.EmbeddingCache;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.retrievers.rerank.OnnxCrossEncoder;
import dev.ragwright.source.BeirFolder;
import dev.ragwright.text.Decimals;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How much gold evidence (see {@link GoldEvidence}) reaches a generator within 128, 256 and 512
 * tokens, by what the context is made of: plain truncation (the ranked passages one after the other
 * up to the last token), whole passages, whole passages with the policies of {@link
 * ContextAssembler}, and selected sentences. All start from the best 20 passages of BM25; documents
 * are not cut. Tokens are those of {@code bge-small-en-v1.5}. The difference to truncation is
 * paired by question.
 *
 * <p>{@code mvn -q -Pbenchmark -Dbenchmark=ContextBudget -Dargs="--data DIR --data DIR"}; with
 * {@code --cross-encoder DIR} also sentences by that model, with {@code --sample N} a sample of the
 * questions, drawn with {@code --seed S} (7).
 */
public final class ContextBudget {
  private static final int DEPTH = 20;
  private static final int[] BUDGETS = {128, 256, 512};

  private ContextBudget() {}

  /** What makes a context of hits within a budget. */
  private interface Policy {
    Context context(Query question, List<Hit> hits, TokenCounter counter, int budget);
  }

  /** A question with what was found for it. */
  private record Case(Query question, List<Hit> hits, GoldEvidence gold) {}

  /** Takes the options. */
  public static void main(String... args) throws IOException {
    List<Path> folders = new ArrayList<>();
    Path crossEncoder = null;
    int sample = Integer.MAX_VALUE;
    long seed = 7;
    for (int i = 0; i < args.length; i += 2) {
      String value = i + 1 < args.length ? args[i + 1] : "";
      switch (args[i]) {
        case "--data" -> folders.add(Path.of(value));
        case "--cross-encoder" -> crossEncoder = Path.of(value);
        case "--sample" -> sample = Integer.parseInt(value);
        case "--seed" -> seed = Long.parseLong(value);
        default -> folders.clear();
      }
    }
    if (folders.isEmpty()) {
      System.err.println(
          "options: --data DIR [--data DIR ...] [--cross-encoder DIR] [--sample N [--seed S]]");
      System.exit(2);
    }
    try (OnnxEmbedder bge = OnnxEmbedder.bgeSmallEn();
        OnnxEmbedder miniLm = OnnxEmbedder.allMiniLm();
        EmbeddingCache cache = EmbeddingCache.inMemory();
        OnnxCrossEncoder read = crossEncoder == null ? null : OnnxCrossEncoder.load(crossEncoder)) {
      Map<String, Reranker> rerankers = new LinkedHashMap<>();
      rerankers.put("bge", Rerankers.embedding(cache.over(bge)));
      rerankers.put("MiniLM", Rerankers.embedding(cache.over(miniLm)));
      if (read != null) {
        rerankers.put("cross-encoder", remembered(read));
      }
      Map<String, Policy> policies = policies(rerankers);
      System.out.println(
          "| set | questions | tokens | context | kept | tokens used | against truncation |");
      System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
      for (Path folder : folders) {
        measure(folder, policies, bge.tokenCounter(), sample, seed);
      }
    }
  }

  /** Ranks all sentences of a question once: they are the same under every budget. */
  private static Reranker remembered(Reranker reranker) {
    Map<Query, Retrieval> rankings = new HashMap<>();
    return (query, hits, topK, context) ->
        rankings.computeIfAbsent(
            query, asked -> reranker.rerank(asked, hits, Math.max(1, hits.size()), context));
  }

  private static Map<String, Policy> policies(Map<String, Reranker> rerankers) {
    Map<String, Policy> policies = new LinkedHashMap<>();
    policies.put("truncation", ContextBudget::truncated);
    policies.put("whole passages", assembled(c -> c));
    policies.put("whole, near duplicates out", assembled(c -> c.nearDuplicates(0.8)));
    policies.put("whole, score gap + 5", assembled(c -> c.scoreGap(5)));
    rerankers.forEach(
        (name, reranker) -> {
          policies.put("sentences by " + name, assembled(c -> c.selection(reranker)));
          Reranker fused = reranker.fusedWithFirstStage(RankFusion.reciprocalRank(60));
          policies.put("sentences by " + name + ", fused", assembled(c -> c.selection(fused)));
        });
    return policies;
  }

  private static Policy assembled(
      Function<ContextAssembler.Builder, ContextAssembler.Builder> settings) {
    return (question, hits, counter, budget) ->
        settings
            .apply(ContextAssembler.builder().budget(budget))
            .build()
            .assemble(question, hits, counter, CallContext.unbounded())
            .context();
  }

  /** The passages in their order; of the first that does not fit, as many tokens as are left. */
  private static Context truncated(
      Query question, List<Hit> hits, TokenCounter counter, int budget) {
    List<Evidence> evidence = new ArrayList<>();
    int tokens = 0;
    for (Hit hit : hits) {
      Passage passage = hit.passage();
      TokenSpans spans = counter.spans(passage.text());
      int taken = Math.min(spans.size(), budget - tokens);
      if (taken == 0) {
        break;
      }
      int end = taken == spans.size() ? passage.text().length() : spans.end(taken - 1);
      Passage cut =
          new Passage(
              passage.id(),
              passage.documentId(),
              passage.start(),
              passage.start() + end,
              passage.text().substring(0, end),
              passage.headings(),
              passage.metadata());
      evidence.add(Evidence.of(cut, hit.score()));
      tokens += taken;
    }
    return new Context(evidence, tokens, List.of());
  }

  private static void measure(
      Path path, Map<String, Policy> policies, TokenCounter counter, int sample, long seed)
      throws IOException {
    BeirFolder folder = BeirFolder.of(path);
    Map<String, Document> documents;
    try (Stream<Document> all = folder.documents()) {
      documents = all.collect(Collectors.toMap(Document::id, Function.identity()));
    }
    List<Case> cases = cases(path, folder, documents, sample, seed);
    for (int budget : BUDGETS) {
      double[] truncated = new double[0];
      for (Map.Entry<String, Policy> policy : policies.entrySet()) {
        double[] kept = new double[cases.size()];
        long tokens = 0;
        for (int i = 0; i < kept.length; i++) {
          Case one = cases.get(i);
          Context context = policy.getValue().context(one.question(), one.hits(), counter, budget);
          kept[i] = one.gold().kept(context.evidence(), documents);
          tokens += context.tokens();
        }
        boolean first = truncated.length == 0;
        truncated = first ? kept : truncated;
        PairedComparison compared = PairedComparison.of(kept, truncated);
        System.out.printf(
            Locale.ROOT,
            "| %s | %d | %d | %s | %.3f | %.0f | %s |%n",
            path.getFileName(),
            kept.length,
            budget,
            policy.getKey(),
            Arrays.stream(kept).average().orElse(Double.NaN),
            (double) tokens / kept.length,
            first ? "" : Decimals.signed(compared.difference()) + " " + compared.interval());
      }
    }
  }

  /** The questions whose gold evidence is known, with the passages that BM25 finds. */
  private static List<Case> cases(
      Path path, BeirFolder folder, Map<String, Document> documents, int sample, long seed)
      throws IOException {
    Map<String, Map<String, Integer>> qrels = folder.qrels("test");
    List<JsonNode> questions = new ArrayList<>(GoldEvidence.questions(path));
    Collections.shuffle(questions, new Random(seed));
    List<Case> cases = new ArrayList<>();
    int without = 0;
    try (LuceneIndex index = LuceneIndex.inMemory()) {
      index.addAll(folder.passages(Chunkers.whole()));
      for (JsonNode question : questions.subList(0, Math.min(sample, questions.size()))) {
        Map<String, Integer> judged = qrels.getOrDefault(question.get("_id").asText(), Map.of());
        GoldEvidence gold = GoldEvidence.of(question, judged.keySet(), documents);
        if (gold.isEmpty()) {
          without++;
        } else {
          String text = question.get("text").asText();
          cases.add(new Case(Query.of(text), index.bm25().retrieve(text, DEPTH).hits(), gold));
        }
      }
    }
    System.err.printf(
        Locale.ROOT,
        "%s: %d questions, %d left out since their gold evidence is not in the documents' words%n",
        path.getFileName(),
        cases.size(),
        without);
    return cases;
  }
}
