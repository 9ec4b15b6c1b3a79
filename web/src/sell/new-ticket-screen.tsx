import { useMutation, useQuery } from "@connectrpc/connect-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { CreateTicketRequestSchema, TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { useState } from "react";
import { reasonOf } from "../api/reason.ts";
import { toast } from "../design/announcer.tsx";
import { Button } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { PageHeader } from "../design/page.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { useMessageForm } from "../form/use-message-form.ts";
import { useRequestId } from "../form/use-request-id.ts";
import { SignedIn } from "../session/signed-in.tsx";
import { type Draft, draftOf, emptyDraft, offerOf } from "./draft.ts";
import { OfferForm } from "./offer-form.tsx";
import { OfferPreview } from "./offer-preview.tsx";
import styles from "./sell.module.css";
import { sellWords, sellTexts as texts } from "./texts.ts";
import { useCurrencies } from "./use-currencies.ts";

/** The page to list a ticket. */
export function NewTicketScreen() {
  const { like } = getRouteApi("/sell/new").useSearch();
  return (
    <SignedIn>
      {({ displayName }) =>
        like ? <Likewise ticketId={like} sellerName={displayName} /> : <NewTicket sellerName={displayName} />
      }
    </SignedIn>
  );
}

/** Begins with the values of another ticket. */
function Likewise({ ticketId, sellerName }: { ticketId: string; sellerName: string }) {
  const query = useQuery(TicketService.method.getTicket, { ticketId });
  if (query.isPending) return <SkeletonList count={2} />;
  const ticket = query.data?.ticket;
  return <NewTicket sellerName={sellerName} begin={ticket && anew(draftOf(ticket))} />;
}

/** The same offer for another ticket. An event whose id is not known yet has to be found again. */
const anew = (draft: Draft): Draft => ({ ...draft, event: draft.event?.id ? draft.event : undefined });

function NewTicket({ sellerName, begin = emptyDraft }: { sellerName: string; begin?: Draft | undefined }) {
  const navigate = useNavigate();
  const [draft, setDraft] = useState(begin);
  const currencies = useCurrencies();
  const requestId = useRequestId();
  const listing = useMutation(TicketService.method.createTicket);
  const form = useMessageForm({
    schema: CreateTicketRequestSchema,
    message: { requestId: requestId.current, ...offerOf(draft) },
    words: sellWords(draft.currency, currencies.least(draft.currency)),
    send: (message) =>
      requestId.spend(async () => {
        const { ticket } = await listing.mutateAsync(message);
        toast(texts.listed);
        if (ticket) await navigate({ to: "/sell/$ticketId", params: { ticketId: ticket.id } });
      }),
  });
  const sentBefore = form.failure !== undefined && reasonOf(form.failure).name === "REQUEST_ID_REUSED";
  return (
    <>
      <Link to="/sell" className={styles.back}>
        ← {texts.back}
      </Link>
      <PageHeader title={texts.newTitle} lead={texts.newLead} />
      <div className={styles.page}>
        <Card>
          <OfferForm
            form={form}
            label={texts.newTitle}
            draft={draft}
            currencies={currencies.offered}
            onChange={setDraft}
            remarks={sentBefore && <Link to="/sell">{texts.sentBefore}</Link>}
            submit={
              <Button type="submit" wide pending={form.pending}>
                {texts.list}
              </Button>
            }
          />
        </Card>
        <OfferPreview draft={draft} sellerName={sellerName} />
      </div>
    </>
  );
}
