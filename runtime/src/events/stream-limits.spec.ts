import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startNats } from "@ticketing/servers/nats";
import { createLogger } from "../process/log.ts";
import { createEvents, type Events, PoisonEvent } from "./events.ts";
import type { StreamSettings } from "./streams.ts";

const BODY_BYTES = 1000;
const log = createLogger("spec", "silent");
const opened: Events[] = [];
let folder: string;
let server: Awaited<ReturnType<typeof startNats>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ticketing-limits-"));
  server = await startNats({ dir: folder });
}, 60_000);
afterAll(async () => {
  for (const events of opened) await events.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The owner of a stream, run with these settings, which it has brought the stream to. */
async function owner(stream: string, settings: Omit<StreamSettings, "replicas">) {
  const streams = { replicas: 1, ...settings };
  const events = await createEvents({ natsUrl: server.url, streams, name: "owner", log });
  opened.push(events);
  await events.ensureStream(stream, [`spec.${stream}.>`]);
  const publish = (n: number) =>
    events.publish({
      subject: `spec.${stream}.made.${n}`,
      id: `${n}:1`,
      type: "spec.made",
      source: "spec",
      time: new Date(0),
      payload: new Uint8Array(BODY_BYTES),
    });
  /** Publishes until it is refused; tells how many were taken, and the refusal. */
  const fill = async (from = 0) => {
    for (let n = from; n < from + 100; n++) {
      const refusal = await publish(n).then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (refusal) return { taken: n - from, refusal };
    }
    throw new Error("it takes everything");
  };
  const bytes = async () => (await events.streamStorage()).find((row) => row.stream === stream)?.bytes;
  return { events, publish, fill, bytes };
}

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 500; n++) {
    if (await done()) return;
    await sleep(20);
  }
  throw new Error("it never happened");
}

describe("a stream", () => {
  it("refuses events when it is full, and loses none that it has", async () => {
    const { events, fill } = await owner("FULL", { maxBytes: 12 * BODY_BYTES });
    const { taken, refusal } = await fill();
    expect(refusal).toMatch(/maximum bytes exceeded/);
    expect(taken).toBeGreaterThan(5);
    const seen: string[] = [];
    const handle = async ({ id }: { id: string }) => void seen.push(id);
    events.consume({ stream: "FULL", durable: "spec", filter: "spec.FULL.>", handle });
    await until(() => seen.length === taken);
    expect(seen[0]).toBe("0:1");
  });

  it("made smaller than what it holds keeps it, and made larger takes events again", async () => {
    const before = await owner("RESIZED", { maxBytes: 12 * BODY_BYTES });
    const { taken } = await before.fill();
    const held = await before.bytes();
    const smaller = await owner("RESIZED", { maxBytes: 3 * BODY_BYTES });
    expect((await smaller.fill(taken)).taken).toBe(0);
    expect(await smaller.bytes()).toBe(held);
    const larger = await owner("RESIZED", { maxBytes: 30 * BODY_BYTES });
    expect((await larger.fill(taken)).taken).toBeGreaterThan(5);
  });

  it("without a size or an age before is brought to both, and has room again when events are old", async () => {
    const endless = await owner("AGED", {});
    for (let n = 0; n < 20; n++) await endless.publish(n);
    const aged = await owner("AGED", { maxAgeMs: 500, maxBytes: 3 * BODY_BYTES });
    await until(async () => (await aged.bytes()) === 0);
    await aged.publish(20);
  });

  it("of dead letters keeps them whatever their age", async () => {
    const { events, publish, bytes } = await owner("LETTERS", { maxAgeMs: 500 });
    await events.deadLetters.ensure();
    const handle = async () => {
      throw new PoisonEvent("not what it should be");
    };
    events.consume({ stream: "LETTERS", durable: "spec", filter: "spec.LETTERS.>", handle });
    await publish(0);
    await until(async () => (await events.deadLetters.count()) === 1);
    await until(async () => (await bytes()) === 0);
    // As long again as the event had.
    await sleep(600);
    expect(await events.deadLetters.count()).toBe(1);
  });
});
