#!/usr/bin/env bash
# lucene-core 10.6.0: an interrupted thread that only searches, and gives back the last reference to a near-real-time reader, ends the writer.
#
# MMapDirectory, a SearcherManager over an IndexWriter. A thread takes a searcher; meanwhile passages are added, merged into one segment and committed, and
# the manager is refreshed, so that the old segment's files are for that searcher alone. The thread is interrupted and releases it. Expected: MMapDirectory
# does not mind interrupts (NIOFSDirectory's Javadoc names it as what to use with them), and a searcher's release does nothing to the writer.
#
# Seen: the last release deletes the old files through the writer's directory, which first asks its NativeFSLock whether it is still valid; that reads the
# size of the lock file's channel, which the JDK closes in interrupted hands. release() throws ClosedByInterruptException, and the writer adds and commits
# no more: its next write throws ClosedChannelException or AlreadyClosedException. Clearing the interrupt around release() avoids it.
# Source: StandardDirectoryReader.doClose, IndexWriter.decRefDeleter, LockValidatingDirectoryWrapper.deleteFile, NativeFSLockFactory.
# Exit status 0: this is still so. 1: it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.lucene</groupId><artifactId>lucene-core</artifactId><version>10.6.0</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B -f "$folder/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$folder/lib"
cat > "$folder/Released.java" <<'JAVA'
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.MMapDirectory;

class Released {
  static IOException failure;

  static void add(IndexWriter writer, String id) throws IOException {
    Document document = new Document();
    document.add(new StringField("id", id, Field.Store.YES));
    writer.addDocument(document);
  }

  /** Whether the writer still commits. */
  static boolean commits(Path folder, boolean keepsInterrupt) throws Exception {
    IndexWriter writer = new IndexWriter(new MMapDirectory(folder), new IndexWriterConfig(new StandardAnalyzer()));
    SearcherManager searchers = new SearcherManager(writer, null);
    add(writer, "first");
    writer.commit();
    searchers.maybeRefreshBlocking();
    IndexSearcher searcher = searchers.acquire();
    add(writer, "second");
    writer.forceMerge(1);
    writer.commit();
    searchers.maybeRefreshBlocking();
    Thread searching = new Thread(() -> {
      Thread.currentThread().interrupt(); // whoever owns the thread wants it to end
      boolean kept = keepsInterrupt && Thread.interrupted();
      try {
        searchers.release(searcher);
      } catch (IOException e) {
        failure = e;
      }
    });
    searching.start();
    searching.join();
    try {
      add(writer, "third");
      writer.commit();
      writer.close();
      return true;
    } catch (AlreadyClosedException | IOException e) {
      return false;
    }
  }

  public static void main(String... args) throws Exception {
    boolean interrupted = commits(Path.of(args[0], "one"), false);
    boolean closed = failure instanceof ClosedByInterruptException;
    boolean kept = commits(Path.of(args[0], "two"), true);
    System.out.println("commits after an interrupted release: " + interrupted + ", after one whose interrupt was kept for later: " + kept);
    System.exit(!interrupted && closed && kept ? 0 : 1);
  }
}
JAVA
for java in "${JAVA_HOME:-none}/bin/java" java /usr/lib/jvm/*/bin/java; do # Lucene 10 needs 21
  version=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p') || true
  [ "${version:-0}" -ge 21 ] && break
done
"$java" --class-path "$folder/lib/*" "$folder/Released.java" "$folder"
