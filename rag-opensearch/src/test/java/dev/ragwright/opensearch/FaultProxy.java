package dev.ragwright.opensearch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The network between a client and a node, with its faults. */
final class FaultProxy implements AutoCloseable {
  /** What is wrong. */
  enum Fault {
    NONE,
    /** Each answer waits for {@link #DELAY}. */
    DELAY,
    /** Connections are taken, and nothing comes back. */
    DROP,
    /** A connection is reset when something was asked. */
    RESET,
    /** The other end is gone and nobody told: also on connections that worked before. */
    HALF_OPEN,
    /** An answer ends in its middle. */
    CUT
  }

  /** Longer than any call of a test has. */
  static final long DELAY = 60_000;

  private static final int MIDDLE = 150; // behind the headers of a reply

  private final ServerSocket server;
  private final URI node;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger asked = new AtomicInteger();
  private volatile Fault fault = Fault.NONE;

  FaultProxy(String node) throws IOException {
    this.node = URI.create(node);
    this.server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  String host() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  void fault(Fault value) {
    fault = value;
  }

  /** How many connections of the client are open. */
  int open() {
    return open.size();
  }

  /** How many times something was sent by the client. */
  int asked() {
    return asked.get();
  }

  private void accept() {
    while (true) {
      try {
        Socket client = server.accept();
        open.add(client);
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket behind = new Socket(InetAddress.getLoopbackAddress(), node.getPort())) {
      Thread.ofVirtual().start(() -> answers(behind, client));
      InputStream in = client.getInputStream();
      byte[] bytes = new byte[16_384];
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        asked.incrementAndGet();
        switch (fault) {
          case RESET -> {
            client.setSoLinger(true, 0);
            return;
          }
          case DROP, HALF_OPEN -> {}
          case NONE, DELAY, CUT -> behind.getOutputStream().write(bytes, 0, read);
        }
      }
    } catch (IOException e) {
      // either end went
    } finally {
      open.remove(client);
    }
  }

  private void answers(Socket behind, Socket client) {
    try (client) {
      InputStream in = behind.getInputStream();
      OutputStream out = client.getOutputStream();
      byte[] bytes = new byte[16_384];
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        switch (fault) {
          case CUT -> {
            out.write(bytes, 0, Math.min(read, MIDDLE));
            return;
          }
          case DELAY -> {
            long end = System.nanoTime() + DELAY * 1_000_000;
            while (fault == Fault.DELAY && open.contains(client) && System.nanoTime() < end) {
              Thread.sleep(10);
            }
            out.write(bytes, 0, read);
          }
          case DROP, HALF_OPEN -> {}
          case NONE, RESET -> out.write(bytes, 0, read);
        }
      }
      if (fault == Fault.HALF_OPEN) {
        Thread.sleep(DELAY);
      }
    } catch (IOException e) {
      // either end went
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
