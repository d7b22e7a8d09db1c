"""Makes folders of static models with a few tokens, and what model2vec gives of some texts.

    pip install model2vec==0.10.0
    python rag-retrievers/src/test/python/static_golden.py FOLDER

FOLDER is rag-retrievers/src/test/resources/dev/ragwright/retrievers/embedding/static. The build does not need it.
"""

import json, sys, numpy as np
from pathlib import Path
from tokenizers import Tokenizer, models, pre_tokenizers, normalizers, processors
from model2vec import StaticModel
out = Path(sys.argv[1]); rng = np.random.default_rng(7)
words = "[PAD] [UNK] [CLS] [SEP] the river rise ##s in alps a lock keep ##er ##ers count ##ed barge go up down and it . , ? ! where do ##es 1 2 ##3".split()
tok = Tokenizer(models.WordPiece({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
tok.normalizer = normalizers.BertNormalizer(lowercase=True); tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
tok.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
tok.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
texts = ["The river rises in the Alps.", "river", "Where does it go?", "keepers counted 123 barges, up and down!", "xylophone", "", "xylophone river", "the " * 700]
v = rng.normal(size=(len(words), 12)).astype(np.float32)
def save(name, m):
    m.save_pretrained(out / name); (out / name / "README.md").unlink(missing_ok=True); (out/name/"modules.json").unlink()
    json.dump({"texts": texts, "vectors": m.encode(texts, normalize=True, max_length=None).astype(float).tolist(), "raw": m.encode(texts, normalize=False, max_length=None).astype(float).tolist()}, open(out / name / "golden.json", "w"))
save("plain", StaticModel(v, tok, normalize=True))
mapping = np.array([i % 9 for i in range(len(words))], dtype=np.int64); w = rng.uniform(.1, 2, size=len(words)).astype(np.float32)
save("shared", StaticModel(v[:9].astype(np.float16), tok, normalize=True, weights=w, token_mapping=mapping))
save("bytes", StaticModel(np.clip(np.round(v * 40), -127, 127).astype(np.int8), tok, normalize=True))
