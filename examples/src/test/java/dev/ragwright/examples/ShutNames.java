package dev.ragwright.examples;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/** Names that a process looks up, where it was told to have none: each is told, and not found. */
public final class ShutNames extends InetAddressResolverProvider {
  static final String SHUT = "ragwright.names.shut";
  static final String ASKED = "looked up a name: ";

  @Override
  public InetAddressResolver get(Configuration configuration) {
    return Boolean.getBoolean(SHUT) ? new Shut() : configuration.builtinResolver();
  }

  @Override
  public String name() {
    return "names of no other machine";
  }

  private static final class Shut implements InetAddressResolver {
    @Override
    public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
        throws UnknownHostException {
      System.err.println(ASKED + host);
      throw new UnknownHostException(host);
    }

    @Override
    public String lookupByAddress(byte[] address) throws UnknownHostException {
      throw new UnknownHostException("an address");
    }
  }
}
