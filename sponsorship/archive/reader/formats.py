"""How newsletters show what was paid for: a general description, and one for each kind of format met so far.

A description is words and habits only. To teach the reader a newsletter, add words to a description; the code that
reads knows no newsletter by name.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from sponsorship.archive.rules import FormatDescription, FoundKind, Medium


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(word for line in lines for word in line.split())


GENERAL = FormatDescription(
    name="general",
    summary="A newsletter never seen: the words of the trade, wherever they stand.",
    sponsor_terms=(
        *("sponsor", "sponsors", "sponsored", "sponsor's", "advertisement", "advertisements", "advertisers"),
        *("advertiser", "advert", "adverts", "advertorial", "brought to you", "paid promotion", "paid partnership"),
        *("paid post", "paid content", "promoted", "anzeige", "werbung", "gesponsert", "sponsorisé", "publicité"),
        *("patrocinado", "patrocinador", "sponsorizzato", "gesponsord"),
    ),
    weak_terms=(
        *("ad", "ads", "promo", "presented by", "together with", "made possible by"),
        *("supported by", "in partnership with", "in collaboration with", "in association with"),
    ),
    partner_terms=(
        *("partner", "partners", "friends of the newsletter", "friends of the show", "friends of ours"),
        *("our friends", "partner content"),
    ),
    classified_terms=("classified", "classifieds", "classified ads", "small ads", "text ads", "quick ads"),
    filler_words=_words(
        "a an the our this that today today's week week's weeks month month's issue issue's edition edition's email",
        "newsletter newsletter's is are was also and & of by with from to for at in on us me you kindly proudly",
        "generously gladly very special featured feature main title gold silver bronze platinum premium headline",
        "presenting primary secondary second exclusive official awesome amazing wonderful lovely kind generous",
        "great fantastic fine friendly good proud thanks thank message messages word note content post posts link",
        "links story article item section slot spot spotlight event events webinar book resource resources tool",
        "tools product products offer offers deal deals break corner highlight weekly daily monthly quick brief",
        "short paid support show episode podcast space block area entry listing listings update here now",
        "von unser par por da door",
    ),
    disclosures=(
        r"\b(?:issue|newsletter|edition|e-?mail|week|month|episode|digest|today|{own})\b[^.!?]{0,40}?\b(?:sponsored"
        r"|supported|presented|powered|brought to you|made possible)\s+(?:\w+\s+)?by:?\s+{name}",
        r"\b[Tt]hank(?:s| you)\b[^.!?]{0,40}?\bto\s+(?:our\s+(?:\w+\s+)?sponsors?,?\s+)?{name},?\s+for\s+(?:\w+\s+)?"
        r"(?:sponsoring|supporting)\b",
        r"{name}\s+(?:(?:is|are)\s+)?(?:\w+\s+)?sponsor(?:s|ing)\s+(?:this|the|our|today|{own})\b",
        r"^(?:[Ss]ponsored|SPONSORED|[Bb]rought to you|[Pp]resented)\s+by:?\s+{name}",
        r"\b[Oo]ur\s+(?:\w+\s+)?sponsor\s+(?:for\s+)?this\s+(?:week|month|issue)\s+is\s+{name}",
        r"^{name}\s+[-–—]\s+[^.!?]{0,160}\s+[-–—]\s+sponsors\s+",
    ),
    house_phrases=(
        r"\b(?:want|wish|like|love|interested|looking|keen|how|ready)\s+(?:to|in)\s+(?:\w+\s+){0,2}?(?:sponsor|sponsoring"
        r"|advertise|advertising|promote\s+your|partner\s+with\s+us|support\s+this)\b",
        r"\bwant\s+to\s+(?:see|get|put|have)\s+your\s+(?:own\s+)?(?:ad|advert|company|product|job|message|name|logo|brand)"
        r"\b[^.?!]{0,120}\b(?:here|newsletter|subscribers|readers|front\s+of)\b",
        r"\byour\s+(?:ad|ads|advert|company|product|message|logo|brand|name|copy)\s+(?:could\s+(?:be|go)\s+|goes\s+)?here\b",
        r"\badvertise\s+(?:with\s+us|in\s+(?:this|our|the|{own})|here)\b",
        r"\bbecome\s+(?:a|our|the)\s+(?:\w+\s+)?(?:sponsor|partner|advertiser)\b",
        r"(?<!our\s)(?<!the\s)(?<!'s\s)\bsponsor\s+(?:us|me|(?:this|the|our|an?|next|future)\s+(?:\w+\s+){0,2}"
        r"(?:newsletter|issue|edition|email|week|show|project)|{own})\b",
        r"\bsponsorship\s+(?:opportunit|package|slot|info|kit|enquir|inquir|details)",
        r"\b(?:spot|space|slot|placement)s?\s+(?:is|are|could\s+be)\s+(?:\w+\s+)?(?:available|yours|free|open|empty)\b",
        r"\b(?:book|buy|reserve|grab)\s+(?:your|an|this)\s+(?:\w+\s+)?(?:ad|advert|sponsorship)\b",
        r"\b(?:media\s+kit|rate\s+card|sponsor(?:ship)?\s+(?:form|page|package|prospectus))\b",
        r"\breach\s+(?:over\s+|more\s+than\s+)?[\d,.]+k?\+?\s+(?:\w+\s+){0,3}(?:subscribers|readers)\b",
    ),
    job_headings=(
        *("jobs?(?: .{0,40})?", "(?:sponsored|featured|latest|new|selected|hot|paid) jobs?(?: .{0,40})?", "careers?"),
        *("job (?:board|listings|ads?|opportunities)", "vacancies", "hiring", "who(?:'s| is) hiring.{0,20}"),
        *("positions", "open (?:positions|roles)", "we(?:'| a)re hiring", "opportunities", "work with us"),
    ),
    editorial_headings=(
        *(
            "news",
            "articles?",
            "tutorials?",
            "tools?",
            "videos?",
            "podcasts?",
            "events?",
            "code",
            "libraries",
            "releases?",
        ),
        *("projects?", "community", "people", "process", "reading", "links", "announcements?", "releases", "talks?"),
        *(
            "in other news",
            "this week.{0,40}",
            "quick (?:links|bits|hits)",
            "the rest",
            "more",
            "tips?",
            "books?",
            "media",
        ),
        *(
            "opinions?",
            "design",
            "security",
            "updates?",
            "resources?",
            "packages",
            "meetups?",
            "conferences?",
            "training",
        ),
        *(
            "introduction",
            "welcome",
            "editorial",
            "highlights",
            "top stories",
            "and finally.{0,20}",
            "until next .{0,20}",
        ),
    ),
    promotional_phrases=(
        r"\bwebinars?\b|\bregist(?:er|ration)\b|\bsign\s*up\b|\bjoin\s+us\b|\bfree\s+(?:trial|e-?book|guide|report|ticket|demo)",
        r"\bdiscount|\bpromo(?:\s+code)?\b|\bearly\s+bird|\b\d+\s?%\s+off|\bbook\s+a\b|\bdemo\b|\bcoupon|\btry\s+(?:it|us)\b",
        r"\bdownload\s+(?:the|our|your)\b|\bsave\s+(?:your\s+seat|\d)|\btickets?\b|\bcall\s+for\s+(?:papers|proposals)\b",
    ),
    closing_phrases=(
        r"\bunsubscribe\b|\bupdate\s+your\s+preferences\b|\ball\s+rights\s+reserved\b|\bmailing\s+address\b|^copyright\b|^©",
        r"\byou(?:'re| are)?\s+receiv(?:e|ed|ing)\s+this\b|\bforward(?:ed)?\s+(?:this|to)\b|\bthanks\s+for\s+reading\b",
        r"\b(?:suggest|submit|send\s+(?:us|me)|share)\s+(?:\w+\s+){0,3}(?:articles?|links?|stor(?:y|ies)|tips?|ideas?)\b",
        r"\b(?:see\s+you|until)\s+next\s+\w+|\bthat(?:'s|’s| is)\s+(?:it|all)\s+for\b",
        r"\bfollow\s+(?:us|me|the\s+\w+)\b[^.]{0,40}\b(?:on|at)\b",
        r"\b(?:enjoy|like|love)(?:d|ing|s)?\s+(?:this|the)\s+(?:newsletter|issue|email)\b|\byour\s+feedback\b",
    ),
    front_matter_keys=(
        *("sponsor", "sponsors", "sponsored", "sponsored_by", "sponsorship", "ad", "ads", "advertisement"),
        *("primary_sponsor", "secondary_sponsor", "partner", "partners", "classifieds"),
    ),
    container_words=("sponsor", "sponsors", "sponsored", "sponsorship", "advert", "advertisement", "adblock", "ad"),
)

SECTIONS_WITH_ECHO = replace(
    GENERAL,
    name="sections with an echo",
    summary="Sections under underlined headings, items parted by two blank lines and ended by their links; the first "
    "sponsor's copy may be printed again at the foot.",
    medium=Medium.MARKDOWN,
    signs=(r"(?mi)^sponsor(?:s|ed)?[^\n]{0,20}\n=+[ \t]*$", r"\S[ \t]*\n[ \t]*\n[ \t]*\n\S"),
)

MARKED_PARAGRAPHS = replace(
    GENERAL,
    name="marked paragraphs",
    summary="One paragraph each: the title as a bold link, the copy, and the word SPONSORED set off at its end.",
    medium=Medium.MARKDOWN,
    signs=(r"(?m)^\[\*\*.{3,}\*\*\]\([^)\n]+\)\s*\n.*\*SPONSORED\*\s*$",),
    tag_spans_paragraphs=False,
)

ITEMS_WITH_SOURCE = replace(
    GENERAL,
    name="items with a source line",
    summary="A section for what is sponsored, its items numbered or titled, each with a line that names its source.",
    medium=Medium.MARKDOWN,
    signs=(
        r"(?mi)^#{2,4}\s+sponsored\s*$|>\s*sponsored\s*</h\d>",
        r"(?m)^<br>\[[^\]\n]+\]\([^)\n]+\)<br>|^\{:\.post-source\}",
    ),
    company_headings=False,
    echo_at_foot=False,
)

BANNER_AND_TAG = replace(
    GENERAL,
    name="banner and tag",
    summary="HTML mail: a banner under a sentence of thanks is the first placement, a small tag on an article another.",
    medium=Medium.HTML,
    signs=(r"<span[^>]*>\s*sponsored\s*</span>",),
    tag_kind=FoundKind.SECONDARY,
    company_headings=False,
)

CARDS = replace(
    GENERAL,
    name="cards",
    summary="HTML mail in columns: each cell is a picture, a linked title and a description; sections for sponsors and "
    "for friends of the newsletter.",
    medium=Medium.HTML,
    signs=(
        r"(?i)<h[1-4][^>]*>[^<]*(?:sponsors|friends|partners)\s+of\s+[^<]*</h[1-4]>",
        r"(?i)<td[^>]*>\s*<a\b[^>]*>\s*<img\b",
    ),
    company_headings=False,
    echo_at_foot=False,
)

BUILT_IN: tuple[FormatDescription, ...] = (
    SECTIONS_WITH_ECHO,
    MARKED_PARAGRAPHS,
    ITEMS_WITH_SOURCE,
    BANNER_AND_TAG,
    CARDS,
    GENERAL,
)
"""The descriptions that come with the program; the last serves whatever the others are not meant for."""


def choose_format(source: str, medium: Medium, formats: Sequence[FormatDescription]) -> FormatDescription:
    """Return the description with the most signs among those whose signs are all found in the source.

    One without signs is meant for any issue; where nothing fits, the general one is returned.
    """
    fitting = [
        each
        for each in formats
        if each.medium in (None, medium) and all(_compile(sign).search(source) for sign in each.signs)
    ]
    return max(fitting, key=lambda each: len(each.signs), default=GENERAL)


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
