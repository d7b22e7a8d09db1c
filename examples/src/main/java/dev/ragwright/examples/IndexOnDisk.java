package dev.ragwright.examples;

import dev.ragwright.document.Chunkers;
import dev.ragwright.index.SyncReport;
import dev.ragwright.retrievers.embedding.OnnxEmbedder;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import dev.ragwright.source.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Keeps an index in a folder and up to date with documents that change: the next start reads and
 * embeds only what is new.
 *
 * <p>{@code mvn -q -Pexample -Dexample=IndexOnDisk}
 */
public final class IndexOnDisk {
  private IndexOnDisk() {}

  /** Takes no arguments. */
  public static void main(String... args) throws IOException {
    Path work = Files.createTempDirectory("index-on-disk");
    Path documents = Files.createDirectory(work.resolve("documents"));
    Files.writeString(documents.resolve("keys.md"), "# Keys\n\nRotate the signing key yearly.\n");
    Files.writeString(
        documents.resolve("login.md"), "# Login\n\nFive wrong passwords lock you out.\n");
    start(work);

    Files.writeString(
        documents.resolve("login.md"), "# Login\n\nTen wrong passwords lock you out.\n");
    Files.writeString(documents.resolve("backup.md"), "# Backup\n\nCopied every night.\n");
    Files.delete(documents.resolve("keys.md"));
    start(work);
    start(work);
  }

  /** What an application does when it starts, and each time that documents may have changed. */
  private static void start(Path work) {
    try (OnnxEmbedder embedder = OnnxEmbedder.bgeSmallEn();
        LuceneIndex index = LuceneIndex.open(work.resolve("index"), embedder)) {
      SyncReport report = index.sync(Folder.of(work.resolve("documents")), Chunkers.markdown(300));
      System.out.printf(
          Locale.ROOT,
          "%d added, %d changed, %d unchanged, %d removed; found: %s%n",
          report.added(),
          report.updated(),
          report.unchanged(),
          report.removed(),
          index
              .hybrid()
              .retrieve("locked out", 1)
              .hits()
              .getFirst()
              .passage()
              .text()
              .replaceAll("\\s+", " ")
              .strip());
    }
  }
}
