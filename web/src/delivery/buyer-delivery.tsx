import { useMutation } from "@connectrpc/connect-query";
import { DeliveryStatus, TicketIssue } from "@ticketing/proto/deliveries/v1/delivery";
import { DeliveryService, type OpenTicketResponse } from "@ticketing/proto/deliveries/v1/delivery_service";
import type { Order } from "@ticketing/proto/orders/v1/order";
import { useState } from "react";
import { Button, buttonClass } from "../design/button.tsx";
import { ConfirmedAction } from "../design/confirmed-action.tsx";
import { ErrorNotice, Notice } from "../design/states.tsx";
import styles from "./delivery.module.css";
import { DeliveryPart, type DeliverySide, dueTime, Reminded } from "./delivery-part.tsx";
import { deliveryTexts as texts } from "./texts.ts";
import { TicketFile } from "./ticket-file.tsx";

type Content = OpenTicketResponse["content"];

/** Where the ticket is, and what was delivered, once the buyer opens it. */
export function BuyerDelivery({ order }: { order: Order }) {
  const { id, ticketOpenedTime } = order;
  return (
    <DeliveryPart order={order}>
      {(side) => <ForBuyer {...side} orderId={id} opened={ticketOpenedTime !== undefined} />}
    </DeliveryPart>
  );
}

function ForBuyer(props: DeliverySide & { orderId: string; opened: boolean }) {
  const { delivery, orderId, take } = props;
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
      if (!shown || shown.delivered !== delivered) return <Closed {...props} onOpen={show} />;
      return (
        <>
          <Shown orderId={orderId} content={shown.content} onOpen={show} />
          {delivery.status === DeliveryStatus.CONFIRMED ? (
            <p>{texts.confirmed}</p>
          ) : (
            <ConfirmedAction
              method={DeliveryService.method.confirmDelivery}
              input={{ orderId }}
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
function Closed(props: { orderId: string; opened: boolean; onOpen: (answer: OpenTicketResponse) => void }) {
  const { orderId, opened, onOpen } = props;
  const { openTicket } = DeliveryService.method;
  const again = useMutation(openTicket, { onSuccess: onOpen });
  return (
    <>
      <Notice tone="good" title={texts.here}>
        <p>{texts.hereText}</p>
      </Notice>
      {again.isError && <ErrorNotice error={again.error} />}
      {opened ? (
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
    </>
  );
}

function Shown(props: { orderId: string; content: Content; onOpen: (answer: OpenTicketResponse) => void }) {
  const { orderId, content, onOpen } = props;
  if (content.case === "transferNote") {
    return (
      <div>
        <p>{texts.sellerSays}</p>
        <blockquote className={styles.note} dir="auto">
          {content.value}
        </blockquote>
      </div>
    );
  }
  if (content.case === "file") {
    return <TicketFile orderId={orderId} file={content.value} onOpen={onOpen} />;
  }
  const url = content.case === "link" ? URL.parse(content.value) : null;
  // The service takes no other link; a page that runs what a seller wrote would be worse than none.
  if (url?.protocol !== "https:") return null;
  return (
    <>
      <a
        href={url.href}
        target="_blank"
        rel="noopener noreferrer"
        referrerPolicy="no-referrer"
        className={buttonClass("primary", true)}
      >
        {texts.toTicket}
      </a>
      <p className={styles.soft}>{texts.linkLeads(url.host)}</p>
    </>
  );
}
