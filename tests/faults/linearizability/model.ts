/**
 * Tickets as sequential things, written from the contract of TicketLockService and TicketService and not from their
 * code. Locks of this model outlive its histories: time is tested elsewhere.
 */
export interface TicketState {
  readonly version: number;
  readonly price: number;
  readonly lock?: string;
  readonly soldTo?: string;
  /** Orders that had the ticket and let it go. */
  readonly spent: readonly string[];
}

/** A few tickets, and which of them each order that ever held one is for: that one and no other. */
export interface State {
  readonly tickets: readonly TicketState[];
  readonly boundTo: Readonly<Record<string, number>>;
}

/** What a client asked for, of the ticket with this number. */
export type Operation = { ticket: number } & (
  | { kind: "lock"; orderId: string; price: number }
  | { kind: "unlock"; orderId: string }
  | { kind: "sell"; orderId: string }
  | { kind: "relist"; orderId: string }
  | { kind: "edit"; version: number; price: number }
  | { kind: "read" }
);

/** What it was told: `ok`, with what the answer shows of the ticket, or the reason of a refusal. */
export type Answer =
  | { reason: "ok"; version: number; price: number; status: "AVAILABLE" | "LOCKED" | "SOLD" }
  | { reason: string };

/** New tickets, listed at a price. */
export const initial = (price: number, tickets = 1): State => ({
  tickets: Array.from({ length: tickets }, () => ({ version: 1, price, spent: [] })),
  boundTo: {},
});

const next = (state: TicketState, changes: Partial<TicketState>): TicketState => ({
  ...state,
  ...changes,
  version: state.version + 1,
});
const letGo = (state: TicketState): Partial<TicketState> => ({
  lock: undefined,
  spent: state.lock ? [...state.spent, state.lock] : state.spent,
});

/** What the tickets do with an operation at an instant: the state after it, and a refusal's reason. */
export function apply(state: State, operation: Operation): { state: State; reason: string } {
  const ticket = state.tickets[operation.ticket];
  if (!ticket) throw new Error(`there is no ticket ${operation.ticket}`);
  const { state: after, reason } = applyTo(ticket, operation);
  if (after === ticket) return { state, reason };
  const tickets = state.tickets.map((other) => (other === ticket ? after : other));
  if (operation.kind !== "lock") return { state: { ...state, tickets }, reason };
  const { orderId } = operation;
  const bound = state.boundTo[orderId] ?? operation.ticket;
  if (bound !== operation.ticket) return { state, reason: "REQUEST_ID_REUSED" };
  return { state: { tickets, boundTo: { ...state.boundTo, [orderId]: bound } }, reason };
}

/** What one ticket does, whatever the others are. */
function applyTo(state: TicketState, operation: Operation): { state: TicketState; reason: string } {
  const same = (reason: string) => ({ state, reason });
  const done = (changes: Partial<TicketState>) => ({ state: next(state, changes), reason: "ok" });
  switch (operation.kind) {
    case "read":
      return same("ok");
    case "lock":
      if (state.lock === operation.orderId) {
        return same(state.price === operation.price ? "ok" : "PRICE_CHANGED");
      }
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

/** Whether a ticket with this number shows itself so in this state. */
export function shows(state: State, ticket: number, answer: Answer): boolean {
  if (!("version" in answer)) return true;
  const { version, price, lock, soldTo } = state.tickets[ticket] ?? {};
  const status = soldTo ? "SOLD" : lock ? "LOCKED" : "AVAILABLE";
  return answer.version === version && answer.price === price && answer.status === status;
}
