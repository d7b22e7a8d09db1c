/** Models of a few kilobytes for our own tests. */
@org.jspecify.annotations.NullMarked
module dev.ragwright.testmodels {
  requires static org.jspecify;

  exports dev.ragwright.testmodels;
}
