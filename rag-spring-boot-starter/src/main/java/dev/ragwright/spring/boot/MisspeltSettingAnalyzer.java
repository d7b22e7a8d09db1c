package dev.ragwright.spring.boot;

import dev.ragwright.text.NearestName;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;

/** Names the nearest setting where one below {@code ragwright.} does not exist. */
final class MisspeltSettingAnalyzer
    extends AbstractFailureAnalyzer<UnboundConfigurationPropertiesException> implements Ordered {

  @Override
  protected @Nullable FailureAnalysis analyze(
      Throwable failure, UnboundConfigurationPropertiesException cause) {
    List<ConfigurationProperty> ours =
        cause.getUnboundProperties().stream()
            .filter(property -> property.getName().toString().startsWith("ragwright."))
            .toList();
    if (ours.isEmpty()) {
      return null;
    }
    List<String> names = names();
    return new FailureAnalysis(
        ours.stream()
            .map(
                property ->
                    "there is no setting '%s' (%s)"
                        .formatted(property.getName(), property.getOrigin()))
            .collect(Collectors.joining("\n")),
        ours.stream()
                .map(property -> NearestName.of(property.getName().toString(), names))
                .distinct()
                .collect(Collectors.joining(" or ", "Did you mean ", "?"))
            + "\nAll settings: "
            + String.join(", ", names),
        failure);
  }

  /** Before Boot's own, which does not know what there is. */
  @Override
  public int getOrder() {
    return HIGHEST_PRECEDENCE;
  }

  /** All settings, in the order of their record. */
  static List<String> names() {
    List<String> names = new ArrayList<>();
    add("ragwright", RagwrightProperties.class, names);
    return names;
  }

  private static void add(String prefix, Class<?> record, List<String> names) {
    for (RecordComponent component : record.getRecordComponents()) {
      String name =
          prefix + "." + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
      if (component.getType().isRecord()) {
        add(name, component.getType(), names);
      } else {
        names.add(name);
      }
    }
  }
}
