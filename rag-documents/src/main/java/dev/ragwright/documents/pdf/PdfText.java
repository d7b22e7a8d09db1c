package dev.ragwright.documents.pdf;

import dev.ragwright.document.Document;
import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.Metadata;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.ReadProgress;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.documents.text.TextWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDPageLabels;
import org.jspecify.annotations.Nullable;

/**
 * The text of one PDF file. All pages are looked at before the first is written, because running
 * titles and the words that hyphens cut are known only then.
 */
final class PdfText {
  private static final double UNMAPPED = 0.005;
  private static final double COVERED = 0.9;

  /** A page until it is written. */
  private record Page(
      COSDictionary dictionary,
      String label,
      List<PageLayout.Turned> chunks,
      List<String> comments,
      @Nullable String recognised) {}

  private final String id;
  private final PDDocument pdf;
  private final ReadOptions options;
  private final Consumer<ReadProblem> problems;
  private final TextWriter writer;
  private final boolean cutShort;
  private final Hyphens hyphens = new Hyphens();
  private final Furniture furniture = new Furniture();
  private final List<Page> pages = new ArrayList<>();
  private int pagesWithProblems;
  private long fixed;
  private long characters;

  PdfText(
      String id,
      PDDocument pdf,
      ReadOptions options,
      Consumer<ReadProblem> problems,
      boolean cutShort) {
    this.cutShort = cutShort;
    this.id = id;
    this.pdf = pdf;
    this.options = options;
    this.problems = problems;
    writer = new TextWriter(options.maxCharacters());
  }

  Document document() throws IOException {
    int count = pdf.getNumberOfPages();
    if (count > options.maxParts()) {
      throw new DocumentReadException(
          String.format(
              Locale.ROOT,
              "has %,d pages, more than %,d; ReadOptions.maxParts allows more",
              count,
              options.maxParts()));
    }
    String[] labels = labels();
    PageGlyphs glyphs = new PageGlyphs(new Layers(pdf.getDocumentCatalog()), options);
    boolean text = false;
    int index = 0;
    for (PDPage page : pdf.getPages()) {
      String label = index < labels.length ? labels[index] : Integer.toString(index + 1);
      text |= look(page, label, index, glyphs);
      index++;
      options.progress().accept(new ReadProgress(id, "pages", index));
    }
    if (index < count) {
      problems.accept(
          ReadProblem.in(
              id,
              "",
              String.format(
                  Locale.ROOT,
                  "has %,d pages by its own count, and %,d of them are there",
                  count,
                  index)));
    }
    if (pdf.getDocumentCatalog().getCOSObject().getBoolean("NeedsRendering", false)) {
      problems.accept(
          ReadProblem.in(
              id, "", "is an XFA form, which a program of its own draws; not all is here"));
    }
    if (!text) {
      throw new DocumentReadException(
          String.format(
              Locale.ROOT,
              "has no text on any of its %,d pages; %s",
              index,
              cutShort ? "it is cut short" : "ReadOptions.ocr reads pictures"));
    }
    if (pagesWithProblems > options.maxProblemShare() * index) {
      throw new DocumentReadException(
          String.format(
              Locale.ROOT,
              "has problems on %,d of its %,d pages; ReadOptions.maxProblemShare allows more",
              pagesWithProblems,
              index));
    }
    write();
    return writer.document(id, metadata(index));
  }

  private String[] labels() {
    try {
      PDPageLabels labels = pdf.getDocumentCatalog().getPageLabels();
      return labels == null ? new String[0] : labels.getLabelsByPageIndices();
    } catch (IOException | RuntimeException e) {
      return new String[0]; // damaged labels: pages have their numbers
    }
  }

  /** Looks at a page, and says whether it has text. */
  private boolean look(PDPage page, String label, int index, PageGlyphs glyphs) throws IOException {
    PageText text;
    try {
      text = glyphs.read(page);
    } catch (DocumentReadException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      problem(label, "cannot be read: " + PdfFiles.said(e));
      pages.add(new Page(page.getCOSObject(), label, List.of(), List.of(), null));
      return false;
    }
    if (text.failed() > 0) {
      problem(
          label,
          String.format(
              Locale.ROOT,
              "%,d operators could not be followed, so text may be missing: %s",
              text.failed(),
              text.failure()));
    }
    List<Glyph> seen =
        options.hidden() == Unseen.MARK
            ? text.glyphs()
            : text.glyphs().stream().filter(glyph -> !glyph.hidden()).toList();
    List<PageLayout.Turned> chunks = PageLayout.chunks(seen);
    for (PageLayout.Turned turned : chunks) {
      for (Chunk chunk : turned.chunks()) {
        hyphens.learn(chunk.text());
        characters += chunk.text().length();
        fixed += chunk.fixed() ? chunk.text().length() : 0;
      }
    }
    if (!chunks.isEmpty()) {
      furniture.look(index, Row.of(chunks.getFirst().chunks()));
    }
    String recognised = null;
    if (text.letters() == 0) {
      recognised = withoutText(label, index, text);
    } else if (text.recognised()) {
      problem(label, "is a picture; its text was recognised by whoever made the file");
    } else if (text.unmapped() > UNMAPPED * text.letters()) {
      problem(
          label,
          String.format(
              Locale.ROOT,
              "%,d of %,d glyphs have no Unicode mapping; each is read as its code or as �",
              text.unmapped(),
              text.letters()));
    }
    List<String> comments =
        options.comments() == Unseen.MARK ? Annotations.comments(page) : List.of();
    pages.add(new Page(page.getCOSObject(), label, chunks, comments, recognised));
    return text.letters() > 0 || recognised != null;
  }

