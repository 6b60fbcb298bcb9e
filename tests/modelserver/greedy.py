"""What a base with a peft adapter answers: ``python -m tests.modelserver.greedy BASE ADAPTER``.

Reads a list of conversations from standard input and writes the list of answers.
"""

import json
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from modelserver.package_check import MOST_TOKENS


def main() -> None:
    base, adapter = sys.argv[1:]
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    model = PeftModel.from_pretrained(model, adapter).eval()
    prompts = json.load(sys.stdin)
    json.dump([answer(model, tokenizer, it) for it in prompts], sys.stdout, ensure_ascii=False)


def answer(model, tokenizer, messages):
    asked = tokenizer.apply_chat_template(
        messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    with torch.inference_mode():
        said = model.generate(**asked, do_sample=False, max_new_tokens=MOST_TOKENS)
    new = said[0, asked["input_ids"].shape[1] :]
    return tokenizer.decode(new, skip_special_tokens=True)


if __name__ == "__main__":
    main()
