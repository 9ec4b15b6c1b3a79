import { useInfiniteQuery } from "@connectrpc/connect-query";
import { Link } from "@tanstack/react-router";
import { type Order, OrderStatus } from "@ticketing/proto/orders/v1/order";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { buttonClass } from "../design/button.tsx";
import { Card } from "../design/card.tsx";
import { Money } from "../design/money.tsx";
import { PageHeader } from "../design/page.tsx";
import { EmptyState } from "../design/states.tsx";
import { formatMoney } from "../format/format-money.ts";
import { SignedIn } from "../session/signed-in.tsx";
import { earnings } from "./earnings.ts";
import { OrderList, refreshOf } from "./order-list.tsx";
import styles from "./orders.module.css";
import { orderTexts as texts } from "./texts.ts";

/** The orders for the tickets that a person sells. */
export function SalesScreen() {
  return (
    <SignedIn>
      {() => (
        <>
          <PageHeader
            title={texts.sales}
            lead={texts.salesLead}
            actions={
              <Link to="/orders" className={buttonClass("secondary")}>
                {texts.toOrders}
              </Link>
            }
          />
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
      pageParamKey: "pageToken",
      getNextPageParam: ({ nextPageToken }) => nextPageToken || undefined,
      refetchInterval: ({ state }) => refreshOf(state.data?.pages.flatMap(({ orders }) => orders)),
      staleTime: 0,
    },
  );
  const sales = query.data?.pages.flatMap(({ orders }) => orders);
  return (
    <>
      {sales && <Total sales={sales} all={!query.hasNextPage} />}
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

function Proceeds({ order: { status, price, refundRefusedTime } }: { order: Order }) {
  if (!price) return null;
  const money = formatMoney(price);
  switch (status) {
    case OrderStatus.COMPLETE:
      return <strong className={styles.price}>{texts.received(money)}</strong>;
    case OrderStatus.AWAITING_PAYMENT:
      return <span className={styles.soft}>{texts.pending(money)}</span>;
    case OrderStatus.REFUNDED:
      return (
        <span className={styles.soft}>
          {(refundRefusedTime ? texts.notGivenBack : texts.givenBack)(money)}
        </span>
      );
    default:
      return <span className={styles.soft}>{texts.received(formatMoney({ ...price, minorUnits: 0n }))}</span>;
  }
}
