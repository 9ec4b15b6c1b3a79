import { PageHeader } from "../design/page.tsx";
import { SignedIn } from "../session/signed-in.tsx";
import { appTexts } from "../texts/app.ts";

export function OrderScreen() {
  return <SignedIn>{() => <PageHeader title="Order" lead={appTexts.comingText} />}</SignedIn>;
}
