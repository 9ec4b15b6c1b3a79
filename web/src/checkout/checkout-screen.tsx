import { timestampDate } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import { getRouteApi } from "@tanstack/react-router";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { Card } from "../design/card.tsx";
import { Countdown } from "../design/countdown.tsx";
import { Money } from "../design/money.tsx";
import { PageHeader } from "../design/page.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { ErrorState } from "../design/states.tsx";
import { SignedIn } from "../session/signed-in.tsx";
import { checkoutTexts as texts } from "../texts/checkout.ts";

/** Paying for an order while its ticket is held. */
export function CheckoutScreen() {
  const { orderId } = getRouteApi("/checkout/$orderId").useParams();
  return <SignedIn>{() => <Checkout orderId={orderId} />}</SignedIn>;
}

function Checkout({ orderId }: { orderId: string }) {
  const query = useQuery(OrderService.method.getOrder, { orderId });
  const order = query.data?.order;
  if (query.isPending) return <SkeletonList count={2} />;
  if (!order) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      <PageHeader title={texts.title} lead={order.ticket?.title} />
      <Card>
        {order.price && <Money amount={order.price} />}
        {order.expireTime && (
          <p>
            {texts.timeLeft} <Countdown until={timestampDate(order.expireTime)} announceAs={texts.announce} />
          </p>
        )}
      </Card>
    </>
  );
}
