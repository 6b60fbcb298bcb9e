"""One model served by llama.cpp, as a process: ``python -m modelserver.llama_process``.

Reads one line of JSON from standard input (``LlamaTask``), loads the model, prints the address it
listens on, and serves until it is killed. The native library may crash: it takes only itself along.
"""

import signal
import sys

import xllamacpp

from modelserver.processes import die_with_parent
from modelserver.serving_task import LlamaTask


def main() -> None:
    """Serve the model that standard input names."""
    die_with_parent()
    task = LlamaTask.parse(sys.stdin.readline())
    server = xllamacpp.Server(_parameters(task))
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    signal.pause()


def _parameters(task: LlamaTask) -> xllamacpp.CommonParams:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = task.gguf
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0  # any that is free
    parameters.api_keys = [task.api_key]
    parameters.n_ctx = task.context
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = task.threads
    parameters.cpuparams_batch.n_threads = task.threads
    parameters.cache_ram_mib = 0
    parameters.offline = True
    parameters.ui = False
    parameters.verbosity = 0
    if task.exact:  # by default what was read is remembered, and attended to, in 16 bits
        parameters.cache_type_k = parameters.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
        never = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
        parameters.flash_attn_type = never
    if task.lora:
        parameters.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(task.lora, 1.0)]
    if task.chat_template:
        parameters.chat_template = task.chat_template
    return parameters


if __name__ == "__main__":
    main()
