import { PageHeader } from "../design/page.tsx";
import { SignedIn } from "../session/signed-in.tsx";
import { appTexts } from "../texts/app.ts";

export function SellScreen() {
  return <SignedIn>{() => <PageHeader title="Sell a ticket" lead={appTexts.comingText} />}</SignedIn>;
}
