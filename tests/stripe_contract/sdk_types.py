"""The library's own parameter types, as strict as they can be read: no unknown name at any depth, open enums closed."""

import decimal
import sys
import types
import typing
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

import stripe.params as root
import typing_extensions
from stripe.params import checkout, radar

OPTIONAL = (typing_extensions.NotRequired, typing.NotRequired)
MARKS = (*OPTIONAL, typing_extensions.Required, typing.Required)
METADATA = "UntypedStripeObject"

# The calls that the product makes; one that is not here fails its test, so that nobody adds a call unchecked.
CALLS: dict[tuple[str, str], Any] = {
    ("post", "/v1/checkout/sessions"): checkout.SessionCreateParams,
    ("get", "/v1/checkout/sessions"): checkout.SessionListParams,
    ("get", "/v1/checkout/sessions/{session}"): checkout.SessionRetrieveParams,
    ("post", "/v1/checkout/sessions/{session}/expire"): checkout.SessionExpireParams,
    ("get", "/v1/checkout/sessions/{session}/line_items"): checkout.SessionListLineItemsParams,
    ("post", "/v1/refunds"): root.RefundCreateParams,
    ("get", "/v1/refunds"): root.RefundListParams,
    ("get", "/v1/refunds/{refund}"): root.RefundRetrieveParams,
    ("get", "/v1/events"): root.EventListParams,
    ("get", "/v1/events/{id}"): root.EventRetrieveParams,
    ("get", "/v1/balance_transactions"): root.BalanceTransactionListParams,
    ("get", "/v1/balance_transactions/{id}"): root.BalanceTransactionRetrieveParams,
    ("get", "/v1/payment_intents"): root.PaymentIntentListParams,
    ("get", "/v1/payment_intents/{intent}"): root.PaymentIntentRetrieveParams,
    ("get", "/v1/charges"): root.ChargeListParams,
    ("get", "/v1/charges/{charge}"): root.ChargeRetrieveParams,
    ("get", "/v1/disputes"): root.DisputeListParams,
    ("get", "/v1/disputes/{dispute}"): root.DisputeRetrieveParams,
    ("get", "/v1/radar/early_fraud_warnings"): radar.EarlyFraudWarningListParams,
    ("get", "/v1/radar/early_fraud_warnings/{early_fraud_warning}"): radar.EarlyFraudWarningRetrieveParams,
    ("get", "/v1/account"): root.AccountRetrieveCurrentParams,
    ("post", "/v1/customers"): root.CustomerCreateParams,
    ("get", "/v1/customers"): root.CustomerListParams,
    ("get", "/v1/customers/{customer}"): root.CustomerRetrieveParams,
    ("post", "/v1/customers/{customer}"): root.CustomerUpdateParams,
    ("post", "/v1/customers/{customer}/tax_ids"): root.CustomerTaxIdCreateParams,
    ("get", "/v1/customers/{customer}/tax_ids"): root.CustomerTaxIdListParams,
    ("post", "/v1/tax_rates"): root.TaxRateCreateParams,
    ("get", "/v1/tax_rates"): root.TaxRateListParams,
    ("get", "/v1/tax_rates/{tax_rate}"): root.TaxRateRetrieveParams,
    ("post", "/v1/invoices"): root.InvoiceCreateParams,
    ("get", "/v1/invoices"): root.InvoiceListParams,
    ("get", "/v1/invoices/{invoice}"): root.InvoiceRetrieveParams,
    ("post", "/v1/invoices/{invoice}"): root.InvoiceUpdateParams,
    ("delete", "/v1/invoices/{invoice}"): root.InvoiceDeleteParams,
    ("post", "/v1/invoices/{invoice}/finalize"): root.InvoiceFinalizeInvoiceParams,
    ("post", "/v1/invoices/{invoice}/send"): root.InvoiceSendInvoiceParams,
    ("post", "/v1/invoices/{invoice}/pay"): root.InvoicePayParams,
    ("post", "/v1/invoices/{invoice}/void"): root.InvoiceVoidInvoiceParams,
    ("post", "/v1/invoices/{invoice}/mark_uncollectible"): root.InvoiceMarkUncollectibleParams,
    ("post", "/v1/invoiceitems"): root.InvoiceItemCreateParams,
    ("get", "/v1/invoiceitems"): root.InvoiceItemListParams,
    ("get", "/v1/invoice_payments"): root.InvoicePaymentListParams,
    ("get", "/v1/invoice_payments/{invoice_payment}"): root.InvoicePaymentRetrieveParams,
    ("post", "/v1/credit_notes"): root.CreditNoteCreateParams,
    ("get", "/v1/credit_notes"): root.CreditNoteListParams,
    ("get", "/v1/credit_notes/{id}"): root.CreditNoteRetrieveParams,
    ("post", "/v1/credit_notes/{id}/void"): root.CreditNoteVoidCreditNoteParams,
}


