"""Thirty dialogues by somebody who has not read the rules end in the right quote or question."""

import pytest

from rag import dialogues
from rag.proforma import reply
from tests.factories import a_person
from tests.rag.proforma.scripts import done, scripts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("script", list(scripts()), ids=lambda it: it.title)
def test_dialogue_goes_as_a_good_clerk_would_lead_it(script, shop):
    person = a_person(shop)
    went = []
    for message, expected in script.turns:
        said = reply(shop, person, "chat", message, dialogues.opened(person, "chat"))
        went.append((message, done(said, expected)))
    assert went == script.turns
