"""Proposals on the main screen: F9 opens one, the dialog signs it. Everything for it is read when it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from vterm.screens.touring import TouringScreen

if TYPE_CHECKING:
    from vterm.dialogs.signing_session import ProposalDesk
    from vterm.terminal import VtermApp

NOTHING = "Nothing waits for your signature"


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

    def sign_one(self, proposal_id: str) -> None:
        """Put this one before the person."""
        from engine.desk import DeskUnreachable
        from vterm.dialogs.signing import SigningDialog
        from vterm.dialogs.signing_session import Session, signer_of

        app = cast("VtermApp", self.app)
        if app.screen is not self:
            return
        try:
            desk = self.bridge.need()
        except DeskUnreachable as error:
            self.say(str(error), "warning")
            return
        signing = app.signing = app.signing or signer_of(desk, app.home)
        if signing is None:
            self.say("This desk has no signer", "warning")
            return
        session = Session(signing, cast("ProposalDesk", desk), proposal_id, app.hand_clock)
        app.push_screen(SigningDialog(self.state, session))
