import { PageHeader } from "../design/page.tsx";
import { SignedIn } from "../session/signed-in.tsx";
import { appTexts } from "../texts/app.ts";

export function OrdersScreen() {
  return <SignedIn>{() => <PageHeader title="My orders" lead={appTexts.comingText} />}</SignedIn>;
}
