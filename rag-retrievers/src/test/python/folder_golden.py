"""The golden folders of SentenceFolderTest, PairFolderTest and SparseFolderTest: settings of
sentence-transformers, and the vectors, logits and weights that it gives by them.

A BERT with weights at random is exported to ONNX, as an encoder, as a classifier of pairs, and as a
masked language model. Each line of the .jsonl files is a folder: the files beside these graphs, in which it differs
from the first line's (null for one that it has not), and what SentenceTransformer.encode_query and
encode_document, CrossEncoder.predict with the activation Identity, or those two of SparseEncoder,
made of texts with the same weights in PyTorch.

Run: python3 folder_golden.py OUT [embedders] [pairs] [sparse], all unless named, with torch 2.14.0, transformers 5.24.0, sentence-transformers
6.2.0, onnx 1.23.2, onnxscript; OUT is src/test/resources/dev/ragwright/retrievers/folder."""

import base64
import json
import logging
import os
import shutil
import sys
import tempfile
import warnings

import onnx
import torch
from safetensors.torch import save
from transformers import (
    BertConfig, BertForMaskedLM, BertForSequenceClassification, BertModel, logging as hf_logging)

from sentence_transformers import CrossEncoder, SentenceTransformer, SparseEncoder

warnings.filterwarnings("ignore")
hf_logging.set_verbosity_error()
logging.disable(logging.WARNING)

