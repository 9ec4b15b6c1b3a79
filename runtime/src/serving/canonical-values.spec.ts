import { readdirSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  create,
  type DescField,
  type DescMessage,
  type DescMethod,
  type DescService,
  getOption,
  type Message,
} from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { createValidator } from "@bufbuild/protovalidate";
import { field as fieldRules } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { createClient, type ServiceImpl } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  SearchTicketsRequestSchema,
  WatchTicketsRequestSchema,
} from "@ticketing/proto/catalog/v1/catalog_service";
import { CreateTicketRequestSchema } from "@ticketing/proto/tickets/v1/ticket_service";
import { makeServiceKeys } from "../../testing/keys.ts";
import { silent, testConfig } from "../../testing/service.ts";
import { createServiceAuthenticator, createServiceTokens } from "../identity/service-tokens.ts";
import { canonicalize } from "./canonical-values.ts";
import { createInternalClient } from "./internal-client.ts";
import { type InternalServer, startInternalServer } from "./internal-server.ts";
import { type PublicServer, startPublicServer } from "./public-server.ts";
import { createServingStatus } from "./serving-status.ts";

const LOWER = "0192f0c0-abcd-7222-8fed-44445555abcd";

/** Every service of the contracts but those that another has taken the place of, from the generated code itself. */
async function allServices(): Promise<DescService[]> {
  const folder = fileURLToPath(new URL("../../../proto/gen/ticketing", import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".js"),
  );
  const modules = await Promise.all(files.map((name) => import(pathToFileURL(`${folder}/${name}`).href)));
  const exported = modules.flatMap((module) => Object.values(module as object));
  return exported.filter((value): value is DescService => value?.kind === "service" && !value.deprecated);
}

/** Whether the contract calls a field, or the items of a list, a UUID. */
function isUuid(field: DescField): boolean {
  const rules = getOption(field, fieldRules).type;
  const own = rules.case === "repeated" ? rules.value.items?.type : rules;
  return own?.case === "string" && own.value.wellKnown.case === "uuid";
}

/** The messages that a field or its items are. */
const nested = (field: DescField): DescMessage[] => (field.message ? [field.message] : []);

function uuidFields(desc: DescMessage): DescField[] {
  return desc.fields.flatMap((field) => (isUuid(field) ? [field] : nested(field).flatMap(uuidFields)));
}

/** Sets every UUID of a message to one value. */
function setIds(message: ReflectMessage, id: string): void {
  for (const field of message.fields) {
    if (isUuid(field) && field.fieldKind === "list") {
      message.get(field).add(id);
    } else if (isUuid(field) && field.fieldKind === "scalar") message.set(field, id);
    else if (field.fieldKind === "message" && uuidFields(field.message).length > 0) {
      const inner = reflect(field.message);
      setIds(inner, id);
      message.set(field, inner);
    }
  }
}

function idsOf(message: ReflectMessage): string[] {
  return message.fields.flatMap((field) => {
    if (isUuid(field) && field.fieldKind === "list") return [...message.get(field)] as string[];
    if (isUuid(field)) return [message.get(field) as string];
    return field.fieldKind === "message" && message.isSet(field) ? idsOf(message.get(field)) : [];
  });
}

const services = await allServices();
const withIds = services
  .flatMap(({ methods }) => methods)
  .filter(({ input }) => uuidFields(input).length > 0);
const methodName = (method: DescMethod) => `${method.parent.typeName}/${method.name}`;

/** What the handlers of either port were given. */
let seen: { method: string; request: Message }[] = [];
/** A service whose methods only take note. */
function handlers(service: DescService) {
  const handler = (method: DescMethod) => {
    const note = (request: Message) => seen.push({ method: methodName(method), request });
    if (method.methodKind === "unary") {
      return (request: Message) => {
        note(request);
        return {};
      };
    }
    return async function* (request: Message) {
      note(request);
      yield {};
    };
  };
  return Object.fromEntries(
    service.methods.map((method) => [method.localName, handler(method)]),
  ) as unknown as ServiceImpl<DescService>;
}

let publicServer: PublicServer;
let internalServer: InternalServer;
let keys: Awaited<ReturnType<typeof makeServiceKeys>>;
const unary = (service: DescService) => service.methods.every(({ methodKind }) => methodKind === "unary");

beforeAll(async () => {
  keys = await makeServiceKeys("orders", "spec");
  publicServer = await startPublicServer({
    config: testConfig(),
    log: silent,
    routes: (router) => {
      for (const service of services) router.service(service, handlers(service));
    },
    http: {},
  });
  internalServer = await startInternalServer({
    host: "127.0.0.1",
    port: 0,
    log: silent,
    authenticate: await createServiceAuthenticator({ name: "orders", keysFile: keys.keysFile, log: silent }),
    routes: (router) => {
      for (const service of services.filter(unary)) router.service(service, handlers(service));
    },
    health: createServingStatus(),
  });
});
afterAll(async () => {
  await publicServer.drain(100);
  await internalServer.drain(100);
  await keys.remove();
});

