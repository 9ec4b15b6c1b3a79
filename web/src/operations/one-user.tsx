import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Link } from "@tanstack/react-router";
import { AuthService } from "@ticketing/proto/auth/v1/auth_service";
import type { UserRecord } from "@ticketing/proto/auth/v1/user";
import { toast } from "../design/announcer.tsx";
import { Card } from "../design/card.tsx";
import { Notice } from "../design/states.tsx";
import { formatDateTime, formatDay } from "../format/format-date.ts";
import { decisionTexts as texts } from "./decision-texts.ts";
import styles from "./events.module.css";
import { ReasonedForm } from "./reasoned-form.tsx";

/** A user with what operators can do about them. `onChanged` gets the user after that, or nothing when it failed. */
export function OneUser({ user, onChanged }: { user: UserRecord; onChanged: (now?: UserRecord) => void }) {
  const { id, displayName, createTime, suspension, version } = user;
  const shared = {
    input: ({ reason }: { reason: string }) => ({ userId: id, version, reason }),
    onFailed: () => onChanged(),
  };
  const since = suspension?.time && formatDateTime(timestampDate(suspension.time));
  return (
    <Card className={styles.card}>
      <h3>
        <bdi>{displayName}</bdi>
      </h3>
      {suspension && (
        <Notice tone="warn" title={texts.suspendedSince(since ?? "")}>
          <p>
            <bdi>{suspension.reason}</bdi>
          </p>
        </Notice>
      )}
      <dl className={styles.facts}>
        <div>
          <dt>{texts.id}</dt>
          <dd>{id}</dd>
        </div>
        {createTime && (
          <div>
            <dt>{texts.memberSince}</dt>
            <dd>{formatDay(timestampDate(createTime))}</dd>
          </div>
        )}
      </dl>
      <Link to="/operations/log" search={{ about: id, by: undefined }}>
        {texts.logTitle}
      </Link>
      {suspension ? (
        <ReasonedForm
          {...shared}
          key="reinstate"
          method={AuthService.method.reinstateUser}
          label={texts.reinstate}
          text={texts.reinstateText}
          look="secondary"
          onDone={({ user: now }) => {
            toast(texts.reinstated(displayName));
            onChanged(now);
          }}
        />
      ) : (
        <ReasonedForm
          {...shared}
          key="suspend"
          method={AuthService.method.suspendUser}
          label={texts.suspend}
          text={texts.suspendText}
          look="danger"
          onDone={({ user: now }) => {
            toast(texts.suspended(displayName));
            onChanged(now);
          }}
        />
      )}
    </Card>
  );
}
