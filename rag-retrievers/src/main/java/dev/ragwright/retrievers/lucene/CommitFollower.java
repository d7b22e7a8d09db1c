package dev.ragwright.retrievers.lucene;

import dev.ragwright.call.CallContext;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.StandardDirectoryReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ReferenceManager;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;

/**
 * The searchers of an index that others write: of its latest commit when it is opened, and of the
 * latest at each refresh. It takes no lock and writes nothing. A commit's files stay readable as
 * long as a searcher has them open, though the writer may have deleted them.
 */
final class CommitFollower extends ReferenceManager<IndexSearcher> {
  private final Directory directory;
  private final Function<Map<String, String>, Manifest> manifests;
  private final boolean verified;
  private volatile @Nullable Manifest manifest;

  /**
   * @param manifests reads the user data of a commit before that is searched; what it throws goes
   *     to the caller, and the searchers stay as they were
   * @param verified whether all of a segment is read and compared with its checksums before it is
   *     searched
   */
  CommitFollower(
      Directory directory, Function<Map<String, String>, Manifest> manifests, boolean verified)
      throws IOException {
    this.directory = directory;
    this.manifests = manifests;
    this.verified = verified;
    this.current = checked(DirectoryReader.open(directory), null);
  }

  private IndexSearcher checked(DirectoryReader reader, @Nullable DirectoryReader before)
      throws IOException {
    try {
      Manifest read = manifests.apply(reader.getIndexCommit().getUserData());
      if (verified) {
        IndexStore.verify(reader, before, CallContext.unbounded());
      }
      manifest = read;
      return new IndexSearcher(reader);
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  /** Of the commit that is searched now. */
  Manifest manifest() {
    return Objects.requireNonNull(manifest);
  }

  /** Searches the latest commit from now on; whether it is another. */
  boolean refresh() throws IOException {
    IndexSearcher before = acquire();
    try {
      maybeRefreshBlocking();
      IndexSearcher now = acquire();
      release(now);
      return !now.equals(before);
    } finally {
      release(before);
    }
  }

  @Override
  protected @Nullable IndexSearcher refreshIfNeeded(IndexSearcher reference) throws IOException {
    StandardDirectoryReader reader = (StandardDirectoryReader) reference.getIndexReader();
    SegmentInfos now = SegmentInfos.readLatestCommit(directory);
    SegmentInfos then = reader.getSegmentInfos();
    if (Arrays.equals(now.getId(), then.getId())) {
      return null;
    }
    DirectoryReader next = goesOn(now, then) ? DirectoryReader.openIfChanged(reader) : null;
    return checked(next == null ? DirectoryReader.open(directory) : next, reader);
  }

  /**
   * Whether the writer has gone on from the one commit to the other. An index that was deleted and
   * made anew in its place counts from the start, so numbers and names of its files may be the
   * same: Lucene would then see no change, or take the one's segments for the other's.
   */
  private static boolean goesOn(SegmentInfos now, SegmentInfos then) {
    return now.getGeneration() > then.getGeneration()
        && then.asList().stream()
            .allMatch(
                segment ->
                    now.asList().stream()
                        .filter(other -> other.info.name.equals(segment.info.name))
                        .allMatch(
                            other -> Arrays.equals(other.info.getId(), segment.info.getId())));
  }

  @Override
  protected boolean tryIncRef(IndexSearcher reference) {
    return reference.getIndexReader().tryIncRef();
  }

  @Override
  protected int getRefCount(IndexSearcher reference) {
    return reference.getIndexReader().getRefCount();
  }

  @Override
  protected void decRef(IndexSearcher reference) throws IOException {
    reference.getIndexReader().decRef();
  }
}
