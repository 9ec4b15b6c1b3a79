import { useMutation } from "@connectrpc/connect-query";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { TicketService, UpdateTicketRequestSchema } from "@ticketing/proto/tickets/v1/ticket_service";
import { toast } from "../design/announcer.tsx";
import { Button } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { Notice } from "../design/states.tsx";
import { useMessageForm } from "../form/use-message-form.ts";
import { changesOf, type DraftField } from "./draft.ts";
import { OfferForm } from "./offer-form.tsx";
import { OfferPreview } from "./offer-preview.tsx";
import styles from "./sell.module.css";
import { draftFieldNames, sellWords, sellTexts as texts } from "./texts.ts";
import { useCurrencies } from "./use-currencies.ts";
import { shownText, type TicketDraft, useTicketDraft } from "./use-ticket-draft.ts";

/** The form to change a listing. It keeps what is typed while the ticket is locked or changed elsewhere. */
export function EditForm({ ticket, onStale }: { ticket: Ticket; onStale: () => void }) {
  const edited = useTicketDraft(ticket);
  const { draft, base } = edited;
  const currencies = useCurrencies();
  const update = useMutation(TicketService.method.updateTicket);
  const form = useMessageForm({
    schema: UpdateTicketRequestSchema,
    message: { ticketId: base.id, version: base.version, ...changesOf(draft, base) },
    words: sellWords(draft.currency, currencies.least(draft.currency)),
    async send(message) {
      try {
        const answer = await update.mutateAsync(message);
        if (answer.ticket) edited.saved(answer.ticket);
        toast(texts.saved);
      } finally {
        // The ticket changed, or a change elsewhere made the service refuse.
        onStale();
      }
    },
  });
  return (
    <div className={styles.page}>
      <Card>
        <OfferForm
          form={form}
          label={texts.edit}
          draft={draft}
          currencies={currencies.offered}
          onChange={edited.change}
          remarks={<ChangedElsewhere edited={edited} />}
          submit={
            <Button type="submit" wide pending={form.pending} disabled={!edited.dirty}>
              {texts.save}
            </Button>
          }
        />
      </Card>
      <OfferPreview draft={draft} sellerName={ticket.sellerName} />
    </div>
  );
}

/** What was changed elsewhere while something was typed here. */
function ChangedElsewhere({ edited }: { edited: TicketDraft }) {
  const { taken, contested } = edited;
  if (taken.length + contested.length === 0) return null;
  const line = (field: DraftField, remark: string) => (
    <li key={field}>
      <strong>{texts.staleNow(draftFieldNames[field], shownText(field, edited.newest))}</strong> {remark}
    </li>
  );
  return (
    <div role="alert">
      <Notice tone="warn" title={texts.staleTitle}>
        <ul className={styles.changes}>
          {contested.map((field) => line(field, texts.staleKept))}
          {taken.map((field) => line(field, texts.staleTaken))}
        </ul>
        {contested.length > 0 && (
          <div>
            <Button look="secondary" onClick={edited.takeNewest}>
              {texts.takeNewer}
            </Button>
          </div>
        )}
      </Notice>
    </div>
  );
}
