import { useMutation } from "@connectrpc/connect-query";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { useRef, useState } from "react";
import { isPassing, reasonOf } from "../api/reason.ts";
import type { Amount } from "../format/format-money.ts";
import { useSession } from "../session/session-store.ts";

/** Buying a ticket: the price that the person agreed to, and the call that locks it. */
export interface Purchase {
  /** Locks the ticket at the price on the screen. Asks first if the page showed another price before. */
  buy(price: Amount): void;
  /** The new price to agree to, and the one that the page showed before. */
  readonly question: { readonly before: Amount; readonly now: Amount } | undefined;
  accept(): void;
  decline(): void;
  /** The call is under way, or it succeeded and the checkout is about to be shown. */
  readonly pending: boolean;
  readonly failure: unknown;
}

const same = (a: Amount, b: Amount) => a.minorUnits === b.minorUnits && a.currency === b.currency;

/**
 * One purchase of one ticket. `shown` is the price that the page showed first. The person is asked before another price
 * is used, whether the page learned of it from the stream or from a refusal.
 */
export function usePurchase(ticketId: string, shown: Amount | undefined): Purchase {
  const session = useSession();
  const navigate = useNavigate();
  const { href } = useLocation();
  const [agreed, setAgreed] = useState<Amount>();
  const [asked, setAsked] = useState<Amount>();
  const request = useRef<string>(undefined);
  const known = agreed ?? shown;
  const creating = useMutation(OrderService.method.createOrder, {
    onSuccess({ order }) {
      if (order) void navigate({ to: "/checkout/$orderId", params: { orderId: order.id } });
    },
    onError(error) {
      // Repeat the same request only while its outcome is unknown.
      if (!isPassing(error)) request.current = undefined;
      const { name, facts } = reasonOf(error);
      if (name === "PRICE_CHANGED" && facts.minorUnits && facts.currency) {
        setAsked({ minorUnits: BigInt(facts.minorUnits), currency: facts.currency });
      }
    },
  });
  const priceRefused = creating.isError && reasonOf(creating.error).name === "PRICE_CHANGED";

  function lock(price: Amount): void {
    if (creating.isPending) return;
    request.current ??= crypto.randomUUID();
    const { minorUnits, currency } = price;
    creating.mutate({ requestId: request.current, ticketId, expectedPrice: { minorUnits, currency } });
  }

  return {
    buy(price) {
      if (session.status === "anonymous") void navigate({ to: "/sign-in", search: { from: href } });
      else if (known && !same(known, price)) setAsked(price);
      else lock(price);
    },
    question: asked && known && { before: known, now: asked },
    accept() {
      if (!asked) return;
      setAgreed(asked);
      setAsked(undefined);
      request.current = undefined;
      lock(asked);
    },
    decline: () => setAsked(undefined),
    pending: creating.isPending || creating.isSuccess,
    failure: creating.isError && !priceRefused ? creating.error : undefined,
  };
}
