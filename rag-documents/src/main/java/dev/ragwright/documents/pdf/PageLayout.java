package dev.ragwright.documents.pdf;

import dev.ragwright.documents.pdf.Block.Box;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The order in which a page is read that has no tags: region by region, and what is turned as
 * blocks of its own at the height where it stands.
 */
final class PageLayout {
  private PageLayout() {}

  /** The chunks of a page by their turn; those of most text come first. */
  static List<Turned> chunks(List<Glyph> glyphs) {
    Map<Integer, List<Glyph>> byTurn = new TreeMap<>();
    for (Glyph glyph : glyphs) {
      byTurn.computeIfAbsent(glyph.turn(), turn -> new ArrayList<>()).add(glyph);
    }
    List<Turned> turned = new ArrayList<>();
    int order = 0;
    for (Map.Entry<Integer, List<Glyph>> each : byTurn.entrySet()) {
      List<Chunk> chunks = Chunks.of(each.getValue(), order);
      order += chunks.size();
      if (!chunks.isEmpty()) {
        turned.add(new Turned(each.getKey(), chunks));
      }
    }
    turned.sort((a, b) -> Integer.compare(b.characters(), a.characters()));
    return turned;
  }

  /** Chunks whose lines run in one direction. */
  record Turned(int turn, List<Chunk> chunks) {
    int characters() {
      return chunks.stream().mapToInt(chunk -> chunk.text().length()).sum();
    }

    boolean leftwards() {
      int right = 0;
      for (Chunk chunk : chunks) {
        right += RightToLeft.isIn(chunk.text()) ? chunk.text().length() : 0;
      }
      return 2 * right > characters();
    }
  }

  /**
   * A page's blocks in their order.
   *
   * @param leftOut chunks that are not read
   * @param headings gives the level of a heading by its text, or 0 for other text
   * @param code whether lines of fixed width are code
   */
  static List<Block> blocks(
      List<Turned> page, Set<Chunk> leftOut, Function<String, Integer> headings, boolean code) {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < page.size(); i++) {
      Turned turned = page.get(i);
      List<Chunk> chunks =
          turned.chunks().stream().filter(chunk -> !leftOut.contains(chunk)).toList();
      List<Block> these = new ArrayList<>();
      for (Columns.Region region : Columns.of(chunks, turned.leftwards())) {
        DrawnTables.Found table = region.table();
        if (table == null) {
          these.addAll(Blocks.of(Row.of(region.chunks()), headings, code));
        } else {
          these.add(new Block.Table(table.lines(), box(table)));
        }
      }
      if (i == 0) {
        blocks = these;
      } else {
        insert(blocks, page.get(0).turn(), these, turned.turn());
      }
    }
    return blocks;
  }

  private static Box box(DrawnTables.Found table) {
    float top = Float.POSITIVE_INFINITY;
    float bottom = Float.NEGATIVE_INFINITY;
    for (DrawnTables.Cell cell : table.cells()) {
      top = Math.min(top, cell.top);
      bottom = Math.max(bottom, cell.bottom);
    }
    return new Box(table.x0(), top, table.x1(), bottom);
  }

  /** Puts blocks that are near each other before the first block that is wholly below them. */
  private static void insert(List<Block> blocks, int mainTurn, List<Block> turned, int turn) {
    for (Block block : turned) {
      Box box = inFrame(mainTurn, onPage(turn, block.box()));
      int beside = -1;
      int below = blocks.size();
      for (int i = blocks.size() - 1; i >= 0; i--) {
        Box other = blocks.get(i).box();
        boolean lower = other.middle() > box.middle();
        beside = lower && other.x0() < box.x1() && other.x1() > box.x0() ? i : beside;
        below = lower && below == i + 1 ? i : below;
      }
      int at = beside >= 0 ? beside : below;
      blocks.add(at, moved(block, box));
    }
  }

  private static Block moved(Block block, Box box) {
    return switch (block) {
      case Block.Paragraph it -> new Block.Paragraph(it.lines(), box);
      case Block.Heading it -> new Block.Heading(it.level(), it.lines(), box);
      case Block.Item it -> new Block.Item(it.depth(), it.label(), it.lines(), box);
      case Block.Table it -> new Block.Table(it.rows(), box);
      case Block.Code it -> new Block.Code(it.text(), box);
    };
  }

  private static Box onPage(int turn, Box box) {
    return inFrame(Math.floorMod(-turn, 360), box);
  }

  private static Box inFrame(int turn, Box box) {
    float ax = Turn.x(turn, box.x0(), box.y0());
    float ay = Turn.y(turn, box.x0(), box.y0());
    float bx = Turn.x(turn, box.x1(), box.y1());
    float by = Turn.y(turn, box.x1(), box.y1());
    return new Box(Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by));
  }
}
