package dev.ragwright.onnx.hub;

import dev.ragwright.onnx.files.GenAiConfig;
import dev.ragwright.onnx.files.VariantFile;
import dev.ragwright.onnx.hub.HubException.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What to fetch of a repository to run its model, decided by the names of its files and by the
 * settings among them.
 *
 * @param folder the model's folder in the repository with its slash, or nothing
 * @param graph the variant that was chosen
 */
record HubSelection(String folder, VariantFile graph) {

  /** The files of a repository, of which settings can be read. */
  interface Files {
    Collection<String> names();

    /** Whether {@code config.json} is of a model that generates. */
    boolean generates();

    GenAiConfig genAi(String file);
  }

  /**
   * Chooses a variant.
   *
   * @throws HubException if there is none to take
   */
  static HubSelection of(HubModel model, Files files) {
    if (model.modelFile().isPresent()) {
      return ofFile(model, model.modelFile().get(), files);
    }
    if (files.names().contains(GenAiConfig.FILE)) {
      return genAi(model, "", files);
    }
    List<VariantFile> variants = VariantFile.among(files.names());
    List<String> folders = genAiFolders(files.names());
    if (model.variant().isPresent()) {
      return ofName(model, model.variant().get(), variants, folders, files);
    }
    if (!variants.isEmpty()) {
      return new HubSelection("", best(model, variants, files));
    }
    if (!folders.isEmpty()) {
      return bestFolder(model, folders, files);
    }
    throw unusable(
        model,
        "no .onnx file in the root or in onnx/; look for an export of it, such as those of"
            + " onnx-community, or name a file with HubModel.modelFile");
  }

  private static HubSelection ofFile(HubModel model, String file, Files files) {
    if (!files.names().contains(file)) {
      throw new HubException(
          Reason.NOT_FOUND,
          "%s has no file %s; found %s".formatted(model, file, graphs(files.names())));
    }
    String folder = VariantFile.folder(file);
    boolean ownFolder = files.names().contains(folder + GenAiConfig.FILE);
    return new HubSelection(ownFolder ? folder : "", VariantFile.named(file, files.names()));
  }

  private static HubSelection ofName(
      HubModel model, String name, List<VariantFile> variants, List<String> folders, Files files) {
    for (VariantFile variant : variants) {
      if (variant.name().equals(name)) {
        return new HubSelection("", notSlow(model, variant, files));
      }
    }
    if (folders.contains(name)) {
      return genAi(model, name + "/", files);
    }
    List<String> names = new ArrayList<>(variants.stream().map(VariantFile::name).toList());
    names.addAll(folders);
    throw new HubException(
        Reason.NOT_FOUND, "%s has no variant %s; it has %s".formatted(model, name, names));
  }

  private static VariantFile best(HubModel model, List<VariantFile> variants, Files files) {
    if (files.generates()) {
      VariantFile best =
          variants.stream()
              .min(Comparator.comparingInt(variant -> VariantFile.rankByName(variant.name())))
              .orElseThrow();
      return notSlow(model, best, files);
    }
    for (String preferred : VariantFile.PREFERRED) {
      for (VariantFile variant : variants) {
        if (variant.file().equals(preferred)) {
          return variant;
        }
      }
    }
    if (variants.size() > 1) {
      throw unusable(
          model,
          "several models, %s; choose one with HubModel.variant"
              .formatted(variants.stream().map(VariantFile::name).toList()));
    }
    return variants.getFirst();
  }

  private static VariantFile notSlow(HubModel model, VariantFile variant, Files files) {
    if (files.generates() && variant.name().equals("fp16")) {
      throw unusable(
          model,
          "%s%s; HubModel.modelFile(\"%s\") takes it all the same"
              .formatted(variant.file(), VariantFile.HALF, variant.file()));
    }
    return variant;
  }

  private static HubSelection bestFolder(HubModel model, List<String> folders, Files files) {
    Optional<String> usable =
        folders.stream()
            .sorted(
                Comparator.comparing((String folder) -> !folder.contains("cpu"))
                    .thenComparing(folder -> !folder.contains("acc-level-4")))
            .filter(folder -> files.genAi(folder + "/" + GenAiConfig.FILE).refusal().isEmpty())
            .findFirst();
    return genAi(model, usable.orElse(folders.getFirst()) + "/", files);
  }

  private static HubSelection genAi(HubModel model, String folder, Files files) {
    GenAiConfig config = files.genAi(folder + GenAiConfig.FILE);
    config
        .refusal()
        .ifPresent(
            refusal -> {
              throw unusable(
                  model,
                  "%s in %s; expected one decoder that reads tokens, for the processor"
                      .formatted(refusal, folder + GenAiConfig.FILE));
            });
    String graph = folder + config.modelFile();
    if (!files.names().contains(graph)) {
      throw unusable(model, "no " + graph + ", which " + GenAiConfig.FILE + " names");
    }
    return new HubSelection(folder, VariantFile.named(graph, files.names()));
  }

  /** The files that it needs, sorted. */
  List<String> needs(Collection<String> names) {
    return names.stream()
        .filter(name -> isSetting(name) || isPart(name))
        .filter(name -> !HubNames.isForbidden(name))
        .sorted()
        .toList();
  }

  private boolean isSetting(String name) {
    return name.startsWith(folder) && HubNames.isSetting(name.substring(folder.length()));
  }

  /** Whether a file is a graph that was chosen, or weights of it. */
  boolean isPart(String name) {
    return VariantFile.belongs(name, graph.file())
        || graph.encoder().filter(file -> VariantFile.belongs(name, file)).isPresent()
        || graph.withPast().filter(file -> VariantFile.belongs(name, file)).isPresent();
  }

  /** The chosen file, relative to the model's folder. */
  String modelFile() {
    return graph.file().substring(folder.length());
  }

  private static List<String> genAiFolders(Collection<String> names) {
    String end = "/" + GenAiConfig.FILE;
    return names.stream()
        .filter(name -> name.endsWith(end))
        .map(name -> name.substring(0, name.length() - end.length()))
        .sorted()
        .toList();
  }

  private static List<String> graphs(Collection<String> names) {
    return names.stream().filter(name -> name.endsWith(".onnx")).sorted().toList();
  }

  private static HubException unusable(HubModel model, String found) {
    return new HubException(Reason.UNUSABLE, "%s cannot be used: found %s".formatted(model, found));
  }
}
