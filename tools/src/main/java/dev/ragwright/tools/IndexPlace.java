package dev.ragwright.tools;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where {@code --index} keeps an index. */
sealed interface IndexPlace {
  /** What {@code --index} takes, for a usage. */
  String ALLOWED = "DIR|opensearch:URL/NAME|postgres:JDBC_URL/NAME";

  /** In a folder. */
  record Folder(Path path) implements IndexPlace {
    @Override
    public String toString() {
      return path.toString();
    }
  }

  /** In an engine that is not this process. */
  sealed interface Engine extends IndexPlace {}

  /** In a cluster of OpenSearch or Elasticsearch. */
  record OpenSearch(List<String> hosts, String name) implements Engine {
    @Override
    public String toString() {
      return withoutUser("opensearch:" + String.join(",", hosts)) + "/" + name;
    }
  }

  /** In a database of PostgreSQL. */
  record Postgres(String url, String name) implements Engine {
    /** Without what may be a password. */
    @Override
    public String toString() {
      int query = url.indexOf('?');
      return withoutUser("postgres:" + (query < 0 ? url : url.substring(0, query))) + "/" + name;
    }
  }

  /**
   * The place that a text names.
   *
   * @throws IllegalArgumentException if it is none
   */
  static IndexPlace of(String text) {
    boolean open = text.startsWith("opensearch:");
    if (!open && !text.startsWith("postgres:")) {
      return folder(text);
    }
    int slash = text.lastIndexOf('/');
    String place = text.substring(text.indexOf(':') + 1, Math.max(text.indexOf(':') + 1, slash));
    String name = text.substring(slash + 1);
    if (!place.contains("//") || place.endsWith("/") || name.isEmpty()) {
      throw new IllegalArgumentException(
          open
              ? "--index opensearch: takes the address of a node, or several with commas, and a name: opensearch:http://127.0.0.1:9200/manuals"
              : "--index postgres: takes an address of JDBC and a table's name: postgres:jdbc:postgresql://127.0.0.1:5432/db/manuals");
    }
    return open
        ? new OpenSearch(List.of(place.split(",", -1)), name)
        : new Postgres(place.startsWith("jdbc:") ? place : "jdbc:" + place, name);
  }

  /** An address without the user and the password that neither engine takes in it. */
  private static String withoutUser(String address) {
    return address.replaceAll("//[^/,]*@", "//");
  }

  private static IndexPlace folder(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("it names no file or folder: \"\"");
    }
    try {
      return new Folder(Path.of(text));
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("--index: no path of a folder: " + e.getMessage(), e);
    }
  }

  /** For an option. */
  final class Converter implements ITypeConverter<IndexPlace> {
    @Override
    public IndexPlace convert(String value) {
      try {
        return of(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
