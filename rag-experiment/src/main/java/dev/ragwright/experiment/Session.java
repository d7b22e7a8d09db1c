package dev.ragwright.experiment;

import dev.ragwright.call.CallContext;

/** What the runs of one call of an experiment share: the store, what is spent, what is known. */
record Session(
    StageStore store,
    StageCalls calls,
    Identities identities,
    ChangeCosts pricing,
    CallContext context) {

  static Session of(StageStore store, Settings settings, CallContext context) {
    Identities identities = new Identities(store.lasts());
    ChangeCosts pricing = new ChangeCosts(settings.prices());
    Allowance allowance = new Allowance(settings.budget());
    StageCalls calls =
        new StageCalls(
            store,
            allowance,
            (key, result) -> pricing.of(identities.description(key.identity()), result),
            context);
    return new Session(store, calls, identities, pricing, context);
  }
}
