"""llama.cpp's own server on loopback: llama_server.py MODEL.gguf PORT. Ends with its standard input."""

import sys

from xllamacpp import CommonParams, Server

parameters = CommonParams()
parameters.model.path = sys.argv[1]
parameters.n_ctx = 1024
parameters.n_parallel = 1
parameters.hostnames = ["127.0.0.1"]
parameters.port = int(sys.argv[2])
parameters.model_alias = {"smollm2"}
parameters.cpuparams.n_threads = 2
parameters.warmup = False
server = Server(parameters)
print("ready", flush=True)
sys.stdin.read()
