package dev.ragwright.pgvector;

import dev.ragwright.testkit.FakeEmbedder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * PostgreSQL with pgvector as a process on loopback, for all tests of this module: PGlite, which is
 * PostgreSQL as WebAssembly. It has one session for all connections: a statement that the server
 * keeps by its name is all connections', and messages of two calls at the same time may be mixed
 * up. So a source gives out one connection, to one at a time.
 *
 * <p>{@code -Dragwright.postgres=jdbc:postgresql:...} tests on a real server, where connections are
 * several, in a schema of its own, which is dropped at the end.
 */
final class LocalPostgres {
  private static final Duration INSTALL = Duration.ofMinutes(3);
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
  private static @Nullable LocalPostgres started;
  private static @Nullable LocalPostgres startedNative;

  private final String url;
  private final boolean single;
  private final Semaphore free = new Semaphore(1);
  private @Nullable Connection kept; // whoever has the permit has it
  private String withoutExtension = "";

  private LocalPostgres(String url, boolean single) {
    this.url = url;
    this.single = single;
  }

  /** The server, which is started if need be, and ends with this process. */
  static synchronized LocalPostgres get() {
    if (started == null) {
      Assumptions.assumeTrue(
          Boolean.parseBoolean(System.getProperty("ragwright.engines", "true")),
          "left out by -Dragwright.engines=false");
      try {
        String real = System.getProperty("ragwright.postgres");
        started = real == null ? start(install()) : onRealServer(real);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    return started;
  }

  /**
   * A server on which transactions meet, perhaps without pgvector: that of the property, or the one
   * that Debian installs, with a folder of its own.
   */
  static synchronized LocalPostgres ofSeveralSessions() {
    if (System.getProperty("ragwright.postgres") != null) {
      return get();
    }
    if (startedNative == null) {
      Assumptions.assumeTrue(
          Boolean.parseBoolean(System.getProperty("ragwright.engines", "true")),
          "left out by -Dragwright.engines=false");
      try {
        startedNative = startNative();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    return startedNative;
  }

  private static LocalPostgres startNative() throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        Files.isDirectory(INSTALLED),
        "no PostgreSQL under " + INSTALLED + ", and -Dragwright.postgres names none");
    Path programs;
    try (Stream<Path> versions = Files.list(INSTALLED)) {
      programs =
          versions
              .map(version -> version.resolve("bin"))
              .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
              .max(Comparator.naturalOrder())
              .orElseGet(() -> Assumptions.abort("no initdb under " + INSTALLED));
    }
    Path folder = Files.createTempDirectory("ragwright-postgres");
    List<String> user = List.of();
    if ("root".equals(System.getProperty("user.name"))) { // whom it does not run for
      user = List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups");
      Files.setOwner(
          folder,
          folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postgres"));
    }
    int port = freePort();
    String data = folder.resolve("data").toString();
    List<String> control = with(user, programs.resolve("pg_ctl").toString(), "-D", data, "-w");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder, control)));
    String settings =
        "-p %s -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
            .formatted(port);
    String[] make = {"-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"};
    if (!runs(folder, with(with(user, programs.resolve("initdb").toString()), make))
        || !runs(
            folder,
            with(
                control, "-o", settings, "-l", folder.resolve("server.log").toString(), "start"))) {
      throw new IOException(
          "PostgreSQL did not start: " + Files.readString(folder.resolve("install.log")));
    }
    return new LocalPostgres("jdbc:postgresql://127.0.0.1:" + port + "/postgres", false);
  }

  private static List<String> with(List<String> some, String... more) {
    return Stream.concat(some.stream(), Stream.of(more)).toList();
  }

