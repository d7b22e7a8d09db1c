#!/usr/bin/env python3
"""Makes tiny-t5.zip: a T5 of random weights in the layouts that Optimum exports, and what transformers writes with it.

  make_tiny_t5.py OUT.zip          (torch 2.5.1, transformers 4.49.0, optimum 1.24.0, tokenizers, onnx, onnxruntime)
"""
import json, shutil, sys, tempfile, zipfile
from pathlib import Path

import optimum.version
import torch
import transformers
from optimum.exporters.onnx import onnx_export_from_model
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import T5Config, T5ForConditionalGeneration

TEXTS = [
    "The Rhine rises in the Alps and ends in the North Sea.",
    "Question: where does the Rhine rise?\n\nIt is 1,233 km long.",
    "Alps",
    "caf\u00e9 \u6c34 \U0001f680 1,233",
    "one two three four five six seven eight nine ten " * 4,
]


def tokenizer():
    """SentencePiece's Unigram as T5 has it: spaces as U+2581, </s> behind a text."""
    made = Tokenizer(models.Unigram())
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Metaspace()
    special = ["<pad>", "</s>", "<unk>"]
    made.train_from_iterator(
        TEXTS * 3, trainers.UnigramTrainer(vocab_size=110, special_tokens=special, unk_token="<unk>", show_progress=False)
    )
    made.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    return made


def write(model, tokens, text, penalty):
    source = tokens.encode(text).ids
    with torch.no_grad():
        written = model.generate(
            torch.tensor([source]), max_new_tokens=24, do_sample=False, num_beams=1, repetition_penalty=penalty,
            output_logits=True, return_dict_in_generate=True,
        )
    output = written.sequences[0].tolist()[1:]
    logprobs = [torch.log_softmax(each[0].double(), -1)[token].item() for each, token in zip(written.logits, output)]
    return {
        "text": text, "repetition_penalty": penalty, "source": source,
        "output": output, "logprobs": logprobs, "reply": tokens.decode(output),
    }


def main(out):
    folder = Path(tempfile.mkdtemp())
    tokens = tokenizer()
    tokens.save(str(folder / "tokenizer.json"))
    lines = []
    seed = 0
    while not lines or min(len(set(line["output"])) for line in lines) < 4:  # random weights mostly repeat one token
        seed += 1
        torch.manual_seed(seed)
        model = T5ForConditionalGeneration(
            T5Config(
                vocab_size=(tokens.get_vocab_size() + 15) // 16 * 16,  # padded, as T5's own is
                d_model=16, d_kv=8, d_ff=24, num_layers=2, num_decoder_layers=2, num_heads=3,
                relative_attention_num_buckets=8, relative_attention_max_distance=20,
                feed_forward_proj="gated-gelu", tie_word_embeddings=False, initializer_factor=3.0,
                decoder_start_token_id=0, pad_token_id=0, eos_token_id=1,
            )
        ).eval()
        lines = [write(model, tokens, text, penalty) for text in TEXTS for penalty in (1.0, 1.4)]
    golden = [{"torch": torch.__version__, "transformers": transformers.__version__, "optimum": optimum.version.__version__, "seed": seed}]
    golden += lines
    (folder / "golden.json").write_text(json.dumps(golden, indent=1))
    onnx_export_from_model(model, folder / "onnx", task="text2text-generation-with-past", monolith=False, do_validation=True)
    model.config.save_pretrained(folder)
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 512, "eos_token": "</s>"}))
    keep = ["tokenizer.json", "tokenizer_config.json", "config.json", "golden.json"]
    keep += ["onnx/%s.onnx" % n for n in ("encoder_model", "decoder_model", "decoder_with_past_model", "decoder_model_merged")]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in keep:
            info = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, (folder / name).read_bytes())
    shutil.rmtree(folder)
    for line in golden[1:]:
        print(line["text"][:40], len(line["source"]), line["output"])


if __name__ == "__main__":
    main(sys.argv[1])
