"""Ad copy for measuring with: texts of forty trades from a seed, and the edits by which a text becomes a near-duplicate."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace


def _listed(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")]


_SYLLABLES = _listed(
    """
    ta, no, ri, ve, lo, mi, sa, ku, pe, da, fi, ra, zo, ne, li, bo, ha, tu, we, wi, ka, mo, re, ti, sol, ber, cin, fal, gro,
    hul
    """
)
_ENDINGS = ("", "", "ly", "base", " Labs", "flow", " HQ", "stack")
_TRADES = _listed(
    """
    log management, incident response, feature flags, code review, database hosting, container security, load testing,
    infrastructure as code, secrets management, build caching, error tracking, API gateways, message queues, data pipelines,
    product analytics, session replay, customer support, billing, payroll, expense reports, recruiting, onboarding, sales
    outreach, email delivery, form building, video calls, note taking, project planning, time tracking, translation,
    accessibility testing, design systems, search, vector search, speech recognition, cloud backup, identity management,
    browser testing, status pages, documentation
    """
)
_PEOPLE = _listed(
    """
    platform teams, small agencies, solo founders, data engineers, security teams, support leads, product managers, finance
    teams, mobile developers, open-source maintainers, startups, hospitals, game studios, newsrooms, universities,
    consultancies, on-call engineers, staff engineers, researchers, designers, operators, people managers, online shops,
    public bodies
    """
)
_THINGS = _listed(
    """
    alerts, dashboards, invoices, releases, tickets, queries, deploys, contracts, interviews, experiments, budgets, roadmaps,
    incidents, translations, backups, audits, permissions, webhooks, schemas, notebooks, calls, exports, migrations,
    snapshots, certificates, reports, reviews, pipelines, jobs, campaigns, segments, surveys, recordings, transcripts, tokens,
    clusters, branches, test runs, environments, runbooks, playbooks, policies, forecasts, checklists, diagrams, patches,
    timelines, approvals, refunds, rosters
    """
)
_ACTS = _listed(
    """
    ship, trace, roll back, compare, archive, review, replay, schedule, share, encrypt, label, merge, search, sort, approve,
    forecast, annotate, rehearse, split, queue, measure, clean up, hand over, explain, publish, import, reconcile, sample,
    throttle, annul
    """
)
_TROUBLES = _listed(
    """
    flaky pipelines, surprise bills, slow queries, noisy pagers, manual data entry, lost receipts, missed deadlines, stale
    docs, broken builds, duplicate records, cold starts, unread tickets, spreadsheets by mail, copied passwords, time-zone
    sums, permission creep, half-finished migrations, vendor lock-in, dashboards that nobody opens, postmortems without owners
    """
)
_MANNERS = _listed(
    """
    quietly, in one place, without an agent, on your own hardware, from the command line, in the browser, before lunch, at
    night, on every branch, with an audit trail, in plain language, per team, in real time, within the hour, offline too, by
    region, behind your firewall, with two keystrokes, on a schedule, from a pull request
    """
)
_QUALITIES = _listed(
    """
    boring, fast, small, honest, careful, open, private, thrifty, predictable, readable, steady, patient, modest, exact,
    cheap, calm, portable, durable, frugal, tidy, sturdy, lean, plain, forgiving, strict, transparent
    """
)
_OPENINGS = (
    "{brand} is {trade} for {people} who are done with {trouble}.",
    "Most {people} still fight {trouble}. {brand} does not.",
    "Last year {people} lost {n} hours a month to {trouble}.",
    "What would you {act} first if {trouble} were gone?",
    "{brand} makes {trade} {quality} again.",
    "Somewhere a {quality} {trade} tool exists. It is called {brand}.",
    "We wrote {brand} because {trouble} kept us up at night.",
    "{trade}, but {quality} and {quality2}.",
    "Your {things} deserve better than {trouble}.",
    "{brand} {n} is out: {act} {things} {manner}.",
    "Three {people} walked into {trouble}. They came out with {brand}.",
    "Ask {people} what they would pay to be rid of {trouble}.",
    "There are {n} ways to {act} {things}. {brand} has the {quality} one.",
)
_MIDDLES = (
    "Use it to {act} {things} and {act2} {things2} {manner}.",
    "It can {act} your {things} {manner}.",
    "{people} use it to {act} {n} {things} a day.",
    "Point it at your {things}, and it will {act2} {things2} {manner}.",
    "No {trouble}, no {trouble2}.",
    "Every one of your {things} stays {quality}.",
    "It will {act} {things} while you {act2} {things2}.",
    "The new {things} view shows who tried to {act} what.",
    "A team of {n} moved all their {things} over {manner}.",
    "You {act} {things}; it keeps the {things2} {quality}.",
    "Rules say who may {act} {things}, and who may only {act2} them.",
    "It speaks to the tools that hold your {things} already.",
    "When {things} go wrong it can {act} them {manner}.",
    "Prices are per {things}, not per seat.",
    "It was built by {people}, and it shows in how it treats {things}.",
    "Behind it stands a {quality} engine that can {act} {n} {things} a second.",
    "{people} at {n} firms let it {act} their {things}.",
    "It finds {trouble} before your {things} do.",
    "Nothing about {things} leaves your network.",
    "An importer brings your {things} along {manner}.",
)
_CLOSINGS = (
    "Readers get {n} days for nothing.",
    "Start with {n} {things}, free for as long as you like.",
    "The code {code} takes {n}% off the first year.",
    "Read how {people} did it.",
    "Book half an hour with the people who made it.",
    "Try it {manner}.",
    "The handbook is free, and so are the first {n} {things}.",
    "Join {n} {people} on the list.",
    "Take the tour, it lasts {n} minutes.",
    "See the prices, all of them.",
)
_NUMBERS = (2, 3, 5, 8, 10, 12, 14, 20, 30, 40, 60, 90, 120, 300, 500, 1000)
_HEADINGS = (
    "{act} {things} {manner}", "{trade} for {people}", "No more {trouble}", "{quality} {trade}", "Meet {brand}",
    "{things}, {quality} at last", "Your {things}, {manner}", "{n} {things} before lunch",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ad:
    """One ad: whose it is, for what trade, its heading, its sentences and its link."""

    brand: str
    trade: str
    heading: str
    sentences: tuple[str, ...]
    url: str

    @property
    def body(self) -> str:
        """The sentences as one text."""
        return " ".join(self.sentences)


Edit = Callable[[random.Random, Ad], Ad]


def make_brands(dice: random.Random, number: int) -> list[str]:
    """Return so many different names."""
    names: set[str] = set()
    while len(names) < number:
        stem = "".join(dice.choice(_SYLLABLES) for _ in range(dice.randint(2, 3))).capitalize()
        names.add(stem + dice.choice(_ENDINGS))
    return sorted(names)


def write_ad(dice: random.Random, brand: str, trade: str = "") -> Ad:
    """Write an ad for a brand; its trade is always the same one, unless another is given."""
    trade = trade or _TRADES[sum(map(ord, brand)) % len(_TRADES)]
    middles = dice.sample(_MIDDLES, dice.randint(2, 4))
    frames = [dice.choice(_OPENINGS), *middles, dice.choice(_CLOSINGS)]
    sentences = tuple(_fill(dice, frame, brand, trade) for frame in frames)
    return Ad(brand, trade, _fill(dice, dice.choice(_HEADINGS), brand, trade), sentences, link_of(dice, brand, trade))


def link_of(dice: random.Random, brand: str, trade: str) -> str:
    """Return a landing page of a brand's with the marks of a campaign."""
    season = dice.choice(("spring", "summer", "autumn", "winter"))
    host, campaign = brand.lower().replace(" ", ""), f"{season}{dice.randint(20, 26)}"
    return f"https://{host}.example/{trade.lower().replace(' ', '-')}?utm_source=newsletter&utm_campaign={campaign}"


