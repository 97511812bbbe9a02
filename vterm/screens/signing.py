"""Proposals on the main screen: F9 opens one, the dialog signs it. Everything for it is read when it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from vterm.screens.touring import TouringScreen

if TYPE_CHECKING:
    from engine.desk import Desk
    from vterm.dialogs.signing_session import ProposalDesk
    from vterm.screens.copilot import CopilotView
    from vterm.signing import Signing
    from vterm.terminal import VtermApp

NOTHING = "Nothing waits for your signature"
NO_SIGNER = "This terminal has no signer to ask; `vterm decline ID` turns a proposal down"


class SigningScreen(TouringScreen):
    """Opens proposals; nothing opens by itself."""

    def do_sign(self) -> None:
        """One that waits is opened; of several a list."""
        waiting = self.state.proposals.waiting()
        if len(waiting) == 1:
            self.sign_one(str(waiting[0]["proposal_id"]))
        elif waiting:
            self.do_proposals()
        else:
            self.say(NOTHING, "information")

    def do_proposals(self) -> None:
        """The list of them."""
        from vterm.dialogs.proposals import ProposalsDialog

        def chosen(name: str | None) -> None:
            if name:
                self.sign_one(name)

        self.app.push_screen(ProposalsDialog(self.state, self.bridge), chosen)

    def ask_copilot(self, text: str) -> None:
        """Ask, and look at the answer."""
        self.open_screen(6)
        view = cast("CopilotView", self.page)
        if view.is_mounted:
            view.ask(text)
        else:
            self.call_after_refresh(view.ask, text)

    def do_ask_about(self) -> None:
        """The fill, order or instrument at the cursor."""
        from vterm.chat_about import about

        row = getattr(self.focused, "current", None)
        self.ask_copilot(about(self.state, self.context, row if isinstance(row, str) else ""))

    def do_chat_mode(self) -> None:
        """The copilot's next mode."""
        self.open_screen(6)
        cast("CopilotView", self.page).talk.turn_mode()

    def sign_one(self, proposal_id: str) -> None:
        """Put this one before the person."""
        from engine.desk import DeskUnreachable
        from vterm.dialogs.signing import SigningDialog
        from vterm.dialogs.signing_session import Session

        app = cast("VtermApp", self.app)
        if app.screen is not self:
            return
        try:
            desk = self.bridge.need()
        except DeskUnreachable as error:
            self.say(str(error), "warning")
            return
        signing = self._signer(app, desk)
        if signing is None:
            self.say(NO_SIGNER, "warning")
            return
        session = Session(signing, cast("ProposalDesk", desk), proposal_id, app.hand_clock)
        app.push_screen(SigningDialog(self.state, session))

    @staticmethod
    def _signer(app: VtermApp, desk: Desk) -> Signing | None:
        """The signer of this home; the desk that it hands in to is the one that is connected now."""
        from engine.client.desk import DeskClient

        if app.home is None or not isinstance(desk, DeskClient):
            return app.signing
        from vterm.signer.link import SignerLink

        if app.signing is None:
            app.signing = SignerLink(app.home, desk)
        elif isinstance(app.signing, SignerLink):
            app.signing.desk = desk
        return app.signing
