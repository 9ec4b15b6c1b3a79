import { PageHeader } from "../design/page.tsx";
import { SignedIn } from "../session/signed-in.tsx";
import { appTexts } from "../texts/app.ts";

export function EditTicketScreen() {
  return <SignedIn>{() => <PageHeader title="Edit ticket" lead={appTexts.comingText} />}</SignedIn>;
}
