import { useMutation } from "@connectrpc/connect-query";
import { useQuery } from "@tanstack/react-query";
import {
  type DeliveredFile,
  DeliveryService,
  type OpenTicketResponse,
} from "@ticketing/proto/deliveries/v1/delivery_service";
import type { Order } from "@ticketing/proto/orders/v1/order";
import { useEffect, useMemo, useState } from "react";
import { ErrorState } from "../design/states.tsx";
import { keepTicket, type TicketContent } from "../kept/kept-tickets.ts";
import { workOffline } from "../kept/work-offline.ts";
import { useSession } from "../session/session-store.ts";
import styles from "./delivery.module.css";
import { deliveryTexts as texts } from "./texts.ts";
import { DeliveredContent } from "./ticket-content.tsx";
import { fetchFile } from "./transfer-file.ts";

/** What the buyer opened. It is kept on the device from then on, so that it is there without a connection, too. */
export function OpenedTicket(props: {
  order: Order;
  content: OpenTicketResponse["content"];
  onOpen: (answer: OpenTicketResponse) => void;
}) {
  const { order, content, onOpen } = props;
  switch (content.case) {
    case "file":
      return <OpenedFile order={order} file={content.value} onOpen={onOpen} />;
    case "link":
    case "transferNote":
      return <Kept order={order} content={content} />;
    case undefined:
      return null;
  }
}

/**
 * The ticket itself, fetched and decrypted here. An address is good for minutes only, so who tries again opens the ticket
 * again, and gets another.
 */
function OpenedFile(props: {
  order: Order;
  file: DeliveredFile;
  onOpen: (answer: OpenTicketResponse) => void;
}) {
  const { order, file, onOpen } = props;
  const again = useMutation(DeliveryService.method.openTicket, { onSuccess: onOpen });
  const { data, error } = useQuery({
    queryKey: ["ticket-file", file.url],
    queryFn: () => fetchFile(file),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const content = useMemo<TicketContent | undefined>(() => data && { case: "file", value: data }, [data]);
  if (error && !again.isPending) {
    return <ErrorState error={again.error ?? error} onRetry={() => again.mutate({ orderId: order.id })} />;
  }
  return content ? <Kept order={order} content={content} /> : <p>{texts.fetching}</p>;
}

function Kept({ order, content }: { order: Order; content: TicketContent }) {
  const isKept = useKeeping(order, content);
  return (
    <>
      <DeliveredContent ticket={order.ticket} content={content} />
      {content.case !== "link" && <p className={styles.soft}>{isKept ? texts.kept : texts.saveHint}</p>}
    </>
  );
}

/** Keeps a ticket on the device; whether it is there, and the app with it, without a connection. */
function useKeeping({ id: orderId, ticket }: Order, content: TicketContent): boolean {
  const [isKept, setKept] = useState(false);
  const { status, user } = useSession();
  const userId = status === "signed-in" ? user.id : undefined;
  useEffect(() => {
    let isShown = true;
    if (!userId || !ticket) return;
    keepTicket(userId, { orderId, ticket, content })
      .then(workOffline)
      .then(
        () => isShown && setKept(true),
        // The browser keeps nothing, as in a private window: the page does not say that it does.
        () => {},
      );
    return () => {
      isShown = false;
    };
  }, [userId, orderId, ticket, content]);
  return isKept;
}
