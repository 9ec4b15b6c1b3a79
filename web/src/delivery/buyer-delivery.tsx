import { useMutation } from "@connectrpc/connect-query";
import { DeliveryStatus, TicketIssue } from "@ticketing/proto/deliveries/v1/delivery";
import { DeliveryService, type OpenTicketResponse } from "@ticketing/proto/deliveries/v1/delivery_service";
import type { Order } from "@ticketing/proto/orders/v1/order";
import { useState } from "react";
import { Button } from "../design/button.tsx";
import { ConfirmedAction } from "../design/confirmed-action.tsx";
import { ErrorNotice, Notice } from "../design/states.tsx";
import { DeliveryPart, type DeliverySide, dueTime, Reminded } from "./delivery-part.tsx";
import { KeptCopy } from "./kept-copy.tsx";
import { OpenedTicket } from "./opened-ticket.tsx";
import { deliveryTexts as texts } from "./texts.ts";

type Content = OpenTicketResponse["content"];

/** Where the ticket is, and what was delivered, once the buyer opens it. */
export function BuyerDelivery({ order }: { order: Order }) {
  return (
    <DeliveryPart order={order} instead={<KeptCopy order={order} />}>
      {(side) => <ForBuyer {...side} order={order} />}
    </DeliveryPart>
  );
}

function ForBuyer(props: DeliverySide & { order: Order }) {
  const { delivery, order, take } = props;
  // What was shown is asked for again once the seller has replaced it.
  const [shown, setShown] = useState<{ content: Content; delivered: bigint | undefined }>();
  const delivered = delivery.deliveredTime?.seconds;
  const show = ({ content, delivery: newer }: OpenTicketResponse) => {
    setShown({ content, delivered: newer?.deliveredTime?.seconds });
    take(newer);
  };
  if (delivery.issue === TicketIssue.ASKED) return <p>{texts.issuing}</p>;
  switch (delivery.status) {
    case DeliveryStatus.AWAITING_SELLER:
      return (
        <>
          <p>{texts.awaited(dueTime(delivery))}</p>
          <Reminded delivery={delivery} words={texts.sellerReminded} />
        </>
      );
    case DeliveryStatus.OVERDUE:
      return <Notice tone="warn" title={texts.late(dueTime(delivery))} />;
    case DeliveryStatus.DELIVERED:
    case DeliveryStatus.CONFIRMED:
      if (!shown || shown.delivered !== delivered) {
        return <Closed order={order} delivered={delivered} onOpen={show} />;
      }
      return (
        <>
          <OpenedTicket order={order} content={shown.content} delivered={delivered} onOpen={show} />
          {delivery.status === DeliveryStatus.CONFIRMED ? (
            <p>{texts.confirmed}</p>
          ) : (
            <ConfirmedAction
              method={DeliveryService.method.confirmDelivery}
              input={{ orderId: order.id }}
              label={texts.confirm}
              look="secondary"
              title={texts.confirmTitle}
              confirm={texts.confirmNow}
              keep={texts.notYet}
              onDone={(answer) => take(answer.delivery)}
            >
              <p>{texts.confirmText}</p>
            </ConfirmedAction>
          )}
        </>
      );
    default:
      return null;
  }
}

/** The first opening ends the time in which the ticket can be given back, so it is asked about. */
function Closed(props: {
  order: Order;
  delivered: bigint | undefined;
  onOpen: (answer: OpenTicketResponse) => void;
}) {
  const { order, delivered, onOpen } = props;
  const { id: orderId, ticketOpenedTime } = order;
  const { openTicket } = DeliveryService.method;
  const again = useMutation(openTicket, { onSuccess: onOpen });
  return (
    <>
      <Notice tone="good" title={texts.here}>
        <p>{texts.hereText}</p>
      </Notice>
      {again.isError && <ErrorNotice error={again.error} />}
      {ticketOpenedTime ? (
        <Button wide pending={again.isPending} onClick={() => again.mutate({ orderId })}>
          {texts.open}
        </Button>
      ) : (
        <ConfirmedAction
          method={openTicket}
          input={{ orderId }}
          label={texts.open}
          look="primary"
          title={texts.openTitle}
          confirm={texts.openNow}
          keep={texts.notYet}
          onDone={onOpen}
        >
          <p>{texts.openText}</p>
        </ConfirmedAction>
      )}
      <KeptCopy order={order} delivered={delivered} />
    </>
  );
}
