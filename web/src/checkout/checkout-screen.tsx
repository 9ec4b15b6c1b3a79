import { getRouteApi, Link, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { buttonClass } from "../design/button.tsx";
import { SkeletonList } from "../design/skeleton.tsx";
import { EmptyState, ErrorState } from "../design/states.tsx";
import { useOrder } from "../orders/use-order.ts";
import { SignedIn } from "../session/signed-in.tsx";
import { Purchase } from "./purchase.tsx";
import { checkoutTexts as texts } from "./texts.ts";

/** The page to pay for an order while its ticket is held. Later it shows how the order ended. */
export function CheckoutScreen() {
  const { orderId } = getRouteApi("/checkout/$orderId").useParams();
  // Clean the address before redirecting to sign-in: a second navigation would cancel the first.
  if (!useCleanAddress(orderId)) return <SkeletonList count={2} />;
  return <SignedIn>{(user) => <Checkout key={orderId} orderId={orderId} userId={user.id} />}</SignedIn>;
}

/**
 * A payment method that left the page returns with Stripe's parameters in the address, among them a secret. This page
 * asks Stripe anyway and removes them. Returns whether the address is free of them.
 */
function useCleanAddress(orderId: string): boolean {
  const navigate = useNavigate();
  const { pathname, searchStr } = useLocation();
  // This is still rendered while the next screen loads, and must not change the address of that one.
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
