import { useMutation, useQuery } from "@connectrpc/connect-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { CreateTicketRequestSchema, TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { useRef, useState } from "react";
import { isPassing, reasonOf } from "../api/reason.ts";
import { toast } from "../design/announcer.tsx";
import { Button } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { PageHeader } from "../design/page.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { Form } from "../form/form.tsx";
import { useMessageForm } from "../form/use-message-form.ts";
import { SignedIn } from "../session/signed-in.tsx";
import { type Draft, draftOf, emptyDraft, offerOf } from "./draft.ts";
import { OfferFields } from "./offer-fields.tsx";
import { OfferPreview } from "./offer-preview.tsx";
import styles from "./sell.module.css";
import { sellWords, sellTexts as texts } from "./texts.ts";

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
  return <NewTicket sellerName={sellerName} begin={ticket && draftOf(ticket)} />;
}

function NewTicket({ sellerName, begin = emptyDraft }: { sellerName: string; begin?: Draft | undefined }) {
  const navigate = useNavigate();
  const [draft, setDraft] = useState(begin);
  // One listing, however often the request is sent.
  const requestId = useRef(crypto.randomUUID());
  const listing = useMutation(TicketService.method.createTicket);
  const form = useMessageForm({
    schema: CreateTicketRequestSchema,
    message: { requestId: requestId.current, ...offerOf(draft) },
    words: sellWords(draft.currency),
    async send(message) {
      try {
        const { ticket } = await listing.mutateAsync(message);
        toast(texts.listed);
        if (ticket) await navigate({ to: "/sell/$ticketId", params: { ticketId: ticket.id } });
      } catch (error) {
        // While the outcome is unknown, keep the id so that the ticket is not listed twice. After a refusal, use a new
        // one.
        if (!isPassing(error)) requestId.current = crypto.randomUUID();
        throw error;
      }
    },
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
          <Form form={form} label={texts.newTitle}>
            {sentBefore && <Link to="/sell">{texts.sentBefore}</Link>}
            <OfferFields draft={draft} errorOf={form.errorOf} onChange={setDraft} />
            <Button type="submit" wide pending={form.pending}>
              {texts.list}
            </Button>
          </Form>
        </Card>
        <OfferPreview draft={draft} sellerName={sellerName} />
      </div>
    </>
  );
}
