"""Makes bm25.json: what repeated terms of a query count, by bm25s.

    pip install bm25s==0.3.16
    python rag-retrievers/src/test/python/bm25_golden.py

writes rag-retrievers/src/test/resources/dev/ragwright/retrievers/lucene/bm25.json. The build does not
need it. bm25s scores as Lucene does (method "lucene"), and adds a term for each time that the query
has it, which is k3 = infinity. For other k3 a term's score is taken alone and weighed by (k3 + 1) * f /
(k3 + f); for 0 it is the score of the distinct terms. Documents have at most 40 words, of which Lucene
keeps the exact number, and words that its analysis leaves as they are.
"""

import json
import pathlib
import random
from collections import Counter

import bm25s

SEED = 20261129
WORDS = ["sky", "red", "car", "park", "tree", "lamp", "wind", "fox", "corn", "boat", "milk", "moon"]
OUT = pathlib.Path(__file__).parents[1] / "resources/dev/ragwright/retrievers/lucene/bm25.json"

rng = random.Random(SEED)


def text(most):
    return [rng.choice(WORDS) for _ in range(rng.randrange(1, most))]


documents = [text(40) for _ in range(30)]
index = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
index.index(documents, show_progress=False)


def weighed(query, k3):
    sums = [0.0] * len(documents)
    for term, f in Counter(query).items():
        for d, score in enumerate(index.get_scores([term])):
            sums[d] += float(score) * (k3 + 1) * f / (k3 + f)
    return sums


cases = []
for _ in range(20):
    query = text(30)
    scores = {
        "0": [float(x) for x in index.get_scores(sorted(set(query)))],
        "1.2": weighed(query, 1.2),
        "8": weighed(query, 8),
        "Infinity": [float(x) for x in index.get_scores(query)],
    }
    scores = {k3: [round(x, 6) for x in of] for k3, of in scores.items()}
    cases.append({"query": " ".join(query), "scores": scores})

OUT.write_text(
    json.dumps({"documents": [" ".join(d) for d in documents], "cases": cases}, separators=(",", ":")) + "\n"
)
