import { timestampDate } from "@bufbuild/protobuf/wkt";
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { keepPreviousData } from "@tanstack/react-query";
import {
  type ListOrdersResponse_Row,
  OperationsService,
} from "@ticketing/proto/operations/v1/operations_service";
import { OrderStatus } from "@ticketing/proto/orders/v1/order";
import { useState } from "react";
import { paged } from "../api/paged.ts";
import { DateTime } from "../design/date-time.tsx";
import { Select } from "../design/field.tsx";
import { MoreOfList } from "../design/page.tsx";
import { Row, Rows } from "../design/row.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { ErrorState } from "../design/states.tsx";
import { OrderStatusPill } from "../orders/order-status.tsx";
import { orderStatusNames } from "../orders/texts.ts";
import { Freshness } from "./freshness.tsx";
import styles from "./operations.module.css";
import { refresh } from "./refresh.ts";
import { Section } from "./section.tsx";
import { operationsTexts as texts } from "./texts.ts";

const statuses = [
  OrderStatus.AWAITING_PAYMENT,
  OrderStatus.COMPLETE,
  OrderStatus.CANCELLED,
  OrderStatus.EXPIRED,
  OrderStatus.REFUNDED,
];

/** Orders, newest first, each with a link to its workflow in the Temporal UI. */
export function OrdersByStatus() {
  const [status, setStatus] = useState(OrderStatus.UNSPECIFIED);
  const query = useInfiniteQuery(
    OperationsService.method.listOrders,
    { status, pageSize: 20, pageToken: "" },
    {
      ...refresh,
      ...paged,
      placeholderData: keepPreviousData,
    },
  );
  const orders = query.data?.pages.flatMap((page) => page.orders);
  return (
    <Section title={texts.orders}>
      <div className={styles.filter}>
        <Select
          label={texts.status}
          value={status}
          onChange={(event) => setStatus(Number(event.target.value) as OrderStatus)}
        >
          <option value={OrderStatus.UNSPECIFIED}>{texts.anyStatus}</option>
          {statuses.map((each) => (
            <option key={each} value={each}>
              {orderStatusNames[each]}
            </option>
          ))}
        </Select>
      </div>
      {query.isPending && <SkeletonList count={2} />}
      {query.isError && !orders && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isRefetchError && <Freshness readAt={query.dataUpdatedAt} failing />}
      {orders?.length === 0 && <p>{texts.noOrders}</p>}
      <Rows>
        {orders?.map((order) => (
          <OrderRow key={order.orderId} order={order} />
        ))}
      </Rows>
      <MoreOfList
        hasMore={query.hasNextPage}
        loading={query.isFetchingNextPage}
        onMore={() => void query.fetchNextPage()}
      />
    </Section>
  );
}

function OrderRow({ order }: { order: ListOrdersResponse_Row }) {
  const { orderId, status, createTime, workflowUrl } = order;
  return (
    <Row
      level={3}
      heading={orderId}
      end={
        <>
          <OrderStatusPill status={status} />
          {workflowUrl && (
            <a href={workflowUrl} target="_blank" rel="noopener noreferrer" className={styles.out}>
              {texts.workflow} <span aria-hidden="true">↗</span>
              <span className="visually-hidden">{texts.workflowOf(orderId)}</span>
            </a>
          )}
        </>
      }
    >
      {createTime && <DateTime date={timestampDate(createTime)} className={styles.soft} />}
    </Row>
  );
}
