package dev.ragwright.eval.ranking;

import dev.ragwright.eval.RankingMetric;
import dev.ragwright.eval.names.UnknownMetric;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds metrics by name, without regard to case.
 *
 * <ul>
 *   <li>As trec_eval has them: {@code map}, {@code recip_rank}, {@code ndcg}, {@code Rprec}, {@code
 *       bpref}; with a cut {@code P_10}, {@code recall_100}, {@code success_5}, {@code
 *       ndcg_cut_10}, {@code map_cut_100}, {@code unj_10}; several cuts {@code ndcg_cut.5,10}; the
 *       family alone, {@code P}, for trec_eval's own cuts; gains {@code ndcg.1=3.5,2=9}.
 *   <li>In the short form, as {@link RankingMetric#name()} gives it: {@code p@10}, {@code
 *       recall@100}, {@code success@5}, {@code mrr@10}, {@code map@100}, {@code ndcg@10}, {@code
 *       unjudged@10}, {@code mrr}, {@code map}, {@code ndcg}, {@code rprec}, {@code bpref}, {@code
 *       rbp(p=0.8)}; with the level {@code recall@100(level=2)}, or gains {@code
 *       ndcg@10(1=3.5,2=9)}.
 * </ul>
 */
public final class RankingMetrics {
  private static final List<Integer> CUTS = List.of(5, 10, 15, 20, 30, 100, 200, 500, 1000);

  /** One of trec_eval's families: what it is in the short form, its cuts when none is given. */
  private record Family(String name, String base, List<Integer> cuts) {}

  private static final List<Family> FAMILIES =
      List.of(
          new Family("P", "p", CUTS),
          new Family("recall", "recall", CUTS),
          new Family("success", "success", List.of(1, 5, 10)),
          new Family("ndcg_cut", "ndcg", CUTS),
          new Family("map_cut", "map", CUTS),
          new Family("unj", "unjudged", List.of(5, 10, 20)));

  /** trec_eval's other names, and the short form of each. */
  private static final Map<String, String> SINGLES =
      Map.of("map", "map", "recip_rank", "mrr", "ndcg", "ndcg", "rprec", "rprec", "bpref", "bpref");

  private static final List<String> CUT_NEEDED = List.of("p", "recall", "success", "unjudged");
  private static final List<String> CUT_POSSIBLE = List.of("mrr", "map", "ndcg");
  private static final List<String> NO_CUT = List.of("rprec", "bpref", "rbp");

  private static final Pattern SHORT =
      Pattern.compile("([a-z]+)(?:@(\\d{1,9}))?(?:\\(([^()]*)\\))?");
  private static final Pattern WITH_CUT = Pattern.compile("([A-Za-z_]+)_(\\d{1,9})");
  private static final Pattern WITH_PARAMETERS = Pattern.compile("([A-Za-z_]+)\\.([\\d,=.eE+-]+)");
  private static final Pattern COMMA_OUTSIDE = Pattern.compile(",(?![^()]*\\))");
  private static final Pattern MORE_PARAMETERS = Pattern.compile("\\d+(=.*)?");
  private static final Pattern COMMA = Pattern.compile(",");

  private final int level;
  private final Map<String, RankingMetric> found = new LinkedHashMap<>();

  private RankingMetrics(int level) {
    this.level = level;
  }

  /**
   * The metric of that name.
   *
   * @throws IllegalArgumentException if there is none, naming the nearest that there is, or if the
   *     name stands for several
   */
  public static RankingMetric named(String name) {
    Map<String, RankingMetric> metrics = parse(name, 1);
    if (metrics.size() != 1) {
      throw new IllegalArgumentException(
          "\"" + name + "\" stands for several metrics, " + metrics.keySet());
    }
    return metrics.values().iterator().next();
  }

  /**
   * The metrics of a comma-separated list, by the names that a report gives them: trec_eval's where
   * the list has those, else as the list has them. In the list's order; unmodifiable.
   *
   * @param level the grade from which a document is relevant, where the list does not say it
   * @throws IllegalArgumentException if there is no metric of a name, naming the nearest that there
   *     is; if the list is empty
   */
  public static Map<String, RankingMetric> parse(String list, int level) {
    RankingMetrics metrics = new RankingMetrics(level);
    entries(list).forEach(metrics::add);
    if (metrics.found.isEmpty()) {
      throw new IllegalArgumentException("the list of metrics is empty");
    }
    return Collections.unmodifiableMap(metrics.found);
  }

  /** The list's names, each with the parameters that trec_eval puts behind further commas. */
  private static List<String> entries(String list) {
    List<String> entries = new ArrayList<>();
    for (String part : COMMA_OUTSIDE.split(list, -1)) {
      String entry = part.strip();
      if (!entries.isEmpty()
          && MORE_PARAMETERS.matcher(entry).matches()
          && WITH_PARAMETERS.matcher(entries.getLast()).matches()) {
        entries.add(entries.removeLast() + "," + entry);
      } else if (!entry.isEmpty()) {
        entries.add(entry);
      }
    }
    return entries;
  }

  private void add(String name) {
    if (!addFamily(name) && !addShort(name)) {
      throw unknown(name);
    }
  }

  private boolean addFamily(String name) {
    Matcher cut = WITH_CUT.matcher(name);
    Matcher parameters = WITH_PARAMETERS.matcher(name);
    if (parameters.matches()) {
      return addWithParameters(name, parameters.group(1), parameters.group(2));
    }
    Family family = family(cut.matches() ? cut.group(1) : name);
    if (family != null) {
      addCuts(name, family, cut.matches() ? List.of(Integer.valueOf(cut.group(2))) : family.cuts());
      return true;
    }
    String base = SINGLES.get(name.toLowerCase(Locale.ROOT));
    if (base != null) {
      found.put(name, make(name, base, Names.NO_CUT, level, new LinkedHashMap<>()));
    }
    return base != null;
  }

