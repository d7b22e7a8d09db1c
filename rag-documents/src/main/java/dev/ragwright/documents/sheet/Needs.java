package dev.ragwright.documents.sheet;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cells that a formula names, gone through once; nothing is copied, since a column of sums over
 * all rows above would need the square of its length.
 */
final class Needs {
  private final List<Block> blocks;
  private int block;
  private long behind = -1;

  /** A rectangle of cells of one sheet. */
  record Block(SheetCells sheet, Area area) {}

  Needs(List<Block> blocks) {
    this.blocks = blocks;
  }

  /** The next that is not calculated and could be; null behind the last. */
  @Nullable Unsolved next() {
    for (; block < blocks.size(); block++) {
      Block now = blocks.get(block);
      Unsolved found = now.sheet.unsolved(now.area, behind);
      if (found != null) {
        behind = SheetCells.key(found.getRowIndex(), found.getColumnIndex());
        return found;
      }
      behind = -1;
    }
    return null;
  }
}
