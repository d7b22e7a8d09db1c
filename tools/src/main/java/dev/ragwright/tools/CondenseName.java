package dev.ragwright.tools;

import dev.ragwright.generate.Condenser;
import dev.ragwright.generate.Generator;
import dev.ragwright.generators.onnx.DecodingOptions;
import dev.ragwright.generators.onnx.OnnxGenerator;
import dev.ragwright.onnx.ModelFolder;
import java.util.List;
import java.util.function.UnaryOperator;

/** What makes a question stand alone, as a command line names it. */
record CondenseName(String text, StageName stage) {
  static final String ALLOWED = "none|english|joining|onnx:DIR";
  private static final int MOST_TOKENS = 60;

  static CondenseName of(String text) {
    return new CondenseName(
        text, StageName.of("--condense", text, List.of(ALLOWED.split("\\|", -1))));
  }

  /** The condenser; a model is handed to {@code closing}. */
  Condenser open(UnaryOperator<OnnxGenerator> closing) {
    return switch (stage.name()) {
      case "english" -> Condenser.english();
      case "joining" -> Condenser.joining();
      case "onnx" -> Condenser.of(model(closing));
      default -> Condenser.none();
    };
  }

  private Generator model(UnaryOperator<OnnxGenerator> closing) {
    return closing.apply(
        OnnxGenerator.builder(ModelFolder.of(stage.folder()))
            .decoding(DecodingOptions.builder().maxTokens(MOST_TOKENS).build())
            .build());
  }

  @Override
  public String toString() {
    return stage.hasFolder() ? stage.name() + ":" + stage.folder().getFileName() : text;
  }
}
