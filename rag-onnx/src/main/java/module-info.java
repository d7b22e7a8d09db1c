/** Local small models: ONNX sessions, tokenizers and model folders. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings({"module", "requires-automatic"}) // siblings are built after this one
module dev.ragwright.onnx {
  requires ai.djl.tokenizers;
  requires com.fasterxml.jackson.databind;
  requires com.google.gson; // of the tokenizers too, which cannot say so: they have no descriptor
  requires com.microsoft.onnxruntime;
  requires java.management;
  requires java.net.http;
  requires org.slf4j;
  requires transitive dev.ragwright.core;
  requires static transitive org.jspecify;

  exports dev.ragwright.onnx;
  exports dev.ragwright.onnx.check;
  exports dev.ragwright.onnx.hub;
  exports dev.ragwright.onnx.runtime to
      dev.ragwright.generators,
      dev.ragwright.retrievers;
}
