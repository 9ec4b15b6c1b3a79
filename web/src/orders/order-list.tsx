import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import type { ReactNode } from "react";
import { buttonClass } from "../design/button.tsx";
import { Countdown } from "../design/countdown.tsx";
import { MoreOfList } from "../design/page.tsx";
import { coverClass, Row, RowAction, Rows } from "../design/row.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { ErrorState } from "../design/states.tsx";
import { EventTime } from "../ticket/event-time.tsx";
import { Place } from "../ticket/place.tsx";
import { ticketTexts } from "../ticket/texts.ts";
import { OrderStatusPill } from "./order-status.tsx";
import styles from "./orders.module.css";
import { orderTexts as texts } from "./texts.ts";

/** A list has no stream. It is read again this often while one of its orders is about to change its status. */
const REFRESH_MS = 4_000;

/** Whether an order will soon change its status. */
export const isUnderWay = (order: Order): boolean =>
  order.status === OrderStatus.AWAITING_PAYMENT ||
  (order.status === OrderStatus.COMPLETE &&
    order.refundRequestedTime !== undefined &&
    order.refundRefusedTime === undefined);

/** How often to read a list of orders again. */
export const refreshOf = (orders: readonly Order[] | undefined): number | false =>
  orders?.some(isUnderWay) ? REFRESH_MS : false;

/** Orders, newest first, page by page. */
export function OrderList(props: {
  query: Pick<
    UseInfiniteQueryResult,
    "isPending" | "isError" | "error" | "hasNextPage" | "isFetchingNextPage" | "fetchNextPage" | "refetch"
  >;
  /** Undefined until there was an answer. */
  orders: readonly Order[] | undefined;
  label: string;
  empty: ReactNode;
  /** What is shown at the end of a row, beside the status. */
  end: (order: Order) => ReactNode;
}) {
  const { query, orders } = props;
  if (query.isPending) return <SkeletonList count={3} />;
  if (!orders) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (orders.length === 0) return props.empty;
  return (
    <section aria-label={props.label}>
      <Rows>
        {orders.map((order) => (
          <OrderRow key={order.id} order={order} end={props.end(order)} />
        ))}
      </Rows>
      <MoreOfList
        hasMore={query.hasNextPage}
        loading={query.isFetchingNextPage}
        onMore={() => void query.fetchNextPage()}
      />
    </section>
  );
}

function OrderRow({ order, end }: { order: Order; end: ReactNode }) {
  const { ticket } = order;
  return (
    <Row
      heading={
        <Link to="/orders/$orderId" params={{ orderId: order.id }} className={coverClass}>
          <bdi>{ticket?.event?.title}</bdi>
        </Link>
      }
      end={
        <>
          <OrderStatusPill status={order.status} />
          {end}
        </>
      }
    >
      <p className={styles.soft}>{ticketTexts.seat(ticket?.seat)}</p>
      <p className={styles.soft}>
        <Place event={ticket?.event} />
      </p>
      <EventTime event={ticket?.event} className={styles.soft} />
    </Row>
  );
}

/** The time that is left to pay, and a link to the checkout. */
export function PayNow({ order, onTimeUp }: { order: Order; onTimeUp: () => void }) {
  if (!order.expireTime || order.cancelRequestedTime) return null;
  return (
    <RowAction>
      <span className="visually-hidden">{texts.timeToPay}</span>
      <Countdown until={timestampDate(order.expireTime)} onEnd={onTimeUp} />
      <Link to="/checkout/$orderId" params={{ orderId: order.id }} className={buttonClass("primary")}>
        {texts.payNow}
      </Link>
    </RowAction>
  );
}
