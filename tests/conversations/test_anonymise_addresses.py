"""Addresses as people of many countries write them, and what reads like one and is none."""

import pytest

from conversations.anonymise import anonymise

# In brackets, what is the address.
ADDRESSES = [
    "mándalo a la <Calle 45 Sur 23-10>, Medellín",
    "estamos ubicados en <Vía Daule km 10.5, bodega 4>",
    "soy de la Ferroviaria, <av 3ra casa 45> gracias",
    "<Sector El Inca, calle de los Guayabos, lote 23>",
    "<Alborada 6ta etapa manzana 604 villa 12> guayaquil",
    "Entregar en <Conjunto Residencial Altos del Bosque Torre 4 Apto 503>, Soacha",
    "estoy <75 metros norte de la iglesia>, Heredia",
    "<de la escuela 100 sur 50 este>, Liberia",
    "Tegucigalpa: <Colonia Las Minitas, 3a calle, 2a avenida, casa 3211>",
    "<5a avenida 12-38 zona 9>",
    "<Carrer de Balmes 145, 3r 2a>, Barcelona",
    "<C/ Gran Vía 23, 4º izda>",
    "la dire es <Av. 7 n° 1234 e/ 56 y 57>",
    "<Manuela Pedraza 2345 PB 2>, caba",
    "<Mza 5 Casa 12 Barrio San Martín>, Mendoza",
    "<Res. Don Honorio, manzana 2, casa 15>",
    "vivo en santa rosa <barrio las flores calle segunda casa 14>",
    "pueden dejarlo en <sucre 1215 y pichincha>? gracias",
    "La entrega es en <Rumiñahui S12-34 y Moraspungo>, Quito",
    "llevelo a <la 18 y la Q>, por favor",
    "queda en <Guasmo Sur coop Union de Bananeros bloque 3 mz 12 solar 8>",
    "Dirección de envío: <Urdesa Central, Víctor Emilio Estrada 1234 y Ficus>",
    "me lo traen a <Juan Montalvo 456>? toy en casa",
    "vivo en <calle ocho numero quince>, y quiero 16/20",
    "el chofer lo deja en <Thames 1544>, Rosario",
]


@pytest.mark.parametrize("marked", ADDRESSES)
def test_an_address_is_masked_whole_and_the_rest_stays(marked):
    text = marked.replace("<", "").replace(">", "")
    before, _, rest = marked.partition("<")

    assert anonymise(text)[0] == f"{before}[ADDRESS]{rest.partition('>')[2]}"


@pytest.mark.parametrize(
    "text",
    [
        "50/60 norte, 50/60 este año",
        "Envíos a Quito y Guayaquil, entregamos en Loja y Zamora",
        "La entrega del 16 de septiembre 2026 fue de 20 cajas",
        "Ruta 66 es el nombre del modelo",
        "el piso 3 está cerrado",
        "mi casa queda lejos de la planta",
        "la parte de la calle que da al norte",
        "Llegan 45 cajas y 20 sacos el 3 de mayo",
        "Colonia de 100 ml, 2 x 1",
        "Son $ 24,99 c/u + IVA 15%",
    ],
)
def test_what_only_reads_like_an_address_stays(text):
    assert anonymise(text) == (text, [])
