"""Programs by their user-agent string, beside what the public list of crawlers knows: by their form, and by words.

A person's browser begins with Mozilla/ or Opera/ and names the engine that draws its pages, or is one of a few old phones and
text browsers. Whatever does not look like that is a program: libraries write their own name and version. And a browser names no
web address, no mail address, and no trade of programs.
"""

import re
from collections.abc import Iterable

_BROWSER = re.compile(r"Mozilla/\d|Opera/\d")
# Phones from before Android, televisions, text browsers and mail programs that open links by themselves.
_OTHER_BROWSER = re.compile(
    r"(?:Nokia|SonyEricsson|SAMSUNG|Samsung|SEC-|SGH|GT-|LG[-E/]|LGE-|MOT-|Motorola|BlackBerry\d|BB\d|HTC|ZTE"
    r"|HUAWEI|Huawei|Alcatel|ALCATEL|Lenovo|LENOVO|Micromax|MAUI|Spice|Karbonn|Lava|KDDI|DoCoMo|J-PHONE|SoftBank"
    r"|Vodafone|UCWEB/|JUC|SHARP|Sharp|PHILIPS|Philips|SIE-|PANTECH|Pantech|Panasonic|TIANYU|GIONEE|GiONEE|Gionee"
    r"|Opera Mini|OPPO|SAGEM|portalmmm|Palm|Sanyo|HbbTV/|Roku|AppleTV|Kindle/|AppleWebKit/|Amiga|IBrowse)"
    r"|(?:Lynx|E?[Ll]inks|w3m|Dillo|NetSurf|Emacs-w3m|amaya|NCSA_Mosaic|iCab|IBrowse|Contiki|Links \(|Ladybird"
    r"|WorldWideweb)[/ ]|Outlook-(?:iOS|Android)/|MacOutlook/|Microsoft Office/\d.*\bOutlook\b|Thunderbird/"
    r"|eMClient/|Airmail[ /]"
)
_ENGINE = re.compile(
    r"AppleWebKit|WebKit/"
    r"|Gecko[/ )]|Goanna|Trident|MSIE|Presto|KHTML|Opera|NetFront|UP\.Browser|Obigo|Netscape|Konqueror|Symbian"
    r"|Series\d0|BlackBerry|Maemo|Nintendo|PlayStation|PLAYSTATION|Dillo|NetSurf|Servo|Ladybird|iCab|OmniWeb"
    r"|Galeon|Polaris|Teleca|Jasmine|MAUI|Thunderbird|Espial|Dolfin|UCBrowser|UCWEB|PalmOS|MIDP|IEMobile|Galaxy/"
    r"|Lynx|A[Ww]eb|Amiga|ELinks|Microsoft Outlook|Camino|DoCoMo|SkyFire|Openwave|^Mozilla/[1-4]\.\d+\S* ?\[[a-z]{2}"
)
_NAMELESS = re.compile(
    r"Mozilla/[1-5]\.\d\W*\(compatible; ?+(?!MSIE|Konqueror|iCab|IBrowse|OmniWeb|AvantGo|.*(?:MSIE|Trident|Microsoft Outlook))",
    re.IGNORECASE,
)

