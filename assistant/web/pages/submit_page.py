"""The Submit page: what is complete, the mail exactly as it will go, Send, and the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.submission import completeness as submission
from assistant.submission import packaging
from assistant.submission import sending as hand_over
from assistant.submission.session import Desk
from assistant.web.events import Updates, Wizard
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
    account: dict[str, Any]
    confirm: gr.Checkbox
    send: gr.Button
    again: gr.Button
    deliveries: gr.HTML

    @property
    def outputs(self) -> Sequence[Any]:
        """Return every component that `render` may change."""
        return [self.findings, self.bundle, self.mail, self.confirm, self.send, self.again, self.deliveries]

    @property
    def typed(self) -> Sequence[Any]:
        """Return those of the outputs that the student types in."""
        return []

    def render(self, desk: Desk) -> Updates:
        """Return what each component shows for this student now."""
        package = packaging.current(desk)
        state = hand_over.send_state(desk, package)
        return {
            self.findings: grouped_findings(submission.findings(desk), desk.draft),
            self.bundle: bundle_card(package, packaged_before=packaging.was_made(desk)),
            self.mail: mail_card(package),
            self.confirm: gr.Checkbox(value=False, visible=package is not None and state.may_send),
            self.send: gr.Button(value=state.button, interactive=state.may_send, visible=package is not None),
            self.again: gr.Button(visible=state.may_repeat),
            self.deliveries: note(state.sentence, state.kind) + deliveries_card(hand_over.deliveries(desk)),
        }


def build(*, local: bool) -> SubmitPage:
    """Lay the page out."""
    gr.HTML(heading("Submit", "See what is complete, look at the mail, and send it once."))
    message = gr.HTML(elem_id="submit-message")
    findings = gr.HTML(elem_id="submit-findings")
    package = gr.Button("Package what I have", variant="primary", elem_id="submit-package")
    bundle = gr.HTML(elem_id="submit-bundle")
    mail = gr.HTML(elem_id="submit-mail")
    account: dict[str, Any] = {}
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
    with gr.Row():
        send = gr.Button("Send", variant="primary", visible=False, elem_id="submit-send")
        again = gr.Button(
            "I know that it may arrive twice: send it again", variant="stop", visible=False, elem_id="submit-again"
        )
    deliveries = gr.HTML(elem_id="submit-deliveries")
    return SubmitPage(message, findings, package, bundle, mail, account, confirm, send, again, deliveries)


def wire(page: SubmitPage, wizard: Wizard) -> None:
    """Connect the page's events."""
    fields = list(page.account)

    def send(desk: Desk, confirmed: bool, *values: Any) -> str:
        return sent_note(hand_over.send(desk, confirmed, dict(zip(fields, values, strict=True))))

    def again(desk: Desk, *values: Any) -> str:
        return sent_note(hand_over.send(desk, True, dict(zip(fields, values, strict=True)), again=True))

    def pack(desk: Desk) -> None:
        packaging.make(desk)

    inputs = list(page.account.values())
    wizard.act(page.package.click, page, pack)
    wizard.act(page.send.click, page, send, [page.confirm, *inputs])
    wizard.act(page.again.click, page, again, inputs)
