package dev.ragwright.route;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.generate.Generation;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.text.Words;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The share of the words that stand in the evidence. */
enum WordSupport implements Share {
  INSTANCE;

  @Override
  public Scored score(GenerationRequest request, Generation generation, CallContext context) {
    context.throwIfStopped();
    List<String> words = Words.of(generation.text()).toList();
    if (words.isEmpty()) {
      return Scored.none();
    }
    Set<String> given = new HashSet<>();
    Share.read(request, generation)
        .evidence()
        .forEach(evidence -> Words.of(evidence.passage().text()).forEach(given::add));
    return Scored.of((double) words.stream().filter(given::contains).count() / words.size());
  }

  @Override
  public boolean readsTextOnly() {
    return true;
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("acceptance", "words");
  }
}
