/** LangChain4j's models and stores as stages of a pipeline, and stages as its models. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module dev.ragwright.langchain4j {
  requires transitive dev.ragwright.core;
  requires com.fasterxml.jackson.core; // whose exceptions its clients throw
  requires static com.networknt.schema; // for answers in JSON
  requires transitive java.net.http;
  requires org.slf4j;
  requires transitive langchain4j.core;
  requires static transitive dev.ragwright.generators;
  requires static transitive dev.ragwright.source;
  requires static transitive org.jspecify;

  exports dev.ragwright.langchain4j;
}
