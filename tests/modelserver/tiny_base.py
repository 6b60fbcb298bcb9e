"""Makes a random two-layer llama, as a folder of Hugging Face's with a GGUF file beside.

``python -m tests.modelserver.tiny_base FOLDER`` in the environment of the models, without torch. It
speaks bytes: a token each, and three more for ChatML. Heads share keys (four queries, two keys), so
that an order of rows that is wrong by head shows.
"""

import json
import sys
from pathlib import Path

import numpy as np
from gguf import GGUFWriter, TokenType
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from modelserver.rotary import interleave

WIDTH, INNER, LAYERS, HEADS, KEYS = 64, 128, 2, 4, 2
HEAD = WIDTH // HEADS
CONTEXT = 2048
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
EPSILON, THETA = 1e-5, 10_000.0


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    weights = random_weights()
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    write_tokenizer(folder)
    (folder / "config.json").write_text(json.dumps(configuration()))
    write_gguf(folder / "tiny.gguf", weights)


def vocabulary():
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    pair = letters[0] + letters[1]  # llama.cpp wants one merge at least
    return [*SPECIAL, *letters, pair], [f"{letters[0]} {letters[1]}"]


def configuration():
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": len(vocabulary()[0]),
        "hidden_size": WIDTH,
        "intermediate_size": INNER,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KEYS,
        "max_position_embeddings": CONTEXT,
        "rms_norm_eps": EPSILON,
        "rope_theta": THETA,
        "tie_word_embeddings": False,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "dtype": "float32",
    }


def random_weights():
    random = np.random.default_rng(7)

    def matrix(rows, columns):
        return random.normal(0, columns**-0.5, (rows, columns)).astype(np.float32)

    ones = np.ones(WIDTH, np.float32)
    tokens = len(vocabulary()[0])
    found = {"model.embed_tokens.weight": matrix(tokens, WIDTH), "model.norm.weight": ones}
    found["lm_head.weight"] = matrix(tokens, WIDTH)
    shapes = {
        "self_attn.q_proj": (WIDTH, WIDTH),
        "self_attn.k_proj": (KEYS * HEAD, WIDTH),
        "self_attn.v_proj": (KEYS * HEAD, WIDTH),
        "self_attn.o_proj": (WIDTH, WIDTH),
        "mlp.gate_proj": (INNER, WIDTH),
        "mlp.up_proj": (INNER, WIDTH),
        "mlp.down_proj": (WIDTH, INNER),
    }
    for layer in range(LAYERS):
        name = f"model.layers.{layer}"
        found |= {f"{name}.{part}.weight": matrix(*shape) for part, shape in shapes.items()}
        found[f"{name}.input_layernorm.weight"] = ones.copy()
        found[f"{name}.post_attention_layernorm.weight"] = ones.copy()
    return found


def write_tokenizer(folder):
    tokens, merges = vocabulary()
    numbered = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(numbered, [tuple(it.split()) for it in merges]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": SPECIAL[1],
        "eos_token": SPECIAL[2],
        "pad_token": SPECIAL[0],
        "chat_template": CHATML,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def write_gguf(path, weights):
    tokens, merges = vocabulary()
    writer = GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEYS)
    writer.add_rope_dimension_count(HEAD)
    writer.add_rope_freq_base(THETA)
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    kinds = [TokenType.CONTROL] * len(SPECIAL)
    writer.add_token_types([*kinds, *([TokenType.NORMAL] * (len(tokens) - len(kinds)))])
    writer.add_token_merges(merges)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(0)
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHATML)
    for name, tensor in weights.items():
        writer.add_tensor(*renamed(name, tensor))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


PARTS = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
WHOLE = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}


def renamed(name, tensor):
    """A tensor under llama.cpp's name and in its order."""
    if name in WHOLE:
        return WHOLE[name], tensor
    _model, _layers, layer, part = name.removesuffix(".weight").split(".", 3)
    if part.endswith(("q_proj", "k_proj")):
        tensor = interleave(tensor, HEADS if part.endswith("q_proj") else KEYS)
    return f"blk.{layer}.{PARTS[part]}.weight", tensor


if __name__ == "__main__":
    main()
