#!/usr/bin/env bash
# jackson-core 2.22.4: a field's name with half a character (a surrogate alone), which the generator writes, the parser refuses; of a value
# it takes the same.
#
# RFC 8259, section 8.2: the grammar allows such strings, for example "\uDEAD", and what receives them does may differ. Expected of one library:
# what it wrote itself it reads, or neither name nor value. A map whose keys are any Java strings does not come back.
#
# Seen: {"\ud83c":"x"} is written with ESCAPE_NON_ASCII, and read as "Broken surrogate pair in field name", and so is a low surrogate;
# {"x":"\ud83c"} comes back as it was.
# Exit status 0: this is still so. 1: it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>com.fasterxml.jackson.core</groupId><artifactId>jackson-core</artifactId><version>2.22.4</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B -f "$folder/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$folder/lib"
cat > "$folder/Names.java" <<'JAVA'
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.StringWriter;

class Names {
  static final JsonFactory JSON = JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  /** Whether an object of one name and value comes back as it was. */
  static String comesBack(String name, String value) throws Exception {
    StringWriter written = new StringWriter();
    try (var generator = JSON.createGenerator(written)) {
      generator.writeStartObject();
      generator.writeStringField(name, value);
      generator.writeEndObject();
    }
    try (var parser = JSON.createParser(written.toString())) {
      parser.nextToken();
      boolean same = parser.nextFieldName().equals(name) && parser.nextTextValue().equals(value);
      return same ? "yes" : "changed";
    } catch (JsonParseException e) {
      return "refused";
    }
  }

  public static void main(String... args) throws Exception {
    System.out.print(comesBack("\ud83c", "x") + " " + comesBack("x", "\ud83c") + " " + comesBack("\udf0a", "x"));
  }
}
JAVA
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
found=$("$java" --class-path "$folder/lib/*" "$folder/Names.java")
echo "a high surrogate comes back as a name, as a value, and a low one as a name: $found"
[ "$found" = "refused yes refused" ]
