"""Histories of booking at random agree with a small independent model; and a defect in a service is found."""

import pytest
from flask import Flask

from torture.states import draw_histories
from torture.states.machine import BookingMachine, Census
from torture.states.plants import planted
from torture.states.world import make_world

# What needs several lucky draws in a row: sixty histories do not get there, nor a hundred and fifty to all of the checkout.
SELDOM = {"lapse_order", "enter_checkout", "leave_checkout", "await_funds"}


@pytest.mark.timeout(
    1200
)  # three thousand calls of the services; `python -m torture states` makes as many as one likes
def test_sixty_histories_of_fifty_steps_agree_with_the_model(app: Flask) -> None:
    world, census = make_world(), Census()
    draw_histories(lambda: BookingMachine(world, census), examples=60, steps=50, seed=2026)
    assert census.steps > 2500
    never = {name for name in census.done if not census.done[name]} - SELDOM
    assert not never, f"the histories never got to {never}"


def test_a_service_that_holds_a_minute_too_long_is_found(app: Flask) -> None:
    world, census = make_world(), Census()
    with planted("generous"), pytest.raises(AssertionError, match="the model says"):
        draw_histories(lambda: BookingMachine(world, census), examples=100, steps=20, seed=2026)
