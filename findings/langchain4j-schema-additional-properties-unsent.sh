#!/usr/bin/env bash
# langchain4j-core 1.23.0 with langchain4j-open-ai 1.19.0: additionalProperties(false) of a JsonObjectSchema is not sent to the provider.
#
# A schema of a response format whose builder was told additionalProperties(false). Expected: "additionalProperties": false in the request's
# JSON schema, so that the provider's own mode refuses other properties. JsonSchemaElementUtils.toMap(element) writes it only for strict schemas,
# where it writes it whatever the builder was told, and makes every property required.
#
# Seen: not in the request; with strictJsonSchema(true) it is, and so is a property among the required ones that was optional.
# Exit status 0: this is still so. 1: it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>dev.langchain4j</groupId><artifactId>langchain4j-core</artifactId><version>1.23.0</version></dependency>
    <dependency><groupId>dev.langchain4j</groupId><artifactId>langchain4j-open-ai</artifactId><version>1.19.0</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B -f "$folder/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$folder/lib"
cat > "$folder/Sent.java" <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.openai.OpenAiChatModel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

class Sent {
  static volatile String sent;

  public static void main(String... args) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> {
      sent = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8).replaceAll("\\s", "");
      byte[] body = "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"{}\"},\"finish_reason\":\"stop\"}]}".getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    String loose = sent(url, false);
    String strict = sent(url, true);
    boolean isSent = loose.contains("\"additionalProperties\":false");
    boolean isSentStrictly = strict.contains("\"additionalProperties\":false");
    boolean isRequired = strict.contains("\"required\":[\"answer\",\"note\"]");
    System.out.println("sent: " + isSent + ", if strict: " + isSentStrictly + ", the optional one required then: " + isRequired);
    System.exit(!isSent && isSentStrictly && isRequired ? 0 : 1);
  }

  static String sent(String url, boolean strict) {
    JsonObjectSchema root =
        JsonObjectSchema.builder().addStringProperty("answer").addStringProperty("note").required("answer").additionalProperties(false).build();
    ResponseFormat format =
        ResponseFormat.builder().type(ResponseFormatType.JSON).jsonSchema(JsonSchema.builder().name("Reply").rootElement(root).build()).build();
    OpenAiChatModel.builder().baseUrl(url).apiKey("none").modelName("m").strictJsonSchema(strict).build()
        .chat(ChatRequest.builder().messages(UserMessage.from("Reply.")).responseFormat(format).build());
    return sent;
  }
}
JAVA
"${JAVA_HOME:+$JAVA_HOME/bin/}java" --class-path "$folder/lib/*" "$folder/Sent.java"