  private @Nullable String withoutText(String label, int index, PageText text) throws IOException {
    if (text.blank()) {
      problem(label, "is empty");
      return null;
    }
    String found = text.pictureShare() > 0 ? "it shows pictures" : "it shows drawings";
    if (options.ocr().isEmpty()) {
      problem(label, "has no text; " + found);
      return null;
    }
    try {
      String recognised = options.ocr().get().text(PagePicture.png(pdf, index));
      if (recognised.isBlank()) {
        problem(label, "has no text; " + found + ", in which ReadOptions.ocr found none");
        return null;
      }
      return recognised;
    } catch (IOException | RuntimeException e) {
      problem(
          label,
          "has no text; " + found + ", which ReadOptions.ocr could not read: " + PdfFiles.said(e));
      return null;
    }
  }

  /** Tells of the page that is looked at, by its number and, where it is another, its label. */
  private void problem(String label, String reason) {
    pagesWithProblems++;
    String number = Integer.toString(pages.size() + 1);
    boolean other = !label.isEmpty() && !label.equals(number);
    String place = "page " + number + (other ? " (labelled " + label + ")" : "");
    problems.accept(ReadProblem.in(id, place, reason));
  }

  private void write() throws IOException {
    List<String> labels = pages.stream().map(Page::label).toList();
    PdfWriter out = new PdfWriter(writer, hyphens, labels);
    Set<Chunk> leftOut = furniture.chunks();
    Outline outline = new Outline(pdf, options.maxDepth());
    Structure.@Nullable Tree tree = tree();
    if (tree != null) {
      leftOut.addAll(tree.used());
      chunks().forEach(page -> page.stream().filter(Chunk::artifact).forEach(leftOut::add));
    }
    List<List<StructureText.Paged>> runs = new ArrayList<>(); // of the tree, by their page
    if (tree != null) {
      for (StructureText.Paged paged : StructureText.of(tree.root())) {
        if (runs.isEmpty() || runs.getLast().getLast().page() != paged.page()) {
          runs.add(new ArrayList<>());
        }
        runs.getLast().add(paged);
      }
    }
    boolean[] written = new boolean[pages.size()];
    for (int i = 0; i < runs.size(); i++) {
      int next = runs.get(i).getFirst().page();
      for (int page = 0; page < next; page++) {
        rest(page, written, out, leftOut, outline);
      }
      runs.get(i).forEach(paged -> out.write(paged.page(), paged.block()));
    }
    for (int page = 0; page < pages.size(); page++) {
      rest(page, written, out, leftOut, outline);
    }
    out.flush();
    out.moveTo(Math.max(0, pages.size() - 1));
  }

  /** Writes what no tree has of a page, and what is not of its content, once. */
  private void rest(
      int index, boolean[] written, PdfWriter out, Set<Chunk> leftOut, Outline outline) {
    if (written[index]) {
      return;
    }
    written[index] = true;
    Page page = pages.get(index);
    boolean code = fixed < 0.6 * characters;
    PageLayout.blocks(page.chunks(), leftOut, line -> outline.level(page.dictionary(), line), code)
        .forEach(block -> out.write(index, block));
    if (page.recognised() != null) {
      out.paragraph(index, page.recognised());
    }
    page.comments().forEach(comment -> out.paragraph(index, "[comment: " + comment + "]"));
  }

  private List<List<Chunk>> chunks() {
    List<List<Chunk>> chunks = new ArrayList<>();
    for (Page page : pages) {
      List<Chunk> all = new ArrayList<>();
      page.chunks().forEach(turned -> all.addAll(turned.chunks()));
      all.sort(Chunks.DRAWN);
      chunks.add(all);
    }
    return chunks;
  }

  /** The structure tree, if it has nearly all of the text. */
  private Structure.@Nullable Tree tree() {
    COSDictionary root =
        pdf.getDocumentCatalog().getCOSObject().getCOSDictionary(COSName.STRUCT_TREE_ROOT);
    if (root == null) {
      return null;
    }
    List<List<Chunk>> chunks = chunks();
    Structure.Tree tree = Structure.of(root, options.maxDepth(), chunks);
    long all = 0;
    long used = 0;
    for (List<Chunk> page : chunks) {
      for (Chunk chunk : page) {
        all += chunk.artifact() ? 0 : chunk.text().length();
        used += tree.used().contains(chunk) ? chunk.text().length() : 0;
      }
    }
    return all > 0 && used >= COVERED * all ? tree : null;
  }

  private Metadata metadata(int count) {
    String title = Titles.of(pdf);
    Metadata metadata = Metadata.empty().with("pages", count);
    return title.isEmpty() ? metadata : metadata.with("title", title);
  }
}
