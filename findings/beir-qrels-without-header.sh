#!/usr/bin/env bash
# beir 2.2.0: the first line of a qrels file is never a judgment.
#
# Expected: a qrels file of three columns without the header "query-id corpus-id score" is either read
# whole or refused. GenericDataLoader skips the first line whatever stands in it
# (beir/datasets/data_loader.py, _load_qrels), so the first judgment of such a file is gone without a
# word. Where it was a query's only one the query goes with it, since only judged queries are kept:
# the mean of a metric is then over fewer queries than the file judges.
#
# Seen: two judgments of two queries with the header give two queries, without it one.
# Exit status 0: this is still so. 1: it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet install --no-deps beir==2.2.0 tqdm==4.67.1
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import json
import os
import sys
from importlib.metadata import version

from beir.datasets.data_loader import GenericDataLoader

HEADER = "query-id\tcorpus-id\tscore\n"
JUDGMENTS = "q1\td1\t1\nq2\td2\t1\n"


def queries(qrels):
    os.makedirs("set/qrels", exist_ok=True)
    with open("set/corpus.jsonl", "w") as out:
        for i in (1, 2):
            out.write(json.dumps({"_id": f"d{i}", "title": "", "text": f"text {i}"}) + "\n")
    with open("set/queries.jsonl", "w") as out:
        for i in (1, 2):
            out.write(json.dumps({"_id": f"q{i}", "text": f"question {i}"}) + "\n")
    with open("set/qrels/test.tsv", "w") as out:
        out.write(qrels)
    _, found, judged = GenericDataLoader("set").load(split="test")
    assert sorted(found) == sorted(judged)
    return sorted(found)


print("beir", version("beir"), "on Python", sys.version.split()[0])
with_header = queries(HEADER + JUDGMENTS)
without = queries(JUDGMENTS)
print("with a header:", with_header)
print("without one:  ", without)
sys.exit(0 if with_header == ["q1", "q2"] and without == ["q2"] else 1)
PYTHON
