import { describe, expect, it } from "@jest/globals";
import { DeliveryKind } from "@ticketing/proto/deliveries/v1/delivery";
import { awaitDelivery, deliver, followOrder, markOverdue } from "./delivery.ts";
import type { TakenFile } from "./files/take-upload.ts";
import { askIssuer, receiveRefusal } from "./issuer/issue.ts";
import { nextReminder, remind } from "./reminders.ts";

const HOUR = 3_600_000;
const leadsMs = [3 * HOUR, 72 * HOUR, 24 * HOUR];
const terms = { leadMs: 24 * HOUR, leastTimeMs: HOUR, reminderLeadsMs: leadsMs, hasIssuer: false };
const at = (hours: number) => new Date(Date.UTC(2030, 0, 1) + hours * HOUR);
/** Sold at 0, and due at 100. */
const order = { _id: "o1", buyerId: "b", sellerId: "s", version: 2, startTime: at(124), refunded: false };
const awaited = () => awaitDelivery(order, terms, at(0));
const content = {
  kind: DeliveryKind.LINK,
  sealed: { keyId: "k", iv: "aXY=", data: "ZGF0YQ==" },
} as const;

describe("the next reminder", () => {
  it("is the first that is still to come", () => {
    const next = (hours: number) => nextReminder(at(100), leadsMs, at(hours));
    expect([next(0), next(28), next(75.9), next(76), next(97)]).toEqual([
      at(28),
      at(76),
      at(76),
      at(97),
      undefined,
    ]);
    expect(nextReminder(at(100), [], at(0))).toBeUndefined();
  });
});

describe("a reminder", () => {
  it("is due at its very instant, says its number, and makes the next one due", () => {
    const delivery = awaited();
    expect(remind(delivery, leadsMs, at(27.9))).toBe(delivery);
    const reminded = remind(delivery, leadsMs, at(28));
    expect(reminded).toMatchObject({ reminders: 1, remindedTime: at(28), remindTime: at(76) });
    expect(reminded.history.at(-1)).toMatchObject({ type: "delivery_reminded", data: { number: "1" } });
    expect(remind(reminded, leadsMs, at(75.9))).toBe(reminded);
    expect(remind(reminded, leadsMs, at(99))).toMatchObject({ reminders: 2, remindTime: undefined });
  });

  it("is made of nothing that was delivered, given back or late meanwhile", () => {
    const refunded = { ...order, version: 3, refunded: true };
    for (const other of [
      deliver(awaited(), content, at(50)),
      followOrder(awaited(), refunded, terms, at(50)),
      markOverdue(awaited(), at(100)),
    ])
      expect(remind(other, leadsMs, at(60))).toBe(other);
    const late = awaited();
    expect(remind(late, leadsMs, at(100))).toBe(late);
  });

  it("is not made while the ticket is the issuer's to make out", () => {
    const upload = { kind: DeliveryKind.FILE, uploadId: "u", file: {} as TakenFile, ticketId: "t" } as const;
    const asked = askIssuer(awaited(), upload, at(1));
    expect(remind(asked, leadsMs, at(50))).toBe(asked);
    const refused = receiveRefusal(asked, at(51));
    expect(remind(refused, leadsMs, at(52)).reminders).toBe(1);
  });

  it("is not made again when the event is moved by less than it was early", () => {
    const moved = (delivery: ReturnType<typeof awaited>, hours: number, version: number, now: number) =>
      followOrder(delivery, { ...order, version, startTime: at(124 + hours) }, terms, at(now));
    const reminded = remind(awaited(), leadsMs, at(76));
    const once = moved(reminded, 0.5, 3, 76.1);
    expect(once.remindTime).toEqual(at(97.5));
    expect(moved(once, 1, 4, 76.2).remindTime).toEqual(at(98));
    // Another day is another time to deliver.
    expect(moved(reminded, 48, 3, 76.1).remindTime).toEqual(at(124));
    expect(moved(moved(reminded, 48, 3, 76.1), 48.5, 4, 76.6).remindTime).toEqual(at(124.5));
  });

  it("is made of no delivery of the release before, until it is moved", () => {
    const { remindTime: _, ...old } = awaited();
    expect(remind(old, leadsMs, at(60))).toBe(old);
    const moved = followOrder(old, { ...order, version: 3, startTime: at(224) }, terms, at(60));
    expect(moved.remindTime).toEqual(at(128));
  });
});
