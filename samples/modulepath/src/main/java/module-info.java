/** What an application names: its stages' modules; what these need comes with them. */
module sample.modulepath {
  requires com.fasterxml.jackson.databind;
  requires dev.ragwright.generators;
  requires dev.ragwright.retrievers;
  requires dev.ragwright.source;
}
