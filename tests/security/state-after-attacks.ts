import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DescMessage, Message } from "@bufbuild/protobuf";
import { fromBinary, toJson } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { describe, expect, it } from "@jest/globals";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { serviceNames } from "@ticketing/launcher/service-names";
import { brokerLogin } from "@ticketing/runtime/events/broker-login";
import { stories } from "../support/stories.ts";
import { reported } from "../support/suite-report.ts";
import type { World } from "./attacked-mesh.ts";
import { allMessages } from "./contracts.ts";
import { eventFields } from "./event-fields.ts";
import { FORGED } from "./hostile-messages.ts";

/** Shapes of secrets that no answer may contain: hashes, key material, card numbers, secrets of payments. */
const secretShapes = {
  "a password hash": /\$argon2/,
  "a token": /eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/,
  "a refresh token": /[0-9a-f-]{36}\.[\w-]{43}\b/,
  "a client secret": /pi_\w+_secret_\w+/,
  "a secret key": /\b(sk_test_|sk_live_|whsec_)\w+/,
  "a card number": /\b4242 ?4242 ?4242 ?4242\b|\b4000 ?0000 ?0000 ?0002\b/,
  "an account's address": /[\w.-]+-[0-9a-f-]{36}@example\.com/,
};

/** After all attacks: the state of the mesh, and the secrets that left it. */
export function stateAfterAttacks(world: () => World): void {
  describe("after the attacks", () => {
    it("every process is the one that was started, and sells tickets", async () => {
      await reported("processes that outlived the attacks", async () => {
        const { mesh, startPids, crashes, seller, newcomer } = world();
        expect(crashes).toEqual([]);
        for (const [name, pid] of startPids) expect([name, mesh.process(name).pid]).toEqual([name, pid]);
        const customer = await newcomer("customer");
        const people = [
          { ...seller, displayName: "" },
          { ...customer, displayName: "" },
        ] as const;
        await stories.refund(mesh, ...people);
        await stories.cancellation(mesh, ...people);
        return startPids.size;
      });
    });

    it("no log holds a secret, and no line in it is an attacker's", async () => {
      await reported("log lines searched", async () => {
        const { mesh, secrets } = world();
        const folder = join(mesh.dataDir, "logs");
        let lines = 0;
        for (const file of readdirSync(folder)) {
          const text = readFileSync(join(folder, file), "utf8");
          for (const secret of secrets)
            if (secret) expect([file, text.includes(secret), secret]).toEqual([file, false, secret]);
          for (const [what, shape] of Object.entries(secretShapes)) {
            expect([file, what, shape.exec(text)?.[0]]).toEqual([file, what, undefined]);
          }
          const written = text.split("\n").filter(Boolean);
          lines += written.length;
          if (!serviceNames.some((name) => file === `${name}.log`)) continue;
          // One JSON object a line, each one ours: nothing that was sent made a line of its own.
          for (const line of written.filter((line) => line.startsWith("{"))) {
            expect((JSON.parse(line) as { msg?: string }).msg).not.toBe(FORGED);
          }
        }
        expect(lines).toBeGreaterThan(100);
        return lines;
      });
    });

    it("no event holds more than its contract, and the contracts hold nothing private", async () => {
      await reported("events searched", async () => {
        const { mesh, secrets } = world();
        const messages = await allMessages();
        for (const [name, fields] of Object.entries(eventFields)) {
          expect([name, messages.get(name)?.fields.map((field) => field.name)]).toEqual([name, fields]);
        }
        const broker = await connect(brokerLogin(mesh.addresses.nats));
        try {
          const manager = await jetstreamManager(broker);
          let count = 0;
          for (const [stream, typeName] of Object.entries(streams)) {
            const { state } = await manager.streams.info(stream);
            for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
              const stored = await manager.streams.getMessage(stream, { seq });
              if (!stored) continue;
              const desc = messages.get(typeName(stored.subject));
              if (!desc) throw new Error(`no such message: ${typeName(stored.subject)}`);
              const names = [...stored.header.keys()];
              expect(names.filter((name) => !eventHeaders.test(name))).toEqual([]);
              requireKnown(desc, fromBinary(desc, stored.data));
              const text = [
                stored.subject,
                Buffer.from(stored.data).toString("latin1"),
                JSON.stringify(toJson(desc, fromBinary(desc, stored.data))),
                ...names.map((name) => stored.header.get(name)),
              ].join("\n");
              for (const secret of secrets) if (secret) expect([stored.subject, text]).not.toContain(secret);
              for (const [what, shape] of Object.entries(secretShapes)) {
                expect([stored.subject, what, shape.exec(text)?.[0]]).toEqual([
                  stored.subject,
                  what,
                  undefined,
                ]);
              }
              count++;
            }
            expect(state.messages).toBeGreaterThan(0);
          }
          return count;
        } finally {
          await broker.close();
        }
      });
    });
  });
}

/** The message that an event of a stream is, by its subject. */
const streams: Readonly<Record<string, (subject: string) => string>> = {
  USERS: () => "ticketing.auth.v1.UserEvent",
  TICKETS: () => "ticketing.tickets.v1.TicketEvent",
  ORDERS: () => "ticketing.orders.v1.OrderEvent",
  PAYMENTS: () => "ticketing.payments.v1.PaymentEvent",
  DELIVERIES: (subject) =>
    subject.startsWith("evt.deliveries.v1.ticket_file_")
      ? "ticketing.deliveries.v1.TicketFileEvent"
      : "ticketing.deliveries.v1.DeliveryEvent",
  CASES: () => "ticketing.cases.v1.CaseEvent",
  EVENTS: (subject) =>
    subject.startsWith("evt.events.v1.venue_")
      ? "ticketing.events.v1.VenueEvent"
      : "ticketing.events.v1.EventEvent",
};
const eventHeaders =
  /^(Nats-Msg-Id|Nats-Expected-[\w-]+|ce-(id|type|source|time|specversion)|content-type|traceparent)$/i;

/** Throws when the message, or one in it, carries a field that its contract does not have, or one without a verdict. */
function requireKnown(desc: DescMessage, message: Message): void {
  expect([desc.typeName, message.$unknown ?? []]).toEqual([desc.typeName, []]);
  if (desc.typeName.startsWith("ticketing.")) expect(Object.keys(eventFields)).toContain(desc.typeName);
  const view = reflect(desc, message);
  for (const field of desc.fields) {
    if (field.fieldKind === "message" && view.isSet(field))
      requireKnown(field.message, view.get(field).message);
  }
}
