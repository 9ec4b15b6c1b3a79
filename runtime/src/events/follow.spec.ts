import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { startNats } from "@ticketing/servers/nats";
import { createLogger } from "../process/log.ts";
import { createEvents, type Events, type FollowPosition, PoisonEvent } from "./events.ts";
import { republishedOf, republishOf } from "./removed-events.ts";

const log = createLogger("spec", "silent");
const text = (payload: Uint8Array) => new TextDecoder().decode(payload);
let folder: string;
let server: Awaited<ReturnType<typeof startNats>>;
let events: Events;
let admin: NatsConnection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ticketing-follow-"));
  server = await startNats({ dir: folder });
  events = await createEvents({ natsUrl: server.url, name: "spec", log });
  admin = await connect({ servers: server.url });
  await events.deadLetters.ensure();
}, 60_000);
afterAll(async () => {
  await events?.close();
  await admin?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const publish = (stream: string, id: string) =>
  events.publish({
    subject: `spec.${stream}.made`,
    id,
    type: "spec.made",
    source: "spec",
    time: new Date(0),
    payload: new TextEncoder().encode(id),
  });

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 500; n++) {
    if (await done()) return;
    await sleep(20);
  }
  throw new Error("it never happened");
}

/** Takes as long as the events that are decoded in one turn. */
function busy(): void {
  for (const begun = performance.now(); performance.now() - begun < 1; );
}

/** What a replica keeps: what it applied, and its position. */
function replica() {
  const applied: string[] = [];
  const kept = { applied, position: undefined as FollowPosition | undefined, failures: 0, resets: 0 };
  const follow = (stream: string, hooks: { room?: () => Promise<void>; onDecode?: () => void } = {}) =>
    events.follow<string>({
      stream: stream.toUpperCase(),
      filter: `spec.${stream}.>`,
      name: "spec",
      position: () => kept.position,
      decode({ payload }) {
        hooks.onDecode?.();
        if (text(payload).startsWith("poison")) throw new PoisonEvent("spoilt");
        return text(payload);
      },
      async apply(changes, position) {
        await hooks.room?.();
        if (kept.failures-- > 0) throw new Error("the disk is full");
        if (position?.after && !isDeepStrictEqual(position.after, kept.position))
          throw new Error("what comes before is not saved");
        applied.push(...changes);
        if (position) {
          const { after, ...reached } = position;
          kept.position = reached;
        }
      },
      async reset() {
        kept.resets++;
        applied.length = 0;
        kept.position = undefined;
      },
    });
  return Object.assign(kept, { follow });
}

const fails = (promise: Promise<void>) =>
  promise.then(
    () => false,
    () => true,
  );

