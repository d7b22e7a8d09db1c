import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Builds the applications in samples/ as somebody else would, from our jars and POMs and the BOM:
 *
 * <pre>
 * mvn -q package -DskipTests
 * java build/Samples.java                          # all of them
 * java build/Samples.java spring-boot -Dspring-boot.version=3.5.7
 * </pre>
 *
 * <p>What was packaged is laid into a local repository of its own below target/, where all else is
 * linked to the user's: nothing of ours gets into that one, and what Maven downloads is there for
 * the next build. Maven runs on the JDK that this runs on, since an application is compiled by it.
 */
final class Samples {
  private static final Path ROOT = Path.of("").toAbsolutePath();
  private static final Path REPOSITORY = ROOT.resolve("target/samples-repository");

  public static void main(String[] args) throws Exception {
    List<String> names = new ArrayList<>();
    List<String> options = new ArrayList<>();
    for (String arg : args) {
      (arg.startsWith("-") ? options : names).addAll(List.of(arg.split(",")));
    }
    install();
    for (Path sample : samples(names)) {
      Instant start = Instant.now();
      int exit = build(sample, options);
      double seconds = Duration.between(start, Instant.now()).toMillis() / 1e3;
      System.out.printf(
          Locale.ROOT,
          "sample %-12s %s %5.1f s%n",
          sample.getFileName(),
          exit == 0 ? "ok" : "FAILED",
          seconds);
      if (exit != 0) {
        System.exit(1);
      }
    }
  }

  private static List<Path> samples(List<String> names) throws IOException {
    if (!names.isEmpty()) {
      return names.stream().map(name -> ROOT.resolve("samples").resolve(name)).toList();
    }
    try (Stream<Path> folders = Files.list(ROOT.resolve("samples"))) {
      return folders.filter(folder -> Files.exists(folder.resolve("pom.xml"))).sorted().toList();
    }
  }

  private static int build(Path sample, List<String> options) throws Exception {
    String home = System.getProperty("maven.home", "");
    List<String> command = new ArrayList<>();
    command.add(home.isEmpty() ? "mvn" : Path.of(home, "bin", "mvn").toString());
    command.addAll(List.of("-B", "-ntp", "-q", "-f", sample.toString()));
    command.add("-Dmaven.repo.local=" + REPOSITORY);
    command.addAll(options);
    command.add("verify");
    ProcessBuilder maven = new ProcessBuilder(command).inheritIO();
    maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
    // Short runs, for which the second compiler does not pay.
    maven.environment().putIfAbsent("MAVEN_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    return maven.start().waitFor();
  }

  /** Lays our artifacts out, and links to everything that others have. */
  private static void install() throws IOException {
    delete(REPOSITORY);
    String user =
        System.getProperty(
            "ragwright.repository",
            Path.of(System.getProperty("user.home"), ".m2", "repository").toString());
    Path ours = REPOSITORY.resolve("dev").resolve("ragwright");
    Files.createDirectories(ours);
    link(Path.of(user), REPOSITORY);
    link(Path.of(user, "dev"), REPOSITORY.resolve("dev"));
    artifact(ours, "ragwright", ROOT);
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.sorted().toList()) {
        String name = module.getFileName().toString();
        if (name.startsWith("rag-") && Files.exists(module.resolve("pom.xml"))) {
          artifact(ours, name, module);
        }
      }
    }
  }

  private static void link(Path from, Path to) throws IOException {
    Files.createDirectories(from);
    try (Stream<Path> children = Files.list(from)) {
      for (Path child : children.toList()) {
        Path here = to.resolve(child.getFileName());
        if (!Files.exists(here)) {
          Files.createSymbolicLink(here, child);
        }
      }
    }
  }

  private static void artifact(Path repository, String name, Path module) throws IOException {
    String pom = Files.readString(module.resolve("pom.xml"));
    String version = pom.replaceFirst("(?s).*?<version>([^<]+)</version>.*", "$1");
    Path folder = Files.createDirectories(repository.resolve(name).resolve(version));
    String file = name + "-" + version;
    Files.writeString(folder.resolve(file + ".pom"), pom);
    boolean jars = false;
    if (Files.isDirectory(module.resolve("target"))) {
      try (Stream<Path> built = Files.list(module.resolve("target"))) {
        for (Path jar : built.filter(path -> isJar(path, file)).toList()) {
          Files.copy(jar, folder.resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
          jars = true;
        }
      }
    }
    if (!jars && !name.equals("ragwright") && !name.equals("rag-bom")) {
      System.err.println("not packaged: " + name + " (mvn -q package -DskipTests)");
    }
  }

  /** Also one with a classifier, as those of rag-natives. */
  private static boolean isJar(Path path, String file) {
    String name = path.getFileName().toString();
    return name.startsWith(file) && name.endsWith(".jar");
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) { // does not follow links
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
