"""The Start page: who hands in, the course's rules, the time left, and what is still open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from html import escape

import gradio as gr

from assistant import wording
from assistant.brief import Timing
from assistant.submission.session import Session
from assistant.submission.snapshot import Snapshot
from assistant.submission.status import doubtful_address
from assistant.submission.student_commands import ConfirmAddress, IntroduceStudent, SetOwnRules
from assistant.submission.submit_findings import lateness, time_left
from assistant.web.events import Events
from assistant.web.gradio_internals import Component, Updates
from assistant.web.html import definition_list, heading


@dataclass
class StartPage:
    """The page's components."""

    message: gr.HTML
    name: gr.Textbox
    email: gr.Textbox
    sure: gr.Button
    registration: gr.Textbox
    deadline: gr.HTML
    rules: gr.HTML
    resume: gr.HTML
    own_deadline: gr.Textbox | None
    own_recipients: gr.Textbox | None
    own_apply: gr.Button | None

    @property
    def outputs(self) -> Sequence[Component]:
        """Return every component that `render` may change."""
        fields = (self.name, self.email, self.sure, self.registration)
        return [*fields, self.deadline, self.rules, self.resume, *self._own]

    @property
    def _own(self) -> list[Component]:
        return [component for component in (self.own_deadline, self.own_recipients) if component is not None]

    @property
    def typed(self) -> Sequence[Component]:
        """Return those of the outputs that the student types in."""
        return [self.name, self.email, self.registration, *self._own]

    def render(self, snapshot: Snapshot) -> Updates:
        """Return what each component shows for this student now."""
        draft = snapshot.draft
        student = draft.student
        updates: Updates = {
            self.name: gr.update(value=student.name, interactive=True),
            self.email: gr.update(value=student.email, interactive=True),
            self.sure: gr.update(visible=doubtful_address(snapshot) is not None),
            self.registration: gr.update(value=student.registration, interactive=True),
            self.deadline: deadline_card(snapshot),
            self.rules: rules_card(snapshot),
            self.resume: resume_card(snapshot.resume_code),
        }
        if self.own_deadline is not None and self.own_recipients is not None:
            updates[self.own_deadline] = gr.update(value=draft.own_deadline, interactive=True)
            updates[self.own_recipients] = gr.update(value=draft.own_recipients, interactive=True)
        return updates


def deadline_card(snapshot: Snapshot) -> str:
    """Return the deadline in the course's zone, the time left, and what being late would mean."""
    deadline = snapshot.brief.submission.deadline
    moment = deadline.moment.astimezone(UTC)
    timing = snapshot.timing
    if timing is Timing.ON_TIME:
        kind, rest = "info", "The last second still counts, and what counts is the moment you press Send."
    elif timing is Timing.LATE:
        kind = "warn"
        rest = (
            "The deadline has passed. You can still hand in: the course accepts late submissions, "
            f"and yours will be marked as late{lateness(snapshot)}."
        )
    else:
        kind = "block"
        rest = (
            "The deadline has passed, and the course does not accept late submissions. You can still package your work."
        )
    if snapshot.own_rules_allowed and timing is not Timing.ON_TIME:
        rest += " If you have been given another date, set it below."
    return (
        f'<div class="note note-{kind} deadline"><p><strong>{escape(f"{deadline.local:%A, %d %B %Y, %H:%M:%S}")}</strong> '
        f"({escape(deadline.zone)}, the course’s zone)</p><p data-own-zone></p>"
        f'<p><b data-deadline="{moment:%Y-%m-%dT%H:%M:%SZ}">{escape(time_left(snapshot))}</b></p><p>{escape(rest)}</p></div>'
    )


def rules_card(snapshot: Snapshot) -> str:
    """Return the course's rules and the pages it hands out."""
    brief = snapshot.brief
    sections = " · ".join(section.title for section in brief.report.sections)
    pairs = [
        ("Projects", str(len(brief.projects))),
        ("Report", f"at most {wording.counted('page', brief.report.page_limit)} each: {sections}"),
        ("Goes to", ", ".join(brief.submission.recipients)),
        ("Largest mail", wording.size(brief.submission.mail_limit)),
    ]
    links = "".join(
        f'<li><a href="{escape(link.url)}" target="_blank" rel="noopener noreferrer">{escape(link.title)}</a></li>'
        for link in brief.links
    )
    return f"{definition_list(pairs)}<ul class='course-links'>{links}</ul>"


