import { PageHeader } from "../design/page.tsx";
import { SignedIn } from "../session/signed-in.tsx";
import { appTexts } from "../texts/app.ts";

export function SalesScreen() {
  return <SignedIn>{() => <PageHeader title="My sales" lead={appTexts.comingText} />}</SignedIn>;
}
