import { type Random, seeded, uniform } from "./random.ts";

/** A flash sale: so many buyers come within a short time for too few tickets. Times are in milliseconds. */
export interface Sale {
  readonly seed: number;
  readonly buyers: number;
  readonly tickets: number;
  /** Within which all of them come. */
  readonly arriveWithin: number;
  /** How long a lock lasts. */
  readonly lockDuration: number;
  /** The share of buyers who cancel what they locked, and of those who leave it to lapse. */
  readonly cancelShare: number;
  readonly lapseShare: number;
}

/** What a buyer does next. */
export type Action =
  | { readonly do: "think"; readonly ms: number }
  | { readonly do: "search" }
  | { readonly do: "lock"; readonly ticket: number }
  | { readonly do: "start payment" }
  /** Confirms the payment and waits for the order to be complete. */
  | { readonly do: "pay" }
  /** Asks for the cancellation and waits for it. */
  | { readonly do: "cancel" };

/** What comes of it: the tickets that a search shows; whether a lock was granted, or still held when it was paid. */
export interface Answer {
  readonly found?: readonly number[];
  readonly granted?: boolean;
}

/** How it ended for a buyer. */
export type Fate = "bought" | "cancelled" | "lapsed" | "left without";

/** Searches that may show nothing before a buyer leaves. */
const EMPTY_SEARCHES = 3;

/**
 * One buyer's sale, the same code for the real mesh and for the simulated one: comes, searches, tries a ticket, takes
 * another where somebody was faster, starts to pay, thinks, and pays (or not).
 */
export function* buyer(sale: Sale, number: number): Generator<Action, Fate, Answer> {
  const random = seeded(sale.seed * 1_000_003 + number);
  yield { do: "think", ms: uniform(random, 0, sale.arriveWithin) };
  for (let empty = 0; empty < EMPTY_SEARCHES; ) {
    const { found = [] } = yield { do: "search" };
    empty = found.length === 0 ? empty + 1 : 0;
    const ticket = found[Math.floor(random() * found.length)];
    if (ticket !== undefined) {
      yield { do: "think", ms: uniform(random, 100, 300) };
      const { granted } = yield { do: "lock", ticket };
      if (granted) return yield* decide(sale, random);
    }
    yield { do: "think", ms: uniform(random, 200, 600) };
  }
  return "left without";
}

function* decide(sale: Sale, random: Random): Generator<Action, Fate, Answer> {
  yield { do: "start payment" };
  yield { do: "think", ms: uniform(random, 200, 1_000) };
  const mood = random();
  if (mood < sale.lapseShare) return "lapsed";
  if (mood < sale.lapseShare + sale.cancelShare) {
    yield { do: "cancel" };
    return "cancelled";
  }
  const { granted } = yield { do: "pay" };
  return granted ? "bought" : "lapsed";
}
