import { getRouteApi, Link, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { buttonClass } from "../design/button.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { EmptyState, ErrorState } from "../design/states.tsx";
import { useOrder } from "../orders/use-order.ts";
import { SignedIn } from "../session/signed-in.tsx";
import { Purchase } from "./purchase.tsx";
import { checkoutTexts as texts } from "./texts.ts";

/** Paying for an order while its ticket is held, and what became of it. */
export function CheckoutScreen() {
  const { orderId } = getRouteApi("/checkout/$orderId").useParams();
  // Whoever has to sign in first is sent there from the clean address: a second way from here would end the first.
  if (!useCleanAddress(orderId)) return <SkeletonList count={2} />;
  return <SignedIn>{(user) => <Checkout key={orderId} orderId={orderId} userId={user.id} />}</SignedIn>;
}

/**
 * A way of paying that led away comes back with Stripe's parameters in the address, a secret among them. Nothing needs
 * them: Stripe is asked anyway. Returns whether the address is free of them.
 */
function useCleanAddress(orderId: string): boolean {
  const navigate = useNavigate();
  const { pathname, searchStr } = useLocation();
  // This is still drawn while a next screen is on its way, whose address is none of its business.
  const dirty = searchStr !== "" && pathname === `/checkout/${orderId}`;
  useEffect(() => {
    if (dirty) void navigate({ to: "/checkout/$orderId", params: { orderId }, search: {}, replace: true });
  }, [dirty, orderId, navigate]);
  return !dirty;
}

function Checkout({ orderId, userId }: { orderId: string; userId: string }) {
  const { query, order, take, refresh } = useOrder(orderId);
  if (query.isPending) return <SkeletonList count={2} />;
  if (!order) {
    return (
      <ErrorState page error={query.error} onRetry={refresh}>
        <Link to="/orders" className={buttonClass("secondary")}>
          {texts.toOrders}
        </Link>
      </ErrorState>
    );
  }
  if (order.buyerId !== userId) {
    return (
      <EmptyState page title={texts.notBuyerTitle} text={texts.notBuyerText}>
        <Link to="/sales" className={buttonClass("secondary")}>
          {texts.toSales}
        </Link>
      </EmptyState>
    );
  }
  return <Purchase order={order} onOrder={take} onStale={refresh} />;
}
