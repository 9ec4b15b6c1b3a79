import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { fairShare } from "./fair-share.ts";

const items = fc.array(fc.record({ group: fc.constantFrom("a", "b", "c", "d"), n: fc.nat() }), {
  maxLength: 60,
});
const groupOf = ({ group }: { group: string }) => group;

describe("a fair share", () => {
  it("is filled, and a group loses items only where it has more than any that lost none", () => {
    fc.assert(
      fc.property(items, fc.nat({ max: 70 }), (all, max) => {
        const shared = fairShare(all, groupOf, max);
        expect(shared).toHaveLength(Math.min(max, all.length));
        expect(new Set(shared).size).toBe(shared.length);
        const size = (of: typeof all, group: string) => of.filter((item) => item.group === group).length;
        for (const one of "abcd") {
          for (const other of "abcd") {
            const lost = size(shared, one) < size(all, one);
            if (lost) expect(size(shared, other)).toBeLessThanOrEqual(size(shared, one) + 1);
          }
        }
      }),
    );
  });

  it("takes the first of a group first", () => {
    const all = Array.from({ length: 9 }, (_, n) => ({ group: n < 8 ? "many" : "one", n }));
    expect(fairShare(all, groupOf, 3).map(({ n }) => n)).toEqual([0, 8, 1]);
  });
});
