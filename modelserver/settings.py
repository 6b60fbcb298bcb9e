"""Everything the server reads from its environment, checked once at start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEVICES = ("auto", "cpu", "cuda")
NVIDIA_DRIVER = Path("/dev/nvidiactl")


class SettingsError(Exception):
    """The environment does not say what the server needs; the message says which variable."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The server's settings; every field is the variable ``MODELSERVER_<FIELD>``.

    ``threads`` leaves one core free by default: llama.cpp's threads spin while they wait, and
    with more of them than free cores an answer takes a hundred times as long. A training takes as
    many, at low priority; a machine that only trains may give it all its cores. A training keeps
    its state every ``save_seconds``, and every ``save_steps`` where that is not 0.
    """

    api_key: str
    host: str = "127.0.0.1"
    port: int = 8001
    data_dir: Path = Path("var/modelserver")
    threads: int = 1
    training_threads: int = 1
    base_models: str = ""
    max_steps_cpu: int = 120
    device: str = "auto"
    context: int = 2048
    save_steps: int = 0
    save_seconds: int = 60

    @property
    def step_limit(self) -> int | None:
        """The most steps of a training, where it is known before one that no GPU will do it.

        Only the training process looks for a GPU that works; without a driver there is none.
        """
        no_gpu = self.device == "cpu" or not NVIDIA_DRIVER.exists()
        return self.max_steps_cpu if no_gpu else None

    @classmethod
    def from_environment(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings; raise ``SettingsError`` for a missing or malformed variable."""
        api_key = env.get("MODELSERVER_API_KEY", "")
        if not api_key:
            raise SettingsError(
                "MODELSERVER_API_KEY is missing: the server needs a key to ask for."
            )
        device = env.get("MODELSERVER_DEVICE") or "auto"
        if device not in DEVICES:
            raise SettingsError(f"MODELSERVER_DEVICE must be one of {', '.join(DEVICES)}.")
        threads = _number(env, "MODELSERVER_THREADS", max(1, (os.cpu_count() or 1) - 1))
        return cls(
            api_key=api_key,
            host=env.get("MODELSERVER_HOST") or cls.host,
            port=_number(env, "MODELSERVER_PORT", cls.port, lowest=0),
            data_dir=Path(env.get("MODELSERVER_DATA_DIR") or cls.data_dir).resolve(),
            threads=threads,
            training_threads=_number(env, "MODELSERVER_TRAINING_THREADS", threads),
            base_models=env.get("MODELSERVER_BASE_MODELS", ""),
            max_steps_cpu=_number(env, "MODELSERVER_MAX_STEPS_CPU", cls.max_steps_cpu),
            device=device,
            context=_number(env, "MODELSERVER_CONTEXT", cls.context, lowest=256),
            save_steps=_number(env, "MODELSERVER_SAVE_STEPS", cls.save_steps, lowest=0),
            save_seconds=_number(env, "MODELSERVER_SAVE_SECONDS", cls.save_seconds),
        )


def _number(env: Mapping[str, str], name: str, default: int, *, lowest: int = 1) -> int:
    text = env.get(name) or str(default)
    if not text.isdecimal() or int(text) < lowest:
        raise SettingsError(f"{name} must be a whole number of at least {lowest}, not {text!r}.")
    return int(text)
