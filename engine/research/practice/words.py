"""Made-up names: people, houses, wires, and what companies are said to do. Any likeness is chance."""

from __future__ import annotations

from engine.research.practice.draws import Draws

FIRST = (
    "Ada", "Amara", "Anselm", "Astrid", "Bela", "Bruno", "Carys", "Cato", "Dalia", "Denholm", "Edda", "Elio", "Esme",
    "Farid", "Fenna", "Gideon", "Greta", "Hana", "Hollis", "Ilya", "Imani", "Ines", "Jory", "Junia", "Kaito", "Keir",
    "Lior", "Lotte", "Magnus", "Mirela", "Nadia", "Nils", "Odette", "Oren", "Petra", "Quill", "Rafe", "Rosalind",
    "Saoirse", "Silvan", "Tamsin", "Teodor", "Uma", "Viggo", "Wanda", "Xenia", "Yusuf", "Zora",
)  # fmt: skip
LAST = (
    "Abernathy", "Albrecht", "Balogun", "Bexley", "Calloway", "Castellane", "Dahlgren", "Delacourt", "Eberhart",
    "Ekholm", "Farquhar", "Fontaine", "Galbraith", "Grimaldi", "Hadley", "Halvorsen", "Ishikawa", "Jansky", "Kestrel",
    "Kovalenko", "Lachlan", "Lindqvist", "Marchetti", "Mbeki", "Nakagawa", "Northcott", "Okafor", "Ostrander",
    "Pemberton", "Prentiss", "Quintero", "Rademaker", "Rosencrantz", "Sandoval", "Sorensen", "Thackeray", "Tremaine",
    "Ueda", "Vandermeer", "Verhoeven", "Wexford", "Winterbourne", "Yamazaki", "Zielinski",
)  # fmt: skip
ROLES = (
    "Chief Executive Officer", "Chief Financial Officer", "Chief Operating Officer", "General Counsel",
    "Chief Technology Officer", "Chair of the Board", "Director", "Director", "Director", "Director",
)  # fmt: skip
BROKERS = (
    "Arden & Holt", "Bluewater Research", "Caldera Securities", "Dunmore Partners", "Eastlake Capital", "Foxglove",
    "Graystone Markets", "Harrow Lane", "Ironbridge", "Juniper Street", "Kingsmere", "Larkfield Securities",
    "Meridian Quay", "Norwell & Finch", "Oakhaven", "Pinnacle Row", "Quarry Hill", "Redfern Brothers", "Saltmarsh",
    "Tillman Cross", "Underhill Research", "Vantage Hall", "Whitcombe", "Yarrow Securities",
)  # fmt: skip
HOLDERS = (
    "Alder Index Trust", "Beacon Hollow Asset Management", "Cedar Point Pensions", "Delmar Global Fund",
    "Evermoor Investments", "Fairlight Index Group", "Granite Bay Capital", "Highgate Mutual", "Inverness Trust",
    "Jasper Ridge Advisers", "Kelvin Street Partners", "Longacre Funds", "Maplewood Teachers' Fund", "Northlight",
    "Old Harbour Insurance", "Palisade Index Funds", "Queensferry", "Rowan Sovereign Fund", "Silverlake Endowment",
    "Tidewater Growth",
)  # fmt: skip
WIRES = ("Practice Wire", "Simulated Press", "Paper Street Journal", "Mock Market News")
IDLE = (
    ("opens a new {place} in {city}",
     "The company said the {place} will employ some {count} people. It gave no figures for this year."),
    ("names {person} to lead its {unit}",
     "{person} joins from outside the company and starts next month. The company left its outlook as it was."),
    ("renews a supply agreement for {years} years", "Terms were not told. The company called the agreement routine."),
    ("takes part in a conference in {city}", "Managers repeated what was said with the last quarter's results."),
    ("publishes its report on energy use",
     "The report covers the past fiscal year and has no effect on results, the company said."),
    ("starts a trial of new {thing} with {count} customers",
     "The trial runs for {years} years at most. The company does not expect it to matter for results this year."),
)  # fmt: skip
CITIES = ("Porto", "Tampere", "Austin", "Nagoya", "Leeds", "Lyon", "Graz", "Perth", "Monterrey", "Busan", "Cork")
PLACES = ("research centre", "service centre", "warehouse", "training site", "office")
UNITS = ("European business", "supply chain", "research group", "customer service", "investor relations")
THINGS = ("software", "equipment", "services", "packaging", "materials")


def person(draws: Draws, counter: int) -> str:
    """A name."""
    return f"{draws.pick(counter, FIRST)} {draws.pick(counter + 1, LAST)}"


def idle(draws: Draws, counter: int) -> tuple[str, str]:
    """(headline without its subject, body) of news that moves nothing."""
    head, body = draws.pick(counter, IDLE)
    parts = {
        "city": draws.pick(counter + 1, CITIES),
        "place": draws.pick(counter + 2, PLACES),
        "unit": draws.pick(counter + 3, UNITS),
        "thing": draws.pick(counter + 4, THINGS),
        "count": str(draws.whole(counter + 5, 2, 40) * 10),
        "years": str(draws.whole(counter + 6, 2, 5)),
        "person": person(draws, counter + 7),
    }
    return head.format(**parts), body.format(**parts)
