import { useInfiniteQuery } from "@connectrpc/connect-query";
import { Link } from "@tanstack/react-router";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { paged } from "../api/paged.ts";
import { MyCases } from "../cases/my-cases.tsx";
import { ToDeliver } from "../delivery/to-deliver.tsx";
import { buttonClass } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { Money } from "../design/money.tsx";
import { PageHeader } from "../design/page.tsx";
import { EmptyState } from "../design/states.tsx";
import { formatMoney } from "../format/format-money.ts";
import { SignedIn } from "../session/signed-in.tsx";
import { earnings, sharesOf } from "./earnings.ts";
import { OrderList, refreshOf } from "./order-list.tsx";
import styles from "./orders.module.css";
import { orderTexts as texts } from "./texts.ts";

/** The orders for the tickets that a person sells. */
export function SalesScreen() {
  return (
    <SignedIn>
      {(user) => (
        <>
          <PageHeader
            title={texts.sales}
            lead={texts.salesLead}
            actions={
              <div className={styles.actions}>
                <Link to="/orders" className={buttonClass("secondary")}>
                  {texts.toOrders}
                </Link>
                <Link to="/earnings" className={buttonClass("secondary")}>
                  {texts.toEarnings}
                </Link>
              </div>
            }
          />
          <MyCases userId={user.id} side="seller" />
          <MySales />
        </>
      )}
    </SignedIn>
  );
}

function MySales() {
  const query = useInfiniteQuery(
    OrderService.method.listMySales,
    { pageSize: 20, pageToken: "" },
    {
      ...paged,
      refetchInterval: ({ state }) => refreshOf(state.data?.pages.flatMap(({ orders }) => orders)),
      staleTime: 0,
    },
  );
  const sales = query.data?.pages.flatMap(({ orders }) => orders);
  return (
    <>
      {sales && <Total sales={sales} all={!query.hasNextPage} />}
      <ToDeliver titleOf={(orderId) => sales?.find(({ id }) => id === orderId)?.ticket?.event?.title} />
      <OrderList
        query={query}
        orders={sales}
        label={texts.sales}
        empty={
          <EmptyState title={texts.noSalesTitle} text={texts.noSalesText}>
            <Link to="/sell" className={buttonClass()}>
              {texts.sell}
            </Link>
          </EmptyState>
        }
        end={(order) => <Proceeds order={order} />}
      />
    </>
  );
}

function Total({ sales, all }: { sales: readonly Order[]; all: boolean }) {
  const sums = earnings(sales);
  if (sums.length === 0) return null;
  return (
    <Card className={styles.total}>
      <p>{all ? texts.total : texts.totalSoFar}</p>
      <p className={styles.sums}>
        {sums.map((sum) => (
          <Money key={sum.currency} amount={sum} className={styles.sum} />
        ))}
      </p>
    </Card>
  );
}

function Proceeds({ order }: { order: Order }) {
  const { status, price, refundRefusedTime } = order;
  const shares = sharesOf(order);
  if (!price || !shares) return null;
  const net = formatMoney(shares.net);
  switch (status) {
    case OrderStatus.COMPLETE:
      return <strong className={styles.price}>{texts.earned(net)}</strong>;
    case OrderStatus.AWAITING_PAYMENT:
      return <span className={styles.soft}>{texts.pending(net)}</span>;
    case OrderStatus.REFUNDED:
      return (
        <span className={styles.soft}>
          {(refundRefusedTime ? texts.notGivenBack : texts.givenBack)(formatMoney(price))}
        </span>
      );
    default:
      return <span className={styles.soft}>{texts.earned(formatMoney({ ...price, minorUnits: 0n }))}</span>;
  }
}
