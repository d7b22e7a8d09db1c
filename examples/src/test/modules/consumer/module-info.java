/** An application that is a module, as a user would write it. */
module consumer {
  requires dev.ragwright.experiment;
  requires dev.ragwright.generators;
  requires dev.ragwright.langchain4j;
  requires dev.ragwright.observe;
  requires dev.ragwright.retrievers;
  requires dev.ragwright.source;
  requires dev.ragwright.testmodels;
}
