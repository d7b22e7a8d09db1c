/** Documents from files, and the one reader of text files. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("module") // which are compiled later, and not found until then
module dev.ragwright.source {
  requires transitive dev.ragwright.core;
  requires static transitive org.jspecify;
  requires com.fasterxml.jackson.databind;
  requires org.slf4j;

  uses dev.ragwright.source.DocumentReader.Provider;

  exports dev.ragwright.source;
  exports dev.ragwright.source.files to
      dev.ragwright.eval,
      dev.ragwright.experiment,
      dev.ragwright.observe;
}
