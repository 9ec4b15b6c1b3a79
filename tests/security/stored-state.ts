import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { routedServices } from "@ticketing/gateway/routed-services";
import type { Mesh } from "@ticketing/launcher/mesh";
import { brokerLogin } from "@ticketing/runtime/events/broker-login";
import { readConsumerLag } from "@ticketing/runtime/events/consumer-lag";
import { databaseUri } from "@ticketing/servers/mongo";
import { MongoClient } from "mongodb";
import { readProjections } from "../support/projections.ts";

/** A document as JSON. */
type Stored = {
  _id?: string;
  id?: string;
  version?: number;
  pending?: boolean;
  /** A ticket whose event was not looked at a second time yet. */
  eventUnsure?: boolean;
  status?: number;
  history?: { version: number; type?: string }[];
  /** Whether a user may sell and buy, as tickets know it. */
  standing?: { version: number };
};
/** Every document that names one of some ids, by its database, collection and id. */
export type StoredState = Record<string, Stored>;

/** Where each collection is projected to. */
const copies: Record<string, string> = {
  "tickets.tickets": "catalog.listings",
  "orders.orders": "operations.orders",
};

/**
 * What the mesh and Stripe have stored of some ids, read past every API: also what no RPC shows, such as strikes and
 * slots, and collections that do not exist yet.
 */
export async function openStoredState(mesh: Mesh, ids: readonly string[]) {
  const clients = await Promise.all(
    routedServices.map((name) =>
      MongoClient.connect(databaseUri(mesh.addresses.mongo, name), { maxPoolSize: 4 }),
    ),
  );
  const broker = await connect(brokerLogin(mesh.addresses.nats));
  const manager = await jetstreamManager(broker);
  /** Whether every event was handled by every service that is told of it. */
  const allHandled = async () =>
    (await readConsumerLag(manager)).every(({ pending, inFlight }) => pending + inFlight === 0);
  const named = (document: unknown) => {
    const text = JSON.stringify(document);
    return ids.some((id) => text.includes(id));
  };

  async function read(): Promise<StoredState> {
    const state: StoredState = {};
    const keep = (where: string, document: object) => {
      if (!named(document)) return;
      const plain: Stored = JSON.parse(JSON.stringify(document));
      state[`${where}/${plain._id ?? plain.id}`] = plain;
    };
    const reading = routedServices.map(async (name, at) => {
      const db = clients[at]?.db();
      const collections = (await db?.listCollections({}, { nameOnly: true }).toArray()) ?? [];
      for (const collection of collections) {
        const documents = await db?.collection(collection.name).find().toArray();
        for (const document of documents ?? []) keep(`${name}.${collection.name}`, document);
      }
    });
    // Whether a lock still holds changes by the time alone.
    for (const [replica, listings] of readProjections(mesh).entries())
      for (const listing of listings.values())
        keep(replica === 0 ? "catalog.listings" : `catalog-${replica + 1}.listings`, {
          ...listing,
          held: undefined,
        });
    const [stripe] = await Promise.all([readStripe(mesh), ...reading]);
    const intents = stripe.payment_intents.filter(named);
    for (const intent of intents) keep("stripe.payment_intents", intent);
    for (const refund of stripe.refunds) {
      if (intents.some(({ id }) => id === refund.payment_intent))
        state[`stripe.refunds/${refund.id}`] = refund;
    }
    return state;
  }

  return {
    read,
    /**
     * Waits until every event was published and handled, catalog has them all, `holds` is true and nothing changes any
     * more.
     */
    async settled(holds: (state: StoredState) => boolean = () => true): Promise<StoredState> {
      let before: StoredState | undefined;
      for (const end = Date.now() + 120_000; ; await sleep(60)) {
        const isHandled = await allHandled();
        const state = await read();
        const waiting = isHandled ? waitsFor(state) : ["events"];
        if (waiting.length === 0 && holds(state) && isDeepStrictEqual(state, before)) return state;
        if (Date.now() > end)
          throw new Error(`nothing settles: ${waiting.join(", ") || JSON.stringify(state)}`);
        before = state;
      }
    },
    close: () => Promise.all([broker.close(), ...clients.map((client) => client.close())]),
  };
}

/** What operators do to these documents, which their log says a moment later. */
const decisions: ReadonlySet<string> = new Set([
  ...["user_suspended", "user_reinstated", "ticket_taken_down"],
  ...["event_rescheduled", "event_cancelled", "event_merged"],
]);

/** Documents with events to publish or an event to look at, and copies that are behind. */
function waitsFor(state: StoredState): string[] {
  return Object.entries(state).flatMap(([name, { pending, eventUnsure, history = [] }]) => {
    const [collection = "", id] = name.split("/");
    const copy = copies[collection];
    // Later versions than that of the newest transition are their service's own affair.
    const told = history.at(-1)?.version ?? 0;
    const behind = copy !== undefined && (state[`${copy}/${id}`]?.version ?? 0) < told;
    const unlogged = history.some(
      ({ version, type = "" }) => decisions.has(type) && !state[`operations.audit_log/${id}:${version}`],
    );
    const judged = collection === "auth.users" && told > 1;
    const unheard = judged && (state[`tickets.buyer_locks/${id}`]?.standing?.version ?? 0) < told;
    return pending || eventUnsure || behind || unlogged || unheard ? [name] : [];
  });
}

interface StripeState {
  payment_intents: { id: string }[];
  refunds: { id: string; payment_intent: string }[];
}

async function readStripe(mesh: Mesh): Promise<StripeState> {
  const response = await fetch(`${mesh.addresses.stripe}/control/state`);
  return (await response.json()) as StripeState;
}
