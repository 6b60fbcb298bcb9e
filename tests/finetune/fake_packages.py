"""The packages of a model, as the provider of tests has them."""

import hashlib

MODELFILE = '''FROM ./merged.gguf
TEMPLATE """{{- range .Messages }}<|im_start|>{{ .Role }}
{{ .Content }}<|im_end|>
{{ end }}<|im_start|>assistant
"""
PARAMETER stop "<|im_end|>"
PARAMETER num_ctx 2048
PARAMETER temperature 0.2
SYSTEM """Eres amable.
PARAMETER no es una orden aquí"""
'''
FILES = {
    "Modelfile": MODELFILE.encode(),
    "adapter.zip": b"PK of an adapter",
    "merged.gguf": b"GGUF" + bytes(range(256)) * 1000,
}


class FakePackages:
    """Gives a ``FakeOpenAI`` the package of ``model``: ``told`` is what it says of it."""

    def __init__(self, fake, model):
        self.path = f"/local/models/{model}/package"
        self.told = a_package()
        fake.replies[f"POST {self.path}"] = lambda _: (200, self.told)
        fake.replies[f"GET {self.path}"] = lambda _: (200, self.told)
        for name, content in FILES.items():
            fake.replies[f"GET {self.path}/{name}"] = 200, content


def a_package(**fields):
    return {
        "status": "ready",
        "error": None,
        "files": [
            {"name": name, "bytes": len(it), "sha256": hashlib.sha256(it).hexdigest()}
            for name, it in FILES.items()
        ],
        "checked": {"equal": True, "max_tokens": 48, "prompts": [a_check(it) for it in range(5)]},
    } | fields


def a_check(number, **fields):
    said = {"expected": f"Respuesta {number}", "served": f"Respuesta {number}"}
    asked = [
        {"role": "system", "content": "Eres amable."},
        {"role": "user", "content": f"Pregunta {number}"},
    ]
    return {"messages": asked, **said, "packaged": f"Respuesta {number}", "equal": True} | fields
