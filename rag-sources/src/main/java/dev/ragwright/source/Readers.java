package dev.ragwright.source;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Readers in the order in which they are asked: the first that knows a name's end reads it. */
record Readers(List<DocumentReader> all) {
  private static final Set<String> OF_RAG_DOCUMENTS =
      Set.of(
          ".docx", ".docm", ".dotx", ".dotm", ".epub", ".htm", ".html", ".odp", ".ods", ".odt",
          ".otp", ".ots", ".ott", ".pdf", ".pptx", ".pptm", ".potx", ".potm", ".ppsx", ".ppsm",
          ".xhtml", ".xlsx", ".xlsm", ".xltx", ".xltm");
  private static final Set<String> OF_TIKA =
      Set.of(".doc", ".dot", ".msg", ".pot", ".pps", ".ppt", ".rtf", ".xls", ".xlt");

  Readers {
    all = List.copyOf(all);
  }

  /** Those of this module, and the services of others. */
  static Readers found() {
    List<DocumentReader> found = new ArrayList<>(TextReader.ALL);
    for (DocumentReader.Provider provider : ServiceLoader.load(DocumentReader.Provider.class)) {
      found.addAll(provider.readers());
    }
    return new Readers(found);
  }

  Readers after(List<? extends DocumentReader> first) {
    List<DocumentReader> readers = new ArrayList<>(first);
    readers.addAll(all);
    return new Readers(readers);
  }

  List<String> endings() {
    return all.stream().flatMap(reader -> reader.endings().stream()).distinct().toList();
  }

  @Nullable DocumentReader of(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    for (DocumentReader reader : all) {
      for (String ending : reader.endings()) { // of each file of a folder
        if (name.endsWith(ending)) {
          return reader;
        }
      }
    }
    return null;
  }

  /** The end of a name behind its last dot, with it and in small letters; empty without one. */
  static String ending(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot);
  }

  /** What a file of a kind lacks, for people. */
  static String missing(String ending) {
    if (OF_RAG_DOCUMENTS.contains(ending)) {
      return "add the dependency dev.ragwright:rag-documents, which reads " + ending;
    }
    if (OF_TIKA.contains(ending)) {
      return "no reader here knows "
          + ending
          + "; rag-documents' TikaReader does, by Folder.readBy(...), with tika-core and"
          + " tika-parser-microsoft-module beside it";
    }
    return "no reader knows "
        + (ending.isEmpty() ? "names without an end" : ending)
        + "; Folder.readBy(...) takes one, and Folder.matching(...) leaves such files out";
  }
}
