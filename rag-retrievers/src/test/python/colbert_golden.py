"""The numbers of ColBertTest: what PyLate's preprocess and encode, and MaxSim, give for the model of
ColBertFolder, written down once more in numpy. Prints Java. Run: python3 colbert_golden.py"""

import numpy as np

VOCABULARY, HIDDEN, DIMENSION = 19, 4, 3
CLS, SEP, MASK, Q, D, POINT, COMMA, W0 = 2, 3, 4, 5, 6, 7, 8, 9
TABLE = np.sin(np.arange(1, VOCABULARY * HIDDEN + 1)).reshape(VOCABULARY, HIDDEN)
WEIGHT = np.array([[((7 * o + 3 * i) % 11 - 5) / 8 for i in range(HIDDEN)] for o in range(DIMENSION)])


def model(ids, attention):
    words = TABLE[ids]
    hidden = np.tanh(words + 0.1 * (words * np.array(attention)[:, None]).sum(0))
    vectors = hidden @ WEIGHT.T
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def query(words, length, attend):
    ids = [CLS, Q] + words + [SEP]
    masks = length - len(ids)
    return model(ids + [MASK] * masks, [1] * len(ids) + [int(attend)] * masks)


def document(words):
    ids = [CLS, D] + words + [SEP]
    kept = [i for i, token in enumerate(ids) if token not in (POINT, COMMA)]
    return model(ids, [1] * len(ids))[kept]


def java(name, values):
    print("%s = {%s};" % (name, ", ".join("%.6ff" % value for value in np.ravel(values))))


q = query([W0 + 1, W0 + 2], 8, False)
d = document([W0 + 3, POINT, W0 + 1, COMMA])
other = document([W0 + 5])
java("QUERY", q)
java("QUERY_ATTENDING", query([W0 + 1, W0 + 2], 8, True))
java("DOCUMENT", d)
print("SCORE = %.6f; OTHER = %.6f" % ((q @ d.T).max(1).sum(), (q @ other.T).max(1).sum()))
