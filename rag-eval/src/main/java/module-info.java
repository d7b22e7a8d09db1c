/** Numbers one can trust: ranking and answer metrics, statistics, gates. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("requires-automatic")
module dev.ragwright.eval {
  requires transitive dev.ragwright.core;
  requires transitive dev.ragwright.onnx;
  requires dev.ragwright.retrievers;
  requires static org.assertj.core; // transitive, it would be asked of every module
  requires static io.opentelemetry.api;
  requires static io.opentelemetry.context;
  requires static micrometer.core;
  requires static transitive org.jspecify;
  requires org.slf4j;
  requires com.fasterxml.jackson.databind;
  requires com.h2database.mvstore;
  requires jdk.management;
  requires org.apache.commons.statistics.distribution;
  requires org.apache.commons.statistics.interval;
  requires org.jsoup;

  exports dev.ragwright.eval;
  exports dev.ragwright.eval.ranking;
  exports dev.ragwright.eval.answer;
  exports dev.ragwright.eval.experiment;
  exports dev.ragwright.eval.gate;
  exports dev.ragwright.eval.monitor;
  exports dev.ragwright.eval.monitor.micrometer;
  exports dev.ragwright.eval.monitor.opentelemetry;
  exports dev.ragwright.eval.report;
  exports dev.ragwright.eval.stats;

  // Files and memos are read into records.
  opens dev.ragwright.eval.experiment to
      com.fasterxml.jackson.databind;
  opens dev.ragwright.eval.monitor to
      com.fasterxml.jackson.databind;
}