# Words of programs, one group a trade. `bot` alone stands in CUBOT, the name of a phone.
_TRADES: tuple[tuple[str, str], ...] = (
    (
        "crawler",
        r"(?<!cu)bots?(?![a-z])|(?<!cu)bot[-_/ ]|robot|crawl|spider(?!man)|slurp|scrap(?:e|ing|y)|harvest|ichiro"
        r"|archiv(?:er|e\.org)|wayback|heritrix|indexer|nutch"
        r"|google(?:-[a-z]|other|imageproxy|producer| favicon| web preview| page speed|docs|weblight)|apis-google"
        r"|mediapartners|bingpreview|duplexweb|transcoder|google_partner|baiduspider"
        r"|yandex(?!search|browser|\.browser|.{0,3}yabrowser)[a-z]+/|daum(?:oa|/4)|seznam(?:bot|\.cz)|ia_archiver"
        r"|petal(?:search)|qwant(?:ify|bot)|sogou (?:web|pic|news|inst)|360spider|exalead|convera|yacy|search ?engine",
    ),
    (
        "mail scanner",
        r"barracuda|proofpoint|urldefen[sc]e|mimecast|safe-?links|ironport|messagelabs|symantec|trend ?micro|fireeye"
        r"|trellix|zscaler|forcepoint|mailscanner|mailguard|hornetsecurity|vade ?secure|cloudmark|office existence|mcafee"
        r"|webroot|fortiguard|sophos|bitdefender|avira|kaspersky|kaspersky|checkpoint|cofense|phish|ironscales"
        r"|abnormal(?:security)|mailprotect|spamassassin|antispam|antivirus|virustotal|urlscan|bluecoat|forefront"
        r"|yahoo ?mail ?proxy|yahoocachesystem|outlookimageproxy",
    ),
    (
        "preview",
        r"link ?(?:check|preview|expand|analy|walker|valet|dex)|\bpreview|snippet|unfurl|embed(?:ly|rocks)|iframely"
        r"|externalhit|externalagent|externalfetcher|meta-external|facebookcatalog|whatsapp/|skypeuri|imgproxy|slack-?img"
        r"|flipboard(?:proxy|rss|browserproxy)|vkshare|xing-content|redditbot|outbrain|bitly|quora link|tumblr/|nuzzel"
        r"|mastodon|pleroma|misskey|lemmy/|friendica|opengraph|favicon",
    ),
    (
        "monitoring",
        r"monitor|uptime|pingdom|statuscake|site24x7|synthetic|newrelic|datadog|catchpoint|dynatrace|ruxit|nagios|zabbix"
        r"|health-?check|pagespeed|lighthouse|gtmetrix|ptst/|webpagetest|speedcurve|yellowlab|checkly|checkmark|hetrix"
        r"|freshping|calibre|sitespeed|ghost ?inspector|browserstack|saucelabs|bugsnag|sentry/|httpcheck|alertsite|keynote"
        r"|gomez|dejaclick|dmbrowser|dareboost|updown\.io|panopta|montastic|watch(?:mouse|dog)|speed ?insights|splunk",
    ),
    (
        "search engine optimisation",
        r"\bseo|seo(?:kicks|scanners|stats)|semrush|ahrefs|moz\.com|datanyze|majestic|sistrix|screaming ?frog|sitebulb"
        r"|netpeak|serpstat|siteimprove|siteaudit|deepcrawl|lumar|oncrawl|botify|\bryte|similarweb|builtwith|wappalyzer"
        r"|whatweb|whatcms|netcraft|domaintools|alexa|quantcast|comscore|trendiction|linkfluence|brandwatch|meltwater"
        r"|awario|zoominfo|clearbit|hubspot|marketgoo|publicwww|nerdydata",
    ),
    (
        "artificial intelligence",
        r"gptbot|chatgpt|openai|oai-|claude|anthropic|perplexity|cohere|mistralai|bytespider|diffbot|llama-?index"
        r"|langchain|firecrawl|crawl4ai|tavily|exabot|phind|notebooklm|mariner|novaact|gemini-|grok(?:bot|/)|deepseek"
        r"|ai2bot|ai-?(?:fetcher|agent|crawler|search)|img2dataset|timpi|omgili|webzio",
    ),
    (
        "headless browser",
        r"headless|phantomjs|slimerjs|casperjs|puppeteer|playwright|selenium|webdriver|splash|htmlunit|zombie\.js|jsdom"
        r"|cypress|nightmare(?:js)?/|electron-?fetch|wkhtml|prince/|weasyprint|prerender|rendertron|browserless|cefsharp"
        r"|dalek|nightwatch|testcafe|katalon|rendering",
    ),
    (
        "library",
        r"okhttp|winhttp|http_?-?(?:client|request|rb|get|kit|unit)|libwww|lwp[:-]|axios|undici"
        r"|node-(?:fetch|superagent|http)|node\.js|aiohttp|httpx|urllib|python|\bruby\b|\bperl\b|php/|guzzle|\bjava/"
        r"|jakarta|curl|wget|postman|insomnia|powershell|go-http|golang|dart:io|cfnetwork/|faraday|mechanize|typhoeus"
        r"|restsharp|apache-|jersey|netty(?!pe)|retrofit|volley/|reqwest|hyper/|isahc|unirest|requests/|feedparser|simplepie"
        r"|magpie|fetch(?:er|/| api)|download|aria2|axel|httrack|teleport|webzip|webcopier|offline|getright|flashget|xenu"
        r"|w3c_|w3c-|valid(?:ator|nu)|jigsaw|\brss|feed(?:ly|bin|burner|demon|hq|press|wrangler)|newsblur|inoreader"
        r"|theoldreader|netvibes|bloglovin|greatnews|vienna/|netnewswire|podcast",
    ),
    (
        "security scanner",
        r"nmap|nessus|nikto|sqlmap|masscan|zgrab|censys|shodan|internet-?measurement|expanse|leakix|qualys|detectify"
        r"|acunetix|netsparker|w3af|wpscan|dirbuster|gobuster|nuclei|openvas|firephp|arachni|burp|jorgee|zmeu|morfeus"
        r"|webshag|jaeles|(?<!cam)scan(?:ner|ning|\b)|probe|survey|security|whois|onyphe|binaryedge|palo ?alto|cypex"
        r"|criminalip|netlab|project ?25499|inspect|audit|analy[sz]er|research",
    ),
)  # fmt: skip


