/** Stages that ask a service again, wait for it, spare it and have another one answer for it. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("requires-automatic")
module dev.ragwright.resilience {
  requires transitive dev.ragwright.core;
  requires io.github.resilience4j.circuitbreaker;
  requires io.github.resilience4j.core;
  requires io.github.resilience4j.ratelimiter;
  requires io.github.resilience4j.retry;
  requires static transitive org.jspecify;

  exports dev.ragwright.resilience;
}
