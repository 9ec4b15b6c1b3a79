import { describe, expect, it } from "@jest/globals";
import { reasonOf } from "@ticketing/runtime/process/domain-error";
import { createEventRoom } from "./event-room.ts";

const LIMIT = 1000;

/** The streams, of which one takes so much of its thousand bytes, and what a buyer is told. */
function streams(taken: { stream: string; bytes: number; limit?: number }) {
  const control = { ...taken, away: false, now: 0 };
  let looks = 0;
  const storageOf = async (stream: string) => {
    looks++;
    if (control.away) throw new Error("no broker");
    const { bytes, limit } = stream === control.stream ? control : { bytes: 0, limit: LIMIT };
    return { stream, bytes, firstSequence: 1, ...(limit && { limit }) };
  };
  const room = createEventRoom({
    events: { storageOf },
    log: { warn: () => undefined },
    now: () => control.now,
  });
  const asks = (require: "requireRoom" | "requireListingRoom" = "requireRoom") => {
    try {
      room[require]();
      return "room";
    } catch (error) {
      return reasonOf(error);
    }
  };
  /** Asked, and asked again once the look that this caused is over. */
  const asksTwice = async () => {
    const first = asks();
    await new Promise(setImmediate);
    return [first, asks()];
  };
  return { control, asks, asksTwice, looks: () => looks };
}

describe("the room for one more order", () => {
  it.each(["TICKETS", "ORDERS", "PAYMENTS"])("ends at 90 %% of %s", async (stream) => {
    const { control, asksTwice } = streams({ stream, bytes: 899, limit: LIMIT });
    expect(await asksTwice()).toEqual(["room", "room"]);
    control.bytes = 900;
    control.now += 10_000;
    expect(await asksTwice()).toEqual(["room", "EVENTS_FULL"]);
    control.bytes = 100;
    control.now += 10_000;
    expect(await asksTwice()).toEqual(["EVENTS_FULL", "room"]);
  });

  it("ends for listings at 80 % of TICKETS, when buyers still have it", async () => {
    const { control, asks, asksTwice } = streams({ stream: "TICKETS", bytes: 799, limit: LIMIT });
    await asksTwice();
    expect([asks("requireListingRoom"), asks()]).toEqual(["room", "room"]);
    control.bytes = 800;
    control.now += 10_000;
    await asksTwice();
    expect([asks("requireListingRoom"), asks()]).toEqual(["EVENTS_FULL", "room"]);
    control.stream = "ORDERS";
    control.now += 10_000;
    await asksTwice();
    expect([asks("requireListingRoom"), asks()]).toEqual(["room", "room"]);
  });

  it("is looked at once in ten seconds, however many ask", async () => {
    const { control, asks, looks } = streams({ stream: "ORDERS", bytes: 0, limit: LIMIT });
    for (let n = 0; n < 1000; n++) asks();
    expect(looks()).toBe(3);
    control.now += 10_000;
    for (let n = 0; n < 1000; n++) asks();
    expect(looks()).toBe(6);
  });

  it("is there while nobody can look, and again a minute after it was last seen to be gone", async () => {
    const { control, asksTwice } = streams({ stream: "ORDERS", bytes: 1000, limit: LIMIT });
    control.away = true;
    expect(await asksTwice()).toEqual(["room", "room"]);
    control.away = false;
    control.now += 10_000;
    expect(await asksTwice()).toEqual(["room", "EVENTS_FULL"]);
    control.away = true;
    control.now += 59_000;
    expect(await asksTwice()).toEqual(["EVENTS_FULL", "EVENTS_FULL"]);
    control.now += 1_000;
    expect(await asksTwice()).toEqual(["room", "room"]);
  });

  it("has no end in streams without a size", async () => {
    const { asksTwice } = streams({ stream: "ORDERS", bytes: 1e15 });
    expect(await asksTwice()).toEqual(["room", "room"]);
  });
});
