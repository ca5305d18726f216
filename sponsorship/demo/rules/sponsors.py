"""Forty-two companies that do not exist, in the trades that a newsletter for operations people sells to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SponsorPlan:
    """A company, the person who acts for it, how it pays, and how well its ads draw (1.0 is the usual number of clicks)."""

    key: str
    name: str
    contact: str
    street: str
    city: str
    country: str
    pays_by_invoice: bool
    draw: float

    @property
    def domain(self) -> str:
        """The company’s host, under the top-level domain that is kept for examples."""
        return f"{self.name.lower().replace(' & ', '-').replace(' ', '')}.example"

    @property
    def address(self) -> str:
        """Its contact’s e-mail address."""
        return f"{self.contact.split()[0].lower()}@{self.domain}"


def _company(row: str) -> SponsorPlan:
    name, contact, street, city, country, pays, draw = (part.strip() for part in row.split("|"))
    key = name.split()[0].lower()
    return SponsorPlan(key, name, contact, street, city, country, pays == "invoice", float(draw))


# name | contact | street | city | country | pays by | clicks against the usual
_ROWS = """
Tidewatch         | Ana Ferro         | Rua do Cais 18        | 1200-109 Lisbon     | PT | card    | 1.09
Kestrel CI        | Bea Molnar        | Malom utca 7          | 1051 Budapest       | HU | card    | 1.06
Cinderbox         | Joost Hermans     | Kade 41               | 1011 LX Amsterdam   | NL | card    | 1.31
Quorum DB         | Tom Ashby         | 12 Foundry Lane       | Leeds LS2 7EW       | GB | invoice | 0.88
Northgate         | Paul Hsu          | 880 Harbor Way        | Oakland CA 94607    | US | invoice | 0.96
Marrowstone       | Della Whitcomb    | 31 Pine Street        | Burlington VT 05401 | US | card    | 0.94
Hollowgrid        | Emeka Nwosu       | 9 Canal Wharf         | Manchester M3 4LY   | GB | card    | 1.02
Thistledown Trace | Kirsty Rennie     | 5 Weaver’s Close      | Edinburgh EH6 6QA   | GB | card    | 1.12
Ropewalk          | Mikkel Thorup     | Rebslagergade 22      | 2100 Copenhagen     | DK | card    | 0.99
Lanternfish       | Yuki Hamada       | 3-8 Minatomachi       | Yokohama 231-0002   | JP | card    | 1.04
Brasswick         | Otto Lindqvist    | Varvsgatan 4          | 211 19 Malmo        | SE | invoice | 0.85
Sluicegate        | Marit de Boer     | Sluisweg 60           | 3011 AB Rotterdam   | NL | card    | 0.91
Latchkey          | Ines Duarte       | Calle Llave 3         | 28004 Madrid        | ES | invoice | 1.18
Mooring           | Per Lund          | Havnegata 12          | 5003 Bergen         | NO | card    | 1.02
Tallyhook         | Nadia Brook       | 77 Ledger Street      | Bristol BS1 6XN     | GB | invoice | 0.92
Pallet            | Greta Weiss       | Speicherstrasse 9     | 20457 Hamburg       | DE | card    | 1.11
Ferrywork         | Sam Obi           | 14 Jetty Road         | Lagos 101241        | NG | invoice | 0.97
Farthing & Rue    | Clara Rue         | 2 Mint Court          | London E1 8QS       | GB | card    | 1.15
Pinfold           | Aled Pugh         | 8 Sheep Street        | Cardiff CF10 1AB    | GB | card    | 0.90
Slackwater        | Leilani Kahale    | 410 Surf Avenue       | Honolulu HI 96815   | US | card    | 1.00
Driftmark         | Henrik Salo       | Rantatie 15           | 00180 Helsinki      | FI | card    | 0.95
Cobblerun         | Maud Terrier      | 6 rue des Paves       | 69001 Lyon          | FR | card    | 1.08
Tanglewire        | Dario Conti       | Via dei Fili 11       | 20121 Milan         | IT | card    | 0.93
Bramblekey        | Orla Keane        | 4 Thorn Row           | Galway H91 X2T6     | IE | card    | 0.98
Oxbow Replay      | Wes Tanaka        | 1207 River Bend       | Portland OR 97209   | US | card    | 1.03
Quillback         | Hanna Brandt      | Federgasse 17         | 1010 Vienna         | AT | card    | 1.05
Peat Systems      | Liv Aas           | Torvveien 2           | 0150 Oslo           | NO | invoice | 0.85
Brightmoor Conf   | Jo Carrick        | Moor House            | York YO1 7HH        | GB | card    | 1.07
Spindrift Labs    | Eva Kral          | Nabrezni 21           | 150 00 Prague       | CZ | card    | 0.94
Oncall Almanac    | Rui Sato          | 5-2 Hongo             | Tokyo 113-0033      | JP | invoice | 1.14
Fogsignal         | Bryn Maddock      | 1 Lighthouse Walk     | Swansea SA1 1NW     | GB | card    | 0.89
Afterword         | Tessa Oyelaran    | 19 Chapter Yard       | Dublin D02 KX03     | IE | card    | 1.10
Nightjar Rota     | Felix Amsel       | Nachtweg 5            | 04109 Leipzig       | DE | card    | 1.01
Dunlin Linux      | Sunniva Berg      | Strandgata 30         | 9008 Tromso         | NO | card    | 1.20
Patchwell         | Greg Ionescu      | Strada Fierarilor 8   | 400001 Cluj         | RO | card    | 0.87
Embergrove        | Priya Raman       | 22 Banyan Road        | Chennai 600018      | IN | card    | 0.96
Gangway Jobs      | Noor van Dam      | Loopplank 3           | 1019 DC Amsterdam   | NL | card    | 1.25
Hedgerow Summit   | Miles Penhale     | Lane End Barn         | Totnes TQ9 5LE      | GB | card    | 0.92
Pager Press       | Ilse Kortrijk     | Drukkerstraat 14      | 9000 Ghent          | BE | card    | 1.16
Moorhen Mail      | Abel Wood         | 40 Mere Street        | Norwich NR1 3RD     | GB | card    | 0.86
Saltglass         | Rosa Weil         | Glashuttenweg 2       | 76131 Karlsruhe     | DE | card    | 0.99
Wrackline         | Finn O’Dowd       | 16 Strand Parade      | Cork T12 A8RR       | IE | card    | 1.04
"""

SPONSORS: dict[str, SponsorPlan] = {sponsor.key: sponsor for sponsor in map(_company, _ROWS.strip().splitlines())}
SIGNS_IN = "cinderbox"  # the sponsor whose sign-in link the demo prints
NEWCOMER = _company("Ashlar Hosting | Ruth Pell | 2 Quarry Road | Bath BA2 6PT | GB | card | 1.00")  # asks to be let in
AGENCY = "Wharfside Media"
