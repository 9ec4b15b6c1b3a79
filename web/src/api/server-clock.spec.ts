import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { ServerClock } from "./server-clock.ts";

const second = (ms: number) => new Date(ms).toUTCString();

afterEach(() => {
  jest.useRealTimers();
});

describe("the server's clock", () => {
  test("is the client's until the server has said something", () => {
    const clock = new ServerClock();
    clock.observe(null, 1000, 1100);
    clock.observe("not a date", 1000, 1100);
    expect(clock.offsetMs).toBe(0);
  });

  test.each([-3_600_000, -90_000, -700, 0, 400, 90_000, 3_600_000])(
    "is known to half a second after one answer and better after more, %s ms off",
    (offset) => {
      const clock = new ServerClock();
      const start = 1_800_000_000_000;
      const answer = (sent: number) => {
        const handled = sent + 20;
        clock.observe(second(Math.floor((handled + offset) / 1000) * 1000), sent, sent + 60);
      };
      answer(start + 130);
      expect(Math.abs(clock.offsetMs - offset)).toBeLessThanOrEqual(560);
      for (let sent = start + 1000; sent < start + 30_000; sent += 1370) answer(sent);
      expect(Math.abs(clock.offsetMs - offset)).toBeLessThanOrEqual(120);
    },
  );

  test("is learned anew when a clock was set", () => {
    const clock = new ServerClock();
    clock.observe(second(1_800_000_000_000), 1_800_000_000_500, 1_800_000_000_520);
    clock.observe(second(1_800_000_600_000), 1_800_000_001_500, 1_800_000_001_520);
    expect(Math.abs(clock.offsetMs - 599_000)).toBeLessThanOrEqual(600);
  });

  test("counts on from the client's", () => {
    jest.useFakeTimers({ now: 1_800_000_000_000 });
    const clock = new ServerClock();
    clock.observe(second(1_800_000_100_000), 1_800_000_000_000, 1_800_000_000_000);
    expect(clock.now()).toBe(1_800_000_100_500);
  });
});
