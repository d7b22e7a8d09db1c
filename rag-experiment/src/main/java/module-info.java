/** Experiments over the stages of pipelines: comparisons, causes of failures, advice, reports. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("requires-automatic")
module dev.ragwright.experiment {
  requires transitive dev.ragwright.eval;
  requires dev.ragwright.source;
  requires static transitive org.jspecify;
  requires org.slf4j;
  requires com.fasterxml.jackson.databind;
  requires com.h2database.mvstore;
  requires jdk.management;
  requires org.jsoup;

  exports dev.ragwright.experiment;
  exports dev.ragwright.experiment.report;
}
