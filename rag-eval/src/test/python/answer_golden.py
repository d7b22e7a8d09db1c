"""Writes the golden files of dev.ragwright.eval.answer; the build never runs it.

    pip install rouge-score==0.1.2 nltk==3.10.4     # on CPython 3.11.7, Unicode 14.0
    python answer_golden.py ../resources/dev/ragwright/eval/answer

The SQuAD and HotpotQA functions are written from their definitions (evaluate-v1.1.py,
evaluate-v2.0.py, hotpot_evaluate_v1.py), ALCE's and RAGChecker's from theirs (eval.py,
computation.py); ROUGE, the stemmer and the tables of characters are the packages' and CPython's own.
"""

import collections
import gzip
import json
import random
import re
import string
import sys
import unicodedata
from pathlib import Path

from nltk.stem.porter import PorterStemmer
from rouge_score.rouge_scorer import RougeScorer

OUT = Path(sys.argv[1])
RANDOM = random.Random(20261121)


def write(name, lines):
    text = "".join(line + "\n" for line in lines)
    with open(OUT / name, "wb") as file:
        file.write(gzip.compress(text.encode(), 9, mtime=0))


# --- SQuAD and HotpotQA ---------------------------------------------------------------------------


def normalize_answer(s):
    s = "".join(ch for ch in s.lower() if ch not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", s).split())


def exact(gold, pred):
    return int(normalize_answer(gold) == normalize_answer(pred))


def f1_v1(gold, pred):
    pred_tokens, gold_tokens = normalize_answer(pred).split(), normalize_answer(gold).split()
    num_same = sum((collections.Counter(pred_tokens) & collections.Counter(gold_tokens)).values())
    if num_same == 0:
        return 0
    precision = 1.0 * num_same / len(pred_tokens)
    recall = 1.0 * num_same / len(gold_tokens)
    return (2 * precision * recall) / (precision + recall)


def f1_v2(gold, pred):
    gold_tokens, pred_tokens = normalize_answer(gold).split(), normalize_answer(pred).split()
    if not gold_tokens or not pred_tokens:
        return int(gold_tokens == pred_tokens)
    return f1_v1(gold, pred)


def f1_hotpot(gold, pred):
    gold_text, pred_text = normalize_answer(gold), normalize_answer(pred)
    for one in (gold_text, pred_text):
        if one in ("yes", "no", "noanswer") and gold_text != pred_text:
            return 0
    return f1_v1(gold, pred)


def squad(golds, pred):
    with_words = [gold for gold in golds if normalize_answer(gold)] or [""]
    normal = normalize_answer(pred)
    return {
        "golds": golds,
        "pred": pred,
        "normalized": normal,
        "em-squad1.1": max(exact(gold, pred) for gold in golds),
        "f1-squad1.1": max(f1_v1(gold, pred) for gold in golds),
        "em": max(exact(gold, pred) for gold in with_words),
        "f1": max(f1_v2(gold, pred) for gold in with_words),
        "f1-hotpot": max(f1_hotpot(gold, pred) for gold in golds),
        "substring": max(
            int(normalize_answer(gold) in normal if normalize_answer(gold) else not normal)
            for gold in with_words
        ),
    }


WORDS = (
    "the The THE a A an An yes no noanswer theatre another than Banana A's the-end rock'n'roll U.S. "
    "1,000 $5 50% (note) 3.14 co-op don't \u2018quoted\u2019 it\u2019s \u201cthe\u201d a\u0301 e\u0301te\u0301 \u00e9t\u00e9 "
    "Stra\u00dfe STRASSE \u0130stanbul istanbul \u03a3\u039f\u03a6\u039f\u03a3 \u03c3\u03bf\u03c6\u03cc\u03c2 \u041c\u043e\u0441\u043a\u0432\u0430 "
    "\u092f\u0939 \u0915\u0940 \u0e44\u0e17\u0e22 \u4e1c\u4eac \u6771\u4eac\u3002 \uff21\uff22 \u2167 \u00bd x\u00b2 \U0001d4d0bc \U0001f600 the\u0301 "
    "the\u093e a\u200b \u00abthe\u00bb an\u2014the _the_ the_ \ufb01ne \ufb03 \u1e9e \u212a \u0660\u0661 a\u0660 \u2022 \u2026 "
    "city river king novel won first large of in and 1851 July 20 Paris"
).split(" ")
SPACES = [" "] * 30 + ["\u00a0", "\t", "\n", "  ", "\u3000", "\u2009", "\x1c", "\x85", "\u2028", "\u200b", "\u180e", "\ufeff"]


def phrase(most):
    words = [RANDOM.choice(WORDS) for _ in range(RANDOM.randint(0, most))]
    text = "".join(word + RANDOM.choice(SPACES) for word in words)
    return text if RANDOM.random() < 0.1 else text.strip(" ")


def varied(text):
    parts = text.split(" ")
    for _ in range(RANDOM.randint(0, 3)):
        at = RANDOM.randint(0, len(parts))
        change = RANDOM.random()
        if change < 0.3:
            parts.insert(at, RANDOM.choice(WORDS))
        elif change < 0.6 and parts:
            parts.pop(min(at, len(parts) - 1))
        elif parts:
            at = min(at, len(parts) - 1)
            parts[at] = RANDOM.choice([str.upper, str.lower, str.title])(parts[at]) + RANDOM.choice(string.punctuation)
    return " ".join(parts)


def squad_cases():
    for golds, pred in [
        ([""], ""), (["the"], "a"), (["the", "x"], ""), (["the", "x"], "a"), (["yes"], "yes it is"),
        (["it is yes"], "Yes!"), (["no"], "NO."), (["a b"], "b a"), ([""], "x"), (["x"], "..."),
    ]:
        yield squad(golds, pred)
    for _ in range(2000):
        golds = [phrase(6) for _ in range(RANDOM.randint(1, 3))]
        pred = varied(RANDOM.choice(golds)) if RANDOM.random() < 0.8 else phrase(8)
        yield squad(golds, pred)


write("squad.jsonl.gz", (json.dumps(case, ensure_ascii=True) for case in squad_cases()))


# --- ROUGE ----------------------------------------------------------------------------------------

STEMS = (
    "relate condition rational valence hesitance digit conform radical different vile analog vietnam predict "
    "operate feudal decide hope callous formal sensitive sensible triplicate form electric good revive allow "
    "infer airline gyroscope adjust defense irritate replace depend adopt commune active angular effect bowdler "
    "probate rate cease control roll fly die lie tie sky spy try happy enjoy play city geology archaeology theology "
    "hop tan fall hiss fizz fail file agree feed plaster motor size trouble conflate run stop plan new inning outing "
    "succeed proceed exceed generalize oscillate national nation use abuse abil y yy syzygy toy bee see ied ies ing"
).split(" ")
ENDINGS = (
    "s es ies ed ied eed ing ings ingly edly ational tional enci anci izer bli abli alli entli eli ousli ization "
    "ation ator alism iveness fulness ousness aliti iviti biliti fulli logi icate ative alize iciti ical ful ness al "
    "ance ence er ic able ible ant ement ment ent sion tion ion ou ism ate iti ous ive ize e ll y ly ally"
).split(" ")


def rouge_word():
    choice = RANDOM.random()
    if choice < 0.4:
        return RANDOM.choice(STEMS)
    if choice < 0.7:
        return RANDOM.choice(STEMS) + RANDOM.choice(ENDINGS)
    return RANDOM.choice(WORDS)


def rouge_text(vocabulary, most):
    words = [RANDOM.choice(vocabulary) for _ in range(RANDOM.randint(0, most))]
    separators = [" "] * 8 + ["\n"] + [". ", ", ", "\n\n", "-", "\u00a0"][: RANDOM.randint(0, 5)]
    return "".join(word + RANDOM.choice(separators) for word in words)


PLAIN = RougeScorer(["rouge1", "rouge2", "rougeL", "rougeLsum"], use_stemmer=False)
STEMMED = RougeScorer(["rouge1", "rouge2", "rougeL", "rougeLsum"], use_stemmer=True)


def rouge_cases():
    for number in range(2000):
        vocabulary = [rouge_word() for _ in range(RANDOM.randint(2, 25))]
        reference, answer = rouge_text(vocabulary, 30), rouge_text(vocabulary, 30)
        case = {"reference": reference, "answer": answer}
        for suffix, scorer in (("", PLAIN), ("-stemmed", STEMMED)):
            for name, score in scorer.score(reference, answer).items():
                case[name + suffix] = round(float(score.fmeasure), 12)
        yield case


write("rouge.jsonl.gz", (json.dumps(case, ensure_ascii=True) for case in rouge_cases()))


def stem_cases():
    words = {stem + ending for stem in STEMS for ending in [""] + ENDINGS}
    words |= {a + b for a in ENDINGS for b in ENDINGS}
    words |= {"".join(RANDOM.choice("abcdeiklosty") for _ in range(RANDOM.randint(1, 9))) for _ in range(3000)}
    words |= set("sky skies dying lying tying news innings inning outings outing cannings canning howe proceed exceed succeed".split())
    words |= {"2000s", "1990ies", "x86ed", "a", "ab", "\u00e9t\u00e9s", "stra\u00dfen", "\U0001d4d0ies", "\U0001d4d0\U0001d4d0s"}
    stemmer = PorterStemmer()
    return (word + "\t" + stemmer.stem(word, to_lowercase=False) for word in sorted(words))


write("stems.tsv.gz", stem_cases())


# --- CPython's characters -------------------------------------------------------------------------


def ranges(holds):
    start = None
    for code in range(0x110000):
        if 0xD800 <= code < 0xE000:
            held = False
        else:
            held = holds(chr(code))
        if held and start is None:
            start = code
        if not held and start is not None:
            yield start, code - 1
            start = None
    if start is not None:
        yield start, 0x10FFFF


def character_lines():
    yield "unicode\t" + unicodedata.unidata_version
    for name, holds in (
        ("assigned", lambda c: unicodedata.category(c) != "Cn"),
        ("space", str.isspace),
        ("word", lambda c: re.match(r"\w", c) is not None),
        ("punctuation", lambda c: c in string.punctuation),
        ("beforeFinalSigma", lambda c: (c + "\u03a3").lower().endswith("\u03c2")),
        ("withinFinalSigma", lambda c: ("A" + c + "\u03a3").lower().endswith("\u03c2")),
        ("afterFinalSigma", lambda c: ("A\u03a3" + c).lower()[1] == "\u03c2"),
    ):
        yield name + "\t" + " ".join("%x-%x" % pair for pair in ranges(holds))
    for code in range(0x110000):
        if not 0xD800 <= code < 0xE000 and chr(code).lower() != chr(code):
            yield "lower\t%x\t%s" % (code, " ".join("%x" % ord(c) for c in chr(code).lower()))
    letters = ["\u03a3", "a", "\u0391", "1", " ", ".", "\u0301", "'", "\u00ad", "\u2160", "\u02b0", "\U0001d400", "\u4e00"]
    for _ in range(400):
        text = "".join(RANDOM.choice(letters + ["\u03a3"] * 4) for _ in range(RANDOM.randint(1, 6)))
        yield "sigma\t%s\t%s" % (
            " ".join("%x" % ord(c) for c in text), " ".join("%x" % ord(c) for c in text.lower()))


write("characters.tsv.gz", character_lines())


# --- ALCE: recall and precision of citations, with a scripted entailment --------------------------


def remove_citations(sent):
    return re.sub(r"\[\d+", "", re.sub(r" \[\d+", "", sent)).replace(" |", "").replace("]", "")


def entails(premise, hypothesis):
    """Every word of the hypothesis that begins with a k stands in the premise."""
    return int(all(word in premise.split() for word in hypothesis.split() if word.startswith("k")))


def alce(sentences, docs, at_most=3):
    entail = entail_prec = total = 0
    for sent in sentences:
        target = remove_citations(sent).strip()
        ref = [int(r[1:]) - 1 for r in re.findall(r"\[\d+", sent)]
        joint = -1
        if not ref or any(r >= len(docs) for r in ref):
            joint = 0
        else:
            ref = ref[:at_most]
            total += len(ref)
            joint = entails("\n".join(docs[r] for r in ref), target)
        entail += joint
        if joint and len(ref) > 1:
            for r in ref:
                if entails(docs[r], target):
                    entail_prec += 1
                else:
                    rest = list(ref)
                    rest.remove(r)
                    if not entails("\n".join(docs[i] for i in rest), target):
                        entail_prec += 1
        elif joint:
            entail_prec += 1
    return entail / len(sentences), entail_prec / total if total else 0


def alce_cases():
    keys = ["k%d" % i for i in range(6)]
    for _ in range(500):
        docs = [" ".join(RANDOM.sample(keys, RANDOM.randint(1, 4))) for _ in range(RANDOM.randint(1, 5))]
        sentences = []
        for _ in range(RANDOM.randint(1, 4)):
            words = " ".join(RANDOM.sample(keys, RANDOM.randint(0, 3)))
            marks = "".join("[%d]" % RANDOM.randint(1, len(docs) + (RANDOM.random() < 0.1)) for _ in range(RANDOM.choice([0, 1, 1, 2, 2, 3, 4, 5])))
            sentences.append("It said that %s was so%s." % (words, " " + marks if marks else ""))
        recall, precision = alce(sentences, docs)
        targets = [remove_citations(sentence).strip() for sentence in sentences]
        yield {"output": " ".join(sentences), "docs": docs, "targets": targets, "recall": recall, "precision": precision}


write("alce.jsonl.gz", (json.dumps(case) for case in alce_cases()))


# --- RAGChecker -----------------------------------------------------------------------------------


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def ragchecker(answer2response, response2answer, retrieved2answer, retrieved2response):
    """Matrices are (claims, passages), as in RAGChecker; all lists have at least one entry."""
    precision, recall = mean(answer2response), mean(response2answer)
    recalled = [max(row) for row in retrieved2answer]
    relevant = [max(column) for column in zip(*retrieved2answer)]
    from_relevant = [any(a and b for a, b in zip(row, relevant)) for row in retrieved2response]
    from_irrelevant = [
        any(a and not b for a, b in zip(row, relevant)) and not known
        for row, known in zip(retrieved2response, from_relevant)
    ]
    faithful = [max(row) for row in retrieved2response]
    wrong = [not right for right in answer2response]
    return {
        "claim-precision": precision,
        "claim-recall": recall,
        "claim-f1": 2 * precision * recall / (precision + recall) if precision > 0 and recall > 0 else 0,
        "retrieved-claim-recall": mean(recalled),
        "context-precision": mean(relevant),
        "context-utilization": sum(a and b for a, b in zip(recalled, response2answer)) / sum(recalled) if sum(recalled) else 0,
        "noise-sensitivity-relevant": mean(a and b for a, b in zip(from_relevant, wrong)),
        "noise-sensitivity-irrelevant": mean(a and b for a, b in zip(from_irrelevant, wrong)),
        "hallucination": mean(a and not b for a, b in zip(wrong, faithful)),
        "self-knowledge": mean(a and not b for a, b in zip(answer2response, faithful)),
        "claim-faithfulness": mean(faithful),
    }


def ragchecker_cases():
    for _ in range(300):
        a, r, p = RANDOM.randint(1, 5), RANDOM.randint(1, 5), RANDOM.randint(1, 4)
        share = RANDOM.random()
        bits = lambda n: [RANDOM.random() < share for _ in range(n)]
        a2r, r2a = bits(a), bits(r)
        p2g, p2a = [bits(p) for _ in range(r)], [bits(p) for _ in range(a)]
        yield {
            "answerByReference": a2r,
            "referenceByAnswer": r2a,
            "referenceByPassage": [list(column) for column in zip(*p2g)],
            "answerByPassage": [list(column) for column in zip(*p2a)],
            "metrics": ragchecker(a2r, r2a, p2g, p2a),
        }


write("ragchecker.jsonl.gz", (json.dumps(case) for case in ragchecker_cases()))
