import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { create, fromBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { RecordSelectionSchema } from "@ticketing/proto/type/internal/v1/record_selection";
import { startNats } from "@ticketing/servers/nats";
import { launch, rename } from "../../testing/boat/boat.ts";
import { boatAggregate } from "../../testing/boat/boat-aggregate.ts";
import { BoatEventSchema, RenameReason } from "../../testing/boat/boat-contract.ts";
import { silent as log } from "../../testing/service.ts";
import { openSpecDatabase } from "../../testing/spec-database.ts";
import { createEvents, type Events, type IncomingEvent } from "../events/events.ts";
import { republishOf } from "../events/removed-events.ts";
import { reasonOf } from "../process/domain-error.ts";
import type { Database } from "./database.ts";
import { transitionsOf } from "./transition.ts";

const at = (second: number) => new Date(Date.UTC(2030, 0, 1, 0, 0, second));
let folder: string;
let broker: Awaited<ReturnType<typeof startNats>>;
let events: Events;
let database: Database;
let boats: Awaited<ReturnType<typeof boatAggregate.open>>;
const heard: IncomingEvent[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ticketing-aggregate-"));
  broker = await startNats({ dir: folder });
  events = await createEvents({ natsUrl: broker.url, name: "spec", log });
  database = await openSpecDatabase();
  boats = await boatAggregate.open({ db: database.db, events, log });
  await events.watch({
    stream: "BOATS",
    filter: "evt.boats.>",
    handle: ({ read }) => void heard.push(read()),
    onGap: () => undefined,
  });
  boats.relay.start();
}, 60_000);
afterAll(async () => {
  await boats?.relay.stop();
  await events?.close();
  await database?.close();
  await broker?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function hears(count: number): Promise<void> {
  for (let n = 0; n < 500 && heard.length < count; n++) await sleep(20);
  expect(heard).toHaveLength(count);
}

const decode = ({ payload }: IncomingEvent) => fromBinary(BoatEventSchema, payload);

describe("an aggregate that is declared once", () => {
  it("is stored, and each of its transitions is told as its contract says", async () => {
    await boats.insert(launch({ _id: "a", ownerId: "ann", name: "Argo" }, at(0)));
    await boats.update("a", (boat) => rename(boat, "Medea", at(1)));
    await hears(2);
    expect(heard.map(({ subject }) => subject)).toEqual([
      "evt.boats.v1.boat_launched.a",
      "evt.boats.v1.boat_renamed.a",
    ]);
    expect(heard.map(({ isNews }) => isNews)).toEqual([true, true]);
    const event = heard[1] && decode(heard[1]);
    expect(event).toMatchObject({
      id: "a",
      version: 2n,
      time: timestampFromDate(at(1)),
      transition: { case: "boatRenamed", value: { formerName: "Argo", reason: RenameReason.BAD_LUCK } },
      state: { id: "a", name: "Medea", version: 2n },
    });
    const renamed = { version: 2, type: "boat_renamed", data: { formerName: "Argo", reason: "bad_luck" } };
    expect((await boats.get("a")).history[1]).toMatchObject(renamed);
  });

  it("names itself in its event, for who reads attributes alone", async () => {
    const boat = launch({ _id: "b", ownerId: "bea", name: "Beagle" }, at(2));
    const [launched] = boat.history;
    if (!launched) throw new Error("a boat begins with a transition");
    expect(boatAggregate.event(boat, { ...launched, requestId: "request" })).toMatchObject({
      subject: "evt.boats.v1.boat_launched.b",
      id: "b:1",
      type: "ticketing.boats.v1.boat_launched",
      source: "boats",
      time: at(2),
      requestId: "request",
    });
  });

  it("tells its state alone where only a newer release knows the transition, and calls it nothing else", () => {
    const boat = launch({ _id: "c", ownerId: "cid", name: "Cutty" }, at(0));
    const sunk = { version: 2, type: "boat_sunk", time: at(1), data: { depth: "5" } };
    const event = boatAggregate.event({ ...boat, version: 2 }, sunk);
    expect(event).toMatchObject({
      subject: "evt.boats.v1.boat_sunk.c",
      type: "ticketing.boats.v1.boat_sunk",
    });
    expect(fromBinary(BoatEventSchema, event.payload)).toMatchObject({
      transition: { case: undefined },
      state: { id: "c", version: 2n },
    });
  });

  it("goes on by no transition that its contract does not have: that neither compiles nor runs", () => {
    const boat = launch({ _id: "e", ownerId: "eve", name: "Erebus" }, at(0));
    const { advance } = transitionsOf(BoatEventSchema);
    // @ts-expect-error There is no such case.
    expect(() => advance(boat, { case: "boatSunk", value: {} }, at(1))).toThrow("has no boatSunk");
    // @ts-expect-error There is no such fact.
    const typo = advance(boat, { case: "boatRenamed", value: { formername: "Argo" } }, at(1));
    expect(typo.history[1]?.data).toEqual({});
  });

  it("refuses by its own reason to be read or changed where it does not exist", async () => {
    expect(await boats.find("nobody")).toBeNull();
    const reasons = [boats.get("nobody"), boats.update("nobody", (boat) => boat)].map((call) =>
      call.catch(reasonOf),
    );
    expect(await Promise.all(reasons)).toEqual(["TICKET_NOT_FOUND", "TICKET_NOT_FOUND"]);
  });

  it("is found for a write, and when it is to be published, without a look at every other", async () => {
    for (const filter of [{ _id: "a", version: 2 }, { pending: true }]) {
      const { queryPlanner } = await boats.collection.find(filter).explain("queryPlanner");
      expect(JSON.stringify(queryPlanner.winningPlan)).not.toContain("COLLSCAN");
    }
  });

  it("is listed by its owner, newest first, and selected by its last change", async () => {
    for (const [n, name] of ["Dory", "Endeavour", "Fram"].entries()) {
      await boats.insert(launch({ _id: `d${n}`, ownerId: "dan", name }, at(10 + n)));
    }
    const first = await boats.list({ ownerId: "dan" }, { pageSize: 2, pageToken: "" });
    expect(first.documents.map(({ name }) => name)).toEqual(["Fram", "Endeavour"]);
    const rest = await boats.list({ ownerId: "dan" }, { pageSize: 2, pageToken: first.nextPageToken });
    expect(rest).toMatchObject({ documents: [{ name: "Dory" }], nextPageToken: "" });
    const value = { since: timestampFromDate(at(11)), until: timestampFromDate(at(13)) };
    const changed = await boats.select(
      create(RecordSelectionSchema, { selection: { case: "changed", value } }),
    );
    expect(changed.documents.map(({ name }) => name)).toEqual(["Endeavour", "Fram"]);
  });

  it("is announced again as it is, though the stream knows the event", async () => {
    await hears(5);
    heard.length = 0;
    expect(await boatAggregate.republish({ db: database.db, events })).toBe(4);
    await hears(4);
    const again = heard.map(decode);
    expect(again.map(({ state }) => state?.name).sort()).toEqual(["Dory", "Endeavour", "Fram", "Medea"]);
    expect(heard.map(({ isNews }) => isNews)).toEqual([false, false, false, false]);
  });

  it("is announced again by its service when a reader asks for that", async () => {
    heard.length = 0;
    await events.requests.ask(republishOf("BOATS"));
    await hears(4);
  });
});
