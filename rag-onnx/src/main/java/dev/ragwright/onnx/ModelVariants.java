package dev.ragwright.onnx;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** Finds the variants among a model's files and reads what is in them. */
final class ModelVariants {
  private final ModelFiles files;
  private final List<String> names;

  /** Lists the files of the root and of {@code onnx/}. */
  ModelVariants(ModelFiles files) throws IOException {
    this.files = files;
    this.names = new ArrayList<>(files.list(""));
    for (String file : files.list("onnx")) {
      names.add("onnx/" + file);
    }
  }

  /** What the names say, in the order of the variants' names. */
  List<VariantFile> named() {
    return VariantFile.among(names);
  }

  /** The variants whose files are all there, in the order of their names. */
  List<ModelVariant> complete() throws IOException {
    List<ModelVariant> complete = new ArrayList<>();
    for (VariantFile variant : named()) {
      read(variant).ifPresent(complete::add);
    }
    return complete;
  }

  /** One file as a variant; empty when weights of it are missing. */
  Optional<ModelVariant> read(String file) throws IOException {
    return read(VariantFile.named(file, names));
  }

  Optional<ModelVariant> read(VariantFile variant) throws IOException {
    ModelGraph graph = scan(variant.file());
    Set<String> parts = new TreeSet<>(parts(variant.file()));
    for (String file : graph.externalFiles()) {
      parts.add(VariantFile.folder(variant.file()) + file);
    }
    variant.encoder().ifPresent(encoder -> parts.addAll(parts(encoder)));
    long bytes = 0;
    for (String part : parts) {
      OptionalLong size = files.size(part);
      if (size.isEmpty()) {
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
      throw new ModelLoadException(
          files.where(file), String.valueOf(e.getMessage()), "an ONNX model", e);
    }
  }
}
