"""Checkout, invoices, webhooks and the ledger."""
