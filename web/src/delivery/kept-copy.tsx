import type { Order } from "@ticketing/proto/orders/v1/order";
import { useEffect, useState } from "react";
import { Button } from "../design/button.tsx";
import { followTicket } from "../kept/kept-tickets.ts";
import { useKeptTicket } from "../kept/use-kept.ts";
import styles from "./delivery.module.css";
import { deliveryTexts as texts } from "./texts.ts";
import { DeliveredContent } from "./ticket-content.tsx";

/**
 * The copy on this device, for who cannot open the ticket again where they are; none of what the seller has replaced.
 * `delivered`: when the ticket was delivered, in seconds since 1970; undefined where that could not be read.
 */
export function KeptCopy({ order, delivered }: { order: Order; delivered?: bigint | undefined }) {
  const { id, ticket } = order;
  const kept = useKeptTicket(id);
  const [shown, setShown] = useState(false);
  useEffect(() => {
    // Where the browser keeps nothing, there is nothing to follow.
    if (ticket) followTicket(id, ticket).catch(() => {});
  }, [id, ticket]);
  if (!kept || (delivered !== undefined && kept.delivered !== delivered)) return null;
  if (!shown) {
    return (
      <Button look="secondary" wide onClick={() => setShown(true)}>
        {texts.showKept}
      </Button>
    );
  }
  return (
    <>
      {delivered === undefined && <p className={styles.soft}>{texts.keptMayBeReplaced}</p>}
      <DeliveredContent ticket={ticket ?? kept.ticket} content={kept.content} />
    </>
  );
}
