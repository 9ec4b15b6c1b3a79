import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type {
  Account,
  BalanceTransaction,
  Charge,
  Dispute,
  Event,
  PaymentIntent,
  PaymentMethod,
  Refund,
  Transfer,
  TransferReversal,
} from "./objects.ts";

/** The answer that an idempotency key keeps (docs.stripe.com/api/idempotent_requests); `id` is the key. */
export interface SavedResponse {
  id: string;
  /** Method and path; the parameters as a hash only, since they may hold a card number. */
  endpoint: string;
  parameters: string;
  requestId: string;
  status: number;
  body: string;
  created: number;
}

/** Which payment method id behaves how: the card's number itself is never kept. */
export interface CardBehaviour {
  id: string;
  behaviour: string;
}

/** A page for onboarding, which opens once (docs.stripe.com/api/account_links/object); `id` is the secret of its address. */
export interface AccountPage {
  id: string;
  account: string;
  refreshUrl: string;
  returnUrl: string;
  expiresAt: number;
  isUsed: boolean;
}

/** What a seller's account has paid out to its bank, in minor units; `id` is the account's. */
export interface PaidOut {
  id: string;
  amount: number;
}

/** One kind of record, in order of creation. Records are replaced, never changed. */
export interface Table<T extends { id: string }> {
  get(id: string): T | undefined;
  put(record: T): T;
  all(): T[];
  /** Those created after the first `count`. */
  after(count: number): T[];
}

export interface State {
  paymentIntents: Table<PaymentIntent>;
  charges: Table<Charge>;
  refunds: Table<Refund>;
  disputes: Table<Dispute>;
  accounts: Table<Account>;
  accountPages: Table<AccountPage>;
  paidOut: Table<PaidOut>;
  transfers: Table<Transfer>;
  reversals: Table<TransferReversal>;
  balanceTransactions: Table<BalanceTransaction>;
  paymentMethods: Table<PaymentMethod>;
  behaviours: Table<CardBehaviour>;
  events: Table<Event>;
  responses: Table<SavedResponse>;
  /** Makes everything put since the last commit outlive the process; call before answering. */
  commit(): void;
  close(): void;
}

const RESPONSE_LIFETIME = 24 * 60 * 60;

/**
 * Memory, and with `file` a journal beside it: one line per commit, written before the answer leaves,
 * so that a killed process has lost nothing it acknowledged. (No fsync: it need not survive a power cut.)
 */
export function openState(file?: string): State {
  let pending: [string, { id: string }][] = [];
  const restorers = new Map<string, (record: never) => void>();
  const dumpers = new Map<string, () => { id: string }[]>();

  function table<T extends { id: string }>(name: string): Table<T> {
    const records = new Map<string, T>();
    const ids: string[] = [];
    const set = (record: T) => {
      if (!records.has(record.id)) ids.push(record.id);
      records.set(record.id, record);
    };
    restorers.set(name, set);
    dumpers.set(name, () => [...records.values()]);
    return {
      get: (id) => records.get(id),
      put: (record) => {
        set(record);
        if (file) pending.push([name, record]);
        return record;
      },
      all: () => [...records.values()],
      after: (count) => ids.slice(count).flatMap((id) => records.get(id) ?? []),
    };
  }

  const state = {
    paymentIntents: table<PaymentIntent>("paymentIntents"),
    charges: table<Charge>("charges"),
    refunds: table<Refund>("refunds"),
    disputes: table<Dispute>("disputes"),
    accounts: table<Account>("accounts"),
    accountPages: table<AccountPage>("accountPages"),
    paidOut: table<PaidOut>("paidOut"),
    transfers: table<Transfer>("transfers"),
    reversals: table<TransferReversal>("reversals"),
    balanceTransactions: table<BalanceTransaction>("balanceTransactions"),
    paymentMethods: table<PaymentMethod>("paymentMethods"),
    behaviours: table<CardBehaviour>("behaviours"),
    events: table<Event>("events"),
    responses: table<SavedResponse>("responses"),
  };
  if (!file) return { ...state, commit: () => {}, close: () => {} };

  for (const line of existsSync(file) ? readFileSync(file, "utf8").split("\n") : []) {
    for (const [name, record] of readLine(line)) restorers.get(name)?.(record);
  }
  // Start with a short journal: the last state of each record, without the answers that Stripe would have dropped too.
  const oldest = Date.now() / 1000 - RESPONSE_LIFETIME;
  const isStale = (name: string, record: object) =>
    name === "responses" && "created" in record && Number(record.created) < oldest;
  const fresh = [...dumpers].flatMap(([name, dump]) =>
    dump()
      .filter((record) => !isStale(name, record))
      .map((record) => [name, record]),
  );
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, fresh.map((entry) => `${JSON.stringify([entry])}\n`).join(""), {
    mode: 0o600,
  });
  renameSync(`${file}.new`, file);
  const descriptor = openSync(file, "a");

  return {
    ...state,
    commit: () => {
      if (pending.length === 0) return;
      writeSync(descriptor, `${JSON.stringify(pending)}\n`);
      pending = [];
    },
    close: () => closeSync(descriptor),
  };
}

/** A line that a kill cut short was never acknowledged and counts as absent. The file is our own: its records are trusted. */
function readLine(line: string): [string, never][] {
  try {
    return JSON.parse(line);
  } catch {
    return [];
  }
}
