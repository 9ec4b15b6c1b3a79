import { PageHeader } from "../design/page.tsx";
import { SignedIn } from "../session/signed-in.tsx";
import { appTexts } from "../texts/app.ts";

export function OperationsScreen() {
  return <SignedIn>{() => <PageHeader title="Operations" lead={appTexts.comingText} />}</SignedIn>;
}
