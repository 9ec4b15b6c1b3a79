import { expect, it } from "@jest/globals";
import { createPace } from "./pace.ts";

const signal = new AbortController().signal;

/** A clock on which only sleeping takes time. */
function fakeClock() {
  const clock = { time: 1_000, slept: [] as number[] };
  return {
    clock,
    now: () => clock.time,
    sleep: async (ms: number) => void clock.slept.push(ms),
  };
}

it("gives each caller a turn of its own, as many a second as it was told", async () => {
  const { clock, ...time } = fakeClock();
  const pace = createPace(10, time);
  await Promise.all(Array.from({ length: 5 }, () => pace.turn(signal)));
  expect(clock.slept).toEqual([100, 200, 300, 400]);
});

it("does not make up for a time in which nobody asked", async () => {
  const { clock, ...time } = fakeClock();
  const pace = createPace(10, time);
  await pace.turn(signal);
  clock.time += 60_000;
  await Promise.all([pace.turn(signal), pace.turn(signal)]);
  expect(clock.slept).toEqual([100]);
});

it("lets nobody wait on who has given up", async () => {
  const pace = createPace(0.001);
  await pace.turn(signal);
  const stopping = new AbortController();
  const turn = pace.turn(stopping.signal);
  stopping.abort();
  await expect(turn).rejects.toThrow("aborted");
  await expect(pace.turn(stopping.signal)).rejects.toThrow("aborted");
});
