/** Numbers one can trust: ranking and answer metrics, statistics, gates. */
@org.jspecify.annotations.NullMarked
module dev.ragwright.eval {
  requires transitive dev.ragwright.core;
  requires dev.ragwright.source;
  requires static org.assertj.core; // transitive, it would be asked of every module
  requires static transitive org.jspecify;
  requires org.slf4j;
  requires com.fasterxml.jackson.databind;

  exports dev.ragwright.eval;
  exports dev.ragwright.eval.ranking;
  exports dev.ragwright.eval.answer;
  exports dev.ragwright.eval.gate;
  exports dev.ragwright.eval.stats;
}