  private static void remove(Path folder, List<String> control) {
    try {
      runs(folder, with(control, "-m", "immediate", "stop"));
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Fetches its packages from npm, once. */
  private static Path install() throws IOException, InterruptedException {
    Path folder = Files.createDirectories(Path.of("target", "pglite").toAbsolutePath());
    for (String file : List.of("package.json", "package-lock.json", "server.mjs")) {
      try (InputStream read = LocalPostgres.class.getResourceAsStream("/pglite/" + file)) {
        Files.copy(read, folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (!Files.isDirectory(folder.resolve("node_modules"))) {
      Assumptions.assumeTrue(
          runs(folder, List.of("node", "--version")), "Node.js is not installed");
      Assumptions.assumeTrue(
          runs(folder, List.of("npm", "ci", "--omit=peer", "--no-audit", "--no-fund")),
          "npm cannot fetch PGlite: see " + folder.resolve("install.log"));
    }
    return folder;
  }

  private static boolean runs(Path folder, List<String> command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("install.log").toFile())
              .start();
      return process.waitFor(INSTALL.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static LocalPostgres start(Path folder)
      throws IOException, SQLException, InterruptedException {
    int port = freePort();
    Process process =
        new ProcessBuilder("node", "server.mjs", String.valueOf(port))
            .directory(folder.toFile())
            .redirectError(folder.resolve("server.log").toFile())
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    boolean up = false;
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      if (!"ready".equals(line)) {
        throw new IOException("PGlite did not start: see " + folder.resolve("server.log"));
      }
      LocalPostgres server =
          new LocalPostgres("jdbc:postgresql://127.0.0.1:" + port + "/postgres", true);
      try {
        server.index("too_early").embedder(FakeEmbedder.of(8)).open().close();
      } catch (DatabaseException e) {
        server.withoutExtension = String.valueOf(e.getMessage());
      }
      server.execute("create extension vector");
      up = true;
      return server;
    } finally {
      if (!up) {
        process.destroyForcibly(); // the next test starts another
      }
    }
  }

  /** What opening an index with vectors said before the database had the extension. */
  String withoutExtension() {
    return withoutExtension;
  }

  private static LocalPostgres onRealServer(String url) throws SQLException {
    String schema = "ragwright_" + ProcessHandle.current().pid();
    LocalPostgres server = new LocalPostgres(url, false);
    server.execute("drop schema if exists %1$s cascade; create schema %1$s".formatted(schema));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    server.execute("drop schema " + schema + " cascade");
                  } catch (SQLException e) {
                    throw new IllegalStateException(e);
                  }
                }));
    String within = url + (url.contains("?") ? "&" : "?") + "currentSchema=" + schema + ",public";
    return new LocalPostgres(within, false);
  }

  /** An address for one connection, which keeps no statement. */
  String url() {
    return url + (url.contains("?") ? "&" : "?") + "prepareThreshold=0";
  }

  /** A builder of an index in a table that no other test has. */
  PgVectorIndex.Builder index() {
    return index("test_" + COUNT.incrementAndGet());
  }

  PgVectorIndex.Builder index(String table) {
    return PgVectorIndex.builder().dataSource(source(connection -> {})).table(table);
  }

  /** What a pool does with a connection before it hands it out. */
  @FunctionalInterface
  interface Preparation {
    void prepare(Connection connection) throws SQLException;
  }

  DataSource source(Preparation preparation) {
    return (DataSource)
        Proxy.newProxyInstance(
            DataSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              Connection connection = connect();
              preparation.prepare(connection);
              return connection;
            });
  }

  /** A connection; the only one there is, if the server has one session. */
  Connection connect() throws SQLException {
    if (!single) {
      return DriverManager.getConnection(url, "postgres", "secret-of-tests");
    }
    free.acquireUninterruptibly();
    try {
      if (kept == null || kept.isClosed()) {
        kept = DriverManager.getConnection(url, "postgres", "secret-of-tests");
        try (Statement statement = kept.createStatement()) {
          statement.execute("deallocate all"); // what a connection before it had is still there
        }
      }
    } catch (SQLException e) {
      free.release();
      throw e;
    }
    Connection connection = kept;
    AtomicBoolean closed = new AtomicBoolean();
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                if (closed.compareAndSet(false, true)) {
                  free.release();
                }
                return null;
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The rows of a query, the columns of each as one text. */
  List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        var found = statement.executeQuery(sql)) {
      while (found.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
          row.append(i == 1 ? "" : " ").append(found.getString(i));
        }
        rows.add(row.toString());
      }
    }
    return rows;
  }
}
