"""Stripe's invoices: ours is the number and the paper; Stripe's is a page on which it can be paid by card or transfer."""

from datetime import datetime
from typing import Any

from stripe import StripeClient

from sponsorship.payments.gateway import InvoiceOrder, ProviderInvoice, ProviderMoney, ProviderRefused
from sponsorship.payments.stripe_gateway.calling import ask
from sponsorship.payments.stripe_gateway.reading import matches, read_invoice, read_money


class InvoiceCalls:
    """The calls about invoices; StripeGateway has them besides its own."""

    def __init__(self, client: StripeClient) -> None:
        self._customers = client.v1.customers
        self._invoices = client.v1.invoices
        self._items = client.v1.invoice_items
        self._invoice_payments = client.v1.invoice_payments
        self._intents = client.v1.payment_intents

    def issue_invoice(self, wanted: InvoiceOrder, *, since: datetime, key: str) -> ProviderInvoice:
        """Draft, add the lines, compare the total, finalise, send; what an earlier attempt left is looked for and taken up.

        So it may end at any line, and an answer that was lost, or a failure that Stripe keeps with its key, makes no second one.
        """
        draft = self._find(wanted, since) or self._draft(wanted, key)
        if draft["status"] != "draft":
            return self.fetch_invoice(draft["id"])
        for number in range(len(draft["lines"]["data"]), len(wanted.lines)):
            line = wanted.lines[number]
            item = {
                "invoice": draft["id"], "customer": draft["customer"], "currency": wanted.currency.lower(),
                "amount": line.amount_minor, "description": line.label, "metadata": dict(wanted.metadata),
            }  # fmt: skip
            ask(self._items.create, item, {"idempotency_key": f"{key}:ii:{number}"})
        made = ask(self._invoices.retrieve, draft["id"])
        if made["total"] != wanted.total_minor:
            raise ProviderRefused(
                f"Stripe adds the lines up to {made['total']}, not {wanted.total_minor}.", "total_differs"
            )
        ask(self._invoices.finalize_invoice, made["id"], {"auto_advance": False}, {"idempotency_key": f"{key}:fin"})
        ask(self._invoices.send_invoice, made["id"], {}, {"idempotency_key": f"{key}:send"})
        return self.fetch_invoice(made["id"])

    def fetch_invoice(self, provider_id: str) -> ProviderInvoice:
        """Retrieve an invoice with the payments that were made on it, each with its charge and fee."""
        body = ask(self._invoices.retrieve, provider_id)
        query = {"invoice": provider_id, "status": "paid", "limit": 100}
        payments = ask(lambda: _all(self._invoice_payments, query))
        intents = [one["payment"]["payment_intent"] for one in payments if one["payment"]["type"] == "payment_intent"]
        return read_invoice(body, tuple(self._money(intent) for intent in intents))

    def find_invoice_of_payment(self, payment_id: str) -> str | None:
        """List the invoice payments of a payment intent: there is one, or none."""
        query = {"payment": {"type": "payment_intent", "payment_intent": payment_id}, "limit": 1}
        return next((one["invoice"] for one in ask(lambda: _all(self._invoice_payments, query))), None)

    def name_invoice_of(self, invoice_payment_id: str) -> str:
        """Retrieve an invoice payment, which names its invoice."""
        return str(ask(self._invoice_payments.retrieve, invoice_payment_id)["invoice"])

    def void_invoice(self, provider_id: str, *, key: str) -> None:
        """Void it: its page takes no money any more."""
        ask(self._invoices.void_invoice, provider_id, {}, {"idempotency_key": key})

    def give_up_invoice(self, provider_id: str, *, key: str) -> None:
        """Mark it as uncollectible: it can be paid still."""
        ask(self._invoices.mark_uncollectible, provider_id, {}, {"idempotency_key": key})

    def close_paid_invoice(self, provider_id: str, *, key: str) -> None:
        """Mark what is left as paid out of band."""
        ask(self._invoices.pay, provider_id, {"paid_out_of_band": True}, {"idempotency_key": key})

    def _find(self, wanted: InvoiceOrder, since: datetime) -> dict[str, Any] | None:
        listed = ask(lambda: _all(self._invoices, {"created": {"gte": int(since.timestamp())}, "limit": 100}))
        return next((one for one in listed if matches(one["metadata"] or {}, wanted.metadata)), None)

    def _draft(self, wanted: InvoiceOrder, key: str) -> dict[str, Any]:
        customer = ask(self._customers.create, _customer(wanted))
        made: dict[str, Any] = ask(self._invoices.create, _draft(wanted, customer["id"]), {"idempotency_key": key})
        return made

    def _money(self, payment_id: str) -> ProviderMoney:
        return read_money(ask(self._intents.retrieve, payment_id, {"expand": ["latest_charge.balance_transaction"]}))


def _customer(wanted: InvoiceOrder) -> dict[str, Any]:
    return {"name": wanted.name, "email": wanted.email, "metadata": dict(wanted.metadata)}


def _draft(wanted: InvoiceOrder, customer_id: str) -> dict[str, Any]:
    draft: dict[str, Any] = {
        "customer": customer_id, "collection_method": "send_invoice", "currency": wanted.currency.lower(),
        "due_date": int(wanted.due_at.timestamp()), "auto_advance": False, "pending_invoice_items_behavior": "exclude",
        "number": wanted.number, "description": wanted.description, "metadata": dict(wanted.metadata),
    }  # fmt: skip
    if wanted.purchase_order_number:
        draft["custom_fields"] = [{"name": "PO number", "value": wanted.purchase_order_number}]
    if wanted.footer:
        draft["footer"] = wanted.footer
    return draft


def _all(service: Any, query: dict[str, Any]) -> list[dict[str, Any]]:
    return [item.to_dict(for_json=True) for item in service.list(query).auto_paging_iter()]
