"""What payments does when its time comes round: settle what webhooks told, and look after what they did not tell."""

from datetime import datetime, timedelta

from sponsorship.core.config import Settings
from sponsorship.core.worker import Task
from sponsorship.payments import flows
from sponsorship.payments.gateway import PaymentGateway


def make_tasks(gateway: PaymentGateway, settings: Settings) -> tuple[Task, ...]:
    """Return the tasks that speak to this provider."""

    def settle(now: datetime) -> None:
        flows.settle_inbox(gateway=gateway, settings=settings, now=now)
        flows.refund_displaced(gateway=gateway, settings=settings, now=now)
        flows.send_due_refunds(gateway=gateway, now=now)

    def reconcile(now: datetime) -> None:
        flows.reconcile(gateway=gateway, settings=settings, now=now)

    def reconcile_deeply(now: datetime) -> None:
        flows.reconcile(gateway=gateway, settings=settings, now=now, deep=True)
        flows.check_books(gateway=gateway, settings=settings, now=now)

    return (
        Task("payments.settle", timedelta(seconds=1), settle),
        Task("payments.reconcile", timedelta(minutes=1), reconcile, runs_at_start=True),
        Task("payments.remind", timedelta(hours=1), _remind),
        Task("payments.reconcile_deeply", timedelta(days=1), reconcile_deeply),
    )


def _remind(now: datetime) -> None:
    flows.send_reminders(now)
