/**
 * One ticket as a sequential thing, written from the contract of TicketLockService and TicketService and not from
 * their code. Locks of this model outlive its histories: time is tested elsewhere.
 */
export interface State {
  readonly version: number;
  readonly price: number;
  readonly lock?: string;
  readonly soldTo?: string;
  /** Orders that had the ticket and let it go. */
  readonly spent: readonly string[];
}

/** What a client asked for. */
export type Operation =
  | { kind: "lock"; orderId: string; price: number }
  | { kind: "unlock"; orderId: string }
  | { kind: "sell"; orderId: string }
  | { kind: "relist"; orderId: string }
  | { kind: "edit"; version: number; price: number }
  | { kind: "read" };

/** What it was told: `ok`, with what the answer shows of the ticket, or the reason of a refusal. */
export type Answer =
  | { reason: "ok"; version: number; price: number; status: "AVAILABLE" | "LOCKED" | "SOLD" }
  | { reason: string };

/** The new ticket, listed at a price. */
export const initial = (price: number): State => ({ version: 1, price, spent: [] });

const next = (state: State, changes: Partial<State>): State => ({
  ...state,
  ...changes,
  version: state.version + 1,
});
const letGo = (state: State): Partial<State> => ({
  lock: undefined,
  spent: state.lock ? [...state.spent, state.lock] : state.spent,
});

/** What the ticket does with an operation at an instant: the state after it, and a refusal's reason. */
export function apply(state: State, operation: Operation): { state: State; reason: string } {
  const same = (reason: string) => ({ state, reason });
  const done = (changes: Partial<State>) => ({ state: next(state, changes), reason: "ok" });
  switch (operation.kind) {
    case "read":
      return same("ok");
    case "lock":
      if (state.lock === operation.orderId) return same("ok");
      if (state.soldTo) return same("TICKET_SOLD");
      if (state.lock) return same("TICKET_LOCKED");
      if (state.spent.includes(operation.orderId)) return same("LOCK_LAPSED");
      if (state.price !== operation.price) return same("PRICE_CHANGED");
      return done({ lock: operation.orderId });
    case "unlock":
      if (state.soldTo === operation.orderId) return same("TICKET_SOLD");
      return state.lock === operation.orderId ? done(letGo(state)) : same("ok");
    case "sell":
      if (state.soldTo === operation.orderId) return same("ok");
      if (state.soldTo || state.lock !== operation.orderId) return same("LOCK_LOST");
      return done({ ...letGo(state), soldTo: operation.orderId });
    case "relist":
      return state.soldTo === operation.orderId ? done({ soldTo: undefined }) : same("ok");
    case "edit":
      if (state.soldTo) return same("TICKET_SOLD");
      if (state.lock) return same("TICKET_LOCKED");
      if (state.version !== operation.version) return same("STALE_VERSION");
      return done({ price: operation.price });
  }
}

/** Whether a ticket in this state shows itself so. */
export function shows(state: State, answer: Answer): boolean {
  if (!("version" in answer)) return true;
  const status = state.soldTo ? "SOLD" : state.lock ? "LOCKED" : "AVAILABLE";
  return answer.version === state.version && answer.price === state.price && answer.status === status;
}
