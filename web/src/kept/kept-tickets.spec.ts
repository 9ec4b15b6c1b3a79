import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterEach, beforeAll, beforeEach, expect, jest, test } from "@jest/globals";
import { TicketSnapshotSchema } from "@ticketing/proto/orders/v1/order";
import type { KeptRow } from "./database.ts";

/** The browser's database: each transaction in its turn, and a request that has its result at once. */
const stores = { keys: new Map<string, unknown>(), tickets: new Map<string, KeptRow>() };
let last: Promise<unknown> = Promise.resolve();

function inDatabase(_mode: string, run: (opened: object) => Promise<unknown>): Promise<unknown> {
  const { keys, tickets } = stores;
  const running = last.then(() =>
    run({
      keys: {
        get: (id: string) => keys.get(id),
        put: (value: unknown, id: string) => keys.set(id, value),
        clear: () => keys.clear(),
      },
      tickets: {
        get: (id: string) => tickets.get(id),
        getAll: () => [...tickets.values()],
        put: (row: KeptRow) => tickets.set(row.orderId, row),
        delete: (id: string) => tickets.delete(id),
        clear: () => tickets.clear(),
      },
    }),
  );
  last = running.catch(() => undefined);
  return running;
}

let kept: typeof import("./kept-tickets.ts");
let forget: typeof import("./forget.ts");

beforeAll(async () => {
  jest.unstable_mockModule("./database.ts", () => ({
    ...{ inDatabase, THE_KEY: "key" },
    resultOf: async (result: unknown) => result,
  }));
  kept = await import("./kept-tickets.ts");
  forget = await import("./forget.ts");
});
beforeEach(() => {
  stores.keys.clear();
  stores.tickets.clear();
});
afterEach(() => void jest.restoreAllMocks());

const DAY = 86_400_000;
const START = Date.now() + 10 * DAY;
const snapshot = (start = START) =>
  create(TicketSnapshotSchema, {
    seat: { section: "Stalls" },
    event: { title: "Evening", startTime: timestampFromMs(start) },
  });
const note = { case: "transferNote", value: "In the Arena app" } as const;

const keep = (
  owner: string,
  orderId: string,
  content: Parameters<typeof kept.keepTicket>[1]["content"] = note,
) => kept.keepTicket(owner, { orderId, ticket: snapshot(), content, delivered: 7n });
const ids = async () => (await kept.keptTickets()).map(({ orderId }) => orderId);
/** From now on it is this time. */
const at = (ms: number) => void jest.spyOn(Date, "now").mockReturnValue(ms);

test("what was kept is read as it was, and lies there sealed", async () => {
  await keep("ann", "1");
  await keep("ann", "2", { case: "file", value: new Blob(["the file"], { type: "image/png" }) });
  expect(await kept.keptTicket("1")).toMatchObject({ content: note, delivered: 7n, ticket: snapshot() });
  const { content } = (await kept.keptTicket("2")) ?? {};
  expect(content?.case === "file" && [content.value.type, await content.value.text()]).toEqual([
    "image/png",
    "the file",
  ]);
  const lies = [...stores.tickets.values()].flatMap(({ facts, file }) => [facts, ...(file ? [file] : [])]);
  for (const { bytes } of lies)
    expect(Buffer.from(bytes).toString("latin1")).not.toMatch(/Arena|Stalls|the file/);
});

test("without a user everything is forgotten, and the key with it", async () => {
  await keep("ann", "1");
  await forget.forgetOthers(undefined);
  expect([stores.tickets.size, stores.keys.size]).toEqual([0, 0]);
});

test("another user finds nothing, and who is still signed in everything", async () => {
  await keep("ann", "1");
  await forget.forgetOthers("ann");
  expect(await ids()).toEqual(["1"]);
  await forget.forgetOthers("bob");
  expect([stores.tickets.size, stores.keys.size]).toEqual([0, 0]);
});

test("what another user keeps takes the place of what was kept before", async () => {
  await keep("ann", "1");
  await keep("bob", "2");
  expect([...stores.tickets.keys()]).toEqual(["2"]);
});

test("what is sealed while its user signs out is not kept", async () => {
  const file = new Blob(["the file"]);
  const bytes = await file.arrayBuffer();
  file.arrayBuffer = async () => {
    await forget.forgetOthers(undefined);
    return bytes;
  };
  await keep("ann", "1", { case: "file", value: file });
  expect(stores.tickets.size).toBe(0);
});

test("what another key sealed is not shown, and is in nobody's way", async () => {
  await keep("ann", "1");
  const [row] = stores.tickets.values();
  await forget.forgetOthers(undefined);
  await keep("ann", "2");
  if (row) stores.tickets.set("1", row);
  expect(await ids()).toEqual(["2"]);
  expect(await kept.keptTicket("1")).toBeUndefined();
});

test("a ticket is forgotten alone when its money went back", async () => {
  await keep("ann", "1");
  await keep("ann", "2");
  await forget.forgetTickets(["1"]);
  expect(await ids()).toEqual(["2"]);
});

test("a ticket is shown until four days after the start, and forgotten then", async () => {
  await keep("ann", "1");
  at(START + 4 * DAY - 1);
  await forget.forgetOthers("ann");
  expect(await ids()).toEqual(["1"]);
  at(START + 4 * DAY);
  expect(await ids()).toEqual([]);
  expect(await kept.keptTicket("1")).toBeUndefined();
  await forget.forgetOthers("ann");
  expect(stores.tickets.size).toBe(0);
});

test("a copy follows its event to the new start, and stays what was delivered", async () => {
  await keep("ann", "1");
  const before = await kept.keptTicket("1");
  await kept.followTicket("1", snapshot(START + 30 * DAY));
  at(START + 20 * DAY);
  expect(await kept.keptTicket("1")).toEqual({ ...before, ticket: snapshot(START + 30 * DAY) });
});

test("a copy that was forgotten does not come back by its event being moved", async () => {
  await kept.followTicket("1", snapshot());
  await keep("ann", "1");
  const following = kept.followTicket("1", snapshot(START + DAY));
  await forget.forgetTickets(["1"]);
  await following;
  expect(stores.tickets.size).toBe(0);
});
