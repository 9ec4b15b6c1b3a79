import { useMutation, useQuery } from "@connectrpc/connect-query";
import { Link } from "@tanstack/react-router";
import { PayoutService } from "@ticketing/proto/payouts/v1/payout_service";
import { type SellerAccount, SellerAccountStatus } from "@ticketing/proto/payouts/v1/seller_account";
import { Button, buttonClass } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { PageHeader } from "../design/page.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { ErrorNotice, ErrorState, Notice } from "../design/states.tsx";
import { SignedIn } from "../session/signed-in.tsx";
import styles from "./payouts.module.css";
import { missingTexts, payoutTexts as texts } from "./texts.ts";

/** Whether the person can be paid, what is missing, and the way to the payment provider's page. */
export function GetPaidScreen() {
  return (
    <SignedIn>
      {() => (
        <div className={styles.narrow}>
          <PageHeader
            title={texts.getPaid}
            lead={texts.getPaidLead}
            actions={
              <Link to="/earnings" className={buttonClass("secondary")}>
                {texts.toEarnings}
              </Link>
            }
          />
          <Account />
        </div>
      )}
    </SignedIn>
  );
}

function Account() {
  // Asked for again on the way back from the provider.
  const query = useQuery(PayoutService.method.getSellerAccount, {}, { staleTime: 0 });
  if (query.isPending) return <SkeletonList count={1} />;
  const account = query.data?.account;
  if (!account) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const { tone, title, text, label, look } = standingOf(account);
  const missing = missingTexts(account.missing);
  return (
    <Card className={styles.account}>
      <Notice tone={tone} title={title}>
        <p>{text}</p>
      </Notice>
      {missing.length > 0 && (
        <div>
          <p id="missing">{texts.missing}</p>
          <ul aria-labelledby="missing" className={styles.missing}>
            {missing.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </div>
      )}
      <ToProvider label={label} look={look} />
    </Card>
  );
}

/** How the account stands, in words, and what the seller can do about it. */
function standingOf({ status, missing }: SellerAccount) {
  switch (status) {
    case SellerAccountStatus.READY:
      return {
        ...({ tone: "good", title: texts.readyTitle, text: texts.readyText } as const),
        ...({ label: texts.change, look: "secondary" } as const),
      };
    case SellerAccountStatus.RESTRICTED:
      return {
        ...({ tone: "warn", title: texts.restrictedTitle, text: texts.restrictedText } as const),
        ...({ label: texts.goOn, look: "primary" } as const),
      };
    case SellerAccountStatus.ONBOARDING:
      return {
        ...({ tone: "warn", title: texts.onboardingTitle } as const),
        text: missing.length > 0 ? texts.onboardingText : texts.checkingText,
        ...({ label: texts.goOn, look: "primary" } as const),
      };
    default:
      return {
        ...({ tone: "warn", title: texts.noneTitle, text: texts.noneText } as const),
        ...({ label: texts.start, look: "primary" } as const),
      };
  }
}

function ToProvider({ label, look }: { label: string; look: "primary" | "secondary" }) {
  const start = useMutation(PayoutService.method.startOnboarding, {
    onSuccess: ({ url }) => location.assign(webAddress(url)),
  });
  return (
    <>
      {start.isError && <ErrorNotice error={start.error} />}
      <Button look={look} wide pending={start.isPending} onClick={() => start.mutate({})}>
        {label}
      </Button>
      <p className={styles.soft}>{texts.leaves}</p>
    </>
  );
}

/** The address, if it is one of a page: anything else is never opened. */
function webAddress(url: string): string {
  if (!/^https?:$/.test(new URL(url).protocol)) throw new Error("the provider's page has no web address");
  return url;
}
