"""What can be asked of the rules: load the file anew, show what that would do, call one."""

from collections.abc import Sequence

from gateway.api.desk import Desk, person_of, take
from gateway.api.errors import Refusal
from gateway.api.fields import Ask, near, text
from gateway.api.shapes import Json
from gateway.config.errors import ConfigErrors
from gateway.model.effect import Effect, Notify, Order, RuleRan
from gateway.model.event import Entry, RuleCalled
from gateway.reload import Change, NotNow
from rules.automation import as_dict
from rules.state import State


async def reload(desk: Desk, _: Ask) -> Json:
    """Put the configuration file of now in force; a file that does not hold changes nothing."""
    return await _change(desk, dry=False)


async def plan(desk: Desk, _: Ask) -> Json:
    """Say what `reload` would do."""
    return await _change(desk, dry=True)


async def call(desk: Desk, ask: Ask) -> Json:
    """Call a rule by its name, and say what became of that."""
    rules = desk.house.site.rules.rules
    rule = text(ask, "rule")
    if rule not in rules:
        raise Refusal(f"there is no rule '{rule}'{near(rule, rules)}")
    if not rules[rule].enabled:
        raise Refusal(f"rule {rule} is disabled")
    asked = RuleCalled(rule, await person_of(desk, ask))
    effects: list[Effect] = []

    def note(entry: Entry, _: State, orders: Sequence[Order]) -> None:
        if entry.event is asked:
            effects.extend(order.effect for order in orders)

    unwatch = desk.house.watch(note)
    try:
        stored = await take(desk, asked)
    finally:
        unwatch()
    ran = [as_dict(one) for one in effects if isinstance(one, RuleRan)]
    said = [one.text for one in effects if isinstance(one, Notify)]
    refused = [text for text in said if text.startswith(f"rule {rule} refused: ")]
    return {"ran": ran, "refused": refused, "stored": stored}


async def _change(desk: Desk, *, dry: bool) -> Json:
    try:
        made = await desk.reload(dry=dry)
    except NotNow as refused:
        raise Refusal(str(refused)) from None
    except ConfigErrors as wrong:
        said = f"the configuration does not hold: {wrong.errors[0].sentence()}"
        raise Refusal(said, errors=[error.as_dict() for error in wrong.errors]) from None
    return _said(made)


def _said(made: Change) -> Json:
    return {
        "config": str(made.path.resolve()),
        "changed": list(made.changed),
        "plan": {
            "kept": list(made.plan.kept),
            "rebased": list(made.plan.rebased),
            "cancelled": list(made.plan.cancelled),
        },
        "restart": list(made.restart),
    }
