import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { addKey, dropKey, dueStep, type KeyRing, useKey, type Waits, waitingKey } from "./key-ring.ts";

const key = (kid: string) => ({ kty: "OKP", crv: "Ed25519", x: `x-${kid}`, d: `d-${kid}`, kid });
const waits: Waits = { spread: 20, lifetime: 70 };
const one: KeyRing = [key("a")];

describe("the rotation of a key", () => {
  it("publishes the new one, then signs with it, then forgets the old one", () => {
    expect(dueStep(one)).toEqual({ step: "add", from: 0 });
    const added = addKey(one, key("b"), 1000, waits);
    expect(added.map(({ kid, d }) => [kid, d])).toEqual([
      ["a", "d-a"],
      ["b", "d-b"],
    ]);
    expect(dueStep(added)).toEqual({ step: "use", from: 1020 });
    const used = useKey(added, 1030, waits);
    expect(used.map(({ kid, d }) => [kid, d])).toEqual([
      ["b", "d-b"],
      ["a", undefined],
    ]);
    expect(dueStep(used)).toEqual({ step: "drop", from: 1120 });
    expect(dropKey(used)).toEqual([key("b")]);
    expect(dueStep(dropKey(used))).toEqual({ step: "add", from: 0 });
  });

  it("starts its waiting anew when a step is repeated", () => {
    const added = addKey(one, key("b"), 1000, waits);
    const again = addKey(added, waitingKey(added) ?? key("c"), 1500, waits);
    expect(again.map(({ kid }) => kid)).toEqual(["a", "b"]);
    expect(dueStep(again)).toEqual({ step: "use", from: 1520 });
  });

  it("cannot use what does not wait", () => {
    expect(() => useKey(one, 1000, waits)).toThrow("no key waits");
  });

  /** Steps at the earliest time, or later, as often as one likes. */
  it("never signs with a key before it was known, and never forgets what is still good", () => {
    const delay = fc.integer({ min: 0, max: 200 });
    fc.assert(
      fc.property(fc.array(delay, { minLength: 1, maxLength: 20 }), (delays) => {
        let ring = one;
        let now = 1000;
        const known = new Map([["a", 0]]);
        const lastSigned = new Map<string | undefined, number>();
        for (const [round, wait] of delays.entries()) {
          const { step, from } = dueStep(ring);
          now = Math.max(now, from) + wait;
          const before = ring;
          if (step === "add") ring = addKey(ring, key(`k${round}`), now, waits);
          else if (step === "use") ring = useKey(ring, now, waits);
          else ring = dropKey(ring);
          for (const { kid = "" } of ring) if (!known.has(kid)) known.set(kid, now);
          // Whoever has not read the file yet signs with the key of before.
          if (step === "use") lastSigned.set(before[0].kid, now + waits.spread);
          if (step === "use")
            expect(now - (known.get(ring[0].kid ?? "") ?? now)).toBeGreaterThanOrEqual(waits.spread);
          for (const { kid } of before)
            if (!ring.some((kept) => kept.kid === kid))
              expect(now - (lastSigned.get(kid) ?? now)).toBeGreaterThanOrEqual(waits.lifetime);
          expect(ring.length).toBeLessThanOrEqual(2);
        }
      }),
    );
  });
});
