package dev.ragwright.spring.boot;

import dev.ragwright.call.CallContext;
import dev.ragwright.document.Chunker;
import dev.ragwright.document.DocumentSource;
import dev.ragwright.index.RemovalRefusedException;
import dev.ragwright.index.SyncReport;
import dev.ragwright.retrievers.lucene.LuceneIndex;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Makes the index hold the documents of a source: at the start of the application, before it takes
 * requests, if {@code ragwright.documents.sync-at-start} says so, and whenever {@link #sync()} is
 * called, by a schedule or by hand. The end of the application stops one that runs; what it has
 * written stays, and the next one does the rest. A start goes on where the source lacks more
 * documents than it {@linkplain DocumentSource#removableShare() allows}, as when a folder is not
 * mounted: the index has them still, and the error is logged. Safe to share; one runs at a time.
 */
public final class DocumentSync implements SmartLifecycle, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DocumentSync.class);

  private final LuceneIndex index;
  private final DocumentSource source;
  private final Chunker chunker;
  private final boolean atStart;
  private final CallContext context = CallContext.unbounded();
  private volatile boolean running;

  DocumentSync(LuceneIndex index, DocumentSource source, Chunker chunker, boolean atStart) {
    this.index = index;
    this.source = source;
    this.chunker = chunker;
    this.atStart = atStart;
  }

  /** Syncs, and returns what that did; see {@link LuceneIndex#sync}. */
  public SyncReport sync() {
    SyncReport report = index.sync(source, chunker, context);
    LOG.info(
        "{}: {} documents, {} added, {} updated, {} removed, {} passages embedded",
        index,
        report.documents(),
        report.added(),
        report.updated(),
        report.removed(),
        report.embedded());
    report.problems().forEach(problem -> LOG.warn("not read: {}", problem));
    return report;
  }

  /** For Spring: whether it syncs at start. */
  @Override
  public boolean isAutoStartup() {
    return atStart;
  }

  /** For Spring: before the web server, which is among the last. */
  @Override
  public int getPhase() {
    return 0;
  }

  /** For Spring: syncs. */
  @Override
  public void start() {
    running = true;
    try {
      sync();
    } catch (RemovalRefusedException e) {
      LOG.error("{} goes on with the documents that it has: {}", index, e.getMessage());
    }
  }

  /** For Spring. */
  @Override
  public void stop() {
    running = false;
  }

  /** For Spring. */
  @Override
  public boolean isRunning() {
    return running;
  }

  /** Stops a sync that runs, and all later ones. Idempotent. */
  @Override
  public void close() {
    context.cancel();
  }
}
