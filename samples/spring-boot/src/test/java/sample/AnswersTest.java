package sample;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = "ragwright.index.directory=target/test-index")
class AnswersTest {
  private static final String QUESTION = "How often do I rotate the signing key?";

  @Value("${local.server.port}")
  int port;

  @Test
  void anAnswerHasItsCitations() throws Exception {
    assertThat(new Client(port).ask("/answer", QUESTION))
        .contains("\"outcome\":\"ANSWERED\"")
        .contains("\"text\":\"Rotate the signing key every year.\"")
        .contains("\"documentId\":\"keys.md\",\"start\":21,\"end\":55")
        .contains("\"headings\":[\"Keys\",\"Rotation\"]");
  }

  @Test
  void anAbstentionHasItsReason() throws Exception {
    assertThat(new Client(port).ask("/answer", "How tall is the Eiffel Tower?"))
        .contains("\"outcome\":\"ABSTAINED\"", "\"reason\":\"WEAK_EVIDENCE\"");
  }

  @Test
  void eventsAreThePiecesThenTheAnswer() throws Exception {
    String events = new Client(port).ask("/events", QUESTION);
    assertThat(events)
        .startsWith("event:text\ndata:{\"text\":\"Rotate the signing key every year.\"}\n\n")
        .contains("\n\nevent:answer\ndata:{\"id\":\"")
        .contains("\"start\":21,\"end\":55");
  }

  @Test
  void healthAndMetersAreThere() throws Exception {
    Client client = new Client(port);
    client.ask("/answer", QUESTION);
    assertThat(client.get("/actuator/health")).contains("\"ragwright\":{", "\"documents\":2");
    assertThat(client.get("/actuator/metrics/ragwright.question")).contains("answered");
    assertThat(client.get("/actuator/metrics/ragwright.stage")).contains("retrieve");
  }
}
