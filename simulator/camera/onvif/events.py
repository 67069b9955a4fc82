"""The Events service: pull points, pushing, and what keeps a subscription alive."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any
from xml.etree import ElementTree as ET

from simulator.camera import topics
from simulator.camera.events import CONCRETE, Subscription, seconds_of, stamp, topics_of
from simulator.camera.house import Kind
from simulator.camera.message import Broken
from simulator.camera.soap import (
    CONTENT_TYPE,
    Call,
    NotSupported,
    SoapFault,
    envelope,
)
from simulator.camera.state import State
from simulator.camera.web import post

MOST_MESSAGES = 100
MOST_PULL_SECONDS = 60.0
NOTIFY = "http://docs.oasis-open.org/wsn/bw-2/NotificationConsumer/Notify"
PATH = "subscription"
_ACTIONS = {
    "tev:CreatePullPointSubscription": "EventPortType",
    "tev:GetEventProperties": "EventPortType",
    "tev:PullMessages": "PullPointSubscription",
    "tev:SetSynchronizationPoint": "PullPointSubscription",
    "wsnt:Subscribe": "NotificationProducer",
    "wsnt:Renew": "SubscriptionManager",
    "wsnt:Unsubscribe": "SubscriptionManager",
}
_BASES = {
    "tev": "http://www.onvif.org/ver10/events/wsdl",
    "wsnt": "http://docs.oasis-open.org/wsn/bw-2",
}

type Start = Callable[[Coroutine[Any, Any, None]], None]


def action(operation: str) -> str:
    """Give the WS-Addressing action of an answer; "" where none is needed."""
    port = _ACTIONS.get(operation)
    prefix, _, name = operation.partition(":")
    return f"{_BASES[prefix]}/{port}/{name}Response" if port else ""


class EventService:
    """Answers for one camera. `name` is the subscription that the address names, or ""."""

    def __init__(self, state: State, start: Start) -> None:
        self._state = state
        self._start = start

    async def answer(self, call: Call, name: str) -> str:
        """Answer, or raise SoapFault."""
        try:
            match call.operation:
                case "tev:GetEventProperties":
                    return _properties(self._state)
                case "tev:GetServiceCapabilities":
                    return _capabilities(self._state)
                case "tev:CreatePullPointSubscription":
                    return self._create(call)
                case "wsnt:Subscribe":
                    return self._subscribe(call)
                case _:
                    return await self._on(call, self._find(name))
        except ValueError as error:
            raise SoapFault("ter:InvalidArgVal", str(error)) from None

    async def _on(self, call: Call, one: Subscription) -> str:
        match call.operation:
            case "tev:PullMessages":
                return await self._pull(call, one)
            case "tev:SetSynchronizationPoint":
                self._state.events.repeat(one)
                return "<tev:SetSynchronizationPointResponse/>"
            case "wsnt:Renew":
                return self._renew(call, one)
            case "wsnt:Unsubscribe":
                self._state.events.forget(one)
                self._state.happened("unsubscribed", {"push": bool(one.consumer)})
                return "<wsnt:UnsubscribeResponse/>"
            case _:
                raise NotSupported(call.operation)

    def _create(self, call: Call) -> str:
        if self._state.faults.push_only:
            raise NotSupported("a pull point")
        one = self._begin(call, "", call.text("InitialTerminationTime"))
        inside = self._reference(one, "tev") + self._terms(one, "wsnt")
        tag = "tev:CreatePullPointSubscriptionResponse"
        return f"<{tag}>{inside}</{tag}>"

    def _subscribe(self, call: Call) -> str:
        consumer = call.text("Address")
        if not consumer.startswith("http://"):
            raise SoapFault("wsnt:SubscribeCreationFailedFault", f"no consumer at {consumer!r}")
        one = self._begin(call, consumer, call.text("InitialTerminationTime"))
        self._start(self._push(one))
        inside = self._reference(one, "wsnt") + self._terms(one, "wsnt")
        return f"<wsnt:SubscribeResponse>{inside}</wsnt:SubscribeResponse>"

    def _begin(self, call: Call, consumer: str, term: str) -> Subscription:
        seconds = seconds_of(term, self._state.clock())
        wishes = topics_of(call.text("TopicExpression"))
        one = self._state.events.subscribe(consumer, wishes, seconds)
        self._state.happened("subscribed", {"push": bool(consumer), "seconds": seconds})
        return one

    def _renew(self, call: Call, one: Subscription) -> str:
        if self._state.faults.refuse_renewal:
            raise SoapFault("wsnt:UnacceptableTerminationTimeFault", "it cannot be renewed")
        term = call.text("TerminationTime")
        self._state.events.renew(one, seconds_of(term, self._state.clock()))
        return f"<wsnt:RenewResponse>{self._terms(one, 'wsnt', last=True)}</wsnt:RenewResponse>"

    async def _pull(self, call: Call, one: Subscription) -> str:
        """Wait for news as long as is wished; answer empty-handed then."""
        seconds = min(seconds_of(call.text("Timeout"), self._state.clock()), MOST_PULL_SECONDS)
        most = max(1, min(int(call.text("MessageLimit") or 1), MOST_MESSAGES))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await one.news.wait()
        if one.gone:
            raise _unknown(one.name)
        told = "".join(message.xml() for message in one.take(most))
        terms = self._terms(one, "tev")
        return f"<tev:PullMessagesResponse>{terms}{told}</tev:PullMessagesResponse>"

    async def _push(self, one: Subscription) -> None:
        """Post what happens until the subscription is gone; what nobody takes is lost."""
        while not one.gone:
            await one.news.wait()
            told = "".join(message.xml() for message in one.take(MOST_MESSAGES))
            if told and not one.gone:
                body = envelope(f"<wsnt:Notify>{told}</wsnt:Notify>", action=NOTIFY)
                with contextlib.suppress(OSError, Broken):
                    await post(one.consumer, body, CONTENT_TYPE)

    def _find(self, name: str) -> Subscription:
        one = self._state.events.find(name)
        if one is None:
            raise _unknown(name)
        return one

    def _reference(self, one: Subscription, prefix: str) -> str:
        address = self._state.url(f"{PATH}/{one.name}")
        return (
            f"<{prefix}:SubscriptionReference><wsa5:Address>{address}</wsa5:Address>"
            f"</{prefix}:SubscriptionReference>"
        )

    def _terms(self, one: Subscription, prefix: str, *, last: bool = False) -> str:
        """Say what time it is, and when it ends; Renew has the two the other way round."""
        now = self._state.clock()
        left = self._state.events.left(one)
        current = f"<{prefix}:CurrentTime>{stamp(now)}</{prefix}:CurrentTime>"
        ends = f"<{prefix}:TerminationTime>{stamp(now + left)}</{prefix}:TerminationTime>"
        return ends + current if last else current + ends


def _unknown(name: str) -> SoapFault:
    return SoapFault("wsrfr:ResourceUnknownFault", f"there is no subscription {name!r}")


def _capabilities(state: State) -> str:
    pull = str(not state.faults.push_only).lower()
    return (
        '<tev:GetServiceCapabilitiesResponse><tev:Capabilities WSSubscriptionPolicySupport="true"'
        f' WSPullPointSupport="{pull}" MaxPullPoints="10"/></tev:GetServiceCapabilitiesResponse>'
    )


def _properties(state: State) -> str:
    filters = "http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter"
    return (
        "<tev:GetEventPropertiesResponse><tev:TopicNamespaceLocation>"
        "http://www.onvif.org/onvif/ver10/topics/topicns.xml</tev:TopicNamespaceLocation>"
        f"<wsnt:FixedTopicSet>true</wsnt:FixedTopicSet><wstop:TopicSet>{_topic_set(state)}"
        "</wstop:TopicSet>"
        f"<wsnt:TopicExpressionDialect>{CONCRETE}</wsnt:TopicExpressionDialect>"
        f"<tev:MessageContentFilterDialect>{filters}</tev:MessageContentFilterDialect>"
        "<tev:MessageContentSchemaLocation>http://www.onvif.org/onvif/ver10/schema/onvif.xsd"
        "</tev:MessageContentSchemaLocation></tev:GetEventPropertiesResponse>"
    )


def _topic_set(state: State) -> str:
    names = [one.topic for one in topics.PROPERTIES] + [topics.LINE]
    if state.spec.kind is Kind.DOORBELL:
        names.append(topics.VISITOR.topic)
    names += [topics.INPUT] * bool(state.inputs) + [topics.RELAY] * bool(state.relays)
    root = ET.Element("root")
    for name in names:
        at = root
        for step in name.split("/"):
            found = at.find(step.replace("tns1:", ""))
            at = ET.SubElement(at, step.replace("tns1:", "")) if found is None else found
        at.set("wstop:topic", "true")
    for top in root:
        top.tag = f"tns1:{top.tag}"
    return "".join(ET.tostring(top, "unicode") for top in root)
