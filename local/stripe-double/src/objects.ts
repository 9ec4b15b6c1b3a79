/**
 * The objects of Stripe's API that the double keeps, in the shape in which they travel
 * (docs.stripe.com/api/payment_intents/object, /api/charges/object, /api/refunds/object,
 * /api/disputes/object, /api/payment_methods/object, /api/events/object, /api/accounts/object, /api/transfers/object,
 * /api/transfer_reversals/object, /api/balance_transactions/object).
 * Amounts are integer minor units, times are Unix seconds.
 */

export type Metadata = Record<string, string>;

export interface Card {
  brand: string;
  last4: string;
  exp_month: number;
  exp_year: number;
  funding: "credit";
  country: "US";
}

export interface PaymentMethod {
  id: string;
  object: "payment_method";
  type: "card";
  card: Card;
  billing_details: { name: string | null; email: string | null; phone: null; address: null };
  created: number;
  customer: null;
  livemode: false;
  metadata: Metadata;
}

/** docs.stripe.com/api/errors: the part of an error that an object keeps. */
export interface PaymentError {
  type: "card_error" | "invalid_request_error";
  code: string;
  message: string;
  doc_url: string;
  decline_code?: string;
  charge?: string;
  payment_method?: PaymentMethod;
}

export type NextAction =
  | { type: "redirect_to_url"; redirect_to_url: { url: string; return_url: string } }
  | {
      type: "use_stripe_sdk";
      use_stripe_sdk: { type: "three_d_secure_redirect"; stripe_js: string; source: string };
    };

export interface PaymentIntent {
  id: string;
  object: "payment_intent";
  amount: number;
  amount_capturable: number;
  amount_received: number;
  automatic_payment_methods: { enabled: boolean; allow_redirects: "always" | "never" } | null;
  canceled_at: number | null;
  cancellation_reason: string | null;
  capture_method: "automatic" | "automatic_async" | "manual";
  client_secret: string;
  confirmation_method: "automatic";
  created: number;
  currency: string;
  customer: null;
  description: string | null;
  last_payment_error: PaymentError | null;
  latest_charge: string | null;
  livemode: false;
  metadata: Metadata;
  next_action: NextAction | null;
  payment_method: string | null;
  payment_method_types: string[];
  processing: null;
  receipt_email: string | null;
  setup_future_usage: null;
  shipping: null;
  statement_descriptor_suffix: string | null;
  transfer_group: string | null;
  status:
    | "requires_payment_method"
    | "requires_confirmation"
    | "requires_action"
    | "requires_capture"
    | "succeeded"
    | "canceled";
}

export interface Charge {
  id: string;
  object: "charge";
  amount: number;
  amount_captured: number;
  amount_refunded: number;
  /** Null until money was taken. */
  balance_transaction: string | null;
  captured: boolean;
  created: number;
  currency: string;
  description: string | null;
  disputed: boolean;
  failure_code: string | null;
  failure_message: string | null;
  livemode: false;
  metadata: Metadata;
  outcome: { type: string; network_status: string; reason: string | null; seller_message: string };
  paid: boolean;
  payment_intent: string;
  payment_method: string;
  payment_method_details: { type: "card"; card: Card };
  refunded: boolean;
  transfer_group: string | null;
  status: "succeeded" | "failed";
}

export interface Refund {
  id: string;
  object: "refund";
  amount: number;
  balance_transaction: string | null;
  charge: string;
  created: number;
  currency: string;
  metadata: Metadata;
  payment_intent: string;
  reason: string | null;
  /** Absent unless it failed. */
  failure_balance_transaction?: string;
  failure_reason: string | null;
  status: "pending" | "requires_action" | "succeeded" | "failed" | "canceled";
}

export interface Dispute {
  id: string;
  object: "dispute";
  amount: number;
  balance_transactions: BalanceTransaction[];
  charge: string;
  created: number;
  currency: string;
  /** Texts by the names of Stripe's fields. */
  evidence: Record<string, string>;
  evidence_details: {
    due_by: number | null;
    has_evidence: boolean;
    past_due: boolean;
    submission_count: number;
  };
  is_charge_refundable: boolean;
  livemode: false;
  metadata: Metadata;
  payment_intent: string;
  reason: string;
  status:
    | "warning_needs_response"
    | "warning_under_review"
    | "warning_closed"
    | "needs_response"
    | "under_review"
    | "won"
    | "lost";
}

/** A connected account, with as much as onboarding changes. */
export interface Account {
  id: string;
  object: "account";
  capabilities: { transfers: "inactive" | "pending" | "active" };
  charges_enabled: boolean;
  created: number;
  details_submitted: boolean;
  metadata: Metadata;
  payouts_enabled: boolean;
  requirements: {
    currently_due: string[];
    disabled_reason: string | null;
    eventually_due: string[];
    past_due: string[];
    pending_verification: string[];
  };
}

export interface Transfer {
  id: string;
  object: "transfer";
  amount: number;
  amount_reversed: number;
  balance_transaction: string;
  created: number;
  currency: string;
  description: string | null;
  destination: string;
  livemode: false;
  metadata: Metadata;
  reversed: boolean;
  source_transaction: string;
  transfer_group: string;
}

export interface TransferReversal {
  id: string;
  object: "transfer_reversal";
  amount: number;
  balance_transaction: string;
  created: number;
  currency: string;
  metadata: Metadata;
  transfer: string;
}

export interface BalanceTransaction {
  id: string;
  object: "balance_transaction";
  amount: number;
  available_on: number;
  created: number;
  currency: string;
  description: null;
  exchange_rate: null;
  fee: number;
  fee_details: {
    amount: number;
    application: null;
    currency: string;
    description: string;
    type: "stripe_fee";
  }[];
  net: number;
  reporting_category:
    | "charge"
    | "refund"
    | "refund_failure"
    | "dispute"
    | "dispute_reversal"
    | "transfer"
    | "transfer_reversal";
  /** The id of what moved the money. */
  source: string;
  status: "pending";
  type: "charge" | "refund" | "refund_failure" | "adjustment" | "transfer" | "transfer_refund";
}

export type ApiObject =
  | PaymentIntent
  | Charge
  | Refund
  | Dispute
  | PaymentMethod
  | Account
  | Transfer
  | TransferReversal;

export interface Event {
  id: string;
  object: "event";
  /** The connected account that it happened in (docs.stripe.com/connect/webhooks); absent of the platform's own. */
  account?: string;
  api_version: string;
  created: number;
  data: { object: ApiObject };
  livemode: false;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  type: string;
}

/** A list as it travels, docs.stripe.com/api/pagination. */
export interface List<T> {
  object: "list";
  data: T[];
  has_more: boolean;
  url: string;
}
