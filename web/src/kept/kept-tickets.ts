import { fromJsonString, toJsonString } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { type TicketSnapshot, TicketSnapshotSchema } from "@ticketing/proto/orders/v1/order";
import { inDatabase, type KeptRow, type KeyRow, resultOf, THE_KEY } from "./database.ts";
import { newKey, seal, unseal } from "./seal.ts";

/** How long after the beginning of its event a ticket is kept: events last for days at most. */
const KEPT_MS = 4 * 24 * 3_600_000;

/** What was delivered: a file's bytes with their media type, the address of the ticket, or where it was transferred to. */
export type TicketContent =
  | { readonly case: "file"; readonly value: Blob }
  | { readonly case: "link" | "transferNote"; readonly value: string };

/** What is known of a ticket without its content. */
export interface KeptFacts {
  readonly orderId: string;
  /** The ticket as the order had it. */
  readonly ticket: TicketSnapshot;
  readonly keptTime: Date;
  /** When the seller had delivered it, in seconds since 1970, by which a copy of what was replaced is known. */
  readonly delivered: bigint | undefined;
}

export interface KeptTicket extends KeptFacts {
  readonly content: TicketContent;
}

/** As it is sealed: of a file its media type, since its bytes are sealed apart. */
interface StoredFacts {
  ticket: string;
  /** In digits. */
  delivered?: string | undefined;
  content: { case: TicketContent["case"]; value: string };
}

/**
 * Keeps a ticket in this browser, in the place of an older copy; what belongs to others goes. Nothing is kept for who has
 * signed out meanwhile. Rejects where the browser keeps nothing.
 */
export async function keepTicket(owner: string, kept: Omit<KeptTicket, "keptTime">): Promise<void> {
  const { orderId, ticket, content, delivered } = kept;
  const { id: keyId, key } = await keyOf(owner);
  const isFile = content.case === "file";
  const facts: StoredFacts = {
    ticket: toJsonString(TicketSnapshotSchema, ticket),
    delivered: delivered?.toString(),
    content: { case: content.case, value: isFile ? content.value.type : content.value },
  };
  const row: KeptRow = {
    ...{ orderId, keyId, keptTime: Date.now(), until: untilOf(ticket) },
    facts: await sealFacts(key, orderId, facts),
    ...(isFile && { file: await seal(key, await content.value.arrayBuffer(), `file of ${orderId}`) }),
  };
  await inDatabase("readwrite", async ({ keys, tickets }) => {
    const held = await resultOf<KeyRow | undefined>(keys.get(THE_KEY));
    if (held?.id === keyId) tickets.put(row);
  });
}

/**
 * Has the copy of an order's ticket say what the order says by now, such as that the event was moved, by which it is kept
 * for longer. What was delivered stays as it was kept. Nothing changes where there is no copy.
 */
export async function followTicket(orderId: string, ticket: TicketSnapshot): Promise<void> {
  const { key, rows } = await held();
  const row = rows.find((each) => each.orderId === orderId);
  if (!key || !row) return;
  const { facts: before } = await factsOf(key, row);
  const facts: StoredFacts = { ...before, ticket: toJsonString(TicketSnapshotSchema, ticket) };
  if (facts.ticket === before.ticket) return;
  const sealed = await sealFacts(key, orderId, facts);
  await inDatabase("readwrite", async ({ tickets }) => {
    const current = await resultOf<KeptRow | undefined>(tickets.get(orderId));
    // Forgotten meanwhile, or kept anew.
    if (current?.keyId !== row.keyId || current.keptTime !== row.keptTime) return;
    tickets.put({ ...current, until: untilOf(ticket), facts: sealed });
  });
}

/** From when on a ticket is of no use. */
function untilOf({ event }: TicketSnapshot): number {
  return (event?.startTime ? timestampMs(event.startTime) : Date.now()) + KEPT_MS;
}

const sealFacts = (key: CryptoKey, orderId: string, facts: StoredFacts) =>
  seal(key, new TextEncoder().encode(JSON.stringify(facts)), `facts of ${orderId}`);

/** The key of a user. Whatever another one kept is gone afterwards. */
async function keyOf(owner: string): Promise<KeyRow> {
  const fresh: KeyRow = { id: crypto.randomUUID(), owner, key: await newKey() };
  return inDatabase("readwrite", async ({ keys, tickets }) => {
    const held = await resultOf<KeyRow | undefined>(keys.get(THE_KEY));
    if (held?.owner === owner) return held;
    tickets.clear();
    keys.put(fresh, THE_KEY);
    return fresh;
  });
}

/** The ticket of an order, if it is kept here and still of use. */
export async function keptTicket(orderId: string): Promise<KeptTicket | undefined> {
  const { key, rows } = await held();
  const row = rows.find((each) => each.orderId === orderId);
  if (!key || !row) return undefined;
  const { facts, kept } = await factsOf(key, row);
  const { content } = facts;
  if (content.case !== "file") return { ...kept, content: { case: content.case, value: content.value } };
  if (!row.file) return undefined;
  const bytes = await unseal(key, row.file, `file of ${orderId}`);
  return { ...kept, content: { case: "file", value: new Blob([bytes], { type: content.value }) } };
}

/** All tickets that are kept here and still of use, by the start of their events. */
export async function keptTickets(): Promise<KeptFacts[]> {
  const { key, rows } = await held();
  if (!key) return [];
  const startOf = ({ ticket }: KeptFacts) => Number(ticket.event?.startTime?.seconds ?? 0n);
  const all = await Promise.all(rows.map(async (row) => (await factsOf(key, row)).kept));
  return all.sort((a, b) => startOf(a) - startOf(b));
}

/** What is kept under the present key and not too old. */
const held = (): Promise<{ key: CryptoKey | undefined; rows: KeptRow[] }> =>
  inDatabase("readonly", async ({ keys, tickets }) => {
    const key = await resultOf<KeyRow | undefined>(keys.get(THE_KEY));
    const rows = await resultOf<KeptRow[]>(tickets.getAll());
    return {
      key: key?.key,
      rows: rows.filter(({ keyId, until }) => keyId === key?.id && until > Date.now()),
    };
  });

async function factsOf(
  key: CryptoKey,
  { orderId, keptTime, facts: sealed }: KeptRow,
): Promise<{ facts: StoredFacts; kept: KeptFacts }> {
  const text = new TextDecoder().decode(await unseal(key, sealed, `facts of ${orderId}`));
  // Nobody else can have sealed it.
  const facts = JSON.parse(text) as StoredFacts;
  const kept = {
    ...{ orderId, keptTime: new Date(keptTime) },
    ticket: fromJsonString(TicketSnapshotSchema, facts.ticket, { ignoreUnknownFields: true }),
    delivered: facts.delivered === undefined ? undefined : BigInt(facts.delivered),
  };
  return { facts, kept };
}