WORDS = (
    "[PAD] [UNK] [CLS] [SEP] [MASK] [Q] the The cafe café river River query document : . , ! of"
    " where does it rise ##s ##é rivers in alps Alps a b c d 漢 字 漢字 mouth source city old lake"
).split()
VOCABULARY = {word: i for i, word in enumerate(WORDS)}
NAMES = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]", "mask_token": "[MASK]"}
BERT = {**NAMES, "tokenizer_class": "BertTokenizer", "do_lower_case": True}
GENERIC = {**NAMES, "tokenizer_class": "PreTrainedTokenizerFast",
           "model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}
TEXTS = ["Where does the river rise?", "The old café of the city, in the Alps.", "漢字 rivers!", ""]
LONG = "the old city of a lake in the alps where it does rise : the source of rivers , the mouth ."
HIDDEN = 16


def tokenizer(lower=True, strip=None, post=True, truncation=None):
    """A tokenizer.json of BERT's kind."""

    def special(name, kind=0):
        return {"SpecialToken": {"id": name, "type_id": kind}}

    def sequence(name, kind=0):
        return {"Sequence": {"id": name, "type_id": kind}}

    return {
        "version": "1.0", "truncation": truncation, "padding": None,
        "added_tokens": [
            {"id": VOCABULARY[name], "content": name, "single_word": False, "lstrip": False,
             "rstrip": False, "normalized": False, "special": True}
            for name in ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[Q]"]],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                       "strip_accents": strip, "lowercase": lower},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": None if not post else {
            "type": "TemplateProcessing",
            "single": [special("[CLS]"), sequence("A"), special("[SEP]")],
            "pair": [special("[CLS]"), sequence("A"), special("[SEP]"), sequence("B", 1), special("[SEP]", 1)],
            "special_tokens": {
                name: {"id": name, "ids": [VOCABULARY[name]], "tokens": [name]} for name in ["[CLS]", "[SEP]"]}},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": VOCABULARY}}


def modules(*kinds, package="sentence_transformers.models"):
    listed = [{"idx": 0, "name": "0", "path": "", "type": package + ".Transformer"}]
    for kind in kinds:
        path = kind if "/" not in kind else kind.split("/")[1]
        kind = kind.split("/")[0]
        listed.append({"idx": len(listed), "name": str(len(listed)),
                       "path": path if path != kind else "%d_%s" % (len(listed), kind),
                       "type": "%s.%s" % (package, kind)})
    return listed


def encoder():
    torch.manual_seed(13)
    return BertModel(config(), add_pooling_layer=False).eval()


def classifier():
    torch.manual_seed(31)
    return BertForSequenceClassification(config(num_labels=1)).eval()


def masked():
    torch.manual_seed(17)
    model = BertForMaskedLM(config()).eval()
    with torch.no_grad():  # else half of all tokens weigh something
        model.cls.predictions.bias -= 2.5
    return model


def config(**more):
    return BertConfig(
        vocab_size=len(WORDS), hidden_size=HIDDEN, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=40, initializer_range=0.5, **more)


def export(model, output, file):
    class Only(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, input_ids, attention_mask, token_type_ids):
            return getattr(
                self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids),
                output)

    ids = torch.tensor([[2, 6, 7, 8, 3]])
    tokens = torch.export.Dim("tokens", min=2, max=40)
    torch.onnx.export(
        Only(), (ids, torch.ones_like(ids), torch.zeros_like(ids)), file, dynamo=True, verbose=False,
        external_data=False, input_names=["input_ids", "attention_mask", "token_type_ids"],
        output_names=[output], dynamic_shapes=({1: tokens}, {1: tokens}, {1: tokens}))
    graph = onnx.load(file)
    for node in graph.graph.node:
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
    for value in list(graph.graph.value_info):
        graph.graph.value_info.remove(value)
    graph.ClearField("metadata_props")
    graph.graph.ClearField("metadata_props")
    onnx.save(graph, file)


def layer(out, width, seed, bias=True):
    torch.manual_seed(seed)
    tensors = {"linear.weight": torch.randn(out, width)}
    if bias:
        tensors["linear.bias"] = torch.randn(out)
    return save(tensors)


def pooling(**settings):
    return {"word_embedding_dimension": HIDDEN, **settings}


def folder(name, pool=None, tokens=None, **more):
    """A case: what differs from mean pooling of a tokenizer that lower-cases, up to 32 tokens."""
    files = {
        "tokenizer.json": tokenizer(), "tokenizer_config.json": BERT, "modules.json": modules("Pooling"),
        "1_Pooling/config.json": pooling(pooling_mode="mean") if pool is None else pool,
        "sentence_bert_config.json": {"max_seq_length": 32}}
    for file, content in more.items():
        file = {"transformer": "sentence_bert_config.json", "model": "config_sentence_transformers.json",
                "modules": "modules.json", "tokenizer": "tokenizer.json",
                "tokenizer_config": "tokenizer_config.json"}.get(file, file)
        if content is None:
            files.pop(file)
        else:
            files[file] = content
    return name, files


PROMPTS = {"prompts": {"query": "query: the ", "document": "document: "}}
LEGACY = ["pooling_mode_cls_token", "pooling_mode_max_tokens", "pooling_mode_mean_tokens",
          "pooling_mode_mean_sqrt_len_tokens", "pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken"]
MODES = ["cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]


def dense(out, width=HIDDEN, activation="activation.Tanh", **more):
    return {"in_features": width, "out_features": out, "bias": True,
            "activation_function": "torch.nn.modules." + activation, **more}


def embedders():
    yield folder("plain")
    for mode in MODES:
        yield folder("pooling " + mode, pooling(pooling_mode=mode))
        yield folder("pooling %s without the prompt" % mode,
                     pooling(pooling_mode=mode, include_prompt=False), model=PROMPTS)
        yield folder("pooling %s with the prompt" % mode, pooling(pooling_mode=mode, include_prompt=True), model=PROMPTS)
    for mode, switch in zip(MODES, LEGACY):
        yield folder("switch " + switch, pooling(**{other: other == switch for other in LEGACY}))
    yield folder("two switches", pooling(pooling_mode_mean_tokens=True, pooling_mode_cls_token=True))
    yield folder("all switches", pooling(**{switch: True for switch in LEGACY}))
    yield folder("no switch", pooling(**{switch: False for switch in LEGACY}))
    yield folder("several modes", pooling(pooling_mode=["mean", "cls"]), model={**PROMPTS})
    yield folder("several without the prompt",
                 pooling(pooling_mode=["weightedmean", "max"], include_prompt=False), model=PROMPTS)
    yield folder("prompts of the library's old version", model={
        "__version__": {"sentence_transformers": "2.2.2"}, **PROMPTS, "default_prompt_name": None})
    yield folder("a prompt with a special token", model={"prompts": {"query": "[Q] ", "document": "[Q] the "}})
    yield folder("pooling elsewhere", modules=modules("Pooling/head"), **{
        "1_Pooling/config.json": pooling(pooling_mode="cls"), "head/config.json": pooling(pooling_mode="max")})
    yield folder("new class names", modules=[
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling",
         "type": "sentence_transformers.sentence_transformer.modules.pooling.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize",
         "type": "sentence_transformers.base.modules.normalize.Normalize"}],
        transformer={"transformer_task": "feature-extraction", "module_output_name": "token_embeddings",
                     "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}}},
        **{"2_Normalize/config.json": {"module_input_name": "sentence_embedding",
                                       "module_output_name": "sentence_embedding"}})
    yield folder("layers", modules=modules("Pooling", "Dense", "Dropout", "Dense", "Normalize"), **{
        "2_Dense/config.json": dense(12), "2_Dense/model.safetensors": layer(12, HIDDEN, 1),
        "3_Dropout/config.json": {"dropout": 0.5},
        "4_Dense/config.json": dense(6, 12, "linear.Identity", bias=False,
                                     module_input_name="sentence_embedding", module_output_name=None),
        "4_Dense/model.safetensors": layer(6, 12, 2, bias=False)})
    yield folder("a dimension", model={"truncate_dim": 5})
    yield folder("a dimension behind layers", model={"truncate_dim": 4}, modules=modules("Pooling", "Dense", "Normalize"),
                 **{"2_Dense/config.json": dense(6), "2_Dense/model.safetensors": layer(6, HIDDEN, 3)})
    yield folder("a dimension beyond", model={"truncate_dim": 500})
    yield folder("distance of vectors of length one", model={"similarity_fn_name": "euclidean"},
                 modules=modules("Pooling", "Normalize"))
    yield folder("lower case of sentence-transformers", tokenizer=tokenizer(lower=False),
                 tokenizer_config=GENERIC, transformer={"max_seq_length": 32, "do_lower_case": True})
    yield folder("as it is written", tokenizer=tokenizer(lower=False), tokenizer_config=GENERIC)
    yield folder("no lower case", tokenizer_config={**BERT, "do_lower_case": False})
    yield folder("no lower case by arguments",
                 transformer={"max_seq_length": 32, "tokenizer_args": {"do_lower_case": False}})
    yield folder("lower case by its class", tokenizer=tokenizer(lower=False),
                 tokenizer_config={**NAMES, "tokenizer_class": "BertTokenizerFast"})
    yield folder("accents kept", tokenizer_config={**BERT, "strip_accents": False})
    yield folder("accents of the file", tokenizer=tokenizer(strip=False))
    yield folder("Chinese words", tokenizer_config={**BERT, "tokenize_chinese_chars": False})
    yield folder("settings of another class", tokenizer_config={**GENERIC, "do_lower_case": False})
    yield folder("special tokens by the class", tokenizer=tokenizer(post=False))
    yield folder("eos and bos that are not looked at", tokenizer_config={
        **GENERIC, "add_bos_token": True, "add_eos_token": True, "bos_token": "[Q]", "eos_token": "[MASK]"})
    yield folder("segments left out", tokenizer_config={**BERT, "model_input_names": ["input_ids", "attention_mask"]})
    yield folder("cut", transformer={"max_seq_length": 9})
    yield folder("cut by an older name", transformer=None, **{"sentence_roberta_config.json": {"max_seq_length": 9}})
    yield folder("cut by the tokenizer", transformer={"max_seq_length": None},
                 tokenizer_config={**BERT, "model_max_length": 9})
    yield folder("cut by the tokenizer's older name", transformer={}, tokenizer_config={**BERT, "max_len": 9})
    yield folder("cut by arguments", transformer={"max_seq_length": 20, "tokenizer_args": {"model_max_length": 9}})
    yield folder("cut by new arguments", transformer={"processor_kwargs": {"model_max_length": 9}})
    yield folder("cut by positions", transformer={"do_lower_case": False})
    yield folder("cut in front", transformer={"max_seq_length": 9},
                 tokenizer_config={**BERT, "truncation_side": "left"})
    yield folder("cut in front by the file", transformer={"max_seq_length": 9}, tokenizer=tokenizer(
        truncation={"direction": "Left", "max_length": 7, "strategy": "LongestFirst", "stride": 0}))
    yield folder("cut by side", transformer={"max_seq_length": 20, "query_length": 6, "document_length": 10}, model=PROMPTS)
    yield folder("cut by side without the prompt", pooling(pooling_mode="mean", include_prompt=False),
                 transformer={"max_seq_length": 20, "query_length": 8, "document_length": 10}, model=PROMPTS)


def crosses():
    base = {"tokenizer.json": tokenizer(), "tokenizer_config.json": {**BERT, "model_max_length": 32}}

    def pair(name, **more):
        files = dict(base)
        for file, content in more.items():
            files[{"transformer": "sentence_bert_config.json", "model": "config_sentence_transformers.json",
                   "modules": "modules.json", "tokenizer": "tokenizer.json",
                   "tokenizer_config": "tokenizer_config.json"}.get(file, file)] = content
        return name, files

    new = {"modules": modules()}
    yield pair("plain")
    yield pair("saved anew", **new, model={"model_type": "CrossEncoder", "prompts": {}},
               transformer={"transformer_task": "sequence-classification", "module_output_name": "scores",
                            "modality_config": {"text": {"method": "forward", "method_output_name": "logits"}}})
    yield pair("a prompt", **new, transformer={"transformer_task": "sequence-classification"}, model={
        "model_type": "CrossEncoder", "prompts": {"rank": "query: the "}, "default_prompt_name": "rank"})
    yield pair("a prompt that is not the default", **new, transformer={"transformer_task": "sequence-classification"},
               model={"model_type": "CrossEncoder", "prompts": {"query": "query: the "}})
    yield pair("segments left out",
               tokenizer_config={**BERT, "model_max_length": 32, "model_input_names": ["input_ids", "attention_mask"]})
    yield pair("segments of a generic tokenizer", tokenizer_config={**GENERIC, "model_max_length": 32})
    yield pair("lower case", **new, tokenizer=tokenizer(lower=False), tokenizer_config=GENERIC,
               transformer={"transformer_task": "sequence-classification", "do_lower_case": True, "max_seq_length": 32},
               model={"model_type": "CrossEncoder"})
    yield pair("no lower case", tokenizer_config={**BERT, "do_lower_case": False, "model_max_length": 32})


def sparse():
    old = "sentence_transformers.sparse_encoder.models."
    base = {
        "tokenizer.json": tokenizer(), "tokenizer_config.json": {**BERT, "model_max_length": 32},
        "modules.json": [{"idx": 0, "name": "0", "path": "", "type": old + "MLMTransformer"},
                         {"idx": 1, "name": "1", "path": "1_SpladePooling", "type": old + "SpladePooling"}],
        "1_SpladePooling/config.json": {
            "pooling_strategy": "max", "activation_function": "relu", "word_embedding_dimension": len(WORDS)},
        "sentence_bert_config.json": {"max_seq_length": 32, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "model_type": "SparseEncoder", "prompts": {"query": "", "document": ""}, "default_prompt_name": None,
            "similarity_fn_name": "dot"}}

    def case(name, **more):
        files = dict(base)
        for file, content in more.items():
            file = {"pool": "1_SpladePooling/config.json", "transformer": "sentence_bert_config.json",
                    "model": "config_sentence_transformers.json", "modules": "modules.json"}.get(file, file)
            if content is None:
                files.pop(file)
            else:
                files[file] = content
        return name, files

    yield case("plain")
    yield case("sum", pool={"pooling_strategy": "sum", "activation_function": "relu"})
    yield case("logarithm of a logarithm", pool={"pooling_strategy": "max", "activation_function": "log1p_relu"})
    yield case("both", pool={"pooling_strategy": "sum", "activation_function": "log1p_relu", "embedding_dimension": None})
    yield case("new class names", modules=[
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"},
        {"idx": 1, "name": "1", "path": "1_SpladePooling",
         "type": "sentence_transformers.sparse_encoder.modules.splade_pooling.SpladePooling"}],
        transformer={"transformer_task": "fill-mask", "module_output_name": "token_embeddings",
                     "modality_config": {"text": {"method": "forward", "method_output_name": "logits"}}})
    yield case("prompts", model={"model_type": "SparseEncoder", **PROMPTS})
    yield case("few", model={"model_type": "SparseEncoder", "max_active_dims": 2})
    yield case("cut", transformer={"max_seq_length": 9})
    torch.manual_seed(5)
    routes = {
        "types": {"": old + "MLMTransformer", "document_1_SpladePooling": old + "SpladePooling",
                  "query_0_SparseStaticEmbedding": old + "SparseStaticEmbedding"},
        "structure": {"query": ["query_0_SparseStaticEmbedding"], "document": ["", "document_1_SpladePooling"]},
        "parameters": {"default_route": "document", "allow_empty_key": True}}
    routed = dict(
        modules=[{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Router"}],
        pool=None, **{
            "router_config.json": routes,
            "document_1_SpladePooling/config.json": {"pooling_strategy": "max", "activation_function": "relu"},
            "query_0_SparseStaticEmbedding/tokenizer.json": tokenizer(),
            "query_0_SparseStaticEmbedding/tokenizer_config.json": BERT,
            "query_0_SparseStaticEmbedding/config.json": {"frozen": False},
            "query_0_SparseStaticEmbedding/model.safetensors": save({"weight": torch.rand(len(WORDS)) * 9})})
    yield case("a route for questions", **routed)


def write(root, model, files):
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(root)
    model.save_pretrained(root)
    for name, content in files.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode())


def line(name, files, model, base, **more):
    config = json.loads(model.config.to_json_string(use_diff=False))
    files = {**files, "config.json": {key: config[key] for key in ("model_type", "max_position_embeddings")}}
    base.update(base or files)
    differing = {file: content for file, content in files.items() if base.get(file) != content}
    if name == "plain":
        differing = files
    differing.update({file: None for file in base if file not in files})
    data = {file: base64.b64encode(content).decode() for file, content in files.items() if isinstance(content, bytes)}
    texts = {file: content for file, content in differing.items() if file not in data}
    return json.dumps({"name": name, "files": texts, "binary": data, **more}, ensure_ascii=False)


def unit(vectors):
    normalized = torch.nn.functional.normalize(torch.tensor(vectors), dim=1)
    return [[round(value, 7) for value in vector] for vector in normalized.tolist()]


def dense_lines(out, root):
    model, base = encoder(), {}
    export(model, "last_hidden_state", os.path.join(out, "encoder.onnx"))
    with open(os.path.join(out, "embedders.jsonl"), "w") as lines:
        for name, files in embedders():
            write(root, model, files)
            loaded = SentenceTransformer(root, device="cpu")
            texts = TEXTS + ([LONG] if name.startswith("cut") else [])
            lines.write(line(name, files, model, base, texts=texts, queries=unit(loaded.encode_query(texts)),
                             documents=unit(loaded.encode_document(texts))) + "\n")


def pair_lines(out, root):
    model, base = classifier(), {}
    export(model, "logits", os.path.join(out, "classifier.onnx"))
    with open(os.path.join(out, "pairs.jsonl"), "w") as lines:
        for name, files in crosses():
            write(root, model, files)
            loaded = CrossEncoder(root, device="cpu")
            scores = loaded.predict([(TEXTS[0], text) for text in TEXTS[1:3]], activation_fn=torch.nn.Identity())
            lines.write(line(name, files, model, base, query=TEXTS[0], passages=TEXTS[1:3],
                             logits=[round(float(score), 6) for score in scores]) + "\n")


def sparse_lines(out, root):
    model, base = masked(), {}
    export(model, "logits", os.path.join(out, "masked.onnx"))
    with open(os.path.join(out, "sparse.jsonl"), "w") as lines:
        for name, files in sparse():
            write(root, model, files)
            loaded = SparseEncoder(root, device="cpu")
            texts = TEXTS + ([LONG] if name.startswith("cut") else [])
            sides = {}
            for side, encode in (("queries", loaded.encode_query), ("documents", loaded.encode_document)):
                rows = encode(texts, convert_to_sparse_tensor=False)
                sides[side] = [
                    {WORDS[i]: round(weight, 6) for i, weight in enumerate(row) if weight > 0} for row in rows.tolist()]
            lines.write(line(name, files, model, base, texts=texts, **sides) + "\n")


def main(out, parts):
    os.makedirs(out, exist_ok=True)
    root = os.path.join(tempfile.mkdtemp(), "model")
    for part, write_lines in (("embedders", dense_lines), ("pairs", pair_lines), ("sparse", sparse_lines)):
        if not parts or part in parts:
            write_lines(out, root)


main(sys.argv[1], sys.argv[2:])
