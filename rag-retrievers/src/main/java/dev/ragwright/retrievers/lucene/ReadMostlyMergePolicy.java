package dev.ragwright.retrievers.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.lucene.index.FilterMergePolicy;
import org.apache.lucene.index.MergeTrigger;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.TieredMergePolicy;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one large segment, and beside it no more than a search compares in passing: as soon as the
 * others together have {@value #TAIL} passages, and a tenth of the large one's, all become one. So
 * there is one graph to search, whether the passages came at once or little by little, and it grows
 * by what is new instead of being built again: each passage enters it once.
 *
 * <p>It costs writing: an index that grows to n passages is copied about eleven times, by the call
 * that writes. Until then, where passages were deleted, and beyond {@value #MOST_BYTES} bytes,
 * Lucene's tiered policy decides.
 */
final class ReadMostlyMergePolicy extends FilterMergePolicy {
  private static final int TAIL = 10_000;
  private static final int SHARE = 10;
  private static final long MOST_BYTES = 5L << 30; // as Lucene's policy has it

  ReadMostlyMergePolicy() {
    super(new TieredMergePolicy());
  }

  @Override
  public MergeSpecification findMerges(
      MergeTrigger trigger, SegmentInfos segments, MergeContext context) throws IOException {
    MergeSpecification all = all(segments, context);
    return all == null ? super.findMerges(trigger, segments, context) : all;
  }

  private @Nullable MergeSpecification all(SegmentInfos segments, MergeContext context)
      throws IOException {
    Set<SegmentCommitInfo> merging = context.getMergingSegments();
    List<SegmentCommitInfo> free = new ArrayList<>();
    long passages = 0;
    long largest = 0;
    long bytes = 0;
    for (SegmentCommitInfo segment : segments) {
      if (!merging.contains(segment)) {
        long live = (long) segment.info.maxDoc() - context.numDeletesToMerge(segment);
        free.add(segment);
        passages += live;
        largest = Math.max(largest, live);
        bytes += size(segment, context);
      }
    }
    long tail = passages - largest;
    if (free.size() < 2 || tail < Math.max(TAIL, largest / SHARE) || bytes > MOST_BYTES) {
      return null;
    }
    MergeSpecification specification = new MergeSpecification();
    specification.add(new OneMerge(free));
    return specification;
  }
}
