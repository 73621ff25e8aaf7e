"""The Submit page: what is complete, the mail exactly as it will go, three ways to send it, and the receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from assistant.submission import sending
from assistant.submission.colab_link import ask_links
from assistant.submission.packaging import TypedAccount, make_package
from assistant.submission.sending import blocking_links, send, send_state, shown_deliveries
from assistant.submission.session import Session
from assistant.submission.snapshot import Snapshot
from assistant.web.events import Events, Timing
from assistant.web.gradio_internals import Component, Updates
from assistant.web.html import heading, note
from assistant.web.pages.submit_cards import (
    bundle_card,
    deliveries_card,
    draft_card,
    grouped_findings,
    mail_card,
    sent_note,
    web_mail_card,
)


@dataclass
class SubmitPage:
    """The page's components; the account's fields are there in a local run only."""

    message: gr.HTML
    findings: gr.HTML
    way: gr.HTML
    package: gr.Button
    bundle: gr.HTML
    mail: gr.HTML
    ways: gr.Row
    account: dict[str, Component]
    confirm: gr.Checkbox
    although: gr.Checkbox
    send: gr.Button
    again: gr.Button
    web_mail: gr.HTML
    draft: gr.HTML
    said_sent: gr.Button
    take_back: gr.Button
    deliveries: gr.HTML
    timer: gr.Timer

    @property
    def outputs(self) -> Sequence[Component]:
        """Return every component that `render` may change."""
        return [
            self.findings, self.way, self.package, self.bundle, self.mail, self.ways, self.confirm, self.although, self.send,
            self.again, self.web_mail, self.draft, self.said_sent, self.take_back, self.deliveries, self.timer,
        ]  # fmt: skip

    @property
    def typed(self) -> Sequence[Component]:
        """Return those of the outputs that the student types in."""
        return []

    def render(self, snapshot: Snapshot) -> Updates:
        """Return what each component shows for this student now."""
        package, state = snapshot.package, send_state(snapshot)
        packaged = package is not None
        can_go = state.may_send or state.may_repeat or state.may_say_sent
        return {
            self.findings: grouped_findings(snapshot.findings, [project.title for project in snapshot.projects]),
            self.way: note(sending.way_ahead(snapshot)),
            self.package: gr.update(value="Package again" if packaged else "Package what I have"),
            self.bundle: bundle_card(package, packaged_before=snapshot.draft.package is not None),
            self.mail: mail_card(package),
            self.ways: gr.update(visible=can_go),
            self.confirm: gr.update(value=False, visible=state.may_send),
            self.although: gr.update(value=False, visible=bool(blocking_links(snapshot))),
            self.send: gr.update(value=state.button, interactive=state.may_send),
            self.again: gr.update(visible=state.may_repeat),
            self.web_mail: web_mail_card(package),
            self.draft: draft_card(package),
            self.said_sent: gr.update(visible=state.may_say_sent),
            self.take_back: gr.update(visible=state.may_take_back),
            self.deliveries: note(state.sentence, state.kind) + deliveries_card(shown_deliveries(snapshot)),
            self.timer: gr.update(active=state.waits),
        }


def build(*, local: bool) -> SubmitPage:
    """Lay the page out."""
    gr.HTML(heading("Is everything in it?", "See what is complete, look at the mail, and send it once.", "submit"))
    message = gr.HTML(elem_id="submit-message")
    findings = gr.HTML(elem_id="submit-findings")
    way = gr.HTML(elem_id="submit-way")
    package = gr.Button("Package what I have", elem_id="submit-package")
    bundle = gr.HTML(elem_id="submit-bundle")
    mail = gr.HTML(elem_id="submit-mail")
    account: dict[str, Component] = {}
    with gr.Row(visible=False, elem_id="submit-ways", equal_height=False) as ways:
        with gr.Column(min_width=280):
            gr.Markdown("## Send from here")
            if local:
                account = _account_fields()
            confirm = gr.Checkbox(
                label="I have looked at the mail, and this is what I want to hand in", visible=False,
                elem_id="submit-confirm",
            )  # fmt: skip
            although = gr.Checkbox(
                label="I know that a Colab link does not lead where it should, and send all the same", visible=False,
                elem_id="submit-although",
            )  # fmt: skip
            send = gr.Button("Send", elem_id="submit-send")
            again = gr.Button(
                "I know that it may arrive twice: send it again", variant="stop", visible=False, elem_id="submit-again"
            )
        with gr.Column(min_width=280):
            gr.Markdown("## In your web mail")
            web_mail = gr.HTML(elem_id="submit-web-mail")
        with gr.Column(min_width=280):
            gr.Markdown("## With your mail program")
            draft = gr.HTML(elem_id="submit-draft")
    said_sent = gr.Button("I have sent it myself", visible=False, elem_id="submit-said-sent")
    take_back = gr.Button("Take that back: I have not sent it", visible=False, size="sm", elem_id="submit-take-back")
    deliveries = gr.HTML(elem_id="submit-deliveries")
    timer = gr.Timer(2, active=False)
    return SubmitPage(
        message, findings, way, package, bundle, mail, ways, account, confirm, although, send, again, web_mail, draft,
        said_sent, take_back, deliveries, timer,
    )  # fmt: skip


def _account_fields() -> dict[str, Component]:
    fields: dict[str, Component] = {}
    with gr.Accordion("Your mail account", open=False, elem_id="submit-account"):
        gr.Markdown(
            "Without an account the finished mail is kept in the outbox, and you send it yourself. "
            "For Gmail: 2-step verification and an [app password](https://myaccount.google.com/apppasswords). "
            "Microsoft takes no passwords from programs any more: use the web mail. "
            "The password is used for this one mail and never stored."
        )
        fields["host"] = gr.Textbox(label="Mail server", placeholder="smtp.gmail.com", elem_id="account-host")
        fields["port"] = gr.Number(label="Port", value=587, precision=0, elem_id="account-port")
        fields["security"] = gr.Dropdown(
            [("STARTTLS (587)", "starttls"), ("TLS from the start (465)", "ssl")], value="starttls", label="Encryption",
            elem_id="account-security",
        )  # fmt: skip
        fields["user"] = gr.Textbox(label="User name", placeholder="you@gmail.com", elem_id="account-user")
        fields["password"] = gr.Textbox(label="Password", type="password", elem_id="account-password")
    return fields


def wire(page: SubmitPage, events: Events) -> None:
    """Connect the page's events."""
    fields = list(page.account)

    def account_of(values: Sequence[object]) -> TypedAccount:
        return TypedAccount.of_fields(dict(zip(fields, values, strict=True)))

    def send_once(session: Session, confirmed: bool, although: bool, *values: object) -> str:
        return sent_note(send(session, confirmed, account_of(values), although=although))

    def send_again(session: Session, although: bool, *values: object) -> str:
        return sent_note(send(session, True, account_of(values), again=True, although=although))

    def pack(session: Session) -> None:
        ask_links(session)
        make_package(session)

    inputs = list(page.account.values())
    events.act(page.package.click, page, pack)
    events.act(page.send.click, page, send_once, [page.confirm, page.although, *inputs])
    events.act(page.again.click, page, send_again, [page.although, *inputs])
    events.act(page.said_sent.click, page, lambda session: note(sending.say_sent(session)))
    events.act(page.take_back.click, page, lambda session: note(sending.take_back(session)))
    events.follow(
        page.timer.tick, page, lambda snapshot: page.render(snapshot), (), page.outputs, timing=Timing(trigger="once")
    )
