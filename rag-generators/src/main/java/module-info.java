/**
 * Generators: extractive ones, which quote and need no language model, small language models in
 * this process, and chat models of LangChain4j.
 */
@org.jspecify.annotations.NullMarked
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module dev.ragwright.generators {
  requires com.fasterxml.jackson.databind;
  requires transitive dev.ragwright.core;
  requires transitive dev.ragwright.onnx;
  requires transitive langchain4j.core;
  requires static transitive org.jspecify;

  exports dev.ragwright.generators.extractive;
  exports dev.ragwright.generators.langchain4j;
  exports dev.ragwright.generators.onnx;
}
