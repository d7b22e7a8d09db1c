package dev.ragwright.source.files;

import java.io.IOException;

/** A file is what Git LFS leaves in a repository in place of a large one. */
public final class LfsPointerException extends IOException {
  private static final long serialVersionUID = 1L;

  LfsPointerException() {
    super(
        "is a Git LFS pointer and not the file that it stands for; run \"git lfs pull\" in its"
            + " repository");
  }
}
