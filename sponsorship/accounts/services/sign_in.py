"""Signing in by an e-mailed link or its code: a GET consumes nothing, each works once, for ten minutes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sponsorship.accounts.errors import CodeWrong, LinkNotUsable, TooManyLinks
from sponsorship.accounts.models import SignInLink, User, UserSession
from sponsorship.accounts.queries import find_live_link, find_user, list_sessions
from sponsorship.accounts.rules import LINK_LIVES, MOST_CODE_TRIES, MOST_LINKS_PER_HOUR, SESSION_LIVES, normal_email
from sponsorship.core.errors import NotFound
from sponsorship.core.mail import queue_mail
from sponsorship.core.tokens import hash_token, new_code, new_token


def ask_sign_in_link(
    session: Session, *, email: str, browser: str | None, url_of: Callable[[str], str], now: datetime
) -> str | None:
    """Make a link for an address and, where somebody has an account there, mail it with its code.

    `browser` is the asking browser's secret, None for a link made at the command line; `url_of` turns the token into an
    address. Returns the token, or None where nobody has that address: callers on the web must not show the difference.
    Raises TooManyLinks.
    """
    address = normal_email(email)
    recent = select(func.count(SignInLink.id)).where(
        SignInLink.email == address, SignInLink.created_at > now - timedelta(hours=1)
    )
    if browser is not None and (session.scalar(recent) or 0) >= MOST_LINKS_PER_HOUR:
        raise TooManyLinks
    token, code = new_token(), new_code()
    link = SignInLink(
        email=address,
        token_hash=hash_token(token),
        code_hash=hash_token(code),
        browser_hash=hash_token(browser) if browser else None,
        created_at=now,
        expires_at=now + LINK_LIVES,
    )
    session.add(link)
    session.flush()
    user = find_user(session, address)
    if user is None or user.disabled_at is not None:
        return None
    if browser is not None:
        queue_mail(
            session, key=f"sign-in:{link.id}", to=address, subject=f"{code} signs you in", template="accounts/email/sign_in",
            url=url_of(token), code=code, minutes=int(LINK_LIVES.total_seconds() // 60), now=now,
        )  # fmt: skip
    return token


def consume_link(session: Session, *, token: str, browser: str | None, code: str | None, now: datetime) -> User:
    """Use a link up and return whose it is; raises LinkNotUsable, or CodeWrong in another browser than the asking one."""
    link = find_live_link(session, token, now)
    if link is None:
        raise LinkNotUsable
    return _consume(session, link, browser, code, now)


def consume_code(session: Session, *, browser: str, code: str, now: datetime) -> User:
    """Use up the latest link that this browser asked for, by its code; raises CodeWrong."""
    query = (
        select(SignInLink).where(SignInLink.browser_hash == hash_token(browser)).order_by(SignInLink.id.desc()).limit(1)
    )
    link = session.scalars(query.with_for_update()).one_or_none()
    if link is None or link.consumed_at is not None or link.expires_at <= now:
        raise CodeWrong
    return _consume(session, link, None, code, now)


def _consume(session: Session, link: SignInLink, browser: str | None, code: str | None, now: datetime) -> User:
    is_bound = link.browser_hash is not None
    knows_browser = browser is not None and is_bound and compare_digest(link.browser_hash or "", hash_token(browser))
    knows_code = link.code_tries < MOST_CODE_TRIES and compare_digest(link.code_hash, hash_token((code or "").strip()))
    if is_bound and not knows_browser and not knows_code:
        raise CodeWrong
    link.consumed_at = now
    user = find_user(session, link.email)
    if user is None or user.disabled_at is not None:
        raise LinkNotUsable
    session.flush()
    return user


def count_try(session: Session, *, token: str | None, browser: str | None) -> None:
    """Note a code that was wrong on the link it was meant for, in a transaction of its own."""
    query = select(SignInLink).order_by(SignInLink.id.desc()).limit(1)
    if token is not None:
        query = query.where(SignInLink.token_hash == hash_token(token))
    else:
        query = query.where(SignInLink.browser_hash == hash_token(browser or ""))
    link = session.scalars(query.with_for_update()).one_or_none()
    if link is not None:
        link.code_tries += 1
        session.flush()


def start_session(session: Session, *, user: User, now: datetime, browser: str = "") -> str:
    """Start a session for a person and return its token, for the cookie."""
    token = new_token()
    session.add(
        UserSession(
            token_hash=hash_token(token),
            user_id=user.id,
            created_at=now,
            expires_at=now + SESSION_LIVES,
            browser=browser,
        )
    )
    session.flush()
    return token


def end_session(session: Session, *, token: str, now: datetime) -> None:
    """End a session for good, whatever cookie is replayed later; an unknown token ends nothing."""
    row = session.scalars(select(UserSession).where(UserSession.token_hash == hash_token(token))).one_or_none()
    if row is not None and row.ended_at is None:
        row.ended_at = now
        session.flush()


def end_sessions(
    session: Session, *, user_id: int, now: datetime, only: int | None = None, but: str | None = None
) -> int:
    """End a person's sessions and return how many: the one with id `only`, or all but the one with token `but`.

    Raises NotFound where `only` is nobody's session, or somebody else's.
    """
    live = [row for row in list_sessions(session, user_id, now) if but is None or row.token_hash != hash_token(but)]
    if only is not None:
        live = [row for row in live if row.id == only]
        if not live:
            raise NotFound
    for row in live:
        row.ended_at = now
    session.flush()
    return len(live)
