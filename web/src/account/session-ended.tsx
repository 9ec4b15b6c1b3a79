import { Button } from "../design/button.tsx";
import { Dialog } from "../design/dialog.tsx";
import { leave } from "../session/session.ts";
import { SignInForm } from "./sign-in-form.tsx";
import { accountTexts as texts } from "./texts.ts";

/** Asks to sign in again over the screen on which a session ended. The screen keeps everything that was typed. */
export default function SessionEnded({ email }: { email: string }) {
  return (
    <Dialog
      title={texts.endedTitle}
      onClose={leave}
      actions={
        <Button look="quiet" onClick={leave}>
          {texts.continueWithout}
        </Button>
      }
    >
      <p>{texts.endedText}</p>
      <SignInForm email={email} />
    </Dialog>
  );
}
