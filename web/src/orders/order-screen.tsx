import { getRouteApi, Link } from "@tanstack/react-router";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { Category } from "@ticketing/proto/tickets/v1/ticket";
import { isPassing } from "../api/reason.ts";
import { OrderCases } from "../cases/order-cases.tsx";
import { BuyerDelivery } from "../delivery/buyer-delivery.tsx";
import { KeptInstead } from "../delivery/kept-instead.tsx";
import { SellerDelivery } from "../delivery/seller-delivery.tsx";
import { buttonClass } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { Money } from "../design/money.tsx";
import { PageHeader } from "../design/page.tsx";
import { ErrorState } from "../design/states.tsx";
import { useAnnouncedChange } from "../design/use-announced-change.ts";
import { formatMoney } from "../format/format-money.ts";
import { isolate } from "../format/isolate.ts";
import { useSession } from "../session/session-store.ts";
import { SignedIn } from "../session/signed-in.tsx";
import { AddToCalendar } from "../ticket/add-to-calendar.tsx";
import { TicketFace } from "../ticket/ticket-face.tsx";
import { BuyerActions, SellerView } from "./order-actions.tsx";
import { OrderStatusPill } from "./order-status.tsx";
import { OrderTimeline } from "./order-timeline.tsx";
import styles from "./orders.module.css";
import { orderStatusNames, orderTexts as texts } from "./texts.ts";
import { useForgetReturned } from "./use-forget-returned.ts";
import { useMoney } from "./use-money.ts";
import { useOrder } from "./use-order.ts";

/** One order as it is now, for its buyer or its seller. */
export function OrderScreen() {
  const { orderId } = getRouteApi("/orders/$orderId").useParams();
  const { status } = useSession();
  const screen = (
    <SignedIn>{(user) => <LiveOrder key={orderId} orderId={orderId} userId={user.id} />}</SignedIn>
  );
  if (status === "signed-in" || status === "ended") return screen;
  return (
    <KeptInstead orderId={orderId} waiting={status === "unknown"}>
      {screen}
    </KeptInstead>
  );
}

function LiveOrder({ orderId, userId }: { orderId: string; userId: string }) {
  const { query, order, take, refresh } = useOrder(orderId);
  useAnnouncedChange(order?.status, (now) => texts.becameStatus(orderStatusNames[now]));
  useForgetReturned(order && [order]);
  if (!order) {
    const failed = <ErrorState page error={query.error} onRetry={refresh} />;
    if (query.isError && !isPassing(query.error)) return failed;
    return (
      <KeptInstead orderId={orderId} waiting={query.isPending}>
        {failed}
      </KeptInstead>
    );
  }
  return <OneOrder order={order} userId={userId} take={take} refresh={refresh} />;
}

function OneOrder(props: {
  order: Order;
  userId: string;
  take: (newer: Order | undefined) => void;
  refresh: () => void;
}) {
  const { order, take, refresh } = props;
  const side = order.sellerId === props.userId ? "seller" : "buyer";
  const money = useMoney(order, side);
  return (
    <div className={styles.page}>
      <TicketFace
        ticket={{ ...snapshotOf(order), sellerName: order.ticket?.sellerName ?? "" }}
        heading={
          <PageHeader
            title={`${side === "seller" ? texts.sale : texts.order}: ${isolate(order.ticket?.event?.title ?? "")}`}
            lead={<bdi>{order.ticket?.title}</bdi>}
          />
        }
      />
      <Card className={styles.side}>
        <div>
          <OrderStatusPill status={order.status} />
        </div>
        {order.price && <Money amount={order.price} className={styles.big} />}
        {order.price && order.amountRefunded > 0n && (
          <p>{texts.partRefunded[side](formatMoney({ ...order.price, minorUnits: order.amountRefunded }))}</p>
        )}
        {order.status === OrderStatus.COMPLETE &&
          (side === "seller" ? <SellerDelivery order={order} /> : <BuyerDelivery order={order} />)}
        {order.status === OrderStatus.COMPLETE && side === "buyer" && <AddToCalendar order={order} />}
        {side === "seller" ? (
          <SellerView order={order} />
        ) : (
          <BuyerActions order={order} money={money} onAnswer={take} onTimeUp={refresh} />
        )}
        {hasCases(order) && <OrderCases order={order} side={side} onChanged={refresh} />}
        <TicketLink order={order} side={side} />
        <p className={styles.soft}>
          {texts.number}: {order.id}
        </p>
      </Card>
      <OrderTimeline order={order} side={side} money={money} />
    </div>
  );
}

/** Whether something can go wrong with it, or has. */
const hasCases = ({ status }: Order) => [OrderStatus.COMPLETE, OrderStatus.REFUNDED].includes(status);

const snapshotOf = ({ ticket }: Order) => ({
  category: ticket?.category ?? Category.UNSPECIFIED,
  event: ticket?.event,
  seat: ticket?.seat,
});

function TicketLink({ order, side }: { order: Order; side: "buyer" | "seller" }) {
  const look = buttonClass("secondary", true);
  if (side === "seller") {
    return (
      <Link to="/sell/$ticketId" params={{ ticketId: order.ticketId }} className={look}>
        {texts.toYourTicket}
      </Link>
    );
  }
  // The page of a ticket shows its buyer nothing that the order does not.
  if (order.status === OrderStatus.COMPLETE) return null;
  return (
    <Link to="/tickets/$ticketId" params={{ ticketId: order.ticketId }} className={look}>
      {texts.toTicket}
    </Link>
  );
}
