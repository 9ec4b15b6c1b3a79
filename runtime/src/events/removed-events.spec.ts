import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection, nanos } from "@nats-io/transport-node";
import { startNats } from "@ticketing/servers/nats";
import { createLogger } from "../process/log.ts";
import { createEvents, type Events } from "./events.ts";
import { RECONCILE, republishOf, watchRemoved } from "./removed-events.ts";

const log = createLogger("spec", "silent");
let folder: string;
let server: Awaited<ReturnType<typeof startNats>>;
let owner: Events;
let operator: NatsConnection;
const consumers: Events[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ticketing-removed-"));
  server = await startNats({ dir: folder });
  owner = await createEvents({ natsUrl: server.url, name: "owner", log });
  await owner.deadLetters.ensure();
  operator = await connect({ servers: server.url });
}, 60_000);
afterAll(async () => {
  for (const consumer of consumers) await consumer.close();
  await operator?.close();
  await owner?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 500; n++) {
    if (await done()) return;
    await sleep(20);
  }
  throw new Error("it never happened");
}

/** A stream with its consumer, what was asked for, and how to take the stream's first events away. */
async function stream(name: string) {
  await owner.ensureStream(name, [`spec.${name}.>`]);
  const asked: string[] = [];
  const control = { refuses: false };
  owner.requests.answer(republishOf(name), async () => {
    if (control.refuses) throw new Error("not now");
    asked.push("republish");
  });
  const handled: string[] = [];
  const handle = async ({ id }: { id: string }) => void handled.push(id);
  const options = { stream: name, durable: name, filter: `spec.${name}.>`, handle };
  const publish = async (...ids: string[]) => {
    for (const id of ids)
      await owner.publish({
        subject: `spec.${name}.made.${id}`,
        id,
        type: "spec.made",
        source: "spec",
        time: new Date(0),
        payload: new Uint8Array(),
      });
  };
  /** A process that consumes the stream. */
  const consumer = async () => {
    const events = await createEvents({ natsUrl: server.url, name: "consumer", log });
    consumers.push(events);
    events.consume(options);
    return events;
  };
  const manager = await jetstreamManager(operator);
  const first = async () => (await manager.streams.info(name)).state.first_seq;
  /** Lets every event of the stream reach its age. */
  const expire = async () => {
    const { last_seq } = (await manager.streams.info(name)).state;
    await manager.streams.update(name, { max_age: nanos(100), duplicate_window: nanos(100) });
    await until(async () => (await first()) === last_seq + 1);
    await manager.streams.update(name, { max_age: 0 });
  };
  const handledTo = () =>
    manager.consumers.info(name, name).then(
      ({ ack_floor }) => ack_floor.stream_seq,
      () => 0,
    );
  const letters = async () =>
    (await owner.deadLetters.list({ limit: 100 })).filter((letter) => letter.stream === name);
  return { asked, control, handled, options, publish, consumer, manager, expire, handledTo, letters };
}

/** How often everything was to be compared. */
let compared = 0;
beforeAll(() => {
  owner.requests.answer(RECONCILE, async () => void compared++);
});

describe("events that a stream removes", () => {
  it("before they were handled are announced again, on an operator's request once more", async () => {
    const { asked, handled, publish, consumer, expire, handledTo, letters } = await stream("AWAY");
    await publish("1", "2");
    const before = await consumer();
    await until(async () => (await handledTo()) === 2);
    await before.close();
    await publish("3", "4");
    await expire();
    await publish("5");
    const comparedBefore = compared;
    const after = await consumer();
    await until(() => asked.length === 1 && compared === comparedBefore + 1);
    const [letter] = await letters();
    expect(letter).toMatchObject({
      consumer: "AWAY",
      reason: "of the events 3 to 4 some were removed before they were handled",
    });
    await owner.deadLetters.replay(letter?.sequence ?? 0);
    expect([asked.length, compared]).toEqual([2, comparedBefore + 2]);
    expect(await letters()).toEqual([]);
    await until(() => handled.length === 3);
    expect(handled).toEqual(["1", "2", "5"]);
    await after.close();
  });

  it("after they were handled are missed by nobody", async () => {
    const { asked, publish, consumer, expire, handledTo, letters } = await stream("DONE");
    await publish("1", "2", "3");
    const before = await consumer();
    await until(async () => (await handledTo()) === 3);
    await before.close();
    await expire();
    const after = await consumer();
    await publish("4");
    await until(async () => (await handledTo()) === 4);
    await after.close();
    expect(asked).toEqual([]);
    expect(await letters()).toEqual([]);
  });

  it("while their consumer runs are seen too, and asked for until somebody takes it, with one letter", async () => {
    const { asked, control, options, publish, manager, expire, letters } = await stream("STUCK");
    await publish("1", "2", "3");
    const consumer = await manager.consumers.add("STUCK", {
      durable_name: "STUCK",
      ack_policy: "explicit",
      filter_subject: options.filter,
    });
    const asks: string[] = [];
    const ask = async (subject: string) => {
      asks.push(subject);
      await owner.requests.ask(subject);
    };
    const setAside: string[] = [];
    const deadLetters = { setAside: async (id: string) => void setAside.push(id) };
    const watch = watchRemoved({ manager, deadLetters, requests: { ask }, log }, options, 50);
    watch.opened(consumer);
    control.refuses = true;
    await sleep(200);
    expect(asks).toEqual([]);
    await expire();
    await publish("4");
    const refused = asks.length;
    await until(() => asks.length >= refused + 2);
    control.refuses = false;
    await until(() => asked.length === 1);
    // What was stored by then is announced again: that it goes as well, unhandled, is no news.
    await expire();
    await sleep(200);
    expect(asked).toEqual(["republish"]);
    expect(setAside).toEqual(["STUCK:removed:1:STUCK"]);
    await publish("5");
    await expire();
    await until(() => asked.length === 2);
    expect(setAside).toEqual(["STUCK:removed:1:STUCK", "STUCK:removed:5:STUCK"]);
    expect(await letters()).toEqual([]);
    watch.stop();
  });
});
