/** An application that is a module, as a user would write it. */
module consumer {
  requires dev.ragwright.eval;
  requires dev.ragwright.generators;
  requires dev.ragwright.retrievers;
  requires dev.ragwright.testkit;
}
