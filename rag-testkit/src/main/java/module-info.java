/** Contract tests for the stages of a pipeline, and stand-ins for them. */
@org.jspecify.annotations.NullMarked
module dev.ragwright.testkit {
  requires static transitive org.jspecify;
  requires transitive dev.ragwright.core;
  requires transitive org.junit.jupiter.api;
  requires org.assertj.core;
  requires static com.fasterxml.jackson.databind; // for recordings

  exports dev.ragwright.testkit;

  // The tests of a contract are package-private: they are for JUnit to call, not for people.
  opens dev.ragwright.testkit to
      org.junit.platform.commons;
}
