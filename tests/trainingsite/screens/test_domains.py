"""A domain's form: what it refuses would break the pages that read it."""

import json

import pytest
from django.urls import reverse

from conversations.models import CatalogueEntry
from rag.models import PromptVariable

LIST = reverse("admin:conversations_conversation_changelist")
INLINE = {"prompts-TOTAL_FORMS": 0, "prompts-INITIAL_FORMS": 0}


@pytest.fixture
def save(sign_in, domain):
    """Sends the domain's own form with some fields changed; returns the faults it shows."""
    admin = sign_in("admin")
    url = reverse("admin:core_domain_change", args=[domain.pk])

    def send(**changed):
        form = admin.get(url).context["adminform"].form
        fields = {name: form[name].value() for name in form.fields} | {"texts": "{}"}
        answer = admin.post(url, fields | INLINE | changed)
        domain.refresh_from_db()
        return {} if answer.status_code == 302 else answer.context["adminform"].form.errors

    return send


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        ("[]", "objeto JSON"),
        ('{"categories": {}}', "«categories»"),
        ('{"categories": [{"nombre": "x"}]}', "«categories», la n.º 1"),
        ('{"categories": [{"name": "x", "words": "precio"}]}', "«categories», la n.º 1"),
        ('{"whitelist": "precio"}', "«whitelist»"),
        ('{"negative_words": [1]}', "«negative_words»"),
        ('{"irony_words": "vaya"}', "«irony_words»"),
        ('{"score_words": ["genial"]}', "«score_words»"),
        ('{"score_words": {"6": ["genial"]}}', "«score_words»"),
        ('{"score_words": {"5": "genial"}}', "«score_words»"),
        ('{"business": 5}', "«business»"),
        ('{"medida": "bleu"}', "«medida»"),
        ('{"demonstration_answers": "sí"}', "«demonstration_answers»"),
        ('{"medida": []}', "«medida»"),
        ('{"category_share": 0}', "«category_share»"),
        ('{"category_share": "0.5"}', "«category_share»"),
        ('{"welcome": "\\u0000"}', "no se puede guardar"),
        ('{"welcome": 5}', "«welcome»"),
        ('{"unknown": null}', "«unknown»"),
        ('{"links": "tienda.example"}', "«links»"),
        ('{"otra": NaN}', "no se puede guardar"),
    ],
)
def test_texts_of_another_shape_are_refused_by_name(save, sign_in, domain, texts, named):
    faults = save(texts=texts)

    assert named in faults["texts"][0]
    assert domain.texts == {}
    assert sign_in("rater").get(LIST).status_code == 200


def test_texts_of_the_right_shape_are_kept_with_keys_nobody_knows(save, domain):
    texts = {"categories": [{"name": "plazo", "words": ["meses"]}], "whitelist": [], "otra": 1}

    assert save(texts=json.dumps(texts)) == {}
    assert domain.texts == texts


def test_an_empty_box_is_no_texts(save, domain):
    assert save(texts="") == {}
    assert domain.texts == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 2.1),
        ("temperature", -1),
        ("top_p", 0),
        ("top_p", 1.1),
        ("max_tokens", 0),
        ("examples", 11),
        ("min_stars", 6),
        ("min_confidence", 1.2),
        ("reuse_similarity", -0.1),
        ("reuse_margin", 2),
    ],
)
def test_numbers_out_of_bounds_are_refused(save, name, value):
    assert name in save(**{name: value})


@pytest.mark.parametrize("aliases", ['{"a": 1}', "[1]", '"uno"'])
def test_other_names_of_the_catalogue_are_words(sign_in, domain, aliases):
    fields = {"kind": "producto", "code": "x", "name": "X", "domain": domain.pk}

    sign_in("reviewer").post(
        reverse("admin:conversations_catalogueentry_add"), fields | {"aliases": aliases}
    )

    assert not CatalogueEntry.objects.exists()


def test_pieces_of_documents_overlap_by_half_at_most(save, domain):
    assert "la mitad" in save(chunk_size="400", chunk_overlap="201")["chunk_overlap"][0]
    assert save(chunk_size="400", chunk_overlap="200", daily_tokens="0") == {}
    assert (domain.chunk_size, domain.chunk_overlap, domain.daily_tokens) == (400, 200, 0)


@pytest.mark.parametrize(
    ("prompt", "kept"),
    [
        ("Eres útil. {contexto_documentos}", True),
        ('Contesta {"a": 1}.', True),
        ("Eres útil. {horario}", True),
        ("Hola, {nombre}.", False),
    ],
)
def test_a_prompt_has_only_places_that_something_fills(save, domain, prompt, kept):
    PromptVariable.objects.create(domain=domain, name="horario", description="De 9 a 17.")
    faults = save(prompt_text=prompt)
    assert (domain.prompt.text == prompt) is kept
    assert (faults == {}) is kept
    assert kept or "{nombre}" in faults["prompt_text"][0]


# --- the public chat ------------------------------------------------------------------------------


def test_sites_that_show_the_chat_are_written_one_a_line(save, domain):
    faults = save(public_chat="on", chat_sites="https://Tienda.example/\n\nhttp://localhost:8080\n")

    assert not faults
    assert domain.public_chat
    assert domain.chat_sites == ["https://tienda.example", "http://localhost:8080"]


@pytest.mark.parametrize(
    "line",
    ["tienda.example", "https://x.example/ruta", "*", "https://a b", "https://a; script-src *"],
)
def test_what_is_no_site_is_refused_with_its_line(save, domain, line):
    faults = save(chat_sites=f"https://tienda.example\n{line}")

    assert "línea 2" in faults["chat_sites"][0]
    assert domain.chat_sites == []


def test_the_page_of_an_open_chat_shows_its_link_and_its_tag(sign_in, domain):
    admin, url = sign_in("admin"), reverse("admin:core_domain_change", args=[domain.pk])
    closed = admin.get(url).content.decode()
    domain.public_chat = True
    domain.save()
    alone = admin.get(url).content.decode()
    domain.chat_sites = ["https://tienda.example"]
    domain.save()
    shown = admin.get(url).content.decode()

    tag = "&lt;script src=&quot;http://testserver/chat/prestamos/embed.js&quot; async&gt;"
    assert "Abrir el chat" not in closed
    assert 'href="/chat/prestamos"' in alone
    assert tag not in alone
    assert tag in shown
