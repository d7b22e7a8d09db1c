package dev.ragwright.generate;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.document.Passage;
import dev.ragwright.document.TokenCounter;
import dev.ragwright.generate.Context.Dropped;
import dev.ragwright.generate.Context.Reason;
import dev.ragwright.retrieve.Hit;
import dev.ragwright.retrieve.Query;
import dev.ragwright.retrieve.Reranker;
import dev.ragwright.trace.StageRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** One context in the making: applies an assembler's policies one by one, each with its record. */
final class AssemblyRun {
  /** What has no room, or no use, but is another thing than what is read. */
  private static final Set<Reason> WITH_TITLE =
      EnumSet.of(Reason.SCORE_GAP, Reason.OVER_BUDGET, Reason.NOT_SELECTED);

  private final ContextAssembler settings;
  private final TokenCounter counter;
  private final List<Turn> turns;
  private final CallContext context;
  private final List<Dropped> dropped = new ArrayList<>();
  private final List<StageRecord> parts = new ArrayList<>();
  private Usage usage = Usage.none();
  private long began;
  private int told; // of `dropped`, in the records so far

  private int budget; // what the history leaves of it

  AssemblyRun(
      ContextAssembler settings, List<Turn> turns, TokenCounter counter, CallContext context) {
    this.settings = settings;
    this.turns = turns;
    this.budget = settings.budget;
    this.counter = counter;
    this.context = context;
    this.began = context.ticker().nanos();
  }

  Assembly of(Query question, List<Hit> hits) {
    context.throwIfStopped();
    List<Turn> history = history();
    List<Hit> distinct = withoutDuplicates(beforeGap(hits));
    Reranker selection = settings.selection;
    BudgetFill fill =
        selection == null ? passages(distinct) : sentences(question, distinct, selection);
    List<Block> ordered = ordered(fill.blocks());
    List<String> titles = settings.titlesOfDropped ? titles(hits, fill) : List.of();
    int tokens =
        settings.budget - budget + fill.tokens() + titles.stream().mapToInt(counter::count).sum();
    List<Evidence> evidence = ordered.stream().map(Block::evidence).toList();
    return new Assembly(new Context(evidence, tokens, dropped, titles, history), usage, parts);
  }

  private List<Turn> history() {
    if (settings.history == 0) {
      return List.of();
    }
    List<Turn> answered = turns.stream().filter(turn -> !turn.answer().isBlank()).toList();
    List<Turn> history = new ArrayList<>();
    int tokens = 0;
    for (Turn turn : answered.reversed().subList(0, Math.min(settings.history, answered.size()))) {
      int more = counter.count(turn.asked()) + counter.count(turn.answer());
      if (tokens + more > settings.budget / 2) {
        break;
      }
      tokens += more;
      history.addFirst(turn);
    }
    budget -= tokens;
    if (!turns.isEmpty()) {
      record(StageDescription.of("context", "history"), Usage.none(), history.size());
    }
    return history;
  }

  private List<Hit> beforeGap(List<Hit> hits) {
    if (settings.scoreGap < 0 || hits.isEmpty()) {
      return hits;
    }
    int keep = ScoreGap.keep(hits, settings.scoreGap);
    hits.subList(keep, hits.size()).forEach(hit -> drop(hit, Reason.SCORE_GAP));
    record("scoreGap", keep);
    return hits.subList(0, keep);
  }

  private List<Hit> withoutDuplicates(List<Hit> hits) {
    if (!settings.dedupe) {
      return hits;
    }
    Duplicates duplicates = new Duplicates(settings.nearDuplicates);
    List<Hit> kept = new ArrayList<>();
    for (Hit hit : hits) {
      context.throwIfStopped();
      Optional<Reason> reason = duplicates.add(hit.passage().text());
      reason.ifPresentOrElse(why -> drop(hit, why), () -> kept.add(hit));
    }
    record("duplicates", kept.size());
    return kept;
  }

  private BudgetFill passages(List<Hit> hits) {
    BudgetFill fill = new BudgetFill(counter, budget, settings.mergeNeighbours);
    for (Hit hit : hits) {
      context.throwIfStopped();
      Passage passage = hit.passage();
      fill.add(new Block(passage.start(), passage.end(), hit.score(), List.of(passage)))
          .ifPresent(reason -> drop(hit, reason));
    }
    record("budget", fill.blocks().size());
    return fill;
  }

  private BudgetFill sentences(Query question, List<Hit> hits, Reranker reranker) {
    SentenceSelection selection = new SentenceSelection(question, hits, reranker, context);
    BudgetFill fill = new BudgetFill(counter, budget, true);
    Duplicates duplicates = new Duplicates(settings.nearDuplicates);
    for (Block sentence : selection.blocks()) {
      context.throwIfStopped();
      if (!settings.dedupe || duplicates.add(sentence.passage().text()).isEmpty()) {
        fill.add(sentence);
      }
    }
    dropped.addAll(selection.dropped(fill.blocks()));
    usage = usage.plus(selection.ranked().usage());
    StageDescription described =
        StageDescription.of("context", "selection").withParts(List.of(reranker.description()));
    record(described, selection.ranked().usage(), fill.blocks().size());
    return fill;
  }

  private List<Block> ordered(List<Block> bestFirst) {
    if (settings.selection == null && settings.order != ContextOrder.DOCUMENT) {
      return settings.order.arrange(bestFirst);
    }
    Map<String, List<Block>> documents = new LinkedHashMap<>();
    for (Block block : bestFirst) {
      documents.computeIfAbsent(block.passage().documentId(), id -> new ArrayList<>()).add(block);
    }
    return settings.order.arrange(List.copyOf(documents.values())).stream()
        .flatMap(
            blocks ->
                blocks.stream().sorted(Comparator.comparingInt(block -> block.passage().start())))
        .toList();
  }

  private List<String> titles(List<Hit> hits, BudgetFill fill) {
    Set<String> wanted =
        dropped.stream()
            .filter(one -> WITH_TITLE.contains(one.reason()))
            .map(Dropped::passageId)
            .collect(Collectors.toSet());
    List<Passage> missing =
        hits.stream().map(Hit::passage).filter(passage -> wanted.contains(passage.id())).toList();
    List<String> titles = new ArrayList<>();
    int tokens = fill.tokens();
    for (String title : Titles.of(missing, fill.blocks().stream().map(Block::passage).toList())) {
      int more = counter.count(title);
      if (tokens + more <= budget) {
        tokens += more;
        titles.add(title);
      }
    }
    record(StageDescription.of("context", "titles"), Usage.none(), titles.size());
    return titles;
  }

  private void drop(Hit hit, Reason reason) {
    dropped.add(new Dropped(hit.passage().id(), reason));
  }

  /** Ends a policy that only leaves out; one that left out nothing has nothing to tell. */
  private void record(String policy, int kept) {
    if (told < dropped.size()) {
      record(StageDescription.of("context", policy), Usage.none(), kept);
    } else {
      began = context.ticker().nanos();
    }
  }

  /** Ends a policy: what was dropped since the last one ended is its doing. */
  private void record(StageDescription policy, Usage used, int kept) {
    long now = context.ticker().nanos();
    StageRecord record =
        StageRecord.of("context", policy, Duration.ofNanos(now - began), used).with("kept", kept);
    List<Dropped> own = dropped.subList(told, dropped.size());
    parts.add(own.isEmpty() ? record : record.with("dropped", listed(own)));
    told = dropped.size();
    began = now;
  }

  private static String listed(List<Dropped> dropped) {
    return dropped.stream().map(Dropped::toString).collect(Collectors.joining("; "));
  }
}
