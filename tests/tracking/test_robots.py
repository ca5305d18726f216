"""Programs are told from people by what they call themselves; every string here was written for this test."""

import pytest

from sponsorship.tracking.services.robots import is_robot, robot_kind

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"
WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {WEBKIT}"

PEOPLE = [
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/131.0.0.0",
    f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {CHROME} Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 13; SM-S918B; wv) {CHROME} Mobile Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/18.1 Safari/605.1.15",
    f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1",
    f"{IPHONE} Mobile/15E148",
    "Opera/9.80 (Android; Opera Mini/36.2/191.249; U; en) Presto/2.12.423 Version/12.16",
    # In-app browsers, mail programs and apps whose names or parts read like a library's, a feed's or a crawler's.
    f"{IPHONE} Mobile/15E148 MicroMessenger/8.0.50(0x18003231) NetType/WIFI Language/en",
    f"{IPHONE} Mobile/15E148 Feedly/97.1",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {CHROME.replace('Chrome', 'Notion/4.1.0 Chrome')} Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) {CHROME} Mobile Safari/537.36 Bluesky/1.90",
    "Mozilla/4.0 (compatible; ms-office; MSOffice 16; Microsoft Outlook 16.0.17928)",
    "Mozilla/5.0 (compatible; Konqueror/4.14; Linux) KHTML/4.14.2 (like Gecko)",
]
PROGRAMS = [
    "",
    "   ",
    "Mozilla/5.0",
    "Mozilla/4.0 (compatible;)",
    "curl/8.5.0",
    "Wget/1.21.4",
    "python-requests/2.32.3",
    "Python/3.12 aiohttp/3.10.5",
    "python-httpx/0.27.2",
    "Go-http-client/2.0",
    "Java/17.0.9",
    "okhttp/4.12.0",
    "axios/1.7.7",
    "node-fetch",
    "libwww-perl/6.77",
    "Ruby",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    f"Mozilla/5.0 (X11; Linux x86_64) {CHROME.replace('Chrome', 'HeadlessChrome')} Safari/537.36",
    "BarracudaCentral link protection",
    "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
    "Mimecast-URL-Scanner/1.0",
    "Microsoft Office Existence Discovery",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) SafeLinks/1.0",
    "netty-reactive/4.1",
    "Notion/1.0",
    "Mozilla/5.0 (compatible; Feedly/1.0)",
    "Mozilla/5.0 (compatible; )",
]


@pytest.mark.parametrize("agent", PEOPLE)
def test_a_browser_is_a_person(agent: str) -> None:
    assert not is_robot(agent)


@pytest.mark.parametrize("agent", PROGRAMS)
def test_a_library_a_scanner_or_nothing_is_a_program(agent: str) -> None:
    assert is_robot(agent)


def test_the_list_is_asked_once_for_each_string() -> None:
    robot_kind.cache_clear()
    for _ in range(3):
        is_robot(PEOPLE[0])
    assert (robot_kind.cache_info().misses, robot_kind.cache_info().hits) == (1, 2)
