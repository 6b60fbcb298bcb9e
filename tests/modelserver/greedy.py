"""What a base answers, with a peft adapter or without, in its own library.

``python -m tests.modelserver.greedy BASE ADAPTER TOKENS``, an empty adapter for none. Reads a list
of conversations from standard input; writes for each the text and the tokens it was asked with.
"""

import json
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer


def main() -> None:
    base, adapter, tokens = sys.argv[1:]
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).eval()
    if adapter:
        model = PeftModel.from_pretrained(model, adapter).eval()
    answers = [answer(model, tokenizer, it, int(tokens)) for it in json.load(sys.stdin)]
    json.dump(answers, sys.stdout, ensure_ascii=False)


def answer(model, tokenizer, messages, tokens):
    asked = tokenizer.apply_chat_template(
        messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    with torch.inference_mode():
        said = model.generate(**asked, do_sample=False, max_new_tokens=tokens)
    length = asked["input_ids"].shape[1]
    text = tokenizer.decode(said[0, length:], skip_special_tokens=True)
    return {"text": text, "prompt_tokens": length}


if __name__ == "__main__":
    main()
