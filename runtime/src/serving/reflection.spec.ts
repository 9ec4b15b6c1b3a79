import { create, createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { Code, createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@ticketing/proto/grpc/health/v1/health";
import {
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from "@ticketing/proto/grpc/reflection/v1/reflection";
import { ServerReflection as ServerReflectionAlpha } from "@ticketing/proto/grpc/reflection/v1alpha/reflection";
import { OrderLifecycleService } from "@ticketing/proto/orders/internal/v1/order_lifecycle_service";
import { OrderService } from "@ticketing/proto/orders/v1/order_service";
import { makeServiceKeys } from "../../testing/keys.ts";
import { silent, testConfig } from "../../testing/service.ts";
import { publicContracts } from "./public-contracts.ts";
import { type Serving, serve } from "./serve.ts";

type Question = ServerReflectionRequest["messageRequest"];
type Answer = ServerReflectionResponse["messageResponse"];

const internal = OrderLifecycleService.typeName;
const none = () => ({});
const orders = async (keysFile: string): Promise<Serving> =>
  serve({
    name: "orders",
    config: testConfig({ SERVICE_KEYS_FILE: keysFile }),
    log: silent,
    publicRoutes: (router) => router.service(OrderService, {}),
    internalRoutes: (router) =>
      router.service(OrderLifecycleService, {
        readOrder: none,
        completeOrder: none,
        cancelOrder: none,
        expireOrder: none,
        markRefunded: none,
        refuseRefund: none,
        endForEvent: none,
        refundForCase: none,
        recordPartRefund: none,
        openTicket: none,
        listOrders: none,
        listOverdueOrders: none,
      }),
  });

let keys: Awaited<ReturnType<typeof makeServiceKeys>>;
let serving: Serving;
beforeAll(async () => {
  keys = await makeServiceKeys("orders", "payments");
  serving = await orders(keys.keysFile);
});
afterAll(async () => {
  await serving.close();
  await keys.remove();
});

const at = (port: number | undefined) => `http://127.0.0.1:${port}`;
const grpc = (port: number | undefined) => createGrpcTransport({ baseUrl: at(port) });

async function* each<T>(items: readonly T[]) {
  yield* items;
}

/** What one call of this version answers to these questions. */
async function ask(
  questions: readonly Question[],
  transport = grpc(serving.publicPort),
  version: typeof ServerReflection | typeof ServerReflectionAlpha = ServerReflection,
): Promise<Answer[]> {
  // One type for both: their messages differ in their names.
  const client = createClient(version as typeof ServerReflection, transport);
  const answers: Answer[] = [];
  const requests = each(questions.map((messageRequest) => ({ host: "here", messageRequest })));
  for await (const answer of client.serverReflectionInfo(requests)) {
    expect(answer.validHost).toBe("here");
    expect(answer.originalRequest?.messageRequest).toMatchObject(questions[answers.length] ?? {});
    answers.push(answer.messageResponse);
  }
  return answers;
}

const listed = (answer: Answer | undefined) =>
  answer?.case === "listServicesResponse" ? answer.value.service.map(({ name }) => name) : undefined;

function filesOf(answer: Answer | undefined): FileDescriptorProto[] {
  if (answer?.case !== "fileDescriptorResponse") throw new Error(`this is ${answer?.case}`);
  return answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
}
const symbol = (value: string): Question => ({ case: "fileContainingSymbol", value });
const file = (value: string): Question => ({ case: "fileByFilename", value });
const declaring = async (value: string) => filesOf((await ask([symbol(value)]))[0])[0]?.name;
const notFound = { case: "errorResponse", value: { errorCode: Code.NotFound } };

const open = [Health.typeName, ServerReflection.typeName, ServerReflectionAlpha.typeName];
const publicNames = publicContracts.map(({ typeName }) => typeName);
const ports = [
  ["public", () => serving.publicPort, [...publicNames, ...open]],
  ["internal", () => serving.internalPort, [...publicNames, ...open, internal]],
] as const;
const versions = [
  ["v1", ServerReflection],
  ["v1alpha", ServerReflectionAlpha],
] as const;

describe.each(ports)("on the %s port", (_, port, names) => {
  it.each(versions)("reflection %s lists services whose descriptors are whole", async (_version, service) => {
    const [answer] = await ask([{ case: "listServices", value: "*" }], grpc(port()), service);
    expect(listed(answer)).toEqual([...names].sort());
    for (const name of names) {
      const [declared] = await ask([symbol(name)], grpc(port()), service);
      // It throws where a file is not there that another imports.
      const registry = createFileRegistry(
        create(FileDescriptorSetSchema, { file: filesOf(declared).reverse() }),
      );
      expect(registry.getService(name)?.methods.length).toBeGreaterThan(0);
    }
  });

  it("health says that the process serves", async () => {
    const health = createClient(Health, grpc(port()));
    expect((await health.check({})).status).toBe(Status.SERVING);
    expect((await health.check({ service: "liveness" })).status).toBe(Status.SERVING);
    await expect(health.check({ service: "nobody" })).rejects.toMatchObject({ code: Code.NotFound });
    expect(Object.keys((await health.list({})).statuses)).toEqual(["", "dependencies", "liveness"]);
  });

  it("a stream can ask until it ends, and gets each import once", async () => {
    const answers = await ask(
      [symbol(OrderService.typeName), file("ticketing/type/v1/money.proto"), symbol(OrderService.typeName)],
      grpc(port()),
    );
    const sent = answers.map((answer) => filesOf(answer).map(({ name }) => name));
    expect(sent[0]).toContain("buf/validate/validate.proto");
    expect(sent.slice(1)).toEqual([
      ["ticketing/type/v1/money.proto"],
      ["ticketing/orders/v1/order_service.proto"],
    ]);
  });

  it("a question that is none is refused, and the next call answered", async () => {
    await expect(ask([{ case: undefined }], grpc(port()))).rejects.toMatchObject({
      code: Code.InvalidArgument,
    });
    expect(await ask([file("nowhere.proto")], grpc(port()))).toMatchObject([notFound]);
  });
});

it.each([
  ["Connect", createConnectTransport],
  ["gRPC-Web", createGrpcWebTransport],
])("reflection is answered over %s too", async (_, transport) => {
  const via = transport({ baseUrl: at(serving.publicPort), httpVersion: "2" });
  expect(listed((await ask([{ case: "listServices", value: "" }], via))[0])).toContain(OrderService.typeName);
});

describe("a symbol is found", () => {
  it.each([
    ["a method", "ticketing.orders.v1.OrderService.GetOrder", "ticketing/orders/v1/order_service.proto"],
    ["a message", "ticketing.type.v1.Money", "ticketing/type/v1/money.proto"],
    ["a field", "ticketing.type.v1.Money.currency", "ticketing/type/v1/money.proto"],
    ["an enum", "ticketing.orders.v1.OrderStatus", "ticketing/orders/v1/order.proto"],
    ["an enum's value", "ticketing.orders.v1.ORDER_STATUS_COMPLETE", "ticketing/orders/v1/order.proto"],
    ["an enum in a message", "google.protobuf.FieldOptions.JSType", "google/protobuf/descriptor.proto"],
    ["a oneof", "buf.validate.FieldRules.type", "buf/validate/validate.proto"],
    ["an extension", "buf.validate.field", "buf/validate/validate.proto"],
    ["what refusals carry", "google.rpc.ErrorInfo", "google/rpc/error_details.proto"],
  ])("by its name: %s", async (_, name, path) => {
    expect(await declaring(name)).toBe(path);
  });

  it.each([
    "ticketing.orders.v1",
    "OrderService",
    "ticketing.orders.v1.OrderService.getOrder",
    "",
    "__proto__",
  ])("and %p is none", async (name) => {
    expect(await ask([symbol(name), file(name)])).toMatchObject([notFound, notFound]);
  });

  it("by the number of its extension", async () => {
    const options = "google.protobuf.FieldOptions";
    const [numbers, found, ...missing] = await ask([
      { case: "allExtensionNumbersOfType", value: options },
      extension(options, 1159),
      extension(options, 7),
      { case: "allExtensionNumbersOfType", value: "nobody" },
    ]);
    expect(numbers).toMatchObject({ value: { baseTypeName: options, extensionNumber: [1159] } });
    expect(filesOf(found)[0]?.name).toBe("buf/validate/validate.proto");
    expect(missing).toMatchObject([notFound, notFound]);
  });
});

const extension = (containingType: string, extensionNumber: number): Question => ({
  case: "fileContainingExtension",
  value: { $typeName: "grpc.reflection.v1.ExtensionRequest", containingType, extensionNumber },
});

it("a public port shows nothing of the services' own API", async () => {
  const asked = [
    symbol(internal),
    symbol(`${internal}.ReadOrder`),
    symbol("ticketing.orders.internal.v1.ReadOrderRequest"),
    file("ticketing/orders/internal/v1/order_lifecycle_service.proto"),
  ];
  expect(await ask(asked)).toMatchObject(asked.map(() => notFound));
});

it.each([
  ["public", ({ publicPort }: Serving) => publicPort],
  ["internal", ({ internalPort }: Serving) => internalPort],
])(
  "a client that goes on asking at the %s port does not hold up a process that closes",
  async (_, of) => {
    const closing = await orders(keys.keysFile);
    const port = of(closing);
    const opened = [
      createClient(Health, grpc(port)).watch({}),
      createClient(ServerReflection, grpc(port)).serverReflectionInfo(unfinished()),
    ].map((stream) => stream[Symbol.asyncIterator]());
    await Promise.all(opened.map((stream) => stream.next()));
    const begun = Date.now();
    await closing.close();
    expect(Date.now() - begun).toBeLessThan(3000);
    await Promise.allSettled(opened.map((stream) => stream.next()));
  },
  30_000,
);

async function* unfinished() {
  yield { messageRequest: { case: "listServices" as const, value: "" } };
  await new Promise(() => undefined);
}