const price = { minorUnits: 4_500n, currency: "USD" };
const start = { start: { case: "localTime", value: "2030-06-01T20:00" } };
const part = { partId: `${LOWER}:1`, amount: 1n };
/** What else a valid request of a method has to hold. */
const others: Readonly<Record<string, Record<string, unknown>>> = {
  CreateOrder: { expectedPrice: price },
  LockTicket: { expectedPrice: price },
  UnlockTicket: { reason: 1 },
  CancelOrder: { reason: 1 },
  RefuseRefund: { reason: 1 },
  BlockEarning: { reason: 3 },
  TransferEarning: { providerChargeId: "ch_1" },
  HoldForRefund: { refundRequestedTime: { seconds: 1n } },
  ProposeVenue: { name: "Hall", city: "Oslo" },
  ProposeEvent: { title: "Jazz", category: 1, start },
  RescheduleEvent: { version: 1n, start, reason: "a test" },
  CancelEvent: { version: 1n, reason: "a test" },
  MergeEvents: { reason: "a test" },
  SuspendUser: { version: 1n, reason: "a test" },
  TakeDownTicket: { reason: "a test" },
  FreezeEarning: { reason: "a test" },
  UnfreezeEarning: { reason: "a test" },
  AgreeToUnfreeze: { version: 1n },
  ReinstateUser: { version: 1n, reason: "a test" },
  StartUpload: { bytes: 1n },
  StartTicketUpload: { bytes: 1n },
  DeliverTicket: { content: { case: "link", value: "https://tickets.example/1" } },
  OpenCase: { kind: 1, text: "It never came" },
  AddEvidence: { text: "It never came" },
  SubmitEvidence: { providerDisputeId: "du_1", evidence: {} },
  AcceptDispute: { providerDisputeId: "du_1" },
  DecideCase: { ruling: 1, reason: "It never came" },
  AgreeToDecision: { version: 1n },
  CloseCase: { decisionNumber: 1 },
  RefundForCase: { decisionNumber: 1 },
  ReduceEarning: part,
  RefundPart: part,
  RecordPartRefund: part,
  EndPart: { partId: part.partId },
  ReopenCase: { decisionNumber: 1, refusal: "refund_failed" },
  UpdateTicket: { version: 1n },
  WithdrawTicket: { version: 1n },
  CreateTicket: {
    title: "Jazz",
    category: 1,
    event: { title: "Jazz", venue: "Hall", city: "Oslo", startTime: { seconds: 4_000_000_000n } },
    seat: {},
    price,
  },
};

/** The request of a method with every id in capitals. */
function capitals(method: DescMethod): Message {
  const message = create(method.input, others[method.name]);
  setIds(reflect(method.input, message), LOWER.toUpperCase());
  return message;
}

type Call = (request: Message) => Promise<unknown> | AsyncIterable<unknown>;
async function reach(client: object, method: DescMethod): Promise<string[]> {
  seen = [];
  const call = (client as Record<string, Call>)[method.localName];
  const answer = call?.(capitals(method));
  if (answer && Symbol.asyncIterator in answer) for await (const _ of answer);
  else await answer;
  const [given] = seen;
  expect(given?.method).toBe(methodName(method));
  return given ? idsOf(reflect(method.input, given.request)) : [];
}

describe("an id in capitals", () => {
  it.each(withIds.map((method) => [methodName(method), method] as const))(
    "is the same id to %s",
    async (_, method) => {
      const baseUrl = `http://127.0.0.1:${publicServer.port}`;
      for (const transport of [
        createGrpcTransport({ baseUrl }),
        createConnectTransport({ baseUrl, httpVersion: "2" }),
      ]) {
        const ids = await reach(createClient(method.parent, transport), method);
        expect(ids.length).toBeGreaterThan(0);
        expect(new Set(ids)).toEqual(new Set([LOWER]));
      }
      if (!unary(method.parent)) return;
      const client = createInternalClient(method.parent, {
        addresses: [`127.0.0.1:${internalServer.port}`],
        callee: "orders",
        tokens: await createServiceTokens({ name: "spec", keyFile: keys.keyFile("spec"), log: silent }),
      });
      expect(new Set(await reach(client, method))).toEqual(new Set([LOWER]));
      client.close();
    },
  );

  it("is met in every request that names something: no id is a mere string, none sits in a map", () => {
    const stringIds = services.flatMap(({ methods }) =>
      methods.flatMap(({ input }) =>
        input.fields.filter(
          (field) => /(^|_)(order|ticket|request|buyer|seller|user)_ids?$/.test(field.name) && !isUuid(field),
        ),
      ),
    );
    expect(stringIds.map(String)).toEqual([]);
    const maps = withIds
      .flatMap(({ input }) => uuidFields(input))
      .filter(({ fieldKind }) => fieldKind === "map");
    expect(maps).toEqual([]);
  });

  it("is the same id anywhere in a list", () => {
    const request = create(WatchTicketsRequestSchema, { ticketIds: Array(100).fill(LOWER.toUpperCase()) });
    canonicalize(WatchTicketsRequestSchema, request);
    expect(request.ticketIds).toEqual(Array(100).fill(LOWER));
  });
});

describe("an instant whose nanos are not those of its second", () => {
  it.each([
    [
      { seconds: 4_102_444_799n, nanos: 2_000_000_000 },
      { seconds: 4_102_444_801n, nanos: 0 },
    ],
    [
      { seconds: 10n, nanos: -1 },
      { seconds: 9n, nanos: 999_999_999 },
    ],
    [
      { seconds: 10n, nanos: 999_999_999 },
      { seconds: 10n, nanos: 999_999_999 },
    ],
  ])("is written as protobuf demands before a limit is compared with it", (given, written) => {
    const request = create(SearchTicketsRequestSchema, { filter: { startAfter: given } });
    canonicalize(SearchTicketsRequestSchema, request);
    expect(request.filter?.startAfter).toMatchObject(written);
  });

  it("does not pass the end of the years in which an event can be listed", async () => {
    const event = { startTime: { seconds: 4_102_444_799n, nanos: 1_000_000_000 } };
    const request = create(CreateTicketRequestSchema, { event });
    canonicalize(CreateTicketRequestSchema, request);
    const { violations = [] } = createValidator().validate(CreateTicketRequestSchema, request);
    expect(violations.map(({ ruleId }) => ruleId)).toContain("timestamp.gte_lt");
  });
});
