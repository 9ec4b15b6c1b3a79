import { describe, expect, it } from "@jest/globals";
import { liveView } from "./live-view.ts";

/** A source of numbers that views follow. */
function createSource() {
  const listeners = new Set<() => void>();
  let fresh: number[] = [];
  return {
    listeners,
    add(value: number) {
      fresh.push(value);
      for (const listener of listeners) listener();
    },
    subscribe(onChange: () => void) {
      listeners.add(onChange);
      return () => void listeners.delete(onChange);
    },
    readNew: async () => {
      const read = fresh;
      fresh = [];
      return read;
    },
  };
}

describe("a live view", () => {
  it("shows what is there, each change, and a heartbeat when nothing changes", async () => {
    const source = createSource();
    source.add(1);
    const { signal } = new AbortController();
    const view = liveView({ ...source, heartbeatMs: 20, signal });
    expect(await view.next()).toMatchObject({ value: 1 });
    expect(await view.next()).toMatchObject({ value: undefined, done: false });
    const next = view.next();
    source.add(2);
    expect(await next).toMatchObject({ value: 2 });
    await view.return(undefined);
    expect(source.listeners.size).toBe(0);
  });

  it("misses no change that happens while it reads", async () => {
    const source = createSource();
    source.add(1);
    let reads = 0;
    const readNew = async () => {
      const read = await source.readNew();
      if (++reads === 1) source.add(2);
      return read;
    };
    const { signal } = new AbortController();
    const view = liveView({ ...source, readNew, heartbeatMs: 60_000, signal });
    expect(await view.next()).toMatchObject({ value: 1 });
    expect(await view.next()).toMatchObject({ value: 2 });
    await view.return(undefined);
  });

  it("ends at once when it is aborted, without a last heartbeat", async () => {
    const source = createSource();
    const over = new AbortController();
    const next = liveView({ ...source, heartbeatMs: 60_000, signal: over.signal }).next();
    setImmediate(() => over.abort());
    expect(await next).toEqual({ value: undefined, done: true });
    expect(source.listeners.size).toBe(0);
  });

  it("ends when nothing can change any more, by a change or by time alone", async () => {
    const source = createSource();
    source.add(1);
    let isOver = false;
    const { signal } = new AbortController();
    const view = liveView({ ...source, isOver: () => isOver, heartbeatMs: 10, signal });
    expect(await view.next()).toMatchObject({ value: 1 });
    isOver = true;
    expect(await view.next()).toEqual({ value: undefined, done: true });
  });
});