def split_words(alternatives: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which of some expressions are plain words, unescaped, and which are not: looking for a word is far cheaper."""
    words: list[str] = []
    expressions: list[str] = []
    for one in alternatives:
        text = _ESCAPED.sub(r"\1", one)
        (expressions if _SPECIAL.search(_ESCAPED.sub("", one)) or "\\" in text else words).append(one)
    return tuple(_ESCAPED.sub(r"\1", word) for word in words), tuple(expressions)


def _alternatives(pattern: str) -> Iterable[str]:
    """The parts of an expression between the bars that stand in no brackets."""
    depth, begin = 0, 0
    for place, letter in enumerate(pattern):
        depth += (letter in "([") - (letter in ")]")
        if letter == "|" and depth == 0:
            yield pattern[begin:place]
            begin = place + 1
    yield pattern[begin:]


_ESCAPED = re.compile(r"\\([./+-])")
_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}]")
_SPLIT = tuple((name, *split_words(_alternatives(pattern))) for name, pattern in _TRADES)
_WORDS = tuple((name, word) for name, words, _ in _SPLIT for word in words)
_EXPRESSIONS = tuple((name, re.compile("|".join(parts))) for name, _, parts in _SPLIT)
_ANY_EXPRESSION = re.compile("|".join(part for _, _, parts in _SPLIT for part in parts))
_ADDRESS = re.compile(
    r"https?:(?!//bsalsa)|\bwww\.|\+http|[\w.]@[\w-]+\.[a-z]{2}|\(at\)|\bcontact[:=]|&lt;|<|>\s*$", re.IGNORECASE
)
_OFFICE = re.compile(r"ms-office", re.IGNORECASE)
# Parts of browsers' strings that read like a trade and are none.
_HARMLESS = re.compile(
    r"CUBOT\S*|CamScanner|SecurityPatch\S*|YandexSearch|AlexaToolbar\S*|Alexa Toolbar|Download(?:Master|er)"
    r"|FunWebProducts|AskTb\w*|PalmSource|libwww-FM\S*|SkyPreview|SamsungBrowserPreview|KasperskyLab|Amazon\.com/\S+"
    r"|Trend(?:y)\S*|Java/[\d._]+ (?=Profile)|(?:Feedly|Inoreader)/[\d.]+$",
    re.IGNORECASE,
)
# Programs of people that show pages, named after a service whose crawler has the same name.
_APP = re.compile(r"Notion/[\d.]+ (?=Chrome/)|Bluesky/[\d.]+$")


def program_of(user_agent: str) -> str | None:
    """Return what kind of program a user-agent string belongs to, or None where it may be a person's browser."""
    text = user_agent.strip().strip("\"'")
    if not text:
        return "empty"
    is_other = _OTHER_BROWSER.match(text) is not None
    if not is_other and _BROWSER.match(text) is None:
        return _trade_of(text) or "library"
    trade = _trade_of(text)
    if trade is not None:
        text = _HARMLESS.sub("", text)
        trade = _trade_of(text)
    if trade is not None:
        return trade
    if _ADDRESS.search(text):
        return "crawler"
    if is_other:
        return None
    if _OFFICE.search(text) and "MSIE" not in text and "Outlook" not in text:
        return "mail scanner"
    if _ENGINE.search(text) is None or ("AppleWebKit" not in text and _NAMELESS.match(text)):
        return "no browser's form"
    return None


def _trade_of(text: str) -> str | None:
    """The trade whose words a string has; the words are in lower case, and so is the string here."""
    text = text.lower()
    for name, word in _WORDS:
        if word in text:
            return name
    if _ANY_EXPRESSION.search(text) is None:
        return None
    return next((name for name, pattern in _EXPRESSIONS if pattern.search(text)), None)


def without_app(user_agent: str) -> str:
    """A browser's string without the name of the app that it is part of, where a crawler goes by that name too."""
    return _APP.sub("", user_agent) if _BROWSER.match(user_agent) else user_agent


def is_our_robot(user_agent: str) -> bool:
    """Whether our own rules know a user-agent string for a program."""
    return program_of(user_agent) is not None
