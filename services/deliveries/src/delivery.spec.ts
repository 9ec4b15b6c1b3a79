import { describe, expect, it } from "@jest/globals";
import { DeliveryKind, DeliveryStatus } from "@ticketing/proto/deliveries/v1/delivery";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import {
  awaitDelivery,
  confirm,
  type DeliveredContent,
  type Delivery,
  deliver,
  deliverByOf,
  followOrder,
  markOverdue,
  recordOpening,
  requireBuyer,
  requireParty,
  requireSeller,
  type SoldOrder,
} from "./delivery.ts";

const HOUR = 3_600_000;
const terms = { leadMs: 24 * HOUR, leastTimeMs: HOUR, reminderLeadsMs: [], hasIssuer: false };
const at = (hours: number) => new Date(Date.UTC(2030, 0, 1) + hours * HOUR);
const sold = (changes: Partial<SoldOrder> = {}): SoldOrder => ({
  ...{ _id: "o1", buyerId: "b", sellerId: "s", version: 2, startTime: at(100), refunded: false },
  ...changes,
});
const content: DeliveredContent = {
  kind: DeliveryKind.LINK,
  sealed: { keyId: "k", iv: "aXY=", data: "ZGF0YQ==" },
};
const awaited = () => awaitDelivery(sold(), terms, at(0));
const delivered = () => deliver(awaited(), content, at(1));
const cancel = (delivery: Delivery) =>
  followOrder(delivery, sold({ version: delivery.orderVersion + 1, refunded: true }), terms, at(80));

const states: Readonly<Record<string, () => Delivery>> = {
  AWAITING_SELLER: awaited,
  OVERDUE: () => markOverdue(awaited(), at(76)),
  DELIVERED: delivered,
  CONFIRMED: () => confirm(delivered(), at(2)),
  CANCELLED: () => cancel(delivered()),
};
const commands: readonly ((delivery: Delivery) => Delivery)[] = [
  (delivery) => deliver(delivery, content, at(80)),
  (delivery) => markOverdue(delivery, at(80)),
  (delivery) => recordOpening(delivery, at(80)),
  (delivery) => confirm(delivery, at(80)),
  cancel,
];
const outcome = (work: () => Delivery): string => {
  try {
    return DeliveryStatus[work().status] ?? "";
  } catch (error) {
    return reasonOf(error) ?? "fault";
  }
};

describe("a delivery", () => {
  const none = "TICKET_NOT_DELIVERED";
  const end = "DELIVERY_ENDED";
  it.each([
    ["AWAITING_SELLER", ["DELIVERED", "OVERDUE", none, none, "CANCELLED"]],
    ["OVERDUE", ["DELIVERED", "OVERDUE", none, none, "CANCELLED"]],
    ["DELIVERED", ["DELIVERED", "DELIVERED", "DELIVERED", "CONFIRMED", "CANCELLED"]],
    ["CONFIRMED", [end, "CONFIRMED", "CONFIRMED", "CONFIRMED", "CANCELLED"]],
    ["CANCELLED", [end, "CANCELLED", end, end, "CANCELLED"]],
  ])("that is %s answers every command by the table", (state, expected) => {
    const before = states[state];
    if (!before) throw new Error(state);
    expect(before().status).toBe(DeliveryStatus[state as keyof typeof DeliveryStatus]);
    expect(commands.map((command) => outcome(() => command(before())))).toEqual(expected);
  });

  it("is due some time before the start, and shortly after a late sale, but never past the start", () => {
    expect(deliverByOf(at(0), at(100), terms)).toEqual(at(76));
    expect(deliverByOf(at(80), at(100), terms)).toEqual(at(81));
    expect(deliverByOf(at(99.5), at(100), terms)).toEqual(at(100));
    expect(deliverByOf(at(101), at(100), terms)).toEqual(at(100));
  });

  it("is overdue at the very instant that it was due, and not before", () => {
    const delivery = awaited();
    expect(markOverdue(delivery, at(75.999))).toBe(delivery);
    expect(markOverdue(delivery, at(76)).history.at(-1)?.type).toBe("delivery_overdue");
  });

  it("is due for its seller until it is made, and no longer", () => {
    const due = Object.values(states).map((state) => state().isDue);
    expect(due).toEqual([true, true, false, false, false]);
  });

  it("can be replaced until it is confirmed, twenty times", () => {
    let delivery = awaited();
    for (let time = 0; time < 21; time++) delivery = deliver(delivery, content, at(time));
    expect(outcome(() => deliver(delivery, content, at(30)))).toBe("TOO_MANY_REPLACEMENTS");
  });

  it("counts each opening and keeps the newest twenty, without an event", () => {
    let delivery = delivered();
    const { history } = delivery;
    for (let time = 1; time <= 25; time++) delivery = recordOpening(delivery, at(time));
    expect(delivery.openingCount).toBe(25);
    expect(delivery.openings).toEqual(Array.from({ length: 20 }, (_, n) => at(6 + n)));
    expect(delivery.history).toBe(history);
  });

  it("is confirmed once", () => {
    const confirmed = confirm(delivered(), at(2));
    expect(confirm(confirmed, at(3))).toBe(confirmed);
  });

  it("keeps nothing of what was delivered once the money went back", () => {
    expect(JSON.stringify(cancel(delivered()))).not.toContain(content.sealed.data);
  });

  it("is another's to see, to make or to open for nobody else", () => {
    const may = (check: typeof requireParty) =>
      ["b", "s", "x"].filter((userId) => outcome(() => check(delivered(), userId)) === "DELIVERED");
    expect([may(requireParty), may(requireSeller), may(requireBuyer)]).toEqual([["b", "s"], ["s"], ["b"]]);
  });
});

describe("a delivery whose event is moved", () => {
  it("is due by the new start", () => {
    const moved = followOrder(awaited(), sold({ version: 3, startTime: at(200) }), terms, at(5));
    expect(moved.deliverBy).toEqual(at(176));
    expect(moved.history.at(-1)?.type).toBe("delivery_moved");
  });

  it("is no longer overdue if there is time again", () => {
    const late = markOverdue(awaited(), at(76));
    const moved = followOrder(late, sold({ version: 3, startTime: at(200) }), terms, at(77));
    expect([moved.status, moved.isDue]).toEqual([DeliveryStatus.AWAITING_SELLER, true]);
    const barely = followOrder(late, sold({ version: 3, startTime: at(101) }), terms, at(78));
    expect(barely.status).toBe(DeliveryStatus.OVERDUE);
  });

  it("does not go back to older news", () => {
    const moved = followOrder(awaited(), sold({ version: 4, startTime: at(200) }), terms, at(5));
    expect(followOrder(moved, sold({ version: 3, startTime: at(100) }), terms, at(6))).toBe(moved);
    expect(followOrder(moved, sold({ version: 4, startTime: at(300) }), terms, at(6))).toBe(moved);
  });
});
