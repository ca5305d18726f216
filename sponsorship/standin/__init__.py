"""Our server that speaks the part of Stripe's protocol that the product uses, for the demo and the tests.

It knows no other package of the product, and none knows it: the product's one door to Stripe talks to it over HTTP, as
it talks to Stripe. It listens on 127.0.0.1 only, accepts keys that begin with `sk_test_standin_`, and moves no money.
"""
