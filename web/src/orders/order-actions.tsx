import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Link } from "@tanstack/react-router";
import {
  CancellationReason,
  type Order,
  OrderStatus,
  RefundReason,
  type RefundRefusalReason,
} from "@ticketing/proto/orders/v1/order";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { buttonClass } from "../design/button.tsx";
import { ConfirmedAction } from "../design/confirmed-action.tsx";
import { Countdown, useRemaining } from "../design/countdown.tsx";
import { Money } from "../design/money.tsx";
import { Notice } from "../design/states.tsx";
import { formatDateTime, formatTime } from "../format/format-date.ts";
import { formatMoney } from "../format/format-money.ts";
import { CancelOrder } from "./cancel-order.tsx";
import { sharesOf } from "./earnings.ts";
import {
  isSettledPlace,
  type MoneyPlace,
  mayAskAgain,
  refusalToTell,
  saysMoreThanPaid,
} from "./money-place.ts";
import { refundTitles, whereMoneyIs } from "./money-texts.ts";
import styles from "./orders.module.css";
import { refundingText, refundRefusedText, orderTexts as texts } from "./texts.ts";

const nothingOf = ({ price }: Order) => (price ? formatMoney({ ...price, minorUnits: 0n }) : "");
/** Whether the money goes back since the event was cancelled. There is no time by which to ask for it then. */
const isForEvent = ({ refundReason }: Order) => refundReason === RefundReason.EVENT_CANCELLED;
/** Whether an operator decided that the money goes back. The ticket is not for sale again then. */
const isForCase = ({ refundReason }: Order) => refundReason === RefundReason.CASE;
const moneyOf = ({ price }: Order) => (price ? formatMoney(price) : "");
const netOf = (order: Order) => {
  const shares = sharesOf(order);
  return shares ? formatMoney(shares.net) : "";
};

/** What a buyer can do about an order, what is under way, and where the money is. */
export function BuyerActions(props: {
  order: Order;
  money: MoneyPlace | undefined;
  onAnswer: (order: Order | undefined) => void;
  onTimeUp: () => void;
}) {
  const { order, money } = props;
  const told = refusalToTell(order, money);
  switch (order.status) {
    case OrderStatus.AWAITING_PAYMENT:
      return <Unpaid {...props} />;
    case OrderStatus.COMPLETE:
      if (money && saysMoreThanPaid(order, money)) return <MoneyNotice order={order} money={money} />;
      if (!order.refundRequestedTime) return <Refund {...props} />;
      return (
        <>
          {told !== undefined && <RequestedRefund order={order} side="buyer" reason={told} />}
          {mayAskAgain(order) && <Refund {...props} />}
        </>
      );
    case OrderStatus.REFUNDED:
      if (money) return <MoneyNotice order={order} money={money} />;
      if (order.refundRefusedTime) return <RequestedRefund order={order} side="buyer" />;
      return <p>{texts.refundedBuyer}</p>;
    default:
      return money ? <MoneyNotice order={order} money={money} /> : null;
  }
}

/** Where the money is, for an order that has ended or whose payment says more than the order. */
function MoneyNotice({ order, money }: { order: Order; money: MoneyPlace }) {
  const text = <p>{whereMoneyIs[money](moneyOf(order))}</p>;
  if (money === "not_taken" || money === "held") return text;
  return (
    <Notice tone={isSettledPlace(money) ? "good" : "warn"} title={refundTitles[money]}>
      {text}
    </Notice>
  );
}

function Unpaid({ order, onAnswer, onTimeUp }: Parameters<typeof BuyerActions>[0]) {
  const until = order.expireTime ? timestampDate(order.expireTime) : new Date(0);
  const left = useRemaining(until);
  if (order.cancelRequestedTime) {
    const forEvent = order.cancelRequestedReason === CancellationReason.EVENT_CANCELLED;
    return <Notice tone="warn" title={forEvent ? texts.cancellingForEvent : texts.cancelling} />;
  }
  if (left === 0) return <Notice tone="warn" title={texts.timeUp} />;
  return (
    <>
      <Notice tone="good" title={texts.awaitingBuyerTitle}>
        <p>{texts.awaitingBuyer(formatTime(until))}</p>
      </Notice>
      <p className={styles.clock}>
        <span>{texts.timeToPay}</span>
        <Countdown until={until} announceAs={texts.announceLeft} onEnd={onTimeUp} />
      </p>
      <Link to="/checkout/$orderId" params={{ orderId: order.id }} className={buttonClass("primary", true)}>
        {texts.payNow}
      </Link>
      <CancelOrder orderId={order.id} onOrder={onAnswer} />
    </>
  );
}

