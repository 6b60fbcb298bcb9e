"""Numbers of quotes that are made at the same moment: of their own transactions, so apart."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from tests.factories import a_person
from tests.rag.proforma.scripts import WHOLE, say
from tests.rag.shop import a_shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_quotes_made_at_once_get_numbers_without_gaps():
    people = [a_person(a_shop("a-la-vez")) for _ in range(1)]
    people += [a_person(people[0].domain) for _ in range(5)]
    for it in people:
        say(it, WHOLE)

    def agree(person):
        try:
            return say(person, "sí").quote.number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(people)) as pool:
        numbers = sorted(pool.map(agree, people))
    assert [int(it[-4:]) for it in numbers] == [1, 2, 3, 4, 5, 6]
