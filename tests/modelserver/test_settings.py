import pytest

from modelserver.bases import read_bases
from modelserver.settings import Settings, SettingsError


def settings(**variables):
    names = {f"MODELSERVER_{name.upper()}": value for name, value in variables.items()}
    return Settings.from_environment({"MODELSERVER_API_KEY": "k"} | names)


def test_no_key_no_server():
    with pytest.raises(SettingsError, match="MODELSERVER_API_KEY"):
        Settings.from_environment({})


def test_listens_on_loopback_unless_told_otherwise():
    assert settings().host == "127.0.0.1"


def test_a_training_takes_the_threads_of_serving_unless_told_otherwise():
    assert settings(threads="3").training_threads == 3
    assert settings(threads="3", training_threads="4").training_threads == 4


def test_steps_are_limited_where_no_gpu_can_be(monkeypatch, tmp_path):
    driver = tmp_path / "nvidiactl"
    monkeypatch.setattr("modelserver.settings.NVIDIA_DRIVER", driver)
    assert settings(max_steps_cpu="7").step_limit == 7
    driver.touch()
    assert settings(max_steps_cpu="7").step_limit is None
    assert settings(max_steps_cpu="7", device="cpu").step_limit == 7


@pytest.mark.parametrize(
    "variables", [{"port": "http"}, {"threads": "0"}, {"max_steps_cpu": "-1"}, {"device": "tpu"}]
)
def test_a_malformed_variable_is_named(variables):
    with pytest.raises(SettingsError, match=f"MODELSERVER_{next(iter(variables)).upper()}"):
        settings(**variables)


def test_a_gguf_file_is_a_base(tmp_path):
    file = tmp_path / "m.gguf"
    file.touch()
    [base] = read_bases(settings(base_models=f"mine={file}")).values()
    assert (base.id, base.gguf, base.weights, base.demonstration) == ("mine", file, None, False)


def test_a_folder_is_trained_from_its_weights_and_served_from_its_gguf(tmp_path):
    for name in ("m.gguf", "model.safetensors"):
        (tmp_path / name).touch()
    (tmp_path / "config.json").write_text('{"architectures": ["LlamaForCausalLM"]}')
    [base] = read_bases(settings(base_models=f"mine={tmp_path}")).values()
    assert (base.gguf, base.weights) == (tmp_path / "m.gguf", tmp_path)


def test_a_folder_without_weights_and_without_a_gguf_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="holds 0"):
        read_bases(settings(base_models=f"mine={tmp_path}"))


def test_a_folder_that_cannot_be_converted_is_refused_and_the_reason_said(tmp_path):
    (tmp_path / "model.safetensors").touch()
    (tmp_path / "config.json").write_text('{"architectures": ["MambaForCausalLM"]}')
    data = str(tmp_path / "data")
    with pytest.raises(SettingsError, match=r"cannot be converted: .*convert_hf_to_gguf\.py"):
        read_bases(settings(base_models=f"mine={tmp_path}", data_dir=data))


@pytest.mark.parametrize("entry", ["mine", "=x.gguf", "ft:mine=x.gguf", "mine=/nowhere/m.gguf"])
def test_an_entry_that_cannot_be_used_is_refused(entry):
    with pytest.raises(SettingsError, match=r"MODELSERVER_BASE_MODELS|Base model mine"):
        read_bases(settings(base_models=entry))
