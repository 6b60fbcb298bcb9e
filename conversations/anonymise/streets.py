"""Which rows of words are an address: heads, what may follow them, and what they must show.

The letters are those of ``data/streets.txt``, and C a proper name, w an unknown word, x a common
one, z a single letter, n a number as houses have, o an ordinal, M a month, v a spoken number, q
any other number.
"""

import re

from conversations.anonymise.vocabulary import one_of

_PROPER = r"(?:[nvo]eM|g?[el]{0,3}+C(?:[el]{0,2}[CM]|[zn](?=[,.;]|$)|d(?!S?n)){0,4})"
_LOWER = r"(?:g?[el]{0,3}+[wC](?:[el]{0,2}[wCM]){0,2})"
_LOOSE = r"(?:[el]{0,3}+[wxTCMBFdP](?:[el]{0,2}[wxTCM]){0,3}?)"
_HOUSE = r"(?:,?(?:S?n(?:z(?!,?[nC])|,n(?![,n]))?d?|N|SZ))"
_PLATE = r"(?:n[dz]{0,3}(?:S,?n(?:[zryJe](?=n))?d?(?:,?n)?[dz]{0,2}|nd?(?:,?n)?(?![,n]))?)"
_SPOKEN = r"(?:v(?:y?v|d|S){0,12})"
_KIND = r"[KJ]{1,2}:?"
_STREET = one_of(
    rf"{_KIND}d?{_PROPER}(?:d?{_HOUSE})?",
    rf"{_KIND}[reS]l?(?:{_PROPER}|[wx])(?=,?[kP])",
    rf"{_KIND}d?{_LOOSE}{_HOUSE}",
    rf"{_KIND}d?S?{_PLATE}(?:{_PROPER})?",
    rf"{_KIND}(?:[odz](?![wx])|N|(?=,?k)|(?=y(?:[el]{{0,3}}C|neM)))",
    rf"{_KIND}{_SPOKEN}",
    rf"{_KIND}{_LOWER}(?=y|,?[PAB])",
    rf"{_KIND}l{{0,2}}w(?:[el]{{0,2}}[wM]){{0,2}}(?!q)",
    rf"{_KIND}[el]{{0,2}}x{{1,2}}(?=[,.;y]|$)",
    r"R[nZ]",
    rf"[no][KJ](?:d?S?{_PLATE})?",
    rf"nd?[oC]C?{_KIND}",
    rf"S?n,?(?:el?)?{_KIND}{_PROPER}",
)
_CORNER = (
    rf"[yX],?[ye]?(?:{_STREET}|{_PROPER}{_HOUSE}?|[el]?n[dz]?(?!x)|o[JKB]?|l?z"
    rf"|[el]{{0,2}}ww?{_HOUSE}?)"
)
_PART = rf"P{{1,2}}[S,:]{{0,2}}(?:[nv]z?|Z|N|z,?n?|o|{_PROPER}|w(?![a-zC])|b|d)"
_AREA = (
    rf"[AB]{{1,2}}:?(?:x?P?{_PROPER}|P?{_LOWER}|[nv](?:eM)?|[dz]|P?(?:[el]{{0,2}}[wx]){{1,4}}(?=,?[PABKJn]|[,.;]|$))"
    r"(?:nz?|z)?"
)
_ROAD = rf"k,?n(?:q|yx)?(?:e?l?[KJ](?:[reS]l?)?l?(?:{_PROPER}|[wx]))?"
_TAIL = one_of(
    r",?S,?n[zd]?(?:,n)?",
    r",{0,2}n[zo]?(?=[,.;|zo]|$)|,{0,2}z(?=[,.;|Z]|$)|[,.]{0,2}Z(?=,?[CB])",
    r",?N|[,.]?S:n|,{0,2}[no]P(?![nzSov])",
    rf",?r?[vnx][UP][el]{{1,3}}(?:{_PROPER}|[wx]{{1,2}})",
    rf"[,.]{{0,2}}{_PART}",
    rf"[,.]{{0,2}}(?:el{{0,2}})?{_AREA}",
    rf"[,.]{{0,2}}{_ROAD}",
    rf"[,.]{{0,2}}(?:el{{0,2}})?{_STREET}",
    r",{0,2}o(?:[PbJ]b?|z|n(?![a-z])|d|(?=[,.;]|$))?",
    r",{0,2}b{1,2}[nzo]?(?=[,.;yr]|$)",
    _CORNER,
    rf",{_PROPER}{_HOUSE}(?![wx])",
    rf",?F[elryS]{{0,3}}(?:{_PROPER}|[wx][el]?[wx]?)",
    rf",{_PROPER}(?=[,.;|]|$)|,(?:l{{0,2}}w){{1,2}}(?=[,.;|]|$)",
    r",?P(?:[el]{0,2}[xw]){1,5}(?=[,.;|]|$)",
    rf",?r?l[FP][elrS]{{0,3}}(?:{_PROPER}|[wx])",
    r"d|y(?=[,.;]|,?P|$)",
)
_STEP = r"n[UJPz]?(?:[reS]l?|l)?[dW]"
_STEPS = rf"(?:n[UJPz](?:[reS]l?|l)?[dW]|{_STEP}{_STEP})(?:[,.y]{{0,2}}{_STEP}){{0,3}}"
_UNTIL = rf"(?:[el]{{1,2}}(?:{_PROPER}|[wx](?:[el]{{1,2}}{_PROPER})?))?"
_BARE = (
    rf"(?:(?:[TbBF](?=[el]*C))?{_PROPER}|T(?=,?n)|(?:(?<=[IiL:]r)x)?(?:[el]{{0,2}}w){{1,3}}"
    r"|(?<=[IL]r)x{1,2})"
)
# What is called an address is one up to a word that the request goes on with.
_CALLED = one_of(
    "(?<=L:)", "(?<=Lr)", "(?<=Lr:)", "(?<=L[xwlei][wxi]:)", "(?<=L[xwlei]:)", "(?<=L[xwi]r)"
)
_ANY = "(?:[ACBFKPTbdeglknNovwxyzSWUZXM]|Jr?)"
# Where a quarter may be named before the street.
_AFTER = r"(?:(?<=[IiL:.;])|(?<=[IiL:]r)|^)"
ADDRESS = re.compile(
    r"(?:(?=[ACBFJKPRTbegklnNovwy])|(?<=[IiL:]r)(?=x))(?:"
    rf"(?P<steps>(?:e[elr]{{0,3}}(?:[CTwxBFPJri][el]?){{1,6}}?,?)?{_STEPS}{_UNTIL})(?:{_TAIL}){{0,6}}"
    rf"|(?P<said>{_CALLED}{_ANY}{{1,12}}(?:,(?=[^,]{{0,5}}[nKPABJFyoNb]){_ANY}{{1,12}}){{0,5}})"
    rf"(?:{_TAIL}){{0,6}}"
    rf"|(?P<street>(?P<town>{_AFTER}{_PROPER}d?,?)?{_STREET})(?:{_TAIL}){{0,9}}"
    rf"|(?P<area>(?P<near>{_AFTER}{_PROPER}d?,?)?{_AREA})(?:{_TAIL}){{0,9}}"
    rf"|(?P<road>{_ROAD})(?:{_TAIL}){{0,9}}"
    rf"|(?P<bare>(?P<by>{_AFTER}{_PROPER}d?,)?{_BARE}{_HOUSE})(?:{_TAIL}){{0,9}}"
    rf"|(?P<part>(?P<beside>{_PROPER},)?(?:{_BARE}(?:n?(?:oP)?(?<=[nP]),?)?)?{_PART})(?:{_TAIL}){{0,9}}"
    rf"|(?P<corner>y?(?:{_PROPER}|l?w|l?[no]){_CORNER})(?:{_TAIL}){{0,5}})"
)
_ANNOUNCED = re.compile(r"[IL][^.;|]{0,9}$|[IL].{0,2}\.?$|i[^.;|]{0,5}[r:]l?$")
# What stands between the last word of the request and an address: the name of its quarter.
QUARTER = re.compile(r"(?<=[rIiLX:.;|])(?=.{0,3}[wC]|g|l)(?:g|g?(?:l{0,2}[wxCTP]d?){1,3}n?,?)$")
_EDGES = {"", *",.:;|"}
_NEAR = re.compile(r"[IL][rlex:]{0,3}$|i[rlex]{0,3}[r:]l?$|P[rlx]{0,2}[r:]l?$")
_OWN = re.compile(r"[IL][^.;|]{0,7}$")


