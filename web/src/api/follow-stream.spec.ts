import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { followStream, type StreamOptions, type StreamState } from "./follow-stream.ts";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

type Opening = (signal: AbortSignal) => AsyncGenerator<string>;

/** A stream whose attempts follow a script, one after the other; the last entry is used again. */
function follow(openings: readonly Opening[], options: Partial<StreamOptions<string>> = {}) {
  const states: StreamState[] = [];
  const heard: string[] = [];
  let opened = 0;
  const stream = followStream<string>({
    open: (signal) => {
      const opening = openings[Math.min(opened, openings.length - 1)];
      opened += 1;
      if (!opening) throw new Error("a stream needs an opening");
      return opening(signal);
    },
    onMessage: (message) => heard.push(message),
    onState: (state) => states.push(state),
    renew: async () => false,
    random: () => 1,
    ...options,
  });
  return { stream, states, heard, opened: () => opened };
}

/** Sends its messages, then stays silent until it is aborted. */
const saying = (...words: string[]): Opening =>
  async function* (signal) {
    yield* words;
    await new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
const refusing = (code: Code): Opening =>
  // biome-ignore lint/correctness/useYield: it fails before its first message
  async function* () {
    throw new ConnectError("refused", code);
  };
const ending = (...words: string[]): Opening =>
  async function* () {
    yield* words;
  };

describe("a stream", () => {
  test("is opened again after it broke, with delays that double and start anew once something was heard", async () => {
    const broken = refusing(Code.Unavailable);
    const { states, heard, opened, stream } = follow([broken, broken, ending("a"), broken, saying("b")]);
    await jest.advanceTimersByTimeAsync(499);
    expect(opened()).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(opened()).toBe(2);
    await jest.advanceTimersByTimeAsync(1000);
    expect([opened(), heard]).toEqual([3, ["a"]]);
    await jest.advanceTimersByTimeAsync(500);
    expect(opened()).toBe(4);
    await jest.advanceTimersByTimeAsync(1000);
    expect(heard).toEqual(["a", "b"]);
    expect(states).toEqual([
      "connecting",
      "reconnecting",
      "reconnecting",
      "live",
      "reconnecting",
      "reconnecting",
      "live",
    ]);
    stream.close();
  });

  test("that falls silent is taken for dead", async () => {
    const { opened, stream } = follow([saying("a")], { silenceMs: 40_000 });
    await jest.advanceTimersByTimeAsync(39_000);
    expect(opened()).toBe(1);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(opened()).toBe(2);
    stream.close();
  });

  test.each([Code.NotFound, Code.PermissionDenied, Code.InvalidArgument])(
    "is given up when time does not heal the refusal (code %s)",
    async (code) => {
      const { states, opened } = follow([refusing(code)]);
      await jest.advanceTimersByTimeAsync(60_000);
      expect([states, opened()]).toEqual([["connecting", "failed"], 1]);
    },
  );

  test("goes on with a renewed session, and ends when there is none", async () => {
    const renewed = follow([refusing(Code.Unauthenticated), saying("a")], { renew: async () => true });
    await jest.advanceTimersByTimeAsync(500);
    expect(renewed.heard).toEqual(["a"]);
    renewed.stream.close();
    const ended = follow([refusing(Code.Unauthenticated)]);
    await jest.advanceTimersByTimeAsync(60_000);
    expect([ended.states.at(-1), ended.opened()]).toEqual(["failed", 1]);
  });

  test("is closed while paused and opened by the resumption", async () => {
    const { states, opened, stream } = follow([saying("a")]);
    await jest.advanceTimersByTimeAsync(0);
    stream.pause();
    await jest.advanceTimersByTimeAsync(600_000);
    expect([opened(), states.at(-1)]).toEqual([1, "paused"]);
    stream.resume();
    await jest.advanceTimersByTimeAsync(0);
    expect([opened(), states.at(-1)]).toEqual([2, "live"]);
    stream.close();
  });

  test("does not wait when it is told that the network is back", async () => {
    const { opened, stream } = follow([refusing(Code.Unavailable), saying("a")]);
    await jest.advanceTimersByTimeAsync(1);
    stream.resume();
    await jest.advanceTimersByTimeAsync(0);
    expect(opened()).toBe(2);
    stream.close();
  });

  test("ends with its last word", async () => {
    const { states, opened } = follow([ending("a", "end", "more")], { isLast: (word) => word === "end" });
    await jest.advanceTimersByTimeAsync(60_000);
    expect([states, opened()]).toEqual([["connecting", "live", "live", "ended"], 1]);
  });

  test("says nothing once it is closed", async () => {
    const { heard, stream, states } = follow([saying("a")]);
    stream.close();
    await jest.advanceTimersByTimeAsync(60_000);
    expect([heard, states]).toEqual([[], ["connecting"]]);
  });
});
