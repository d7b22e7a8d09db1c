package dev.ragwright.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.opensearch.Version;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;

/**
 * A node in this process, with its modules and its plugin off the class path: {@code OpenSearchNode
 * HOME setting=value ...}. The system property {@code ragwright.knn=false} leaves the plugin out.
 * It runs until its standard input ends, so it does not outlive who started it.
 */
public final class OpenSearchNode extends Node {
  private OpenSearchNode(Environment environment, List<PluginInfo> plugins) {
    super(environment, plugins, false);
  }

  private static PluginInfo plugin(String name, String type, String... extended) {
    return new PluginInfo(
        name, "", "NA", Version.CURRENT, "21", type, null, List.of(extended), false);
  }

  /** Starts it. */
  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]);
    Settings.Builder settings = Settings.builder().put("path.home", home.toString());
    for (String argument : List.of(arguments).subList(1, arguments.length)) {
      int equals = argument.indexOf('=');
      settings.put(argument.substring(0, equals), argument.substring(equals + 1));
    }
    for (String folder : List.of("config", "modules", "plugins", "logs")) {
      Files.createDirectories(home.resolve(folder));
    }
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(
            settings.build(), Map.of(), home.resolve("config"), () -> "node");
    List<PluginInfo> plugins = new ArrayList<>();
    plugins.addAll(
        List.of(
            plugin("transport-netty4", "org.opensearch.transport.Netty4ModulePlugin"),
            plugin("analysis-common", "org.opensearch.analysis.common.CommonAnalysisModulePlugin"),
            plugin("mapper-extras", "org.opensearch.index.mapper.MapperExtrasModulePlugin"),
            plugin("lang-painless", "org.opensearch.painless.PainlessModulePlugin")));
    if (Boolean.parseBoolean(System.getProperty("ragwright.knn", "true"))) {
      plugins.add(plugin("opensearch-knn", "org.opensearch.knn.plugin.KNNPlugin", "lang-painless"));
    }
    new OpenSearchNode(environment, plugins).start();
    System.out.println("started");
    awaitEnd();
    System.exit(0);
  }

  private static void awaitEnd() throws IOException {
    while (System.in.read() >= 0) {
      // whoever started it says nothing, and ends
    }
  }
}
