package dev.ragwright.trace;

import dev.ragwright.call.Usage;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Map.Entry;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of a trace. Writing a closed set of values takes fewer lines than a JSON library
 * would add to the dependencies of rag-core; reading is left to those who have one.
 */
final class TraceJson {
  private TraceJson() {}

  static String write(Trace trace) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    boolean called = !trace.id().isEmpty();
    if (called) {
      object.put("id", trace.id());
    }
    object.put("question", trace.question());
    if (called) {
      object.put("outcome", trace.outcome().name());
      trace.reason().ifPresent(reason -> object.put("reason", reason));
    }
    object.put("millis", millis(trace.duration()));
    object.put("stages", trace.stages().stream().map(TraceJson::stage).toList());
    object.put("usage", usage(trace.usage()));
    StringBuilder out = new StringBuilder();
    write(object, out);
    return out.toString();
  }

  private static Map<String, @Nullable Object> stage(StageRecord stage) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("stage", stage.stage());
    object.put("millis", millis(stage.duration()));
    object.put("name", stage.description().name());
    object.put("description", stage.description().toString());
    object.put("details", stage.details());
    if (!stage.usage().equals(Usage.none())) {
      object.put("usage", usage(stage.usage()));
    }
    if (!stage.parts().isEmpty()) {
      object.put("parts", stage.parts().stream().map(TraceJson::stage).toList());
    }
    stage.error().ifPresent(error -> object.put("error", error));
    return object;
  }

  private static Map<String, @Nullable Object> usage(Usage usage) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>(usage.known());
    usage.unknownCounters().forEach(counter -> object.put(counter, null));
    if (!usage.isComplete()) {
      object.put("complete", false);
    }
    return object;
  }

  private static double millis(Duration duration) {
    return Math.rint(duration.toNanos() / 1e3) / 1e3;
  }

  private static void write(@Nullable Object value, StringBuilder out) {
    switch (value) {
      case Map<?, ?> map -> {
        out.append('{');
        for (Iterator<? extends Entry<?, ?>> i = map.entrySet().iterator(); i.hasNext(); ) {
          Entry<?, ?> entry = i.next();
          quote(String.valueOf(entry.getKey()), out);
          out.append(':');
          write(entry.getValue(), out);
          out.append(i.hasNext() ? "," : "");
        }
        out.append('}');
      }
      case List<?> list -> {
        out.append('[');
        for (int i = 0; i < list.size(); i++) {
          out.append(i > 0 ? "," : "");
          write(list.get(i), out);
        }
        out.append(']');
      }
      case String text -> quote(text, out);
      case Double number when !Double.isFinite(number) -> out.append("null");
      case null, default -> out.append(value);
    }
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        default -> {
          if (c < ' ' || (Character.isSurrogate(c) && !isPaired(text, i))) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static boolean isPaired(String text, int i) {
    return Character.isHighSurrogate(text.charAt(i))
        ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
  }
}
