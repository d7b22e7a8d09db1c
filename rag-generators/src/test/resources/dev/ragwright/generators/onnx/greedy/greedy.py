"""Writes smollm2-135m-instruct.json: what the model replies by ONNX Runtime's Python package.

python greedy.py MODEL_DIR, where the folder has golden.jsonl and onnx/model_quantized.onnx. The
prompt is read in one run with an empty cache, then one token in each run; the highest logit is
taken, of equals the first; 24 tokens at most, the one that ends the turn included.
"""

import json
import platform
import sys

import numpy as np
import onnxruntime as ort

folder = sys.argv[1]
options = ort.SessionOptions()
options.intra_op_num_threads = 1
session = ort.InferenceSession(f"{folder}/onnx/model_quantized.onnx", options)
past = [i for i in session.get_inputs() if i.name.startswith("past_key_values")]
end = json.load(open(f"{folder}/generation_config.json"))["eos_token_id"]
replies = []
for line in open(f"{folder}/golden.jsonl", encoding="utf-8"):
    run = json.loads(line)["prompt_ids"]
    cache = {i.name: np.zeros((1, i.shape[1], 0, i.shape[3]), np.float32) for i in past}
    read, reply = 0, []
    while len(reply) < 24 and end not in reply:
        read += len(run)
        values = session.run(
            ["logits"] + [name.replace("past_key_values", "present") for name in cache],
            {
                "input_ids": np.array([run], np.int64),
                "attention_mask": np.ones((1, read), np.int64),
                "num_logits_to_keep": np.array(1, np.int64),
                **cache,
            },
        )
        cache = dict(zip(cache, values[1:]))
        run = [int(np.argmax(values[0][0, -1]))]
        reply += run
    replies.append(reply)
cpu = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
with open("smollm2-135m-instruct.json", "w") as out:
    made = {"runtime": f"onnxruntime {ort.__version__}", "python": platform.python_version(), "numpy": np.__version__, "cpu": cpu}
    out.write(json.dumps(made)[:-1] + ', "replies": [\n')
    out.write(",\n".join(" " + json.dumps(reply) for reply in replies) + "\n]}\n")
