import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startNats } from "@ticketing/servers/nats";
import { newId } from "../process/ids.ts";
import { createLogger } from "../process/log.ts";
import { currentRequestId } from "../process/request-context.ts";
import { createEvents, type Events, type IncomingEvent, PoisonEvent } from "./events.ts";

const log = createLogger("spec", "silent");
const text = (payload: Uint8Array) => new TextDecoder().decode(payload);
let folder: string;
let server: Awaited<ReturnType<typeof startNats>>;
let events: Events;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ticketing-events-"));
  server = await startNats({ dir: folder });
  events = await createEvents({ natsUrl: server.url, name: "spec", log });
  await events.deadLetters.ensure();
}, 60_000);
afterAll(async () => {
  await events?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const publish = (stream: string, id: string, payload = id) =>
  events.publish({
    subject: `spec.${stream}.made.${id.split(":")[0]}`,
    id,
    type: "spec.made",
    source: "spec",
    time: new Date(0),
    payload: new TextEncoder().encode(payload),
  });

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 500; n++) {
    if (await done()) return;
    await sleep(20);
  }
  throw new Error("it never happened");
}

describe("events", () => {
  it("are stored once per id and handled by the durable consumer, those from before it too", async () => {
    await events.ensureStream("ONCE", ["spec.once.>"]);
    await publish("once", "a:1");
    await publish("once", "a:1", "a repeat");
    const seen: string[] = [];
    events.consume({
      stream: "ONCE",
      durable: "spec",
      filter: "spec.once.>",
      handle: async (event) => {
        seen.push(text(event.payload));
      },
    });
    await publish("once", "a:2");
    await until(() => seen.length === 2);
    expect(seen).toEqual(["a:1", "a:2"]);
  });

  it("carry the request that caused them to where they are handled", async () => {
    await events.ensureStream("TRACE", ["spec.trace.>"]);
    const requestId = newId();
    await events.publish({
      subject: "spec.trace.made.a",
      id: "a:1",
      type: "spec.made",
      source: "spec",
      time: new Date(0),
      requestId,
      payload: new Uint8Array(),
    });
    const seen: (string | undefined)[] = [];
    const handle = async () => {
      seen.push(currentRequestId());
    };
    events.consume({ stream: "TRACE", durable: "spec", filter: "spec.trace.>", handle });
    await until(() => seen.length === 1);
    expect(seen).toEqual([requestId]);
  });

  it("are all handled again by a running consumer whose place is forgotten", async () => {
    await events.ensureStream("FORGET", ["spec.forget.>"]);
    const seen: string[] = [];
    const handle = async ({ id }: { id: string }) => {
      seen.push(id);
    };
    events.consume({ stream: "FORGET", durable: "spec", filter: "spec.forget.>", handle });
    await publish("forget", "a:1");
    await until(() => seen.length === 1);
    await events.forget("FORGET", "spec");
    await publish("forget", "a:2");
    await until(() => seen.includes("a:2") && seen.filter((id) => id === "a:1").length === 2);
  });

  it("are tried again after a failure, without holding up others, and never set aside for it", async () => {
    await events.ensureStream("RETRY", ["spec.retry.>"]);
    let failures = 3;
    const seen: string[] = [];
    events.consume({
      stream: "RETRY",
      durable: "spec",
      filter: "spec.retry.>",
      handle: async (event) => {
        if (event.id === "a:1" && failures-- > 0) throw new Error("an outage");
        seen.push(event.id);
      },
    });
    await publish("retry", "a:1");
    await publish("retry", "b:1");
    await until(() => seen.length === 2);
    expect(seen).toEqual(["b:1", "a:1"]);
    expect(await events.deadLetters.count()).toBe(0);
  });

  it("that break their contract are set aside, listed with the reason, and replayed", async () => {
    await events.ensureStream("POISON", ["spec.poison.>"]);
    let mended = false;
    const seen: string[] = [];
    events.consume({
      stream: "POISON",
      durable: "spec",
      filter: "spec.poison.>",
      handle: async (event) => {
        if (!mended && text(event.payload) === "a:1") throw new PoisonEvent("not what it should be");
        seen.push(text(event.payload));
      },
    });
    await publish("poison", "a:1");
    await publish("poison", "b:1");
    await until(async () => seen.length === 1 && (await events.deadLetters.count()) === 1);
    const [letter] = await events.deadLetters.list({ limit: 10 });
    expect(letter).toMatchObject({
      stream: "POISON",
      consumer: "spec",
      subject: "spec.poison.made.a",
      reason: "not what it should be",
    });
    // Delivered again it is poison still: it comes back under another number.
    await events.deadLetters.replay(letter?.sequence ?? 0);
    const [again] = await events.deadLetters.list({ limit: 10 });
    expect(again).toMatchObject({ subject: "spec.poison.made.a", reason: "not what it should be" });
    expect(again?.sequence).toBeGreaterThan(letter?.sequence ?? 0);
    mended = true;
    await events.deadLetters.replay(again?.sequence ?? 0);
    expect(seen).toEqual(["b:1", "a:1"]);
    expect([await events.deadLetters.count(), await events.deadLetters.list({ limit: 10 })]).toEqual([0, []]);
    // Again is done already, of the first number too.
    await events.deadLetters.replay(again?.sequence ?? 0);
    await events.deadLetters.replay(letter?.sequence ?? 0);
    expect(seen).toEqual(["b:1", "a:1"]);
    await expect(events.deadLetters.replay(999)).rejects.toMatchObject({ reason: "DEAD_LETTER_NOT_FOUND" });
  });

  it("set aside by one consumer come again to that one alone, as they were, but as no news", async () => {
    await events.ensureStream("ASIDE", ["spec.aside.>"]);
    let mended = false;
    const seen: Record<string, IncomingEvent[]> = { first: [], second: [] };
    for (const durable of ["first", "second"]) {
      events.consume({
        stream: "ASIDE",
        durable,
        filter: "spec.aside.>",
        handle: async (event) => {
          if (durable === "first" && !mended) throw new PoisonEvent("not yet understood");
          seen[durable]?.push(event);
        },
      });
    }
    await publish("aside", "a:1");
    await until(async () => seen.second?.length === 1 && (await events.deadLetters.count()) === 1);
    mended = true;
    const [letter] = await events.deadLetters.list({ limit: 1 });
    await Promise.all([1, 2, 3].map(() => events.deadLetters.replay(letter?.sequence ?? 0)));
    expect(seen.second).toHaveLength(1);
    expect(seen.first?.[0]).toEqual({ ...seen.second?.[0], isNews: undefined });
    expect([await events.deadLetters.count(), await events.deadLetters.list({ limit: 10 })]).toEqual([0, []]);
  });

  it("set aside by a consumer that is away, or whose outage lasts, stay until it can take them", async () => {
    await events.ensureStream("AWAY", ["spec.away.>"]);
    let answer: Error | undefined = new PoisonEvent("not what it should be");
    const consumer = await createEvents({ natsUrl: server.url, name: "away", log });
    consumer.consume({
      stream: "AWAY",
      durable: "away",
      filter: "spec.away.>",
      handle: async () => {
        if (answer) throw answer;
      },
    });
    await publish("away", "a:1");
    await until(async () => (await events.deadLetters.count()) === 1);
    const [letter] = await events.deadLetters.list({ limit: 1 });
    const replay = () => events.deadLetters.replay(letter?.sequence ?? 0);
    answer = new Error("an outage");
    await expect(replay()).rejects.toMatchObject({ reason: "DEAD_LETTER_CONSUMER_AWAY" });
    await consumer.close();
    await expect(replay()).rejects.toMatchObject({ reason: "DEAD_LETTER_CONSUMER_AWAY" });
    expect(await events.deadLetters.count()).toBe(1);
    const back = await createEvents({ natsUrl: server.url, name: "away", log });
    back.consume({ stream: "AWAY", durable: "away", filter: "spec.away.>", handle: async () => undefined });
    await replay();
    expect(await events.deadLetters.count()).toBe(0);
    await back.close();
  });

  it("are heard by every watcher from the moment the watch stands", async () => {
    await events.ensureStream("WATCH", ["spec.watch.>"]);
    await publish("watch", "before:1");
    const heard: string[][] = [[], []];
    for (const list of heard) {
      await events.watch({
        stream: "WATCH",
        filter: "spec.watch.>",
        handle: ({ documentId, read }) => void list.push(documentId, read().id),
      });
    }
    await publish("watch", "a:1");
    await until(() => heard.every((list) => list.length > 0));
    expect(heard).toEqual([
      ["a", "a:1"],
      ["a", "a:1"],
    ]);
  });

  it("say how far each durable consumer is behind", async () => {
    await until(async () => {
      const row = (await events.consumerLag()).find((lag) => lag.stream === "ONCE");
      return row?.consumer === "spec" && row.pending === 0 && row.inFlight === 0;
    });
  });
});
