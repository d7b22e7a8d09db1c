"""Writes the golden run of SameBitsTest: all passages scored by sums of doubles in the order that
dev.ragwright.retrieve.Embeddings.dot documents, in plain Python, whose float is IEEE's double.
Run: python3 order_golden.py ../resources/dev/ragwright/retrievers/lucene/same-bits.trec"""

import math
import struct
import sys

DIMENSION, PASSAGES, DEPTH = 384, 3000, 20


def numbers(seed):
    """24-bit whole numbers of a linear congruential generator (Knuth's MMIX)."""
    made = []
    for _ in range(DIMENSION):
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        made.append((seed >> 40) - 2**23)
    return made


def unit(whole):
    """At length 1, each number rounded to a float."""
    length = math.sqrt(float(sum(x * x for x in whole)))
    return [struct.unpack("f", struct.pack("f", x / length))[0] for x in whole]


def passage(n):
    """Of ten passages of a group, seven differ in one number's last bits and three are equal."""
    whole = numbers(n // 10)
    nudge = n % 10 % 8
    whole[7 * nudge] += nudge
    if n % 10 == 9:
        whole = numbers(n // 10)
    return unit(whole)


def query(q):
    return unit([a + b for a, b in zip(numbers(17 * q), numbers(1_000_000 + q))])


def dot(a, b):
    sums = [0.0] * 4
    for i in range(DIMENSION):
        sums[i % 4] += a[i] * b[i]
    return (sums[0] + sums[1]) + (sums[2] + sums[3])


vectors = [passage(n) for n in range(PASSAGES)]
with open(sys.argv[1], "w", encoding="ascii", newline="\n") as out:
    for q in range(1, 5):
        asked = query(q)
        found = sorted((-dot(asked, vector), "p%d" % n) for n, vector in enumerate(vectors))
        for rank, (score, name) in enumerate(found[:DEPTH], 1):
            out.write("q%d Q0 %s %d %r knn\n" % (q, name, rank, -score))