def is_address(kind: str, row: str, before: str, after: str) -> bool:
    """Whether such a head, with all that follows it, is an address there."""
    places = sum(map(row.count, "KABJPkobN")) + row.endswith((",Z", "nZ", ".Z"))
    announced = bool(_ANNOUNCED.search(before) or _NEAR.search(before))
    alone = before[-1:] in _EDGES and after[:1] in _EDGES - {":"}
    numbered = "n" in row or "N" in row or "v" in row
    named = not {"C", "w", "n", "N", "v", "z", "o"}.isdisjoint(row)
    if not named and not _OWN.search(before):
        return kind == "steps"
    if kind == "said":
        return numbered or "K" in row or "A" in row
    if kind == "street":
        return "K" in row or "R" in row or (numbered and (places > 1 or announced or alone))
    if kind == "area":
        sure = places > 1 or announced or "," in row
        return (
            "A" in row
            or row.count("B") > 1
            or (numbered and sure)
            or ("C" in row and bool(_OWN.search(before)))
        )
    if kind == "road":
        return announced or places > 2 or alone
    if kind == "part":
        parts, numbers = (sum(map(row.count, letters)) for letters in ("KABP", "nzv"))
        return (parts > 1 and numbers > 1) or ("n" in row and bool(_OWN.search(before)))
    if kind == "bare":
        said = announced if "C" in row else bool(_OWN.search(before) or _NEAR.search(before))
        corner = "y" in row and (alone or row.count("n") == 1)  # no "Nova 14 y la Nova 15"
        return said or places > 0 or corner or row.startswith("neMn")
    return kind != "corner" or bool(_OWN.search(before)) or (announced and numbered)
