#!/usr/bin/env bash
# langchain4j-milvus 1.18.1-beta28: what a search costs grows with the square of the results asked for.
#
# Mapper.toEmbeddingMatches calls SearchResultsWrapper.getRowRecords(), which parses the metadata of all that was found, twice for each that was
# found, and getIDScore() likewise. Expected: four times as many results allocate about four times as much.
#
# Seen on Milvus Lite 3.2.2: 400 results allocate 15.8 times what 100 do, 3.2 GB.
# Exit status 0: this is still so. 1: it has changed.
set -euo pipefail
folder=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" || true; fi; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install milvus-lite==3.2.2 pymilvus==3.0.2
cat > "$folder/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>dev.langchain4j</groupId><artifactId>langchain4j-milvus</artifactId><version>1.18.1-beta28</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B -f "$folder/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$folder/lib"
port=18320
"$folder/venv/bin/milvus-lite" server --data-dir "$folder/data" --host 127.0.0.1 --port "$port" > "$folder/log" 2>&1 &
server=$!
for _ in $(seq 120); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
  sleep 0.5
done
cat > "$folder/Results.java" <<'JAVA'
import com.sun.management.ThreadMXBean;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.milvus.MilvusEmbeddingStore;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

class Results {
  public static void main(String... args) {
    MilvusEmbeddingStore store =
        MilvusEmbeddingStore.builder().uri("http://127.0.0.1:" + args[0]).collectionName("finding").dimension(2).build();
    List<Embedding> embeddings = new ArrayList<>();
    List<TextSegment> segments = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      embeddings.add(Embedding.from(new float[] {1, i}));
      segments.add(TextSegment.from("text " + i, Metadata.from("key", "value " + i)));
    }
    store.addAll(embeddings, segments);
    allocated(store, 100);
    long few = allocated(store, 100);
    long many = allocated(store, 400);
    System.out.printf("100 results: %,d bytes, 400 results: %,d bytes, %.1f times%n", few, many, (double) many / few);
    System.exit(many > 8 * few ? 0 : 1);
  }

  static long allocated(MilvusEmbeddingStore store, int results) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    int found =
        store
            .search(EmbeddingSearchRequest.builder().queryEmbedding(Embedding.from(new float[] {1, 1})).maxResults(results).build())
            .matches()
            .size();
    if (found != results) {
      throw new IllegalStateException(found + " found of " + results);
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
JAVA
"${JAVA_HOME:+$JAVA_HOME/bin/}java" --class-path "$folder/lib/*" "$folder/Results.java" "$port"
