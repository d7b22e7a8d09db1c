package dev.ragwright.call;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a stage is: enough to tell two stages apart whose results may differ. The trace, the index's
 * manifest and every report use this one description.
 *
 * <p>An {@linkplain #opaque opaque} description, as a bare lambda has, says nothing of what the
 * stage does; whatever has to know that (a memo, an index's manifest) refuses the stage by name.
 *
 * @param kind what sort of stage, such as {@code "retriever"}
 * @param name the implementation or the name its user gave it, such as {@code "bm25"}
 * @param parameters all that changes its results, by name: settings, digests of model files, the
 *     native runtime's version; sorted, unmodifiable
 * @param parts the stages that it is composed of, in their order; unmodifiable
 * @param opaque whether its results may change while its description stays the same
 */
public record StageDescription(
    String kind,
    String name,
    SortedMap<String, String> parameters,
    List<StageDescription> parts,
    boolean opaque) {
  /**
   * The parameter that names the model that a service elsewhere runs for the stage, as that service
   * names it and a {@link PriceTable} does.
   */
  public static final String MODEL = "model";

  /** The parameter that has the digest of the model's file that the stage runs here. */
  public static final String MODEL_SHA256 = "modelSha256";

  /** The parameter that tells what the index that the stage reads contains, beside its settings. */
  public static final String INDEX = "index";

  private static final int DIGEST_DIGITS = 8; // of a source, which is a name and no proof

  /**
   * Copies the parameters and the parts.
   *
   * @throws IllegalArgumentException if the kind or the name is blank: nobody could tell the stage
   *     from another
   */
  public StageDescription {
    if (kind.isBlank() || name.isBlank()) {
      throw new IllegalArgumentException(
          "a stage needs a kind and a name, had \"%s\" and \"%s\"".formatted(kind, name));
    }
    parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
    parts = List.copyOf(parts);
  }

  /** A stage without parameters or parts. */
  public static StageDescription of(String kind, String name) {
    return new StageDescription(kind, name, new TreeMap<>(), List.of(), false);
  }

  /** A stage of which nothing is known but its kind and the class that implements it. */
  public static StageDescription opaque(String kind, Object stage) {
    Class<?> type = stage.getClass();
    String name = type.isHidden() || type.isSynthetic() ? "lambda" : type.getSimpleName();
    return new StageDescription(
        kind, name.isEmpty() ? "anonymous" : name, new TreeMap<>(), List.of(), true);
  }

  /** This description with one parameter set; the value is kept as {@link String#valueOf}. */
  public StageDescription with(String parameter, Object value) {
    SortedMap<String, String> all = new TreeMap<>(parameters);
    all.put(parameter, String.valueOf(value));
    return new StageDescription(kind, name, all, parts, opaque);
  }

  /** This description with parameters added. */
  public StageDescription with(Map<String, String> more) {
    SortedMap<String, String> all = new TreeMap<>(parameters);
    all.putAll(more);
    return new StageDescription(kind, name, all, parts, opaque);
  }

  /** This description with the given parts; opaque if one of them is. */
  public StageDescription withParts(List<StageDescription> stages) {
    return new StageDescription(
        kind,
        name,
        parameters,
        stages,
        opaque || stages.stream().anyMatch(StageDescription::opaque));
  }

  /**
   * This description without {@link #INDEX}, its own and that of its parts: the settings alone, for
   * what holds while documents come and go.
   */
  public StageDescription withoutContent() {
    SortedMap<String, String> kept = new TreeMap<>(parameters);
    kept.remove(INDEX);
    return new StageDescription(
        kind, name, kept, parts.stream().map(StageDescription::withoutContent).toList(), opaque);
  }

  /**
   * What the scores of this stage are called: its name and, where it runs a model here, {@code @}
   * and the beginning of the digest of the model's file. So a threshold of one model is refused for
   * the scores of another model of the same name.
   */
  public String scoreSource() {
    String digest = parameters.getOrDefault(MODEL_SHA256, "");
    return digest.isEmpty()
        ? name
        : name + "@" + digest.substring(0, Math.min(DIGEST_DIGITS, digest.length()));
  }

  /** One line for people and for comparison: {@code bm25(b=0.75, k1=1.5)}. */
  @Override
  public String toString() {
    String inner =
        parameters.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining(", "));
    String composed =
        parts.stream().map(StageDescription::toString).collect(Collectors.joining(", "));
    String all = inner.isEmpty() || composed.isEmpty() ? inner + composed : inner + "; " + composed;
    return (opaque ? name + "?" : name) + (all.isEmpty() ? "" : "(" + all + ")");
  }

  /**
   * The models of services that it or one of its parts names by {@link #MODEL}, by name;
   * unmodifiable.
   */
  public SortedSet<String> hostedModels() {
    SortedSet<String> names = new TreeSet<>();
    collect(names, new TreeSet<>());
    return Collections.unmodifiableSortedSet(names);
  }

  /** The digests of the model files that it or one of its parts runs. */
  Set<String> localModels() {
    SortedSet<String> digests = new TreeSet<>();
    collect(new TreeSet<>(), digests);
    return digests;
  }

  private void collect(Set<String> hosted, Set<String> local) {
    String model = parameters.get(MODEL);
    String digest = parameters.get(MODEL_SHA256);
    if (digest != null) {
      local.add(digest);
    } else if (model != null) {
      hosted.add(model);
    }
    parts.forEach(part -> part.collect(hosted, local));
  }
}
