package dev.ragwright.tools;

import dev.ragwright.document.DocumentSource;
import dev.ragwright.documents.DocumentReaders;
import dev.ragwright.documents.options.ReadOptions;
import dev.ragwright.documents.options.Unseen;
import dev.ragwright.source.BeirFolder;
import dev.ragwright.source.Folder;
import dev.ragwright.source.JsonLines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options by which the tools choose how documents are read. */
final class DocumentOptions {
  @Option(
      names = "--password",
      paramLabel = "TEXT",
      description = "Opens encrypted files; may be given more than once.")
  private List<String> passwords = new ArrayList<>();

  @Option(
      names = "--mark-hidden",
      description = "Read hidden text, sheets and slides too, marked as such.")
  private boolean markHidden;

  @Option(names = "--mark-comments", description = "Read comments too, marked as such.")
  private boolean markComments;

  @Option(
      names = "--keep-boilerplate",
      description = "Read navigation, headers and footers of web pages too.")
  private boolean keepBoilerplate;

  @Option(
      names = "--leave-out",
      paramLabel = "CSS",
      description = "Leave out elements of web pages; may be given more than once.")
  private List<String> leaveOut = new ArrayList<>();

  @Option(
      names = "--max-problem-share",
      paramLabel = "SHARE",
      description = "Leave out a document when more of its pages, slides or sheets have problems.")
  private double maxProblemShare = 1;

  @Option(names = "--follow-links", description = "Follow links that lead out of the folder.")
  private boolean followLinks;

  private final ProgressLine progress = new ProgressLine();

  /** What is said of a file, with the options of these tools in place of the library's. */
  static String said(String reason) {
    return reason
        .replace("ReadOptions.maxProblemShare allows more", "--max-problem-share allows more")
        .replace("followingLinks() follows", "--follow-links follows")
        .replace("ReadOptions.passwords", "--password");
  }

  /** A folder of documents of any kind, or one file. */
  Folder folder(Path data) {
    ReadOptions.Builder options =
        ReadOptions.builder()
            .passwords(passwords.toArray(String[]::new))
            .hidden(markHidden ? Unseen.MARK : Unseen.LEAVE_OUT)
            .comments(markComments ? Unseen.MARK : Unseen.LEAVE_OUT)
            .leaveOut(leaveOut.toArray(String[]::new))
            .maxProblemShare(maxProblemShare)
            .progress(
                read ->
                    progress.show(
                        "reading %s: %,d %s", read.documentId(), read.done(), read.parts()));
    if (keepBoilerplate) {
      options.keepBoilerplate();
    }
    Folder folder = Folder.of(data).readBy(DocumentReaders.with(options.build()));
    return followLinks ? folder.followingLinks() : folder;
  }

  /** A folder of documents of any kind, or one with a corpus in BEIR's layout. */
  DocumentSource source(Path data) {
    if (!BeirFolder.isBeir(data)) {
      return folder(data);
    }
    Path plain = data.resolve("corpus.jsonl");
    return JsonLines.of(Files.exists(plain) ? plain : data.resolve("corpus.jsonl.gz"));
  }
}
