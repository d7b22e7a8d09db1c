package dev.ragwright.tools;

import java.net.URI;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A database as a command line names it: {@code KIND:ADDRESS}.
 *
 * @param address as its client takes it, password included: never to be printed
 */
record StoreName(Kind kind, String address) {

  /** The databases whose clients are here, and what an address of each begins with. */
  enum Kind {
    chroma("URL", "http:// or https://"),
    pgvector("JDBC_URL", "jdbc:postgresql:"),
    qdrant("HOST:PORT or qdrant:https://HOST:PORT", ""),
    weaviate("URL", "http:// or https://"),
    milvus("URL", "http:// or https://");

    private final String form;
    private final String begins;

    Kind(String form, String begins) {
      this.form = form;
      this.begins = begins;
    }

    private boolean takes(String address) {
      return this == qdrant
          ? address.matches("(https://)?[^:/@?\\s]+:\\d{1,5}")
          : Arrays.stream(begins.split(" or "))
              .anyMatch(begin -> address.startsWith(begin) && address.length() > begin.length());
    }
  }

  /**
   * Reads a name.
   *
   * @throws IllegalArgumentException if there is no such kind, or the address is none of its
   */
  static StoreName of(String text) {
    String[] parts = text.split(":", 2);
    Kind kind =
        Arrays.stream(Kind.values())
            .filter(each -> each.name().equals(parts[0]))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "--store: there is no \"%s\"; allowed are %s"
                            .formatted(
                                parts[0],
                                Arrays.stream(Kind.values())
                                    .map(each -> each + ":" + each.form)
                                    .collect(Collectors.joining(", ")))));
    StoreName name = new StoreName(kind, parts.length == 2 ? parts[1] : "");
    if (!kind.takes(name.address)) {
      throw new IllegalArgumentException(
          "--store: \"%s\" is not of the form %s:%s%s"
              .formatted(
                  name,
                  kind,
                  kind.form,
                  kind.begins.isEmpty() ? "" : ", whose address begins with " + kind.begins));
    }
    return name;
  }

  /**
   * The server, of all kinds but pgvector.
   *
   * @throws IllegalArgumentException if its name cannot be a host's
   */
  URI server() {
    URI server = URI.create(address.contains("://") ? address : "http://" + address);
    if (server.getHost() == null) {
      throw new IllegalArgumentException(
          "--store: \"%s\" names no host: letters, digits, hyphens and points".formatted(this));
    }
    return server;
  }

  /** What a failure and its causes say, should one say the address too. Clients tell it last. */
  String said(Throwable failure) {
    String all = "";
    for (Throwable at = failure; at != null; at = at.getCause()) {
      String message = at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
      if (!all.contains(message)) {
        all += (all.isEmpty() ? "" : ": ") + message;
      }
    }
    return all.replace(address, shown());
  }

  /** Without a user, a password and settings, which may have one. */
  private String shown() {
    return address.replaceFirst("[?#;].*", "").replaceFirst("//[^/]*@", "//");
  }

  /** As it may be printed and kept. */
  @Override
  public String toString() {
    return kind + ":" + shown();
  }
}