def call_problems(method: str, template: str, params: dict[str, Any]) -> list[str]:
    """Return what the library's type of this call does not allow in its parameters, in words."""
    kind = CALLS.get((method.lower(), template))
    if kind is None:
        return [f"{method} {template} is in no table of calls (tests/stripe_contract/sdk_types.py)"]
    return list(problems(params, kind, sys.modules[kind.__module__], "params"))


def problems(value: Any, kind: Any, module: Any, path: str) -> list[str]:
    """Return where a value is not of a type; of a union the fewest problems of its options."""
    options = [one for one in _flat(kind, module) if METADATA not in repr(one)]
    words = [word for one in options if get_origin(one) is Literal for word in get_args(one)]
    if words and isinstance(value, str):
        if value in words:
            return []
        options = [one for one in options if get_origin(one) is not Literal and one is not str]
        is_marker_only = words == [""]  # Literal[""] beside str is Stripe's word for "unset"
        if is_marker_only:
            return []
        if not options:
            return [f"{path}: {value!r} is none of {words[:6]}"]
    found = [_of_one(value, one, module, path) for one in options]
    return min(found, key=len) if found else [f"{path}: {value!r} fits nothing"]


def _of_one(value: Any, kind: Any, module: Any, path: str) -> list[str]:
    if kind is Any:
        return []
    if typing_extensions.is_typeddict(kind):
        return _of_group(value, kind, path)
    origin = get_origin(kind)
    if origin is list:
        if not isinstance(value, list):
            return [f"{path}: no list"]
        return [p for n, one in enumerate(value) for p in problems(one, get_args(kind)[0], module, f"{path}[{n}]")]
    if origin is dict:
        if not isinstance(value, dict):
            return [f"{path}: no map"]
        return [p for name, one in value.items() for p in problems(one, get_args(kind)[1], module, f"{path}[{name}]")]
    if origin is Literal:
        return [] if value in get_args(kind) else [f"{path}: {value!r}"]
    wanted = (int, float) if kind is float else kind
    is_wrong = isinstance(wanted, type | tuple) and not isinstance(value, wanted)
    return [f"{path}: {value!r} is no {kind}"] if is_wrong or (kind is int and isinstance(value, bool)) else []


def _of_group(value: Any, kind: Any, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path}: no group"]
    module, fields = sys.modules[kind.__module__], {}
    for base in reversed(kind.__mro__):
        fields |= getattr(base, "__annotations__", {})
    found = [f"{path}.{name}: unknown to {kind.__name__}" for name in value if name not in fields]
    for name, annotation in fields.items():
        if name in value:
            found += problems(value[name], annotation, module, f"{path}.{name}")
        elif get_origin(_resolved(annotation, module)) not in OPTIONAL:
            found.append(f"{path}.{name}: wanted by {kind.__name__}")
    return found


def _resolved(kind: Any, module: Any) -> Any:
    """The type behind a forward reference; the library imports some names for type checkers only."""
    if isinstance(kind, ForwardRef):
        kind = kind.__forward_arg__
    if not isinstance(kind, str):
        return kind
    kind = kind.replace(f"{METADATA}[str]", "Dict[str, str]").replace(f"{METADATA}[Any]", "Dict[str, Any]")
    return eval(kind, {**vars(typing), **vars(typing_extensions), **vars(module), "Decimal": decimal.Decimal})


def _flat(kind: Any, module: Any) -> list[Any]:
    kind = _resolved(kind, module)
    while get_origin(kind) in MARKS:
        kind = _resolved(get_args(kind)[0], module)
    if get_origin(kind) in (Union, types.UnionType):
        return [one for option in get_args(kind) for one in _flat(option, module)]
    return [kind]