function Refund({ order, onAnswer }: Parameters<typeof BuyerActions>[0]) {
  const until = order.refundableUntil ? timestampDate(order.refundableUntil) : new Date(0);
  const left = useRemaining(until);
  const again = order.refundRequestedTime !== undefined;
  const forEvent = isForEvent(order);
  if (order.ticketOpenedTime && !forEvent) return <p className={styles.soft}>{texts.openedNoRefund}</p>;
  if (left === 0 && !forEvent) return <p className={styles.soft}>{texts.refundOver}</p>;
  return (
    <>
      {!forEvent && (
        <>
          <p>{(again ? texts.refundAgainUntil : texts.refundUntil)(formatDateTime(until))}</p>
          <p className={styles.clock}>
            <span>{texts.refundLeft}</span>
            <Countdown until={until} />
          </p>
        </>
      )}
      <ConfirmedAction
        method={OrderService.method.requestRefund}
        input={{ orderId: order.id }}
        label={again ? texts.refundAgain : texts.refund}
        look="secondary"
        title={texts.refundTitle(moneyOf(order))}
        confirm={texts.confirmRefund}
        keep={texts.keep}
        onDone={(answer) => onAnswer(answer.order)}
      >
        <p>{forEvent ? texts.refundForEventText : texts.refundText}</p>
      </ConfirmedAction>
    </>
  );
}

/** The state of a refund that was asked for and is not made yet: on its way, or refused. */
function RequestedRefund({
  order,
  side,
  reason = order.refundRefusalReason,
}: {
  order: Order;
  side: "buyer" | "seller";
  reason?: RefundRefusalReason;
}) {
  const refused = order.refundRefusedTime !== undefined;
  const underWay = refundingText(side, order.refundReason);
  return (
    <Notice tone="warn" title={refused ? texts.refundRefusedTitle : texts.refundingTitle}>
      <p>{refused ? refundRefusedText(side, reason) : underWay}</p>
    </Notice>
  );
}

/** What a seller should know about an order. Sellers cannot change one. */
export function SellerView({ order }: { order: Order }) {
  switch (order.status) {
    case OrderStatus.AWAITING_PAYMENT: {
      const until = order.expireTime ? timestampDate(order.expireTime) : new Date(0);
      return (
        <>
          <Notice tone="warn" title={texts.awaitingSellerTitle}>
            <p>{texts.awaitingSeller(formatTime(until))}</p>
          </Notice>
          <p className={styles.clock}>
            <span>{texts.timeToPay}</span>
            <Countdown until={until} />
          </p>
          <Shares order={order} />
        </>
      );
    }
    case OrderStatus.COMPLETE:
      if (order.refundRequestedTime) return <RequestedRefund order={order} side="seller" />;
      return (
        <>
          <Notice tone="good" title={texts.earned(netOf(order))}>
            <StillRefundable order={order} />
          </Notice>
          <Shares order={order} />
          <Link to="/earnings">{texts.whenPaid}</Link>
        </>
      );
    case OrderStatus.REFUNDED:
      if (order.refundRefusedTime) return <RequestedRefund order={order} side="seller" />;
      return (
        <Notice tone="warn" title={texts.refundedTitle}>
          <p>
            {isForEvent(order)
              ? texts.refundedForEvent(moneyOf(order))
              : (isForCase(order) ? texts.refundedForCase : texts.refundedSeller)(moneyOf(order))}
          </p>
        </Notice>
      );
    default:
      return <p>{texts.earned(nothingOf(order))}.</p>;
  }
}

function StillRefundable({ order }: { order: Order }) {
  const until = order.refundableUntil ? timestampDate(order.refundableUntil) : new Date(0);
  const left = useRemaining(until);
  return left > 0 && !order.ticketOpenedTime ? <p>{texts.sellerRefundUntil(formatDateTime(until))}</p> : null;
}

/** How the price is shared between seller and marketplace. Buyers do not see it. */
function Shares({ order }: { order: Order }) {
  const shares = sharesOf(order);
  if (!order.price || !shares) return null;
  return (
    <dl className={styles.shares}>
      <dt>{texts.price}</dt>
      <dd>
        <Money amount={order.price} />
      </dd>
      {order.amountRefunded > 0n && (
        <>
          <dt>{texts.returned}</dt>
          <dd>
            <Money amount={{ ...order.price, minorUnits: order.amountRefunded }} />
          </dd>
        </>
      )}
      <dt>{texts.fee}</dt>
      <dd>
        <Money amount={shares.fee} />
      </dd>
      <dt>{texts.net}</dt>
      <dd>
        <Money amount={shares.net} />
      </dd>
    </dl>
  );
}
