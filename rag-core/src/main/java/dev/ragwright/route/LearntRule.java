package dev.ragwright.route;

import dev.ragwright.call.CallContext;
import dev.ragwright.call.StageDescription;
import dev.ragwright.call.Usage;
import dev.ragwright.generate.GenerationRequest;
import dev.ragwright.text.Sha;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** Chooses the first generator that probably suffices. */
record LearntRule(RouteModel model, double suffices) implements RoutingRule {

  static LearntRule of(RouteModel model, double suffices, StageDescription pipeline) {
    if (!(suffices > 0 && suffices < 1)) {
      throw new IllegalArgumentException("suffices must be above 0 and below 1, was " + suffices);
    }
    if (!model.features().equals(RouteFeatures.names())) {
      throw new IllegalArgumentException(
          "the model was learnt from %s, and this version has %s; learn it anew"
              .formatted(model.features(), RouteFeatures.names()));
    }
    String here = RouteModel.before(pipeline);
    if (!model.before().equals(here)) {
      throw new IllegalArgumentException(
          "the model was learnt for contexts of %s, which those of %s cannot be compared with; learn one for them"
              .formatted(model.before(), here));
    }
    return new LearntRule(model, suffices);
  }

  @Override
  public Choice choose(GenerationRequest request, CallContext context) {
    context.throwIfStopped();
    RouteFeatures features = RouteFeatures.of(request);
    int last = model.generators().size() - 1;
    double nearest = 0;
    for (int i = 0; i < last; i++) {
      double likely = model.suffices(i, features);
      if (likely >= suffices) {
        return new Choice(
            model.generators().get(i).name(),
            String.format(Locale.ROOT, "it suffices with probability %.3f", likely),
            Usage.none());
      }
      nearest = Math.max(nearest, likely);
    }
    return new Choice(
        model.generators().get(last).name(),
        String.format(Locale.ROOT, "a cheaper one suffices with probability %.3f only", nearest),
        Usage.none());
  }

  @Override
  public void check(Map<String, StageDescription> generators) {
    for (RouteModel.Target target : model.generators()) {
      StageDescription here = generators.get(target.name());
      if (here == null) {
        throw new IllegalArgumentException(
            "the model was learnt for a generator \"%s\", and the router has %s"
                .formatted(target.name(), generators.keySet()));
      }
      if (here.opaque()) {
        throw new IllegalArgumentException(
            "the generator \"%s\" is %s, which does not say what it is, so a model cannot have been"
                    .formatted(target.name(), here)
                + " learnt for it; give it a name with named(\"...\"), or override its description()");
      }
      String settings = here.withoutContent().toString();
      if (!settings.equals(target.description())) {
        throw new IllegalArgumentException(
            "the model was learnt for \"%s\" as %s, and here it is %s; learn one for it"
                .formatted(target.name(), target.description(), settings));
      }
    }
  }

  @Override
  public StageDescription description() {
    return StageDescription.of("rule", "learnt")
        .with("suffices", suffices)
        .with("learntOn", model.learntOn())
        .with("modelNumbers", Sha.hex(model.toString().getBytes(StandardCharsets.UTF_8)));
  }
}