  private boolean addWithParameters(String name, String base, String parameters) {
    if (base.equalsIgnoreCase("ndcg")) {
      found.put(name, make(name, "ndcg", Names.NO_CUT, level, parameters(name, parameters)));
      return true;
    }
    Family family = family(base);
    if (family != null) {
      try {
        addCuts(name, family, COMMA.splitAsStream(parameters).map(Integer::valueOf).toList());
      } catch (NumberFormatException e) {
        throw wrong(name, "the cuts \"" + parameters + "\" are not whole numbers");
      }
    }
    return family != null;
  }

  private void addCuts(String name, Family family, List<Integer> cuts) {
    for (int cut : cuts) {
      found.put(
          family.name() + "_" + cut, make(name, family.base(), cut, level, new LinkedHashMap<>()));
    }
  }

  private boolean addShort(String name) {
    Matcher matcher = SHORT.matcher(name.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return false;
    }
    String base = matcher.group(1);
    boolean cut = matcher.group(2) != null;
    if (!CUT_POSSIBLE.contains(base) && !(cut ? CUT_NEEDED : NO_CUT).contains(base)) {
      return false;
    }
    Map<String, Double> parameters =
        matcher.group(3) == null ? new LinkedHashMap<>() : parameters(name, matcher.group(3));
    Double ownLevel = parameters.remove("level");
    found.put(
        name,
        make(
            name,
            base,
            cut ? Integer.parseInt(matcher.group(2)) : Names.NO_CUT,
            ownLevel == null ? level : whole(name, ownLevel),
            parameters));
    return true;
  }

  private static RankingMetric make(
      String name, String base, int cut, int level, Map<String, Double> parameters) {
    try {
      RankingMetric metric =
          switch (base) {
            case "p" -> new Precision(cut, level);
            case "recall" -> new Recall(cut, level);
            case "success" -> new Success(cut, level);
            case "mrr" -> new ReciprocalRank(cut, level);
            case "map" -> new AveragePrecision(cut, level);
            case "ndcg" -> new Ndcg(cut, gains(parameters));
            case "rprec" -> new RPrecision(level);
            case "bpref" -> new Bpref(level);
            case "unjudged" -> new Unjudged(cut);
            default -> rankBiasedPrecision(level, parameters);
          };
      if (!parameters.isEmpty()) {
        throw new IllegalArgumentException(
            "it has no parameter " + String.join(", ", parameters.keySet()));
      }
      return metric;
    } catch (IllegalArgumentException e) {
      throw wrong(name, e.getMessage());
    }
  }

  private static RankingMetric rankBiasedPrecision(int level, Map<String, Double> parameters) {
    Double persistence = parameters.remove("p");
    if (persistence == null) {
      throw new IllegalArgumentException("it needs its persistence, as in rbp(p=0.8)");
    }
    return new RankBiasedPrecision(persistence, level, gains(parameters));
  }

  /** Takes the parameters whose name is a grade. */
  private static SortedMap<Integer, Double> gains(Map<String, Double> parameters) {
    SortedMap<Integer, Double> gains = new TreeMap<>();
    for (String grade : List.copyOf(parameters.keySet())) {
      if (grade.matches("\\d{1,9}")) {
        gains.put(Integer.valueOf(grade), parameters.get(grade));
        parameters.remove(grade);
      }
    }
    return gains;
  }

  private static Map<String, Double> parameters(String name, String text) {
    Map<String, Double> parameters = new LinkedHashMap<>();
    for (String parameter : COMMA.split(text, -1)) {
      int equals = parameter.indexOf('=');
      try {
        Double value = Double.valueOf(parameter.substring(equals + 1).strip());
        if (equals < 1 || parameters.put(parameter.substring(0, equals).strip(), value) != null) {
          throw wrong(name, "the parameter \"" + parameter + "\" has no name or stands twice");
        }
      } catch (NumberFormatException e) {
        throw wrong(name, "the parameter \"" + parameter + "\" is not a name=number");
      }
    }
    return parameters;
  }

  private static int whole(String name, double level) {
    if (level != (int) level) {
      throw wrong(name, "the level " + level + " is not a whole number");
    }
    return (int) level;
  }

  private static @Nullable Family family(String name) {
    for (Family family : FAMILIES) {
      if (family.name().equalsIgnoreCase(name)) {
        return family;
      }
    }
    return null;
  }

  private static IllegalArgumentException wrong(String name, @Nullable String why) {
    return new IllegalArgumentException("the metric \"" + name + "\" is not possible: " + why);
  }

  /** The nearest is looked for among all names, with the cut that was asked for. */
  private static IllegalArgumentException unknown(String name) {
    Matcher digits = Pattern.compile("\\d{1,9}").matcher(name);
    String cut = digits.find() ? digits.group() : "10";
    List<String> all = new ArrayList<>(List.of("map", "recip_rank", "ndcg", "Rprec", "bpref"));
    for (Family family : FAMILIES) {
      all.add(family.name() + "_" + cut);
    }
    for (String base : CUT_NEEDED) {
      all.add(base + "@" + cut);
    }
    for (String base : CUT_POSSIBLE) {
      all.add(base + "@" + cut);
    }
    all.addAll(List.of("mrr", "rbp(p=0.8)"));
    return UnknownMetric.named(name, all);
  }
}