describe("following a stream", () => {
  it("applies what is there and what comes, in order, and goes on from where it was", async () => {
    await events.ensureStream("ORDER", ["spec.order.>"]);
    const ids = Array.from({ length: 700 }, (_, n) => `o:${n}`);
    await Promise.all(ids.slice(0, 600).map((id) => publish("order", id)));
    const one = replica();
    const first = one.follow("order");
    await until(async () => !(await fails(first.requireCaughtUp())));
    expect(one.applied.toSorted()).toEqual(ids.slice(0, 600).toSorted());
    await first.stop();
    for (const id of ids.slice(600, 650)) await publish("order", id);
    const again = one.follow("order");
    for (const id of ids.slice(650)) await publish("order", id);
    await until(() => one.applied.length === 700);
    expect(one.applied.slice(600)).toEqual(ids.slice(600));
    expect(one.position).toMatchObject({ sequence: 700, incomplete: false });
    await again.stop();
  });

  it("waits for the stream, and is not caught up until it is there", async () => {
    const one = replica();
    const following = one.follow("late");
    await sleep(50);
    await expect(following.requireCaughtUp()).rejects.toThrow();
    await events.ensureStream("LATE", ["spec.late.>"]);
    await until(async () => !(await fails(following.requireCaughtUp())));
    await publish("late", "l:1");
    await until(() => one.applied.length === 1);
    await following.stop();
  });

  it("is caught up with a stream whose last event was taken out", async () => {
    await events.ensureStream("TAIL", ["spec.tail.>"]);
    for (const id of ["t:1", "t:2"]) await publish("tail", id);
    await (await jetstreamManager(admin)).streams.deleteMessage("TAIL", 2);
    const one = replica();
    const following = one.follow("tail");
    await until(async () => !(await fails(following.requireCaughtUp())));
    expect(one.applied).toEqual(["t:1"]);
    await expect(following.requireFresh()).resolves.toBeUndefined();
    await following.stop();
    const again = one.follow("tail");
    await until(async () => !(await fails(again.requireCaughtUp())));
    expect(one.resets).toBe(0);
    await again.stop();
  });

  it("applies again what could not be saved", async () => {
    await events.ensureStream("FAILING", ["spec.failing.>"]);
    const one = replica();
    one.failures = 2;
    await publish("failing", "f:1");
    const following = one.follow("failing");
    await publish("failing", "f:2");
    await until(() => one.applied.length === 2);
    expect(one.applied).toEqual(["f:1", "f:2"]);
    await following.stop();
  });

  it("asks for two parts at once, and goes on with what came meanwhile", async () => {
    await events.ensureStream("ROOM", ["spec.room.>"]);
    const ids = Array.from({ length: 20 }, (_, n) => `r:${n}`);
    for (const id of ids) await publish("room", id);
    const one = replica();
    let asked = 0;
    let decoded = 0;
    const made = Promise.withResolvers<void>();
    const following = one.follow("room", {
      onDecode: () => decoded++,
      room() {
        asked++;
        return made.promise;
      },
    });
    await until(() => decoded === 20);
    await publish("room", "r:last");
    await until(() => decoded === 21);
    expect([asked, one.applied, one.position]).toEqual([2, [], undefined]);
    made.resolve();
    await until(() => one.applied.length === 21);
    expect(one.applied).toEqual([...ids, "r:last"]);
    await following.stop();
  });

  it("saves nothing behind what could not be saved", async () => {
    await events.ensureStream("BEHIND", ["spec.behind.>"]);
    for (let n = 0; n < 40; n++) await publish("behind", `b:${n}`);
    const one = replica();
    let parts = 0;
    const secondAsked = Promise.withResolvers<void>();
    const following = one.follow("behind", {
      // Most events are still to be decoded when a part fails.
      onDecode: busy,
      async room() {
        parts++;
        if (parts === 2) secondAsked.resolve();
        if (parts > 1) return;
        await secondAsked.promise;
        throw new Error("the disk is full");
      },
    });
    await until(() => one.applied.length === 40);
    expect(one.applied).toEqual(Array.from({ length: 40 }, (_, n) => `b:${n}`));
    await following.stop();
  });

  it("answers whoever asks between events, however many are there", async () => {
    await events.ensureStream("TURNS", ["spec.turns.>"]);
    for (let n = 0; n < 100; n++) await publish("turns", `t:${n}`);
    let turns = 0;
    const decodedIn: number[] = [];
    const one = replica();
    const following = one.follow("turns", {
      onDecode() {
        decodedIn.push(turns);
        busy();
      },
    });
    const count = () => {
      turns++;
      if (one.applied.length < 100) setImmediate(count);
    };
    count();
    await until(() => one.applied.length === 100);
    expect(new Set(decodedIn).size).toBeGreaterThan(90);
    await following.stop();
  });

  it("sets aside what breaks its contract, once for all replicas, and each handles it again", async () => {
    await events.ensureStream("POISON", ["spec.poison.>"]);
    await publish("poison", "p:1");
    await publish("poison", "poison:2");
    await publish("poison", "p:3");
    const replicas = [replica(), replica()];
    const before = await events.deadLetters.count();
    const followings = [];
    for (const one of replicas) {
      const following = one.follow("poison");
      followings.push(following);
      await until(() => one.applied.length === 2);
      expect(one.position?.sequence).toBe(3);
    }
    expect(await events.deadLetters.count()).toBe(before + 1);
    const [letter] = await events.deadLetters.list({ limit: 1 });
    expect(letter).toMatchObject({ stream: "POISON", consumer: "spec", reason: "spoilt" });
    await events.deadLetters.replay(letter?.sequence ?? 0);
    // It is poison still.
    expect(await events.deadLetters.count()).toBe(before + 1);
    await Promise.all(followings.map((following) => following.stop()));
  });

  it("leaves a durable consumer of the release before to be forgotten, where there is one", async () => {
    const manager = await jetstreamManager(admin);
    await events.ensureStream("RETIRED", ["spec.retired.>"]);
    await events.retire("RETIRED", "spec");
    await manager.consumers.add("RETIRED", { durable_name: "spec", filter_subject: "spec.retired.>" });
    await events.retire("RETIRED", "spec");
    const { config } = await manager.consumers.info("RETIRED", "spec");
    expect(config.inactive_threshold).toBe(3_600_000 * 1e6);
  });

  it("begins again with a stream that was made anew", async () => {
    const manager = await jetstreamManager(admin);
    await events.ensureStream("ANEW", ["spec.anew.>"]);
    for (const id of ["a:1", "a:2"]) await publish("anew", id);
    const one = replica();
    const following = one.follow("anew");
    await until(() => one.applied.length === 2);
    await manager.streams.delete("ANEW");
    await events.ensureStream("ANEW", ["spec.anew.>"]);
    await publish("anew", "b:1");
    await until(() => one.applied.join() === "b:1");
    expect(one.resets).toBe(1);
    await following.stop();
    // Nobody looked when it had fewer events than were applied before.
    await manager.streams.delete("ANEW");
    await events.ensureStream("ANEW", ["spec.anew.>"]);
    for (const id of ["c:1", "c:2"]) await publish("anew", id);
    const again = one.follow("anew");
    await until(() => one.applied.join() === "c:1,c:2");
    await again.stop();
  });

  it("is not caught up while removed events are missing, and has all announced again", async () => {
    const manager = await jetstreamManager(admin);
    await events.ensureStream("REMOVED", ["spec.removed.>"]);
    for (const id of ["r:1", "r:2", "r:3"]) await publish("removed", id);
    await manager.streams.purge("REMOVED", { seq: 3 });
    const askedBy: string[] = [];
    let isLeft = true;
    events.requests.answer(republishOf("REMOVED"), async (by) => void askedBy.push(by));
    events.requests.answer(republishedOf("REMOVED"), async () => {
      if (isLeft) throw new Error("it is being done");
    });
    const one = replica();
    const following = one.follow("removed");
    await until(() => one.applied.length === 1 && askedBy.join() === "spec");
    await expect(following.requireCaughtUp()).rejects.toThrow("npm run republish");
    // A process that dies meanwhile knows it afterwards.
    expect(one.position).toMatchObject({ incomplete: true });
    await publish("removed", "r:1 again");
    isLeft = false;
    await until(async () => !(await fails(following.requireCaughtUp())));
    expect(one.applied).toEqual(["r:3", "r:1 again"]);
    expect(one.position).toMatchObject({ incomplete: false });
    await following.stop();
  });

  it("ends while it waits for what is announced again", async () => {
    await events.ensureStream("LEFT", ["spec.left.>"]);
    for (const id of ["l:1", "l:2", "l:3"]) await publish("left", id);
    await (await jetstreamManager(admin)).streams.purge("LEFT", { seq: 3 });
    const asked = Promise.withResolvers<void>();
    events.requests.answer(republishOf("LEFT"), async () => undefined);
    events.requests.answer(republishedOf("LEFT"), async () => asked.resolve());
    const one = replica();
    one.failures = Number.POSITIVE_INFINITY;
    const following = one.follow("left");
    await asked.promise;
    await sleep(200);
    await following.stop();
    expect(one.position).toBeUndefined();
  });

  it("is not fresh while an event that breaks its contract cannot be set aside", async () => {
    await events.ensureStream("STUCK", ["spec.stuck.>"]);
    await (await jetstreamManager(admin)).streams.delete("DEAD_LETTERS");
    await publish("stuck", "poison:1");
    const read = Promise.withResolvers<void>();
    const following = replica().follow("stuck", { onDecode: read.resolve });
    await read.promise;
    await following.requireFresh();
    const now = performance.now.bind(performance);
    const later = jest.spyOn(performance, "now").mockImplementation(() => now() + 11_000);
    await expect(following.requireFresh()).rejects.toThrow("1 events wait to be applied");
    later.mockRestore();
    await following.stop();
    await events.deadLetters.ensure();
  });
});
