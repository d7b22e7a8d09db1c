#!/usr/bin/env bash
# JDK 24 and later: StAX refuses valid XML that has more than 100,000 "&amp;", "&lt;" and their kin.
#
# Expected: XML's five predefined references, such as &amp;, are one character each and expand nothing, so a
# document may have any number of them. The defaults of jdk.xml.maxGeneralEntitySizeLimit count them
# over the whole document as one entity "[xml]", and end the reading at the 100,001st; a sheet or text of a
# few megabytes has as many. Numeric references, such as &#38;, are not counted.
#
# Seen: JDK 25.0.3 reads 100,000 and refuses 100,001 with JAXP00010003; 100,001 of &#38; are read. JDK 17 reads all.
# Exit status 0: this is still so, or skipped because java is older than 24. 1: it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
feature=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/ *java.specification.version = //p')
if [ "${feature%%.*}" -lt 24 ]; then
  echo "skipped: $java is JDK $feature; JAVA_HOME names a JDK 24 or later"
  exit 0
fi
cat > "$folder/References.java" <<'JAVA'
import java.io.StringReader;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

class References {
  static String read(String reference, int times) throws Exception {
    String xml = "<a>" + reference.repeat(times) + "</a>";
    try {
      XMLStreamReader reader = XMLInputFactory.newFactory().createXMLStreamReader(new StringReader(xml));
      while (reader.hasNext()) {
        reader.next();
      }
      return "read";
    } catch (XMLStreamException e) {
      return e.getMessage().replaceAll("\\s+", " ");
    }
  }

  public static void main(String... args) throws Exception {
    String few = read("&amp;", 100_000);
    String many = read("&amp;", 100_001);
    String numeric = read("&#38;", 100_001);
    System.out.println("100,000 &amp;: " + few);
    System.out.println("100,001 &amp;: " + many);
    System.out.println("100,001 &#38;: " + numeric);
    boolean still =
        few.equals("read")
            && many.contains("jdk.xml.maxGeneralEntitySizeLimit")
            && numeric.equals("read");
    System.exit(still ? 0 : 1);
  }
}
JAVA
"$java" "$folder/References.java"
