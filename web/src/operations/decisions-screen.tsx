import { useMutation } from "@connectrpc/connect-query";
import { Link } from "@tanstack/react-router";
import { AuthService, FindUserRequestSchema } from "@ticketing/proto/auth/v1/auth_service";
import type { UserRecord } from "@ticketing/proto/auth/v1/user";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { useState } from "react";
import { toast } from "../design/announcer.tsx";
import { Button } from "../design/button.tsx";
import { Field } from "../design/field.tsx";
import { PageHeader } from "../design/page.tsx";
import { Form } from "../form/form.tsx";
import { useMessageForm } from "../form/use-message-form.ts";
import { decisionTexts as texts } from "./decision-texts.ts";
import styles from "./events.module.css";
import { ForOperators } from "./for-operators.tsx";
import { FrozenEarnings } from "./frozen-earnings.tsx";
import { OneUser } from "./one-user.tsx";
import { ReasonedForm } from "./reasoned-form.tsx";
import { Section } from "./section.tsx";

const ofTicket = { path: "ticketId", label: texts.ticketId };

/** What operators decide about users, listings and earnings, each with a reason. */
export function DecisionsScreen() {
  return (
    <ForOperators>
      <Link to="/operations" className={styles.back}>
        ← {texts.back}
      </Link>
      <PageHeader title={texts.title} lead={texts.lead} />
      <div className={styles.actions}>
        <FindUser />
        <Section title={texts.takeDown}>
          <ReasonedForm
            method={TicketService.method.takeDownTicket}
            input={({ id, reason }) => ({ ticketId: id, reason })}
            asked={ofTicket}
            label={texts.takeDown}
            text={texts.takeDownText}
            look="danger"
            onDone={() => toast(texts.takenDown)}
          />
        </Section>
        <FrozenEarnings />
      </div>
    </ForOperators>
  );
}

/** Finds a user by id or address. Neither is kept in the address of the page. */
function FindUser() {
  const [query, setQuery] = useState("");
  const [user, setUser] = useState<UserRecord>();
  const find = useMutation(AuthService.method.findUser);
  const form = useMessageForm({
    schema: FindUserRequestSchema,
    message: { query: query.trim() },
    words: { query: texts.queryMissing },
    async send(message) {
      setUser(undefined);
      setUser((await find.mutateAsync(message)).user);
    },
  });
  /** The newest state, after a change or one that failed: somebody else may have decided meanwhile. */
  async function refresh(now?: UserRecord): Promise<void> {
    if (now) return setUser(now);
    const found = user && (await find.mutateAsync({ query: user.id }).catch(() => undefined));
    if (found?.user) setUser(found.user);
  }
  return (
    <Section title={texts.findUser}>
      <Form form={form} label={texts.findUser}>
        <Field
          label={texts.query}
          error={form.errorOf("query")}
          value={query}
          autoComplete="off"
          onChange={(event) => setQuery(event.target.value)}
        />
        <div>
          <Button type="submit" look="secondary" pending={form.pending}>
            {texts.find}
          </Button>
        </div>
      </Form>
      {user && <OneUser key={user.id} user={user} onChanged={(now) => void refresh(now)} />}
    </Section>
  );
}
