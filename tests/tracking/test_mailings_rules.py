"""Tables of mail providers: which column is what, what a row says, whose issue it is."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from sponsorship.tracking.rules.mailings import (
    Counts,
    LinkRow,
    MailingColumn,
    MailingRow,
    TableUnreadable,
    days_of,
    decode,
    guess_mailing_columns,
    issue_of,
    link_rows,
    mailing_rows,
    missing_mailing_columns,
    read_table,
)

LONDON = ZoneInfo("Europe/London")
MAILCHIMP = (
    "Title,Subject,List,Send Date,Send Weekday,Total Recipients,Successful Deliveries,Soft Bounces,Hard Bounces,Total Bounces,"
    "Times Forwarded,Unique Opens,Open Rate,Total Opens,Unique Clicks,Click Rate,Total Clicks,Unsubscribes\n"
    'Runbook,"No. 812, on call",Readers,"Nov 22, 2026 08:00 am",Sunday,"30,500","30,412",60,28,88,3,"12,800",42.09%,"19,004",'
    '"1,204",3.96%,"1,733",12\n'
)
BEEHIIV = (
    "Title,Publish Date,Delivered,Opens,Unique Opens,Clicks,Unique Clicks\n"
    "On call,2026-11-22T08:00:00Z,30412,19004,12800,1733,1204\n"
)
KIT = (
    "Subject,Sent At,Recipients,Open rate,Total clicks\nIssue #812: on call,2026-11-22 08:00:00 UTC,30412,42.09%,1733\n"
)
CAMPAIGN_MONITOR = (
    "Name;Subject;Date sent;Recipients;Bounces;Unique opens;Total clicks;Unique clicks\n"
    "Runbook 812;On call;22 Nov 2026, 8:00 am;30500;88;12800;1733;1204\n"
)
BUTTONDOWN = "subject\tpublish_date\tdeliveries\topens\tclicks\nOn call\t2026-11-22\t30412\t12800\t1733\n"


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        (MAILCHIMP, Counts(30_412, 12_800, 1_733, 1_204)),
        (BEEHIIV, Counts(30_412, 12_800, 1_733, 1_204)),
        (KIT, Counts(30_412, 12_800, 1_733, None)),
        (CAMPAIGN_MONITOR, Counts(30_412, 12_800, 1_733, 1_204)),
        (BUTTONDOWN, Counts(30_412, 12_800, 1_733, None)),
    ],
)
def test_each_providers_columns_are_known_by_their_headings(text: str, counts: Counts) -> None:
    table = read_table(text)
    (row,) = mailing_rows(table, guess_mailing_columns(table.header), "Europe/London")
    assert (row.counts, row.days, row.fault) == (counts, (date(2026, 11, 22),), "")


def test_a_table_of_links_is_known_by_its_links() -> None:
    table = read_table("URL,Total Clicks,Unique Clicks\nhttps://a.example/x,40,31\n,3,2\nhttps://b.example,lots,1\n")
    chosen = guess_mailing_columns(table.header)
    assert missing_mailing_columns(chosen) == []
    assert link_rows(table, chosen) == [
        LinkRow(2, "https://a.example/x", 40, 31),
        LinkRow(3, "", 0, None, "no link"),
        LinkRow(4, "https://b.example", 0, None, "all clicks: “lots” is no whole number"),
    ]


def test_columns_that_nobody_knows_are_asked_for() -> None:
    assert missing_mailing_columns(guess_mailing_columns(("Betreff", "Empfänger"))) == ["Delivered"]
    assert missing_mailing_columns({MailingColumn.LINK: "Ziel"}) == ["All clicks"]


@pytest.mark.parametrize(
    ("cell", "delivered"),
    [("30,412", 30_412), ("30.412", 30_412), ("30 412", 30_412), ("30\u202f412", 30_412), ("1,030,412", 1_030_412),
     ("412.0", 412), ("7", 7)],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(cell: str, delivered: int) -> None:
    table = read_table(f'Delivered;Name\n"{cell}";x\n')
    (row,) = mailing_rows(table, guess_mailing_columns(table.header), "Europe/London")
    assert row.counts == Counts(delivered)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (",1,1,1", "how many were delivered is missing"),
        ("0,0,0,0", "nothing was delivered"),
        ("100,101,1,1", "more readers opened it than got it"),
        ("100,1,400,101", "more readers clicked than got it"),
        ("100,1,4,5", "more readers clicked than there are clicks"),
        ("-4,1,1,1", "“-4” is no whole number"),
        ("1e3,1,1,1", "“1e3” is no whole number"),
    ],
)
def test_a_row_that_cannot_be_right_has_its_reason(line: str, fault: str) -> None:
    table = read_table(f"Delivered,Unique opens,Total clicks,Unique clicks\n{line}\n")
    (row,) = mailing_rows(table, guess_mailing_columns(table.header), "Europe/London")
    assert row.counts is None and fault in row.fault


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The file is empty."),
        ("Delivered\n3\n", "There is no table in the file"),
        ("Delivered,Opens\n", "There is no table in the file"),
        ("Delivered,Opens\n" + "1,1\n" * 601, "more than 600 rows"),
        ("a,b\n" + "x" * 400_001, "larger than 400 kB"),
        ("PK\x03\x04\x00\x00,b\n", "This is no text"),
        ('Delivered,Opens\n"' + "x" * 140_000 + "\n", "Line 2 cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(text: str, sentence: str) -> None:
    with pytest.raises(TableUnreadable, match=sentence):
        read_table(text)


def test_columns_of_one_name_stay_apart_and_lines_are_those_of_the_file() -> None:
    table = read_table('Clicks,Clicks,\n1,2,3\n\n"a\nb",5,6\n')
    assert table.header == ("Clicks", "Clicks (2)", "Column 3")
    assert table.lines == (2, 5)


@pytest.mark.parametrize(
    ("raw", "text"), [(b"\xef\xbb\xbfa", "a"), ("ä".encode("utf-16"), "ä"), (b"\xe4", "ä"), ("ä".encode(), "ä")]
)
def test_files_are_read_in_the_encoding_they_come_in(raw: bytes, text: str) -> None:
    assert decode(raw) == text


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-11-22", (date(2026, 11, 22),)),
        ("2026-11-22T23:30:00-05:00", (date(2026, 11, 23),)),
        ("Nov 22, 2026 08:00 am", (date(2026, 11, 22),)),
        ("22 November 2026", (date(2026, 11, 22),)),
        ("11/22/2026 8:00", (date(2026, 11, 22),)),
        ("05/04/2026", (date(2026, 5, 4), date(2026, 4, 5))),
        ("22.11.2026", (date(2026, 11, 22),)),
        ("soon", ()),
        ("", ()),
    ],
)
def test_a_day_is_read_and_where_it_could_be_two_it_is_both(text: str, days: tuple[date, ...]) -> None:
    assert days_of(text, LONDON) == days


NUMBERS = {date(2026, 11, 15): 811, date(2026, 11, 22): 812, date(2026, 4, 5): 780}


@pytest.mark.parametrize(
    ("subject", "days", "number"),
    [
        ("The Sunday Runbook No. 812", (), 812),
        ("Runbook #811: on call", (date(2026, 11, 22),), 811),  # the number says more than the day
        ("Issue 812 of 900", (), 812),
        ("On call", (date(2026, 11, 22),), 812),
        ("On call", (date(2026, 11, 23),), 812),
        ("On call", (date(2026, 5, 4), date(2026, 4, 5)), 780),
        ("On call", (date(2026, 11, 18),), None),
        ("No. 9999", (), None),
        ("No. 811 and No. 812", (), None),
        ("", (), None),
    ],
)
def test_an_issue_is_told_by_its_number_or_its_day(subject: str, days: tuple[date, ...], number: int | None) -> None:
    assert issue_of(MailingRow(2, subject, "", days, Counts(1)), NUMBERS) == number
