/** Generators: for now the extractive one, which needs no language model. */
@org.jspecify.annotations.NullMarked
module dev.ragwright.generators {
  requires transitive dev.ragwright.core;
  requires static transitive org.jspecify;

  exports dev.ragwright.generators.extractive;
}
