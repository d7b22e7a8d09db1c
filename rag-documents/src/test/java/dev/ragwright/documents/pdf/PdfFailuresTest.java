package dev.ragwright.documents.pdf;

import static dev.ragwright.documents.pdf.TestPdf.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ragwright.document.DocumentReadException;
import dev.ragwright.document.ReadProblem;
import dev.ragwright.documents.options.ReadOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.graphics.form.PDFormXObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that cannot be read, or not whole. */
class PdfFailuresTest {
  @TempDir Path folder;
  private final List<ReadProblem> problems = new ArrayList<>();

  private void refuses(byte[] bytes, String message) throws IOException {
    Path file = Files.write(folder.resolve("bad.pdf"), bytes);
    assertThatThrownBy(() -> TestPdf.read(file, ReadOptions.defaults(), problems))
        .isInstanceOf(DocumentReadException.class)
        .hasMessageContaining(message);
  }

  @Test
  void saysWhatAFileIsThatIsNoPdf() throws IOException {
    refuses(new byte[0], "is empty");
    refuses("PK\u0003\u0004....".getBytes(StandardCharsets.ISO_8859_1), "is a zip archive");
    refuses("<!DOCTYPE html><p>a".getBytes(StandardCharsets.UTF_8), "it is an HTML page");
    refuses("Just words.".getBytes(StandardCharsets.UTF_8), "is no PDF file");
    refuses("%PDF-1.7\nnothing".getBytes(StandardCharsets.UTF_8), "is a damaged PDF file");
  }

  @Test
  void saysThatAFileIsCutShort() throws IOException {
    byte[] whole = Files.readAllBytes(TestPdf.of(at(72, 700, "Some words.")).write(folder));
    Path cut = Files.write(folder.resolve("cut.pdf"), Arrays.copyOf(whole, whole.length - 8));
    assertThat(TestPdf.read(cut, ReadOptions.defaults(), problems).text())
        .isEqualTo("Some words.\n");
    assertThat(problems)
        .extracting(ReadProblem::reason)
        .containsExactly(
            "is cut short: text may be lost, and text may be here that nobody should see");
  }

  private Path encrypted(String owner, String user) throws IOException {
    return TestPdf.of(at(72, 700, "A secret."))
        .with(
            document -> {
              StandardProtectionPolicy policy =
                  new StandardProtectionPolicy(owner, user, new AccessPermission());
              policy.setEncryptionKeyLength(256);
              document.protect(policy);
            })
        .write(folder);
  }

  @Test
  void opensEncryptedFilesByEmptyUserOrOwnerPassword() throws IOException {
    ReadOptions none = ReadOptions.defaults();
    assertThat(TestPdf.read(encrypted("boss", ""), none, problems).text()).isEqualTo("A secret.\n");
    Path file = encrypted("boss", "staff");
    assertThatThrownBy(() -> TestPdf.read(file, none, problems))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage("is encrypted; ReadOptions.passwords takes its password");
    for (String password : List.of("boss", "staff")) {
      ReadOptions known = ReadOptions.builder().passwords("no", password).build();
      assertThat(TestPdf.read(file, known, problems).text()).isEqualTo("A secret.\n");
    }
    ReadOptions wrong = ReadOptions.builder().passwords("no").build();
    assertThatThrownBy(() -> TestPdf.read(file, wrong, problems))
        .hasMessage("is encrypted, and none of the passwords of ReadOptions.passwords opens it");
  }

  @Test
  void refusesFilesWithoutAnyText() {
    assertThatThrownBy(() -> TestPdf.of("", "0 0 10 10 re f\n").read(folder))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage("has no text on any of its 2 pages; ReadOptions.ocr reads pictures");
  }

  @Test
  void refusesFilesAboveTheLimits() {
    ReadOptions few = ReadOptions.builder().maxParts(1).build();
    assertThatThrownBy(() -> TestPdf.of(at(9, 9, "a"), at(9, 9, "b")).read(folder, few))
        .hasMessage("has 2 pages, more than 1; ReadOptions.maxParts allows more");
    ReadOptions strict = ReadOptions.builder().maxProblemShare(0.4).build();
    assertThatThrownBy(() -> TestPdf.of(at(9, 9, "a"), "").read(folder, strict))
        .hasMessage("has problems on 1 of its 2 pages; ReadOptions.maxProblemShare allows more");
    ReadOptions small = ReadOptions.builder().maxBytes(10).build();
    assertThatThrownBy(() -> TestPdf.of(at(9, 9, "a")).read(folder, small))
        .hasMessageContaining("more than 10; ReadOptions.maxBytes allows more");
  }

  @Test
  void readsFormsThatDrawThemselvesOnce() {
    TestPdf pdf =
        TestPdf.of(at(72, 700, "Words.") + "/Self Do\n")
            .with(
                document -> {
                  PDFormXObject form = new PDFormXObject(document);
                  form.setBBox(new PDRectangle(612, 792));
                  PDResources resources = document.getPage(0).getResources();
                  resources.put(COSName.getPDFName("Self"), form);
                  form.setResources(resources);
                  try (var out = form.getContentStream().createOutputStream()) {
                    out.write(
                        (at(72, 600, "In a form.") + "/Self Do\n")
                            .getBytes(StandardCharsets.UTF_8));
                  }
                });
    assertThat(pdf.read(folder).text()).isEqualTo("Words.\n\nIn a form.\n");
  }

  @Test
  void refusesContentThatUnpacksToMoreThanAllowed() {
    String bomb = "q Q ".repeat(10_000_000) + at(72, 700, "Words.");
    ReadOptions small = ReadOptions.builder().maxBytes(1_000_000).build();
    assertThatThrownBy(() -> TestPdf.of(bomb).read(folder, small))
        .isInstanceOf(DocumentReadException.class)
        .hasMessage(
            "has content that unpacks to more than 1,000,000 bytes; ReadOptions.maxBytes allows"
                + " more");
    assertThatThrownBy(() -> TestPdf.of("q ".repeat(20_000)).read(folder))
        .hasMessage("has more than 10000 graphics states in each other on a page");
  }

  @Test
  void saysThatContentWasNotFollowed() {
    TestPdf pdf = TestPdf.of(at(72, 700, "Words.") + "/Missing 10 Tf\n" + at(72, 680, "More."));
    assertThat(pdf.read(folder).text()).isEqualTo("Words.\n\nMore.\n");
  }

  /** A file that is changed at random is read, or refused by the one exception for that. */
  @Test
  void survivesFilesThatAreChangedAtRandom() throws IOException {
    long seed = new Random().nextLong();
    System.out.println("PdfFailuresTest: seed " + seed);
    Random random = new Random(seed);
    byte[] good =
        Files.readAllBytes(
            TestPdf.of(at(72, 700, "Words of a page."), at(72, 700, "Others.")).write(folder));
    for (int i = 0; i < 300; i++) {
      byte[] bad = good.clone();
      for (int changes = 1 + random.nextInt(8); changes > 0; changes--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(bad.length) : bad.length;
      Path file = Files.write(folder.resolve("bad.pdf"), Arrays.copyOf(bad, length));
      try {
        TestPdf.read(file, ReadOptions.defaults(), problems);
      } catch (DocumentReadException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
  }
}
