from modelserver.examples import first_prompts, shared_system
from tests.modelserver.server import conversation, lines_of, preference


def job(folder, **parts):
    for part, examples in parts.items():
        (folder / f"{part}.jsonl").write_bytes(lines_of(examples))
    return folder


def questions(prompts):
    return [it[-1]["content"] for it in prompts]


def test_what_was_kept_apart_is_asked_first(tmp_path):
    folder = job(
        tmp_path,
        training=[conversation("uno", "1"), conversation("dos", "2")],
        validation=[conversation("tres", "3")],
    )
    assert questions(first_prompts(folder, 5)) == ["tres", "uno", "dos"]


def test_no_prompt_is_asked_twice_and_no_more_than_are_wanted(tmp_path):
    same = [conversation("uno", "1")] * 3
    folder = job(tmp_path, training=[*same, conversation("dos", "2"), conversation("tres", "3")])
    assert questions(first_prompts(folder, 2)) == ["uno", "dos"]


def test_a_prompt_ends_before_the_first_answer(tmp_path):
    turns = conversation("uno", "1")["messages"] + conversation("dos", "2")["messages"]
    [prompt] = first_prompts(job(tmp_path, training=[{"messages": turns}]), 1)
    assert [it["role"] for it in prompt] == ["system", "user"]


def test_preferences_have_prompts_too(tmp_path):
    folder = job(tmp_path, training=[preference("hola", "sí", "no")])
    assert questions(first_prompts(folder, 5)) == ["hola"]


def test_a_system_text_is_shared_only_if_everybody_has_it(tmp_path):
    folder = job(tmp_path, training=[conversation("uno", "1"), conversation("dos", "2")])
    assert shared_system(folder) == "Eres una vendedora amable."
    job(tmp_path, validation=[preference("hola", "sí", "no")])
    assert shared_system(folder) is None
