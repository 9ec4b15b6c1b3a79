import { expect, it } from "@jest/globals";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import fc from "fast-check";
import {
  type BuyerLocks,
  endSlotAt,
  giveUp,
  noLocks,
  returnSlot,
  type Standing,
  slotsToAsk,
  takeSlot,
} from "./buyer-locks.ts";

const MINUTE = 60_000;
const LOCK_MS = 15 * MINUTE;
const policy = { limit: 4, lapseLimit: 3, lapseWindowMs: 60 * MINUTE, cooldownMs: 15 * MINUTE };

/** What becomes of an order, and what that counts against its buyer. */
const fates = {
  paid: 0,
  "paid, and sold when the worker came back": 0,
  "refused by Stripe": 0,
  "never opened, since a process died": 0,
  "never locked, since a process died": 0,
  refused: 0,
  cancelled: 0.5,
  declined: 0.5,
  lapsed: 1,
  "lapsed, and told late": 1,
} as const;
type Fate = keyof typeof fates;

/** One order of a history. Times are minutes. */
interface Purchase {
  fate: Fate;
  /** How long after the order before it. */
  after: number;
  /** How long after it was locked, or for a late worker after the deadline, its end is told. */
  told: number;
  /** How much sooner than it could the lock ends, as the event begins. */
  cut: number;
  /** How long it takes from the write of what it counts to the unlocking of its ticket. Seconds. */
  lag: number;
}

const purchases = fc.array(
  fc.record({
    fate: fc.constantFrom(...(Object.keys(fates) as Fate[])),
    after: fc.integer({ min: 0, max: 20 }),
    told: fc.integer({ min: 0, max: 14 }),
    cut: fc.constantFrom(0, 0, 0, 3, 14),
    lag: fc.constantFrom(0, 0, 1, 90),
  }),
  { maxLength: 40 },
);

/** When pauses end that strikes bring, written from the contract: so many in an hour, then a quarter of an hour. */
function pausedUntil(strikes: readonly { time: number; strike: number }[]): number {
  const newest = Math.max(...strikes.map(({ time }) => time));
  const close = strikes.filter(({ time }) => newest - time <= policy.lapseWindowMs);
  const sum = close.reduce((total, { strike }) => total + strike, 0);
  return sum >= policy.lapseLimit ? newest + policy.cooldownMs : 0;
}

/** Runs a history and tells, for each try to lock, what was answered and what the contract says. */
function live(history: readonly Purchase[]) {
  let locks: BuyerLocks = noLocks("buyer");
  /** Orders whose ticket is locked, with the deadline. */
  const onTicket = new Map<string, number>();
  /** Orders that had their ticket's lock. */
  const spent = new Set<string>();
  const due: { time: number; tell: () => void }[] = [];
  const strikes: { time: number; strike: number }[] = [];
  const answers: { reason: string; paused: boolean; holding: number }[] = [];
  let now = 0;

  const happens = (until: number) => {
    due.sort((a, b) => a.time - b.time);
    while (due[0] && due[0].time <= until) {
      const next = due.shift();
      now = next?.time ?? now;
      next?.tell();
    }
    now = until;
  };

  for (const [n, { fate, after, told, cut, lag }] of history.entries()) {
    happens(now + after * MINUTE);
    const [orderId, ticketId, latest] = [`order ${n}`, `ticket ${n}`, now + LOCK_MS];
    const expireTime = latest - cut * MINUTE;
    const time = new Date(now);
    const standings = new Map(
      slotsToAsk(locks, policy, time).map((slot): [string, Standing] => {
        const deadline = onTicket.get(slot.orderId);
        const without = spent.has(slot.orderId) ? "spent" : "free";
        return [slot.orderId, deadline === undefined ? without : { lockedUntil: new Date(deadline) }];
      }),
    );
    const holding = [...onTicket.values()].filter((deadline) => deadline > now).length;
    const paused = pausedUntil(strikes) > now;
    try {
      locks = takeSlot(locks, { orderId, ticketId, expireTime: new Date(latest) }, standings, policy, time);
    } catch (error) {
      answers.push({ reason: reasonOf(error) ?? "", paused, holding });
      continue;
    }
    answers.push({ reason: "locked", paused, holding });
    if (fate === "refused") locks = returnSlot(locks, orderId);
    if (fate === "refused" || fate === "never locked, since a process died") continue;
    onTicket.set(orderId, expireTime);
    // A process that died before it could say that the lock ends early leaves that to the ticket.
    if (fate !== "never opened, since a process died")
      locks = endSlotAt(locks, orderId, new Date(expireTime));
    const strike = fates[fate];
    const ends = (when: number, of: number) => {
      const hold = { orderId, ticketId, time: new Date(of) };
      const leaves = () => {
        onTicket.delete(orderId);
        spent.add(orderId);
      };
      if (fate.startsWith("paid")) {
        due.push({ time: when, tell: leaves });
        return;
      }
      const counted = () => {
        locks = giveUp(locks, hold, strike, policy, new Date(now));
        if (strike > 0) strikes.push({ time: of, strike });
      };
      due.push({ time: when, tell: counted }, { time: when + lag * 1_000, tell: leaves });
    };
    const early = now + Math.min(told * MINUTE, expireTime - now);
    if (fate === "never opened, since a process died") continue;
    if (fate === "lapsed") ends(expireTime, expireTime);
    else if (fate === "lapsed, and told late" || fate === "paid, and sold when the worker came back")
      ends(expireTime + told * MINUTE, expireTime);
    else ends(early, early);
  }
  return answers;
}

it("a buyer pauses for strikes of the buyer's own and for nothing else, whatever the history", () => {
  fc.assert(
    fc.property(purchases, (history) => {
      for (const { reason, paused, holding } of live(history)) {
        expect(reason === "LOCK_COOLDOWN").toBe(paused);
        if (reason === "locked") expect(holding).toBeLessThan(policy.limit);
      }
    }),
    { numRuns: 1_000 },
  );
});

it("a buyer who did nothing wrong never pauses", () => {
  const innocent = purchases.map((history) => history.filter(({ fate }) => fates[fate] === 0));
  fc.assert(
    fc.property(innocent, (history) => {
      expect(live(history).map(({ reason }) => reason)).not.toContain("LOCK_COOLDOWN");
    }),
    { numRuns: 500 },
  );
});
