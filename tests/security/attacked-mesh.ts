import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { serviceNames } from "@ticketing/launcher/service-names";
import type { Event } from "@ticketing/proto/events/v1/event";
import type { Order } from "@ticketing/proto/orders/v1/order";
import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import { createServiceTokens, type ServiceTokens } from "@ticketing/runtime/identity/service-tokens";
import { silent } from "@ticketing/runtime/testing/service";
import type { JWK } from "jose";
import { createClients } from "../support/clients.ts";
import { listWithRetries, newEvent, newOrder, newVenue } from "../support/stories.ts";
import { startTestMesh, type TestMesh } from "../support/test-mesh.ts";
import { openRawClient, type RawClient } from "./raw-http2-client.ts";

/** Somebody with an account, and everything about the account that nobody else may learn. */
export interface Account extends ReturnType<typeof createClients> {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** The header with which a native client authenticates. */
  readonly bearer: { authorization: string };
}

/** The mesh under attack, and its attackers and victims. */
export interface World {
  readonly mesh: TestMesh;
  readonly gateway: string;
  readonly seller: Account;
  readonly buyer: Account;
  readonly stranger: Account;
  readonly operator: Account;
  /** Proposed by the seller. */
  readonly event: Event;
  /** Signs as the named service of the mesh. */
  readonly services: ReadonlyMap<string, ServiceTokens>;
  /** The private key with which auth signs access tokens: what an attacker does not have. */
  readonly tokenKey: JWK;
  /** What must be found in no log, event or stranger's answer. */
  readonly secrets: Set<string>;
  /** Processes that ended by themselves. */
  readonly crashes: string[];
  readonly startPids: ReadonlyMap<string, number | undefined>;
  /**
   * Requests from this address of 127.0.0.0/8; the gateway takes each for another client. `silenceMs` as
   * {@link openRawClient} has it.
   */
  wire(from?: string, silenceMs?: number): RawClient;
  /** Signs up a new person. */
  newcomer(name: string): Promise<Account>;
  list(): Promise<Ticket>;
  /** A fresh ticket, locked by the buyer. */
  lock(): Promise<{ ticket: Ticket; order: Order }>;
  close(): Promise<void>;
}

/** The limits that the attacks run against; the rest is as users meet it. */
export const limits = { addressRate: 300, signUps: 60, streams: 20, locks: 4, lapses: 3, lockMs: 40_000 };

export async function startWorld(): Promise<World> {
  const crashes: string[] = [];
  const mesh = await startTestMesh(
    {
      LOG_LEVEL: "debug",
      REFLECTION: "off",
      ADDRESS_RATE: `${limits.addressRate}`,
      SIGN_UP_LIMIT: `${limits.signUps}`,
      MAX_STREAMS_PER_CALLER: `${limits.streams}`,
      LOCK_DURATION: `${limits.lockMs}ms`,
      LOCK_LIMIT: `${limits.locks}`,
      LAPSE_LIMIT: `${limits.lapses}`,
    },
    { web: true, onCrash: ({ name }, reason) => crashes.push(`${name}: ${reason}`) },
  );
  const { gateway } = mesh.addresses;
  const keys = join(mesh.dataDir, "keys");
  const secrets = new Set<string>();
  const wires: RawClient[] = [];

  async function signUp(email: string, displayName: string): Promise<Account> {
    const password = `pass-${randomUUID()}`;
    const anonymous = createClients(gateway);
    await anonymous.auth.signUp({ email, password, displayName });
    const grant = { case: "credentials" as const, value: { email, password } };
    const { accessToken, refreshToken, user } = await anonymous.auth.issueToken({ grant });
    for (const secret of [email, password, accessToken, refreshToken]) secrets.add(secret);
    return {
      ...createClients(gateway, () => accessToken),
      userId: user?.id ?? "",
      email,
      password,
      accessToken,
      refreshToken,
      bearer: { authorization: `Bearer ${accessToken}` },
    };
  }
  const newcomer = (name: string) => signUp(`${name}-${randomUUID()}@example.com`, name);
  const [seller, buyer, stranger] = await Promise.all([
    newcomer("seller"),
    newcomer("buyer"),
    newcomer("stranger"),
  ]);
  const operator = await signUp("operator@example.com", "Operator");
  const { venue } = await seller.events.proposeVenue(newVenue());
  const { event } = await seller.events.proposeEvent(newEvent(venue?.id ?? ""));
  if (!event) throw new Error("no event");
  const services = new Map<string, ServiceTokens>();
  for (const name of serviceNames) {
    const keyFile = join(keys, `${name}.jwk.json`);
    services.set(name, await createServiceTokens({ name, keyFile, log: silent }));
    secrets.add((JSON.parse(await readFile(keyFile, "utf8")) as JWK).d ?? "");
  }
  const tokenKey: JWK = JSON.parse(await readFile(join(keys, "access-token.jwk.json"), "utf8"));
  secrets.add(tokenKey.d ?? "");
  for (const file of ["stripe-webhook-secret", "stripe-connect-webhook-secret"])
    secrets.add(await readFile(join(keys, file), "utf8"));

  const list = () => listWithRetries({ ...seller, displayName: "seller" });
  return {
    mesh,
    gateway,
    seller,
    buyer,
    stranger,
    operator,
    event,
    services,
    tokenKey,
    secrets,
    crashes,
    startPids: new Map(mesh.processNames.map((name) => [name, mesh.process(name).pid])),
    wire(from, silenceMs) {
      const wire = openRawClient(gateway, from, silenceMs);
      wires.push(wire);
      return wire;
    },
    newcomer,
    list,
    async lock() {
      const ticket = await list();
      const { order } = await buyer.orders.createOrder(newOrder(ticket));
      if (!order) throw new Error("no order");
      return { ticket, order };
    },
    async close() {
      for (const wire of wires) wire.close();
      await mesh.close();
    },
  };
}
