import { describe, expect, it } from "@jest/globals";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import fc from "fast-check";
import { isRevoked, openSession, rotate, type Session } from "./session.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
/** What a phone sends is answered in so long, or the answer is lost: the longest that a call may take. */
const PATIENCE = 10 * SECOND;

/** Things that happen, in the order of their times. */
function createTimeline() {
  let due: { at: number; run: (now: number) => void }[] = [];
  return {
    plan: (at: number, run: (now: number) => void) => due.push({ at, run }),
    /** Plays until the end, or until something says stop. */
    play(end: number, stop: () => boolean) {
      while (due.length > 0 && !stop()) {
        const next = due.reduce((first, each) => (each.at < first.at ? each : first));
        due = due.filter((each) => each !== next);
        if (next.at > end) return;
        next.run(next.at);
      }
    },
  };
}

/** A number in [0, 1) from a seed each time: mulberry32. */
function random(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A session, and who renews it over a network that loses answers. */
function world(seed: number, loss: number) {
  const chance = random(seed);
  const timeline = createTimeline();
  const lifetimeMs = 40 * DAY;
  let session: Session = openSession({ id: "s", userId: "u", secret: "0", lifetimeMs }, new Date(0));
  let issued = 0;

  /** The new secret, or how many milliseconds to wait. */
  function renew(secret: string, now: number): string | number {
    try {
      const next = String(++issued);
      session = rotate(session, secret, next, new Date(now));
      return next;
    } catch (error) {
      return error instanceof DomainError && error.retryMs ? error.retryMs : Number.NaN;
    }
  }

  /** Keeps the device's session alive: all of its tabs share one store of what they were given. */
  function device(store: { secret: string }, pauseMs: () => number) {
    const send = (now: number): void => {
      const answer = renew(store.secret, now);
      if (typeof answer === "number") return void timeline.plan(now + answer, send);
      // Tried again when its time is up, or a while later.
      if (chance() < loss) return void timeline.plan(now + PATIENCE + chance() * 19 * SECOND, send);
      timeline.plan(now + chance() * PATIENCE, (then) => {
        store.secret = answer;
        timeline.plan(then + pauseMs(), send);
      });
    };
    return send;
  }

  return { chance, timeline, device, session: () => session };
}

describe("a month of a phone that loses 2 to 20 % of the answers", () => {
  it("leaves its session alive, with two tabs too, and small", () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.02, max: 0.2, noNaN: true }), (seed, loss) => {
        const { chance, timeline, device, session } = world(seed, loss);
        const store = { secret: "0" };
        const renewEach = device(store, () => (1 + chance() * 28) * MINUTE);
        timeline.plan(0, renewEach);
        // The second tab wakes up beside the first now and then.
        const beside = device(store, () => Math.floor(chance() * 3) * 15 * MINUTE);
        timeline.plan(chance() * 5 * SECOND, beside);
        let largest = 0;
        timeline.play(30 * DAY, () => {
          largest = Math.max(largest, session().tokens.length);
          return isRevoked(session());
        });
        expect(isRevoked(session())).toBe(false);
        expect(largest).toBeLessThan(40);
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});

describe("a thief with a copy of a phone's token", () => {
  it("is always found out within two days, whoever renews first and whatever is lost", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.double({ min: 0, max: 0.2, noNaN: true }),
        fc.integer({ min: 0, max: 3 * DAY }),
        fc.integer({ min: 0, max: 40 * MINUTE }),
        fc.constantFrom(5 * SECOND, 29 * SECOND, MINUTE, 14 * MINUTE, 120 * MINUTE),
        (seed, loss, theftTime, hesitation, thiefPause) => {
          const { chance, timeline, device, session } = world(seed, loss);
          const store = { secret: "0" };
          timeline.plan(
            0,
            device(store, () => (1 + chance() * 28) * MINUTE),
          );
          timeline.plan(theftTime, (now) => {
            const stolen = { secret: store.secret };
            const thief = device(stolen, () => thiefPause * (0.5 + chance()));
            timeline.plan(now + hesitation, thief);
          });
          timeline.play(theftTime + 2 * DAY, () => isRevoked(session()));
          expect(isRevoked(session())).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  }, 60_000);
});
