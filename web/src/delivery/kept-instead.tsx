import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { useConnection } from "../api/connection.ts";
import { PageHeader } from "../design/page.tsx";
import { coverClass, Row, Rows } from "../design/row.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { useKeptTicket, useKeptTickets } from "../kept/use-kept.ts";
import { EventTime } from "../ticket/event-time.tsx";
import { Place } from "../ticket/place.tsx";
import { ticketTexts } from "../ticket/texts.ts";
import styles from "./delivery.module.css";
import { KeptPage } from "./kept-page.tsx";
import { deliveryTexts as texts } from "./texts.ts";

/** A server that is silent for so long is as good as none to who stands at the door. */
const PATIENCE_MS = 3_000;

/**
 * The ticket of an order as it is kept here, while the server says nothing of the order; the children where it is not kept.
 * `waiting`: the server may still answer.
 */
export function KeptInstead(props: { orderId: string; waiting: boolean; children: ReactNode }) {
  const { waiting, children } = props;
  const patient = usePatience(waiting);
  const kept = useKeptTicket(props.orderId);
  if (patient || kept === undefined) return <SkeletonList count={2} />;
  if (kept) return <KeptPage kept={kept} />;
  return waiting ? <SkeletonList count={2} /> : children;
}

/** The same for the list of a buyer's orders: which tickets are kept here. */
export function KeptListInstead({ waiting, children }: { waiting: boolean; children: ReactNode }) {
  const patient = usePatience(waiting);
  const kept = useKeptTickets();
  if (patient || kept === undefined) return <SkeletonList count={3} />;
  if (kept.length === 0) return waiting ? <SkeletonList count={3} /> : children;
  return (
    <>
      <PageHeader title={texts.keptTickets} lead={texts.keptTicketsText} />
      <Rows>
        {kept.map(({ orderId, ticket }) => (
          <Row
            key={orderId}
            heading={
              <Link to="/orders/$orderId" params={{ orderId }} className={coverClass}>
                <bdi>{ticket.event?.title}</bdi>
              </Link>
            }
          >
            <p className={styles.soft}>{ticketTexts.seat(ticket.seat)}</p>
            <p className={styles.soft}>
              <Place event={ticket.event} />
            </p>
            <EventTime event={ticket.event} className={styles.soft} />
          </Row>
        ))}
      </Rows>
    </>
  );
}

/** Whether to wait on: not without a connection, nor for ever. */
function usePatience(waiting: boolean): boolean {
  const [isLate, setLate] = useState(false);
  const isOffline = useConnection() === "offline";
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [waiting]);
  return waiting && !isLate && !isOffline;
}
