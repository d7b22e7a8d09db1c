package dev.ragwright.node;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.elasticsearch.Build;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * A node in this process, with its transport and {@link TermAnalysis}: {@code ElasticsearchNode
 * HOME setting=value ...}. It runs until its standard input ends, so it does not outlive who
 * started it.
 */
public final class ElasticsearchNode {
  private ElasticsearchNode() {}

  /** Starts it. */
  public static void main(String[] arguments) throws Exception {
    LogConfigurator.configureESLogging();
    Path home = Path.of(arguments[0]);
    Settings.Builder settings = Settings.builder().put("path.home", home.toString());
    for (String argument : List.of(arguments).subList(1, arguments.length)) {
      int equals = argument.indexOf('=');
      settings.put(argument.substring(0, equals), argument.substring(equals + 1));
    }
    for (String folder : List.of("config", "lib", "logs")) {
      Files.createDirectories(home.resolve(folder));
    }
    putTransport(Files.createDirectories(home.resolve("modules").resolve("transport-netty4")));
    putAnalysis(Files.createDirectories(home.resolve("plugins").resolve("term-analysis")));
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(
            settings.build(), Map.of(), home.resolve("config"), () -> "node");
    PluginsLoader plugins =
        PluginsLoader.createPluginsLoader(
            PluginsLoader.loadModulesBundles(home.resolve("modules"), false),
            PluginsLoader.loadPluginsBundles(home.resolve("plugins"), false),
            Map.of(),
            false);
    new Node(environment, plugins).start();
    System.out.println("started");
    awaitEnd();
    System.exit(0);
  }

  /** The jars of the transport, as a module of the node that is no module of Java. */
  private static void putTransport(Path module) throws IOException, URISyntaxException {
    Path classes =
        Path.of(
            ElasticsearchNode.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> jars = Files.list(classes.resolveSibling("transport"))) {
      for (Path jar : jars.toList()) {
        Files.copy(jar, module.resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.write(
        module.resolve("plugin-descriptor.properties"),
        described("transport-netty4", "classname=org.elasticsearch.transport.netty4.Netty4Plugin"));
  }

  /** The descriptor and the names of what is on the class path. */
  private static void putAnalysis(Path plugin) throws IOException {
    try (OutputStream jar = Files.newOutputStream(plugin.resolve("empty.jar"))) {
      new JarOutputStream(jar, new Manifest()).close(); // a plugin has one at least
    }
    Files.write(plugin.resolve("stable-plugin-descriptor.properties"), described("term-analysis"));
    Files.writeString(
        plugin.resolve("named_components.json"),
        """
        {"org.elasticsearch.plugin.analysis.TokenizerFactory": {"char_group": "%s"},
         "org.elasticsearch.plugin.analysis.TokenFilterFactory": {"pattern_capture": "%s"}}
        """
            .formatted(
                TermAnalysis.CharGroup.class.getName(),
                TermAnalysis.PatternCapture.class.getName()));
  }

  private static List<String> described(String name, String... more) {
    String version = Build.current().version();
    return Stream.concat(
            Stream.of(
                "name=" + name,
                "description=" + name,
                "version=" + version,
                "elasticsearch.version=" + version,
                "java.version=21"),
            Stream.of(more))
        .toList();
  }

  private static void awaitEnd() throws IOException {
    while (System.in.read() >= 0) {
      // whoever started it says nothing, and ends
    }
  }
}
