/**
 * Why a call can be refused: the `reason` of the google.rpc.ErrorInfo in every error of this API. A reason keeps its
 * name and its meaning for good; which calls answer with it, and with what metadata, stands at the RPCs.
 */

/** Reasons that a client can meet. The web app has words for each of them. */
export type PublicReason =
  // Of any call
  | "BAD_PAGE_TOKEN"
  | "CONTENTION"
  | "DATABASE_UNAVAILABLE"
  | "HTTPS_REQUIRED"
  | "NOT_FOUND"
  | "TOO_MANY_STREAMS"
  // Of any call, by the gateway; TOO_MANY_REQUESTS with retryAfter in seconds and a google.rpc.RetryInfo
  | "REQUEST_TOO_LARGE"
  | "TOO_MANY_REQUESTS"
  // Identity
  | "INVALID_TOKEN"
  | "KEYS_UNAVAILABLE"
  | "ROLE_REQUIRED"
  | "TOKEN_EXPIRED"
  | "UNAUTHENTICATED"
  // Accounts and sessions
  | "BAD_CREDENTIALS"
  | "BUSY"
  | "EMAIL_TAKEN"
  | "NO_SESSION"
  | "REFRESH_TOKEN_REUSED"
  | "SESSION_EXPIRED"
  | "TOO_MANY_ACCOUNTS"
  | "TOO_MANY_ATTEMPTS"
  | "TOO_MANY_TOKENS"
  // Tickets and their locks
  | "EVENT_STARTED"
  | "LOCK_COOLDOWN"
  | "LOCK_LAPSED"
  | "LOCK_LIMIT"
  | "NOT_YOUR_TICKET"
  | "OWN_TICKET"
  | "PRICE_CHANGED"
  | "PRICE_TOO_LOW"
  | "RELOCK_TOO_SOON"
  | "REQUEST_ID_REUSED"
  | "STALE_VERSION"
  | "TICKET_LOCKED"
  | "TICKET_NOT_FOUND"
  | "TICKET_SOLD"
  | "TICKET_WITHDRAWN"
  // Orders
  | "NOT_YOUR_ORDER"
  | "ORDER_ENDED"
  | "ORDER_EXPIRED"
  | "ORDER_NOT_COMPLETE"
  | "ORDER_NOT_FOUND"
  | "REFUND_WINDOW_CLOSED"
  // Payments
  | "INTENT_EXISTS"
  | "INTENT_NOT_OURS"
  | "PAYMENT_NOT_FOUND"
  | "PAYMENT_REFUSED"
  | "PAYMENT_VOIDED"
  | "PAYMENTS_SUSPENDED"
  | "STRIPE_KEY_REFUSED"
  | "STRIPE_UNAVAILABLE"
  | "TOO_MANY_DECLINES"
  // Operations
  | "DEAD_LETTER_NOT_FOUND"
  | "DEAD_LETTER_CONSUMER_AWAY";

/** Reasons between services, on ports that no client reaches. */
export type InternalReason =
  | "ALREADY_CAPTURED"
  | "CAPTURE_REFUSED"
  | "CHARGE_DISPUTED"
  | "ILLEGAL_TRANSITION"
  | "INTENT_KNOWN"
  | "INTENT_UNREADABLE"
  | "LOCK_LOST"
  | "LOCK_NOT_EXPIRED"
  | "MALFORMED"
  | "NOT_AUTHORIZED"
  | "NOT_CAPTURED"
  | "REASON_REQUIRED"
  | "REFUND_REFUSED"
  | "SERVICE_NOT_ALLOWED"
  | "SERVICE_TOKEN_REQUIRED";

export type Reason = PublicReason | InternalReason;
