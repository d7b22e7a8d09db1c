/** Numbers one can trust: ranking and answer metrics, statistics, gates. */
@org.jspecify.annotations.NullMarked
module dev.ragwright.eval {
  requires transitive dev.ragwright.core;
  requires dev.ragwright.source;
  requires static org.assertj.core; // transitive, it would be asked of every module
  requires static transitive org.jspecify;
  requires org.slf4j;
  requires com.fasterxml.jackson.databind;
  requires org.apache.commons.numbers.gamma;
  requires org.apache.commons.statistics.distribution;
  requires org.apache.commons.statistics.interval;
  requires jdk.management;

  exports dev.ragwright.eval;
  exports dev.ragwright.eval.ranking;
  exports dev.ragwright.eval.answer;
  exports dev.ragwright.eval.gate;
  exports dev.ragwright.eval.learn;
  exports dev.ragwright.eval.route;
  exports dev.ragwright.eval.stats;
}
