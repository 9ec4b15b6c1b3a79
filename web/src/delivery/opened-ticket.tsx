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
import { KeptCopy } from "./kept-copy.tsx";
import { deliveryTexts as texts } from "./texts.ts";
import { DeliveredContent } from "./ticket-content.tsx";
import { fetchFile } from "./transfer-file.ts";

/** Which ticket was opened. `delivered`: when its seller had delivered it, in seconds since 1970. */
interface Opened {
  order: Order;
  delivered: bigint | undefined;
  onOpen: (answer: OpenTicketResponse) => void;
}

/** What the buyer opened. It is kept on the device from then on, so that it is there without a connection, too. */
export function OpenedTicket(props: Opened & { content: OpenTicketResponse["content"] }) {
  const { content, ...opened } = props;
  switch (content.case) {
    case "file":
      return <OpenedFile {...opened} file={content.value} />;
    case "link":
    case "transferNote":
      return <Kept {...opened} content={content} />;
    case undefined:
      return null;
  }
}

/**
 * The ticket itself, fetched and decrypted here. An address is good for minutes only, so who tries again opens the ticket
 * again, and gets another.
 */
function OpenedFile(props: Opened & { file: DeliveredFile }) {
  const { order, delivered, file, onOpen } = props;
  const again = useMutation(DeliveryService.method.openTicket, { onSuccess: onOpen });
  const { data, error } = useQuery({
    queryKey: ["ticket-file", file.url],
    queryFn: () => fetchFile(file),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const content = useMemo<TicketContent | undefined>(() => data && { case: "file", value: data }, [data]);
  if (error && !again.isPending) {
    return (
      <>
        <ErrorState error={again.error ?? error} onRetry={() => again.mutate({ orderId: order.id })} />
        <KeptCopy order={order} delivered={delivered} />
      </>
    );
  }
  return content ? <Kept {...props} content={content} /> : <p>{texts.fetching}</p>;
}

function Kept({ order, delivered, content }: Omit<Opened, "onOpen"> & { content: TicketContent }) {
  const isKept = useKeeping(order, content, delivered);
  return (
    <>
      <DeliveredContent ticket={order.ticket} content={content} />
      {content.case !== "link" && <p className={styles.soft}>{isKept ? texts.kept : texts.saveHint}</p>}
    </>
  );
}

/** Keeps a ticket on the device; whether it is there, and the app with it, without a connection. */
function useKeeping(
  { id: orderId, ticket }: Order,
  content: TicketContent,
  delivered: bigint | undefined,
): boolean {
  const [isKept, setKept] = useState(false);
  const { status, user } = useSession();
  const userId = status === "signed-in" ? user.id : undefined;
  useEffect(() => {
    let isShown = true;
    if (!userId || !ticket) return;
    keepTicket(userId, { orderId, ticket, content, delivered })
      .then(workOffline)
      .then(
        () => isShown && setKept(true),
        // The browser keeps nothing, as in a private window: the page does not say that it does.
        () => {},
      );
    return () => {
      isShown = false;
    };
  }, [userId, orderId, ticket, content, delivered]);
  return isKept;
}
