/** Models of a few kilobytes for our own tests, and where these find the repository. */
@org.jspecify.annotations.NullMarked
module dev.ragwright.testmodels {
  requires static org.jspecify;
  requires org.junit.jupiter.api;

  exports dev.ragwright.testmodels;
}
