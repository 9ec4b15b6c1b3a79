import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { checkFile } from "@ticketing/catalog/snapshots/snapshot-file";
import { keyNames, readRing } from "@ticketing/launcher/key-folder";
import { serviceNames } from "@ticketing/launcher/service-names";
import { projectionFiles } from "../support/projections.ts";
import { reported } from "../support/suite-report.ts";
import { eventually, startTestMesh, type TestMesh } from "../support/test-mesh.ts";
import { waitUntilConsistent } from "./audit.ts";
import { type RenewingPerson, renewingPerson } from "./renewing-person.ts";
import { callWhileKeysRoll, keepOldKeys, rotateEveryKey, signsAnew } from "./rolling-keys.ts";
import { trade } from "./traffic.ts";

let mesh: TestMesh;
let seller: RenewingPerson;
let buyers: RenewingPerson[];

/** How long access tokens live here, so that the key of those before can soon be dropped. */
const TOKEN_S = 40;

beforeAll(async () => {
  const settings = { LOCK_DURATION: "10s", LOCK_LIMIT: "1000", LAPSE_LIMIT: "1000" };
  mesh = await startTestMesh({ ...settings, ACCESS_TOKEN_LIFETIME: `${TOKEN_S}s` }, { replicas: 2 });
  const person = (name: string) => renewingPerson(mesh.addresses.gateway, name, TOKEN_S * 250);
  seller = await person("seller");
  buyers = await Promise.all(["a", "b", "c", "d"].map(person));
}, 120_000);
afterAll(async () => {
  for (const person of [seller, ...buyers]) person.leave();
  await mesh?.close();
}, 60_000);

/** What a rolling update does to one replica: SIGTERM, and another process in its place. */
async function restart(name: string, whileAway = () => {}): Promise<void> {
  await mesh.process(name).stop();
  whileAway();
  await mesh.process(name).start();
  // A rolling update gives a new replica a moment before it goes on (minReadySeconds).
  await sleep(1_000);
}

/** What a replica of search has. Throws when what it counts is not what its listings say. */
function contentsOf(file: string): unknown[] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    checkFile(db);
    return db
      .prepare(
        `SELECT l.id, l.version, l.price, l.status, l.held_until, l.start, t.title
         FROM listings l JOIN texts t ON t.key = l.text ORDER BY l.id`,
      )
      .all();
  } finally {
    db.close();
  }
}

/** Searches, one call after another, until it is over. Gives how many. */
async function search(over: AbortSignal): Promise<number> {
  let calls = 0;
  for (; !over.aborted; calls++) {
    await buyers[0]?.catalog.searchTickets({ filter: { query: "seat" } });
    await buyers[1]?.auth.getCurrentUser({});
    await sleep(10);
  }
  return calls;
}

const services = process.env.QUICK ? ["orders"] : serviceNames;

describe("a rolling restart under traffic", () => {
  it.each(services)(
    "of %s fails no call",
    async (service) => {
      await reported(`rolling restart of two replicas: ${service}`, async () => {
        const over = new AbortController();
        const trading = trade(mesh, seller, buyers, over.signal);
        const searching = search(over.signal);
        await sleep(500);
        for (const name of [service, `${service}-2`]) await restart(name);
        over.abort();
        const traffic = await trading;
        const searches = await searching;
        expect([...traffic.failures]).toEqual([]);
        await waitUntilConsistent(mesh, 40_000);
        return traffic.calls + 2 * searches;
      });
    },
    120_000,
  );
});

describe("a replica of search whose file is deleted under traffic", () => {
  it("is built anew, fails no call, and is equal to the other afterwards", async () => {
    await reported("one of two replicas of search built anew", async () => {
      const over = new AbortController();
      const trading = trade(mesh, seller, buyers, over.signal);
      const searching = Promise.all([search(over.signal), search(over.signal)]);
      await sleep(500);
      for (const [n, name] of ["catalog", "catalog-2"].entries()) {
        const file = projectionFiles(mesh)[n] ?? "";
        await restart(name, () => rmSync(dirname(file), { recursive: true }));
      }
      over.abort();
      const traffic = await trading;
      const searches = (await searching).reduce((sum, calls) => sum + calls);
      expect([...traffic.failures]).toEqual([]);
      await waitUntilConsistent(mesh, 40_000);
      const [one, two] = projectionFiles(mesh).map(contentsOf);
      expect(one?.length).toBeGreaterThan(0);
      expect(two).toEqual(one);
      return traffic.calls + 2 * searches;
    });
  }, 120_000);
});

describe("a rotation of every key", () => {
  it("fails no call, though processes are away meanwhile, and ends what the old keys could do", async () => {
    await reported("all keys rotated under traffic, processes away meanwhile", async () => {
      const withOldKeys = await keepOldKeys(mesh);
      const [{ kid }] = await readRing(join(mesh.dataDir, "keys"), "orders");
      const over = new AbortController();
      const [buyer = seller] = buyers;
      const calling = callWhileKeysRoll(mesh, { seller, buyer }, over.signal);
      await sleep(500);
      const away = ["auth-2", "orders-2", "tickets-2"];
      for (const name of away) await mesh.process(name).stop();
      const rotating = rotateEveryKey(mesh);
      await signsAnew(mesh, "orders", kid);
      for (const name of away) await mesh.process(name).start();
      const printed = await rotating;
      await sleep(500);
      over.abort();
      const { calls, failures } = await calling;
      expect(failures).toEqual([]);
      expect([seller, ...buyers].flatMap((person) => person.failures)).toEqual([]);
      expect(printed.match(/the rotation is complete/g)).toHaveLength(keyNames.length);
      const outcomes = await eventually(async () => {
        const seen = await withOldKeys();
        return seen.every(([, code]) => code === Code.Unauthenticated) ? seen : undefined;
      }, 30_000);
      await waitUntilConsistent(mesh, 40_000);
      return calls + outcomes.length;
    });
  }, 300_000);
});
