import { timestampDate } from "@bufbuild/protobuf/wkt";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { toast } from "../design/announcer.tsx";
import { Button, buttonClass } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { PageHeader } from "../design/page.tsx";
import { ErrorNotice, Notice } from "../design/states.tsx";
import { formatDay } from "../format/format-date.ts";
import { isOperator } from "../session/roles.ts";
import { signOut } from "../session/session.ts";
import { SignedIn } from "../session/signed-in.tsx";
import styles from "./account.module.css";
import { accountTexts as texts } from "./texts.ts";

/** Who is signed in, links to their pages, and signing out. */
export function AccountScreen() {
  const navigate = useNavigate();
  const leaving = useMutation({
    mutationFn: signOut,
    onSuccess() {
      toast(texts.signedOut);
      void navigate({ to: "/" });
    },
  });
  return (
    <SignedIn>
      {(user) => (
        <div className={styles.narrow}>
          <PageHeader title={texts.account} />
          {user.suspension && (
            <Notice tone="warn" title={texts.suspendedTitle}>
              <p>{texts.suspendedText}</p>
              <p>
                <bdi>{user.suspension.reason}</bdi>
              </p>
            </Notice>
          )}
          <Card>
            <dl className={styles.facts}>
              <div>
                <dt>{texts.signedInAs}</dt>
                <dd>
                  <bdi>{user.displayName}</bdi>
                </dd>
              </div>
              <div>
                <dt>{texts.email}</dt>
                <dd>
                  <bdi>{user.email}</bdi>
                </dd>
              </div>
              {user.roles.length > 0 && (
                <div>
                  <dt>{texts.roles}</dt>
                  <dd>{user.roles.map((role) => texts.roleNames[role] ?? role).join(", ")}</dd>
                </div>
              )}
              {user.createTime && (
                <div>
                  <dt>{texts.memberSince}</dt>
                  <dd>{formatDay(timestampDate(user.createTime))}</dd>
                </div>
              )}
            </dl>
            <div className={styles.links}>
              <Link to="/orders" className={buttonClass("secondary", true)}>
                {texts.orders}
              </Link>
              <Link to="/sell" className={buttonClass("secondary", true)}>
                {texts.listings}
              </Link>
              <Link to="/sales" className={buttonClass("secondary", true)}>
                {texts.sales}
              </Link>
              <Link to="/earnings" className={buttonClass("secondary", true)}>
                {texts.earnings}
              </Link>
              {isOperator(user) && (
                <Link to="/operations" className={buttonClass("secondary", true)}>
                  {texts.operations}
                </Link>
              )}
              {leaving.isError && <ErrorNotice error={leaving.error} />}
              <Button look="danger" wide pending={leaving.isPending} onClick={() => leaving.mutate()}>
                {texts.signOut}
              </Button>
            </div>
          </Card>
        </div>
      )}
    </SignedIn>
  );
}
