"""Makes the golden files of the ranking metrics: 300 random runs, evaluated by trec_eval.

    pip install pytrec_eval-terrier==0.5.11
    python rag-eval/src/test/python/ranking_golden.py

writes rag-eval/src/test/resources/dev/ragwright/eval/ranking/trec_eval.jsonl.gz. The build does not
need it. pytrec_eval-terrier is trec_eval 9.0.8 behind a Python interface; it takes scores as float.

Each line is a run: its judgments, its scores (as text), the level, whether scores are "float" or
"double", and by metric each query's value with all its digits, and the means as C prints them: "all"
over the queries that have both, "complete" as with -c. The reference sorts by float. For "double" this
script ranks the documents itself (score descending, id descending by bytes) and hands over the ranks.

mrr@10 is recip_rank over the first ten documents (trec_eval -M 10); own gains are ndcg over grades
that were changed in the ratio of the gains, which nDCG does not see.

No query has negative judgments only: trec_eval 9.0.8 reads memory there that it did not set.
"""

import gzip
import json
import pathlib
import random
import struct

import pytrec_eval

SEED = 20261121
RUNS = 300
CUTS = "5,10,30"
MEASURES = {
    "map", "recip_rank", "ndcg", "Rprec", "bpref",
    "P." + CUTS, "recall." + CUTS, "success.1,5,10", "ndcg_cut." + CUTS, "map_cut." + CUTS,
}
GAINS = {1: 7, 2: 18}  # in the ratio of ndcg.1=3.5,2=9,3=3,4=4
OUT = pathlib.Path(__file__).parents[1] / "resources/dev/ragwright/eval/ranking/trec_eval.jsonl.gz"

# Ids whose order differs between UTF-16 units and UTF-8 bytes, or under a locale's collation.
ODD = ["ä", "Z", "z", "ß", "\ue000", "\uffee", "\U0001f600", "\U0002070e", "中", "é", "-", "_", "10", "9"]


def as_float(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def doc_id(rng, n):
    return (rng.choice(ODD) if rng.random() < 0.3 else "d") + str(n)


def score(rng, kind):
    if kind == "ties":
        return str(rng.randrange(4))
    if kind == "near":  # equal as float, and not as double, or the other way round
        return repr(0.1 + rng.randrange(6) * 1e-9)
    if kind == "wide":
        return "%se%d" % (rng.choice(["-1.5", "2.25", "7", "-.5", "+3."]), rng.randrange(-30, 30))
    return repr(rng.gauss(0, 10))


def ranked(scores, mode):
    key = as_float if mode == "float" else float
    return sorted(scores, key=lambda d: (key(float(scores[d])), d.encode()), reverse=True)


def by_rank(docs):
    return {d: float(len(docs) - i) for i, d in enumerate(docs)}


def make(rng, i):
    level = rng.choice([1, 1, 1, 2, 3])
    top = rng.choice([1, 1, 2, 4])
    kind = rng.choice(["ties", "near", "wide", "plain"])
    mode = "float" if i % 2 == 0 else "double"
    qrels, run = {}, {}
    for n in range(rng.randrange(2, 9)):
        query = rng.choice(["", "q", "ß", "\ue000", "\U0001f600", "T-"]) + str(n * 7 % 12)
        pool = [doc_id(rng, d) for d in range(rng.choice([3, 10, 40]))]
        if n == 0 or rng.random() < 0.9:
            some = rng.choice([0.2, 0.6, 1.0])
            grades = {d: rng.choice([-2, -1] + list(range(top + 1)) * 3) for d in pool if rng.random() < some}
            if rng.random() < 0.1:
                grades = {d: 0 for d in grades}
            if all(g < 0 for g in grades.values()):
                grades[pool[0]] = rng.randrange(top + 1)
            qrels[query] = grades
        if n == 0 or rng.random() < 0.85:
            length = rng.choice([0, 1, 3, len(pool), len(pool)])
            run[query] = {d: score(rng, kind) for d in rng.sample(pool, length)}
    return level, mode, qrels, run


def evaluate(level, mode, qrels, run):
    if mode == "float":
        scores = {q: {d: float(s) for d, s in docs.items()} for q, docs in run.items()}
    else:
        scores = {q: by_rank(ranked(docs, mode)) for q, docs in run.items()}
    values = pytrec_eval.RelevanceEvaluator(qrels, MEASURES, relevance_level=level).evaluate(scores)
    first = {q: by_rank(ranked(docs, mode)[:10]) for q, docs in run.items()}
    cut = pytrec_eval.RelevanceEvaluator(qrels, {"recip_rank"}, relevance_level=level).evaluate(first)
    scaled = {q: {d: GAINS.get(g, 2 * g) for d, g in docs.items()} for q, docs in qrels.items()}
    gains = pytrec_eval.RelevanceEvaluator(scaled, {"ndcg"}).evaluate(scores)
    by_metric = {}
    for query in sorted(values, key=lambda q: q.encode()):
        values[query]["mrr@10"] = cut[query]["recip_rank"]
        values[query]["ndcg.1=3.5,2=9"] = gains[query]["ndcg"]
        for metric, value in values[query].items():
            by_metric.setdefault(metric, {})[query] = value
    means = {}
    for metric, queries in by_metric.items():
        total = 0.0
        for value in queries.values():  # in trec_eval's order, and without sum()'s compensation
            total += value
        means[metric] = ["%.4f" % (total / len(queries)), "%.4f" % (total / len(qrels))]
    return by_metric, means


def main():
    rng = random.Random(SEED)
    compared = 0
    with OUT.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        for i in range(RUNS):
            level, mode, qrels, run = make(rng, i)
            values, means = evaluate(level, mode, qrels, run)
            compared += sum(len(queries) + 2 for queries in values.values())
            case = {"level": level, "scores": mode, "qrels": qrels, "run": run, "values": values, "means": means}
            out.write((json.dumps(case, separators=(",", ":")) + "\n").encode())
    print(compared, "values,", OUT.stat().st_size, "bytes")


main()
