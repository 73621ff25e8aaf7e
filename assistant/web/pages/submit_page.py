"""The Submit page: what is complete, the mail exactly as it will go, Send, and the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from assistant.submission.colab_link import ask_links
from assistant.submission.packaging import TypedAccount, make_package
from assistant.submission.sending import blocking_links, send, send_state, shown_deliveries
from assistant.submission.session import Session
from assistant.submission.snapshot import Snapshot
from assistant.web.events import Events, Timing
from assistant.web.gradio_internals import Component, Updates
from assistant.web.html import heading, note
from assistant.web.pages.submit_cards import bundle_card, deliveries_card, grouped_findings, mail_card, sent_note


@dataclass
class SubmitPage:
    """The page's components; the account's fields are there in a local run only."""

    message: gr.HTML
    findings: gr.HTML
    package: gr.Button
    bundle: gr.HTML
    mail: gr.HTML
    account: dict[str, Component]
    confirm: gr.Checkbox
    although: gr.Checkbox
    send: gr.Button
    again: gr.Button
    deliveries: gr.HTML
    timer: gr.Timer

    @property
    def outputs(self) -> Sequence[Component]:
        """Return every component that `render` may change."""
        return [
            self.findings,
            self.bundle,
            self.mail,
            self.confirm,
            self.although,
            self.send,
            self.again,
            self.deliveries,
            self.timer,
        ]

    @property
    def typed(self) -> Sequence[Component]:
        """Return those of the outputs that the student types in."""
        return []

    def render(self, snapshot: Snapshot) -> Updates:
        """Return what each component shows for this student now."""
        findings, package, state = snapshot.findings, snapshot.package, send_state(snapshot)
        return {
            self.findings: grouped_findings(findings, [project.title for project in snapshot.projects]),
            self.bundle: bundle_card(package, packaged_before=snapshot.draft.package is not None),
            self.mail: mail_card(package),
            self.confirm: gr.update(value=False, visible=package is not None and state.may_send),
            self.although: gr.update(value=False, visible=package is not None and bool(blocking_links(snapshot))),
            self.send: gr.update(value=state.button, interactive=state.may_send, visible=package is not None),
            self.again: gr.update(visible=state.may_repeat),
            self.deliveries: note(state.sentence, state.kind) + deliveries_card(shown_deliveries(snapshot)),
            self.timer: gr.update(active=state.waits),
        }


def build(*, local: bool) -> SubmitPage:
    """Lay the page out."""
    gr.HTML(heading("Is everything in it?", "See what is complete, look at the mail, and send it once.", "submit"))
    message = gr.HTML(elem_id="submit-message")
    findings = gr.HTML(elem_id="submit-findings")
    package = gr.Button("Package what I have", elem_id="submit-package")
    bundle = gr.HTML(elem_id="submit-bundle")
    mail = gr.HTML(elem_id="submit-mail")
    account: dict[str, Component] = {}
    if local:
        with gr.Accordion("Your mail account", open=False, elem_id="submit-account"):
            gr.Markdown(
                "Without an account the finished mail is kept in the outbox, and you send it from your own mail program. "
                "For Gmail: 2-step verification and an [app password](https://myaccount.google.com/apppasswords). "
                "The password is used for this one mail and never stored."
            )
            with gr.Row():
                account["host"] = gr.Textbox(label="Mail server", placeholder="smtp.gmail.com", elem_id="account-host")
                account["port"] = gr.Number(label="Port", value=587, precision=0, elem_id="account-port")
                account["security"] = gr.Dropdown(
                    [("STARTTLS (587)", "starttls"), ("TLS from the start (465)", "ssl")], value="starttls",
                    label="Encryption", elem_id="account-security",
                )  # fmt: skip
            with gr.Row():
                account["user"] = gr.Textbox(label="User name", placeholder="you@gmail.com", elem_id="account-user")
                account["password"] = gr.Textbox(label="Password", type="password", elem_id="account-password")
    confirm = gr.Checkbox(
        label="I have looked at the mail, and this is what I want to hand in", visible=False, elem_id="submit-confirm"
    )
    although = gr.Checkbox(
        label="I know that a Colab link does not lead where it should, and send all the same", visible=False,
        elem_id="submit-although",
    )  # fmt: skip
    with gr.Row():
        send = gr.Button("Send", visible=False, elem_id="submit-send")
        again = gr.Button(
            "I know that it may arrive twice: send it again", variant="stop", visible=False, elem_id="submit-again"
        )
    deliveries = gr.HTML(elem_id="submit-deliveries")
    timer = gr.Timer(2, active=False)
    return SubmitPage(
        message, findings, package, bundle, mail, account, confirm, although, send, again, deliveries, timer
    )


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
    events.follow(
        page.timer.tick, page, lambda snapshot: page.render(snapshot), (), page.outputs, timing=Timing(trigger="once")
    )