def resume_card(code: str) -> str:
    """Return the code that opens this draft elsewhere."""
    if not code:
        return "<p>Your code appears as soon as you have typed something.</p>"
    return (
        f"<p>Your code is <strong>{escape(code)}</strong>. Write it down and keep it to yourself: with it you go on with "
        "this draft in another browser or on another computer that opens this same address.</p>"
        '<form action="resume" method="post"><label for="resume-code">Open the draft of a code:</label> '
        '<input id="resume-code" name="code" autocomplete="off" placeholder="XXXX-XXXX-XXXX" required> '
        "<button>Open</button></form>"
    )


def build(services_local: bool, course: str) -> StartPage:
    """Lay the page out."""
    gr.HTML(
        heading(
            "Who hands in?",
            f"{course}: say who you are, then go through the projects in any order. Everything is kept as you type.",
            "start",
        )
    )
    message = gr.HTML(elem_id="start-message")
    deadline = gr.HTML(elem_id="start-deadline")
    name = gr.Textbox(
        label="Your name", info="As it should stand on the report and in the mail.",
        elem_id="student-name", interactive=False, max_length=120,
    )  # fmt: skip
    email = gr.Textbox(
        label="Your e-mail address", info="Answers and your copy of the mail go there.",
        elem_id="student-email", interactive=False, max_length=200,
    )  # fmt: skip
    sure = gr.Button("The address is right as it is", size="sm", visible=False, elem_id="student-sure")
    registration = gr.Textbox(
        label="Registration id (if you were given one)", elem_id="student-registration", interactive=False, max_length=80,
    )  # fmt: skip
    gr.Markdown("## The course’s rules")
    rules = gr.HTML(elem_id="start-rules")
    own_deadline = own_recipients = own_apply = None
    if services_local:
        with gr.Accordion("Another deadline or other recipients", open=False, elem_id="own-rules"):
            gr.Markdown("Only for your own hand-in on this computer; leave empty what the course’s rules say.")
            own_deadline = gr.Textbox(
                label="Deadline", placeholder="2026-12-31 23:59:59 Asia/Kolkata", elem_id="own-deadline", interactive=False,
            )  # fmt: skip
            own_recipients = gr.Textbox(
                label="Recipients, separated by commas", elem_id="own-recipients", interactive=False
            )
            own_apply = gr.Button("Use these", elem_id="own-apply")
    with gr.Accordion("Go on in another browser", open=False, elem_id="resume"):
        resume = gr.HTML(elem_id="resume-card")
    return StartPage(
        message, name, email, sure, registration, deadline, rules, resume, own_deadline, own_recipients, own_apply
    )


def wire(page: StartPage, events: Events) -> None:
    """Connect the page's events."""

    def keep_name(session: Session, value: str) -> None:
        session.apply(IntroduceStudent(name=value))

    def keep_email(session: Session, value: str) -> None:
        session.apply(IntroduceStudent(email=value))

    def keep_registration(session: Session, value: str) -> None:
        session.apply(IntroduceStudent(registration=value))

    for box, keep in (
        (page.name, keep_name),
        (page.email, keep_email),
        (page.registration, keep_registration),
    ):
        kept = events.save(box.change, page, keep, [box])
        # After it and not beside it: an answer from before must not be the last one to arrive.
        events.refresh(kept.then, page)

    def confirm_address(session: Session) -> None:
        session.apply(ConfirmAddress())

    events.act(page.sure.click, page, confirm_address)

    def set_rules(session: Session, deadline: str, recipients: str) -> None:
        session.apply(SetOwnRules(deadline=deadline, recipients=recipients))

    if page.own_apply is not None and page.own_deadline is not None and page.own_recipients is not None:
        events.act(page.own_apply.click, page, set_rules, [page.own_deadline, page.own_recipients])
