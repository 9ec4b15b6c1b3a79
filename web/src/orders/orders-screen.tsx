import { useInfiniteQuery } from "@connectrpc/connect-query";
import { Link } from "@tanstack/react-router";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { paged } from "../api/paged.ts";
import { MyCases } from "../cases/my-cases.tsx";
import { KeptListInstead } from "../delivery/kept-instead.tsx";
import { buttonClass } from "../design/button.tsx";
import { Money } from "../design/money.tsx";
import { PageHeader } from "../design/page.tsx";
import { EmptyState } from "../design/states.tsx";
import { useSession } from "../session/session-store.ts";
import { SignedIn } from "../session/signed-in.tsx";
import { OrderList, PayNow, refreshOf } from "./order-list.tsx";
import styles from "./orders.module.css";
import { orderTexts as texts } from "./texts.ts";
import { useForgetReturned } from "./use-forget-returned.ts";

/** What the person bought or holds. */
export function OrdersScreen() {
  const { status } = useSession();
  const screen = (
    <SignedIn>
      {(user) => (
        <>
          <PageHeader
            title={texts.orders}
            lead={texts.ordersLead}
            actions={
              <Link to="/sales" className={buttonClass("secondary")}>
                {texts.toSales}
              </Link>
            }
          />
          <MyCases userId={user.id} side="buyer" />
          <MyOrders />
        </>
      )}
    </SignedIn>
  );
  if (status === "signed-in" || status === "ended") return screen;
  return <KeptListInstead waiting={status === "unknown"}>{screen}</KeptListInstead>;
}

function MyOrders() {
  const query = useInfiniteQuery(
    OrderService.method.listMyOrders,
    { pageSize: 20, pageToken: "" },
    {
      ...paged,
      refetchInterval: ({ state }) => refreshOf(state.data?.pages.flatMap(({ orders }) => orders)),
      staleTime: 0,
    },
  );
  const orders = query.data?.pages.flatMap((page) => page.orders);
  useForgetReturned(orders);
  return (
    <OrderList
      query={query}
      orders={orders}
      label={texts.orders}
      empty={
        <EmptyState title={texts.noOrdersTitle} text={texts.noOrdersText}>
          <Link to="/" className={buttonClass()}>
            {texts.browse}
          </Link>
        </EmptyState>
      }
      end={(order) => (
        <>
          {order.price && <Money amount={order.price} className={styles.price} />}
          {order.status === OrderStatus.AWAITING_PAYMENT && (
            <PayNow order={order} onTimeUp={() => void query.refetch()} />
          )}
        </>
      )}
    />
  );
}
