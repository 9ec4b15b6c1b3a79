import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { enter, type Person } from "@ticketing/tests/support/clients";
import { v5 as uuidv5 } from "uuid";
import { type DemoEvent, demoEvents } from "./demo-listings.ts";
import type { SignIn } from "./mesh-file.ts";

/** The people of the demo data; their passwords are public and good for a mesh on loopback only. */
export const demoSignIns: readonly SignIn[] = [
  { email: "seller@example.com", password: "seller-sells-seats", displayName: "Sally Seller" },
  { email: "buyer@example.com", password: "buyer-buys-seats", displayName: "Bo Buyer" },
  { email: "other@example.com", password: "other-wants-seats", displayName: "Olga Other" },
  { email: "operator@example.com", password: "operator-looks-on", displayName: "Ole Operator" },
];

const namespace = "6f3d2a54-6e0b-4b8e-9a55-0f6d7f0f4f11";

interface SeedState {
  /** Midnight UTC of the day on which seeding began; the events' dates count from it. */
  readonly day: string;
  readonly done: boolean;
}

/**
 * Signs up the demo users and lists their tickets through the gateway, unless this data directory has them.
 * Request ids are derived from the content, so that a seeding which was cut short is finished, not doubled.
 */
export async function seed(
  gateway: string,
  dataDir: string,
  progress: (message: string) => void,
): Promise<void> {
  const path = join(dataDir, "seed.json");
  const state = await readState(path);
  if (state.done) return;
  await writeFile(path, JSON.stringify(state));
  const people = await Promise.all(demoSignIns.map((signIn) => enter(gateway, signIn)));
  const [seller, buyer, other] = people;
  if (!seller || !buyer || !other) throw new Error("the demo data needs three traders");
  // Most tickets are the seller's; the others sell some, so that everybody meets somebody else's.
  const owners = [seller, seller, seller, buyer, other];
  const listings = demoEvents.flatMap((event, number) =>
    event.seats.map((_, seat) => ({ event, seat, owner: owners[number % owners.length] ?? seller })),
  );
  const queue = [...listings];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      await list(next.owner, next.event, next.seat, new Date(state.day));
    }
  };
  await Promise.all(Array.from({ length: 6 }, work));
  await writeFile(path, JSON.stringify({ ...state, done: true }));
  progress(`listed ${listings.length} tickets of ${demoEvents.length} events`);
}

async function list(owner: Person, event: DemoEvent, index: number, day: Date): Promise<void> {
  const seat = event.seats[index];
  if (!seat) return;
  const [section, row, number, minorUnits] = seat;
  const startTime = new Date(day.getTime() + (event.inDays * 24 + event.hour) * 3_600_000);
  await owner.tickets.createTicket({
    requestId: uuidv5([event.title, event.city, section, row, number].join("\n"), namespace),
    title: `${event.title}, ${section} ${row}${number}`,
    category: event.category,
    event: {
      title: event.title,
      venue: event.venue,
      city: event.city,
      startTime: timestampFromDate(startTime),
    },
    seat: { section, row, number },
    price: { minorUnits: BigInt(minorUnits), currency: event.currency },
  });
}

async function readState(path: string): Promise<SeedState> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text !== undefined) return JSON.parse(text) as SeedState;
  return { day: `${new Date().toISOString().slice(0, 10)}T00:00:00Z`, done: false };
}
