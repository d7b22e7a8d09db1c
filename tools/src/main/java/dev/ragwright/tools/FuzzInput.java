package dev.ragwright.tools;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * An input of {@link Fuzz}: bytes that the target, the seed and a number determine, and how they
 * were made.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FuzzInput(byte[] bytes, Kind kind) {
  /** How an input is made. */
  enum Kind {
    /** A valid input, some of whose bytes are others. */
    FLIPPED,
    /** A valid input that ends too early, or begins too late. */
    CUT,
    /** A valid input of which a stretch stands twice, elsewhere, or nowhere. */
    SPLICED,
    /** The beginning of one valid input and the end of another. */
    CROSSED,
    /** A valid input with another number, word or quoted text in a place or in a few. */
    VALUES,
    /** A valid input with a piece of the grammar inserted. */
    INSERTED,
    /** Pieces of the grammar in any order. */
    PIECES,
    /** A few pieces, again and again. */
    RUN,
    /** What opens, deep, and perhaps what closes. */
    NESTED,
    /** A run within a valid input. */
    STRETCHED,
    /** Bytes at random. */
    NOISE
  }

  private static final Kind[] KINDS = Kind.values();
  private static final int LONG = 2_000; // one in so many runs is long
  private static final int LONGEST = 100_000;
  private static final Pattern VALUE =
      Pattern.compile("\"(?:[^\"\\\\]|\\\\.){0,200}+\"|-?\\d+(?:\\.\\d+)?|[A-Za-z_]\\w{0,40}");

  /** Values that tend to be forgotten. */
  private static final List<String> ODD =
      List.of(
          "-1",
          "0",
          "-0.0",
          "1e999",
          "-1e-999",
          "1e400000000",
          "NaN",
          "Infinity",
          "2147483647",
          "2147483648",
          "-2147483648",
          "-2147483649",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "99999999999999999999999999999999999999999",
          "0.1234567890123456789012345678901234567890",
          "null",
          "true",
          "false",
          "\"\"",
          "\" \"",
          "{}",
          "[]",
          "[[]]",
          "{\"\":null}",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"\\udc00\\ud800\"",
          "",
          " ",
          "\u0000",
          "\ufeff",
          "\ufffe",
          "\uffff",
          "\u00a0",
          "\u2028",
          "\u0085",
          "\u200b",
          "\u202e",
          "\u0130",
          "\u00df",
          "e\u0301\u0301\u0301\u0301",
          "\ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc67",
          "\t",
          "\r",
          "\r\n",
          "\n",
          "\n\n",
          "..",
          "../../x",
          "/",
          "\\",
          "C:\\",
          "%s",
          "%n$",
          "${x}",
          "#REF!",
          "2026-02-30",
          "2026-02-30T25:61:61Z",
          "9999999-13-32",
          "1970-01-01T24:00:00Z",
          "-999999999-01-01T00:00:00Z");

  private static final List<String> BRACKETS =
      List.of("(|)", "[|]", "{|}", "<a>|</a>", "[[|]]", "{\"a\":|}", "[1,|]", "\"|\"", "{{|}}");

  /** The input of a number. */
  static FuzzInput of(FuzzTarget target, long seed, long number) {
    long mixed = seed * 0x9E3779B97F4A7C15L + target.name().hashCode() * 0xC2B2AE3D27D4EB4FL;
    SplittableRandom random = new SplittableRandom(mixed ^ (number * 0xD6E8FEB86659FD93L));
    byte[] valid = target.seeds().get(random.nextInt(target.seeds().size()));
    Kind kind = KINDS[random.nextInt(KINDS.length)];
    if (isZip(valid) && random.nextInt(8) > 0) {
      return new FuzzInput(ofParts(target, valid, kind, random), kind);
    }
    return new FuzzInput(made(target, valid, kind, random), kind);
  }

  private static byte[] made(FuzzTarget target, byte[] valid, Kind kind, SplittableRandom random) {
    return switch (kind) {
      case FLIPPED -> flipped(valid, random);
      case CUT -> cut(valid, random);
      case SPLICED -> spliced(valid, random);
      case CROSSED -> crossed(valid, random, target);
      case VALUES -> values(valid, target, random);
      case INSERTED -> insert(valid, piece(target, random), random);
      case PIECES -> pieces(target, random);
      case RUN -> bytes(run(target, random));
      case NESTED -> bytes(nested(target, random));
      case STRETCHED ->
          insert(
              valid, random.nextBoolean() ? run(target, random) : nested(target, random), random);
      case NOISE -> noise(random);
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] noise(SplittableRandom random) {
    byte[] bytes = new byte[random.nextInt(300)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] flipped(byte[] valid, SplittableRandom random) {
    byte[] changed = valid.clone();
    for (int i = 1 + random.nextInt(6); i > 0 && changed.length > 0; i--) {
      int place = random.nextInt(changed.length);
      changed[place] =
          random.nextBoolean()
              ? (byte) random.nextInt(256)
              : (byte) (changed[place] ^ 1 << random.nextInt(8));
    }
    return changed;
  }

  private static byte[] cut(byte[] valid, SplittableRandom random) {
    int place = random.nextInt(valid.length + 1);
    return random.nextInt(4) == 0
        ? Arrays.copyOfRange(valid, place, valid.length)
        : Arrays.copyOf(valid, place);
  }

  private static byte[] spliced(byte[] valid, SplittableRandom random) {
    int start = random.nextInt(valid.length + 1);
    int end = start + random.nextInt(Math.min(400, valid.length - start) + 1);
    byte[] stretch = Arrays.copyOfRange(valid, start, end);
    byte[] rest = random.nextBoolean() ? valid : without(valid, start, end);
    int place = random.nextInt(rest.length + 1);
    return random.nextInt(3) == 0 ? rest : joined(rest, place, stretch, place);
  }

  private static byte[] without(byte[] valid, int start, int end) {
    byte[] rest = Arrays.copyOf(valid, valid.length - (end - start));
    System.arraycopy(valid, end, rest, start, valid.length - end);
    return rest;
  }

  private static byte[] joined(byte[] bytes, int end, byte[] between, int start) {
    byte[] joined = new byte[end + between.length + bytes.length - start];
    System.arraycopy(bytes, 0, joined, 0, end);
    System.arraycopy(between, 0, joined, end, between.length);
    System.arraycopy(bytes, start, joined, end + between.length, bytes.length - start);
    return joined;
  }

  private static byte[] crossed(byte[] valid, SplittableRandom random, FuzzTarget target) {
    byte[] other = target.seeds().get(random.nextInt(target.seeds().size()));
    byte[] end = Arrays.copyOfRange(other, random.nextInt(other.length + 1), other.length);
    int place = random.nextInt(valid.length + 1);
    return joined(valid, place, end, valid.length);
  }

  private static byte[] insert(byte[] valid, String piece, SplittableRandom random) {
    int place = random.nextInt(valid.length + 1);
    return joined(valid, place, bytes(piece), place);
  }

  private static byte[] values(byte[] valid, FuzzTarget target, SplittableRandom random) {
    String text = new String(valid, StandardCharsets.UTF_8);
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      List<MatchResult> all = VALUE.matcher(text).results().toList();
      if (all.isEmpty()) {
        break;
      }
      MatchResult one = all.get(random.nextInt(all.size()));
      String other = random.nextInt(3) == 0 ? piece(target, random) : odd(random);
      boolean within = one.group().startsWith("\"") && random.nextBoolean();
      text =
          text.substring(0, one.start())
              + (within ? '"' + other + '"' : other)
              + text.substring(one.end());
    }
    return bytes(text);
  }

  private static String odd(SplittableRandom random) {
    return ODD.get(random.nextInt(ODD.size()));
  }

  private static String piece(FuzzTarget target, SplittableRandom random) {
    return random.nextInt(5) == 0
        ? odd(random)
        : target.pieces().get(random.nextInt(target.pieces().size()));
  }

  private static byte[] pieces(FuzzTarget target, SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(1 << random.nextInt(1, 8)); i >= 0; i--) {
      text.append(piece(target, random)).append(random.nextInt(4) == 0 ? " " : "");
    }
    return bytes(text.toString());
  }

  private static String run(FuzzTarget target, SplittableRandom random) {
    StringBuilder period = new StringBuilder();
    for (int i = random.nextInt(3); i >= 0; i--) {
      period.append(piece(target, random));
    }
    if (period.isEmpty()) {
      period.append(' ');
    }
    int most = random.nextInt(LONG) == 0 ? LONGEST : 1 << random.nextInt(4, 12);
    String run = period.toString().repeat(1 + random.nextInt(1 + most / period.length()));
    return (random.nextBoolean() ? piece(target, random) : "")
        + run
        + (random.nextBoolean() ? piece(target, random) : "");
  }

  private static String nested(FuzzTarget target, SplittableRandom random) {
    List<String> all = random.nextBoolean() ? target.brackets() : BRACKETS;
    String pair = all.get(random.nextInt(all.size()));
    String opens = pair.substring(0, pair.indexOf('|'));
    String closes = pair.substring(pair.indexOf('|') + 1);
    int most = random.nextInt(LONG) == 0 ? LONGEST : 1 << random.nextInt(3, 13);
    int depth = 1 + random.nextInt(1 + most / pair.length());
    int closed = random.nextInt(3) == 0 ? random.nextInt(depth + 1) : depth;
    return opens.repeat(depth) + piece(target, random) + closes.repeat(closed);
  }

  private static boolean isZip(byte[] file) {
    return file.length > 4 && file[0] == 'P' && file[1] == 'K';
  }

  /** Changes what is in an archive, so that more is reached than what opens it. */
  private static byte[] ofParts(
      FuzzTarget target, byte[] file, Kind kind, SplittableRandom random) {
    List<String> names = new ArrayList<>();
    List<byte[]> parts = new ArrayList<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        names.add(entry.getName());
        parts.add(zip.readAllBytes());
      }
      int part = random.nextInt(parts.size());
      switch (random.nextInt(20)) {
        case 0 -> {
          names.remove(part);
          parts.remove(part);
        }
        case 1 -> names.set(part, names.get(random.nextInt(names.size())) + odd(random));
        default -> parts.set(part, changed(target, parts.get(part), kind, random));
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (ZipOutputStream changed = new ZipOutputStream(out)) {
        for (int i = 0; i < parts.size(); i++) {
          if (names.indexOf(names.get(i)) == i) {
            changed.putNextEntry(new ZipEntry(names.get(i)));
            changed.write(parts.get(i));
          }
        }
      }
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing is read or written but memory
    }
  }

  private static byte[] changed(
      FuzzTarget target, byte[] part, Kind kind, SplittableRandom random) {
    String text = new String(part, StandardCharsets.UTF_8);
    int tag = text.indexOf('<', text.isEmpty() ? 0 : random.nextInt(text.length()));
    int close = tag < 0 ? -1 : text.indexOf('>', tag);
    if (close < 0 || random.nextInt(3) == 0) {
      return kind == Kind.CROSSED ? flipped(part, random) : made(target, part, kind, random);
    }
    String element = text.substring(tag, close + 1);
    return bytes(
        switch (random.nextInt(6)) {
          case 0 -> text.substring(0, close + 1) + element + text.substring(close + 1);
          case 1 -> text.substring(0, tag) + text.substring(close + 1);
          case 2 ->
              text.substring(0, tag)
                  + element.repeat(1 + random.nextInt(700))
                  + text.substring(tag);
          case 3 ->
              text.substring(0, close + 1) + piece(target, random) + text.substring(close + 1);
          default -> {
            String other =
                new String(values(bytes(element), target, random), StandardCharsets.UTF_8);
            yield text.substring(0, tag) + other + text.substring(close + 1);
          }
        });
  }
}
