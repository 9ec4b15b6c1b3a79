import { describe, expect, it } from "@jest/globals";
import type { StreamStorage } from "@ticketing/runtime/events/events";
import { createEventStorage } from "./event-storage.ts";

/** The room for events with these streams, and what was logged of it. */
function room(limit: number | undefined) {
  const state = { streams: [] as StreamStorage[], away: false, time: 0 };
  const errors: string[] = [];
  let reads = 0;
  const storage = createEventStorage({
    events: {
      streamStorage: async () => {
        reads++;
        if (state.away) throw new Error("no broker");
        return state.streams;
      },
    },
    limit,
    log: { error: (_: unknown, message?: string) => void errors.push(message ?? "") },
    now: () => state.time,
  });
  const stored = (...bytes: number[]) => {
    state.streams = bytes.map((each, n) => ({ stream: `S${n}`, bytes: each, firstSequence: 1 }));
    state.time += 30_000;
  };
  const said = () =>
    storage.requireRoom().then(
      () => "room",
      (error: Error) => error.message,
    );
  return { state, errors, stored, said, streams: storage.streams, reads: () => reads };
}

describe("the room for events", () => {
  it("is told to be little from 70 % on, and logged as an error from 90 %", async () => {
    const { stored, said, errors } = room(10e9);
    stored(4e9, 2.9e9);
    expect(await said()).toBe("room");
    stored(4e9, 3e9);
    expect(await said()).toMatch(/^events take 7\.0 GB of the 10\.0 GB .* \(70 %\)/);
    expect(errors).toEqual([]);
    stored(6e9, 3e9);
    expect(await said()).toMatch(/\(90 %\)/);
    expect(errors).toEqual(["the broker's room for events is almost taken"]);
    stored(1e9);
    expect(await said()).toBe("room");
  });

  it("of each stream is told to be little from 70 % on, and logged as an error from 90 %", async () => {
    const { state, stored, said, errors } = room(undefined);
    stored(6.9e9, 1e9);
    state.streams[0] = { stream: "ORDERS", bytes: 6.9e9, limit: 10e9, firstSequence: 1 };
    expect(await said()).toBe("room");
    stored(0, 1e15);
    state.streams[0] = { stream: "ORDERS", bytes: 7e9, limit: 10e9, firstSequence: 1 };
    expect(await said()).toMatch(/^ORDERS takes 7\.0 GB of the 10\.0 GB that it may \(70 %\)/);
    expect(errors).toEqual([]);
    stored(0);
    state.streams[0] = { stream: "ORDERS", bytes: 9e9, limit: 10e9, firstSequence: 1 };
    expect(await said()).toMatch(/\(90 %\)/);
    expect(errors).toEqual(["the broker's room for events is almost taken"]);
  });

  it("of each stream is listed by its name, with an alarm from 70 % on", async () => {
    const { state, stored, streams } = room(undefined);
    stored(0, 0);
    const oldestEventTime = new Date(0);
    state.streams = [
      { stream: "USERS", bytes: 7e9, firstSequence: 1 },
      { stream: "ORDERS", bytes: 7e9, limit: 10e9, firstSequence: 1, oldestEventTime },
    ];
    expect(await streams()).toEqual([
      { stream: "ORDERS", bytes: 7e9, limit: 10e9, firstSequence: 1, oldestEventTime, alarm: true },
      { stream: "USERS", bytes: 7e9, firstSequence: 1, alarm: false },
    ]);
  });

  it("is read once in half a minute, and at once after a broker that was away", async () => {
    const { state, stored, said, reads } = room(10e9);
    stored(1e9);
    for (let n = 0; n < 5; n++) expect(await said()).toBe("room");
    expect(reads()).toBe(1);
    state.away = true;
    state.time += 30_000;
    expect([await said(), await said()]).toEqual(["no broker", "no broker"]);
    state.away = false;
    expect([await said(), reads()]).toEqual(["room", 4]);
  });

  it("is without end where nobody said how much there is", async () => {
    const { stored, said } = room(undefined);
    stored(1e15);
    expect(await said()).toBe("room");
  });
});
