/** What runs in production is watched: trace log, health of retrieval, meters and spans. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("requires-automatic")
module dev.ragwright.observe {
  requires transitive dev.ragwright.core;
  requires static dev.ragwright.eval; // for health, shadows, and question sets made of logs
  requires static dev.ragwright.source;
  requires static com.fasterxml.jackson.databind;
  requires static io.opentelemetry.api;
  requires static io.opentelemetry.context;
  requires static micrometer.core;
  requires static transitive org.jspecify;
  requires org.slf4j;

  exports dev.ragwright.observe;
  exports dev.ragwright.observe.micrometer;
  exports dev.ragwright.observe.opentelemetry;

  // The file of FrozenQuestions is read into records.
  opens dev.ragwright.observe to
      com.fasterxml.jackson.databind;
}
