package dev.ragwright.langchain4j;

import dev.ragwright.generate.Generator;
import dev.ragwright.testkit.GeneratorContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

class ChatModelContractTest {
  @SuppressWarnings("NullAway.Init")
  private static ScriptedServer server;

  @BeforeAll
  static void start() {
    server = new ScriptedServer(ScriptedServer.says("It rises in the Alps [1]. So it is [2, 9]."));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Nested
  class Whole extends GeneratorContract {
    @Override
    protected Generator generator() {
      return ChatModelGenerator.of(Models.whole(server));
    }
  }

  @Nested
  class Streaming extends GeneratorContract {
    @Override
    protected Generator generator() {
      return ChatModelGenerator.of(Models.streaming(server));
    }
  }
}
