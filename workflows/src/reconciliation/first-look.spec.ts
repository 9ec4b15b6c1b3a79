import { describe, expect, it } from "@jest/globals";
import { type Drift, type Source, sources } from "./drift.ts";
import { afterStep, type FirstLook, nextStep, type Walk } from "./first-look.ts";

const GRACE = 5;
const drift = (source: Source, id: string): Drift => ({
  ...{ kind: "ORDER_UNPAID", source, id, orderId: id, ticketId: "", intentId: "", detail: "" },
});
const begun: FirstLook = {
  ...{ startTime: 1_000, since: 900, before: [], suspects: [], compared: 0, pageTokens: {} },
  left: ["overdue", ...sources],
};
const seen = (found: Drift[]) => ({ compared: found.length, drift: found, nextPageToken: "" });
const step = (now: FirstLook, walk: Walk, found: Drift[] = []) =>
  afterStep(now, nextStep(now, walk, GRACE), seen(found));

describe("a first look", () => {
  it("is the same in whatever order its walks come to their ends", () => {
    const inOrder = begun.left.reduce((now, walk) => step(now, walk), begun);
    const reversed = begun.left.toReversed().reduce((now, walk) => step(now, walk), begun);
    expect(inOrder).toEqual(reversed);
    expect(inOrder.left).toEqual([]);
  });

  it("comes back to every source of which suspects had no room, whichever walk found the last of them", () => {
    const many = Array.from({ length: 500 }, (_, n) => drift("orders", `o${n}`));
    const few = Array.from({ length: 10 }, (_, n) => drift("tickets", `t${n}`));
    const now = step(step(begun, "orders", many), "tickets", few);
    expect(now.unchecked).toBe(10);
    expect(now.unfinished).toEqual({ orders: 900 });
  });

  it("asks for what is overdue at its start, a grace ago", () => {
    expect(nextStep(begun, "overdue", GRACE)).toMatchObject({
      source: "orders",
      selection: { dueBefore: 995, pageToken: "" },
    });
  });
});