def _fill(dice: random.Random, frame: str, brand: str, trade: str) -> str:
    things, acts, troubles = dice.sample(_THINGS, 2), dice.sample(_ACTS, 2), dice.sample(_TROUBLES, 2)
    qualities = dice.sample(_QUALITIES, 2)
    text = frame.format(
        brand=brand, trade=trade, people=dice.choice(_PEOPLE), things=things[0], things2=things[1], act=acts[0], act2=acts[1],
        trouble=troubles[0], trouble2=troubles[1], quality=qualities[0], quality2=qualities[1], manner=dice.choice(_MANNERS),
        n=dice.choice(_NUMBERS), code=f"{brand[:4].upper()}{dice.randint(5, 50)}",
    )  # fmt: skip
    return text[0].upper() + text[1:]


def mistype(dice: random.Random, ad: Ad) -> Ad:
    """Turn two letters round in one word of twelve."""

    def slip(word: str) -> str:
        if len(word) < 5 or dice.random() > 1 / 12:
            return word
        at = dice.randrange(len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    return replace(ad, sentences=tuple(" ".join(map(slip, text.split())) for text in ad.sentences))


def reorder(dice: random.Random, ad: Ad) -> Ad:
    """Put the sentences in another order."""
    return replace(ad, sentences=tuple(dice.sample(ad.sentences, len(ad.sentences))))


def change_words(dice: random.Random, ad: Ad) -> Ad:
    """Replace a fifth of the words by words of other ads."""
    words = [text.split() for text in ad.sentences]
    places = [(row, column) for row, text in enumerate(words) for column in range(len(text))]
    stock = [*_QUALITIES, *_ACTS, *_THINGS, *_MANNERS]
    for row, column in dice.sample(places, len(places) // 5):
        words[row][column] = dice.choice(stock)
    return replace(ad, sentences=tuple(" ".join(text) for text in words))


def swap_brand(dice: random.Random, ad: Ad) -> Ad:
    """Print the same words under another name, with that name's link."""
    name = make_brands(dice, 1)[0]
    sentences = tuple(text.replace(ad.brand, name) for text in ad.sentences)
    return Ad(name, ad.trade, ad.heading.replace(ad.brand, name), sentences, link_of(dice, name, ad.trade))


def change_campaign(dice: random.Random, ad: Ad) -> Ad:
    """Change nothing but the marks of the campaign."""
    return replace(ad, url=ad.url.split("?")[0] + f"?utm_source=weekly&utm_campaign=n{dice.randint(100, 999)}")


def change_heading(dice: random.Random, ad: Ad) -> Ad:
    """Set other words above the same body."""
    return replace(ad, heading=_fill(dice, dice.choice(_HEADINGS), ad.brand, ad.trade))


def cut(dice: random.Random, ad: Ad) -> Ad:
    """Leave one sentence out."""
    gone = dice.randrange(len(ad.sentences))
    return replace(ad, sentences=tuple(text for at, text in enumerate(ad.sentences) if at != gone))


def edit_all(dice: random.Random, ad: Ad) -> Ad:
    """Reorder, mistype and swap the brand at once."""
    return swap_brand(dice, mistype(dice, reorder(dice, ad)))


EDITS: dict[str, Edit] = {
    "typos": mistype,
    "reordered": reorder,
    "20 % of the words changed": change_words,
    "brand swapped": swap_brand,
    "only the UTM changed": change_campaign,
    "heading changed": change_heading,
    "a sentence cut": cut,
    "reordered, typos, brand": edit_all,
}
