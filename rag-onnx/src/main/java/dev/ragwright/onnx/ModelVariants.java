package dev.ragwright.onnx;

import dev.ragwright.onnx.files.GenAiConfig;
import dev.ragwright.onnx.files.GraphScan;
import dev.ragwright.onnx.files.ModelGraph;
import dev.ragwright.onnx.files.VariantFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the variants among a model's files, reads what is in them, and chooses one. */
final class ModelVariants {
  private final ModelFiles files;
  private final boolean generates;
  private final List<String> names;

  /**
   * Lists the files of the root and of {@code onnx/}.
   *
   * @param generates whether the model writes text, so that its precision matters at each token
   */
  ModelVariants(ModelFiles files, boolean generates) throws IOException {
    this.files = files;
    this.names = new ArrayList<>(files.list(""));
    for (String file : files.list("onnx")) {
      names.add("onnx/" + file);
    }
    this.generates =
        generates
            || (String.join("\n", names).contains(VariantFile.ENCODER)
                && VariantFile.among(names).stream().anyMatch(file -> file.encoder().isPresent()));
  }

  /** The variants whose files are all there, in the order of their names. */
  List<ModelVariant> complete() throws IOException {
    List<ModelVariant> complete = new ArrayList<>();
    for (VariantFile variant : VariantFile.among(names)) {
      read(variant).ifPresent(complete::add);
    }
    return complete;
  }

  /** The folders below that are variants with settings of their own, sorted. */
  List<String> folders() throws IOException {
    return files.foldersWith(GenAiConfig.FILE);
  }

  /** One file as a variant; empty when weights of it are missing. */
  Optional<ModelVariant> read(String file) throws IOException {
    return read(file(file));
  }

  /** A file, and those of the same variant that go with it. */
  VariantFile file(String file) {
    return VariantFile.named(file, names);
  }

  private Optional<ModelVariant> read(VariantFile variant) throws IOException {
    if (files.isPointer(variant.file())) { // not fetched from Git LFS, where another may be
      return Optional.empty();
    }
    ModelGraph graph = scan(variant.file());
    Set<String> parts = new TreeSet<>(parts(variant.file()));
    for (String file : graph.externalFiles()) {
      parts.add(VariantFile.folder(variant.file()) + file);
    }
    variant.encoder().ifPresent(encoder -> parts.addAll(parts(encoder)));
    variant.withPast().filter(names::contains).ifPresent(withPast -> parts.addAll(parts(withPast)));
    long bytes = 0;
    for (String part : parts) {
      OptionalLong size = files.size(part);
      if (size.isEmpty() || files.isPointer(part)) {
        return Optional.empty();
      }
      bytes += size.getAsLong();
    }
    return Optional.of(
        new ModelVariant(variant.name(), variant.file(), variant.encoder(), bytes, graph));
  }

  private List<String> parts(String graph) {
    List<String> parts = new ArrayList<>(List.of(graph));
    names.stream().filter(file -> VariantFile.belongs(file, graph)).forEach(parts::add);
    return parts;
  }

  private ModelGraph scan(String file) throws IOException {
    InputStream found = files.open(file);
    if (found == null) {
      throw new ModelLoadException(files.where(file), "nothing", "an ONNX model");
    }
    try (found) {
      return GraphScan.of(found);
    } catch (IOException e) {
      throw WrongFile.instead(files, file, String.valueOf(e.getMessage()), "an ONNX model", e);
    }
  }

  /**
   * The file of a variant that was asked for; empty if no file is called so.
   *
   * @throws ModelLoadException if it is too slow to be taken by its name
   */
  Optional<String> named(String name) throws IOException {
    for (VariantFile variant : VariantFile.among(names)) {
      if (variant.name().equals(name)) {
        if (generates) {
          read(variant).flatMap(VariantChoice::slowRefusal).ifPresent(this::refuse);
        }
        return Optional.of(variant.file());
      }
    }
    return Optional.empty();
  }

  /**
   * A folder that was asked for as a variant.
   *
   * @throws ModelLoadException if it is none
   */
  String folder(String name) throws IOException {
    if (folders().contains(name)) {
      return name;
    }
    Stream<String> named = VariantFile.among(names).stream().map(VariantFile::name);
    throw new ModelLoadException(
        files.where(""),
        "no variant " + name,
        "one of " + Stream.concat(named, folders().stream()).toList());
  }

  /**
   * The file to take when none was asked for.
   *
   * @param graphs all {@code .onnx} files
   * @throws ModelLoadException if there is none, or which one is for the caller to say
   */
  String best(List<String> graphs) throws IOException {
    Optional<String> best = generates ? bestOfGenerating() : Optional.empty();
    if (best.isPresent()) {
      return best.get();
    }
    for (String preferred : VariantFile.PREFERRED) {
      if (graphs.contains(preferred)) {
        return preferred;
      }
    }
    if (graphs.size() == 1) {
      return graphs.getFirst();
    }
    if (graphs.isEmpty() && !folders().isEmpty()) {
      throw new ModelLoadException(
          files.where(""),
          "models in folders of their own, " + folders(),
          "the name of one of them given to ModelFolder.withVariant");
    }
    throw new ModelLoadException(
        files.where(""),
        graphs.isEmpty() ? "no .onnx file" : graphs.toString(),
        "one of "
            + VariantFile.PREFERRED
            + ", or the file's name given to ModelFolder.withModelFile");
  }

  private Optional<String> bestOfGenerating() throws IOException {
    List<ModelVariant> variants = complete();
    Optional<ModelVariant> best = VariantChoice.best(variants);
    if (best.isEmpty() && !variants.isEmpty()) {
      refuse(
          variants.stream()
              .flatMap(variant -> VariantChoice.unseenRefusal(variant).stream())
              .collect(Collectors.joining(" and ")));
    }
    return best.map(ModelVariant::file);
  }

  /** Gives the file back, unless it must not be taken unseen. */
  String notUnseen(String file) throws IOException {
    if (generates) {
      read(file).flatMap(VariantChoice::unseenRefusal).ifPresent(this::refuse);
    }
    return file;
  }

  private void refuse(String found) {
    throw new ModelLoadException(
        files.where(""), found, "matrices in 8-bit or 4-bit blocks (q8, q4) or fp32");
  }
}
