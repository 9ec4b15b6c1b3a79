import { type DescMethod, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";
import { type CallOptions, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-node";
import { errorInfoOf } from "@ticketing/runtime/process/domain-error";
import { createInternalClient } from "@ticketing/runtime/serving/internal-client";
import { bearer } from "../support/clients.ts";
import type { World } from "./attacked-mesh.ts";
import type { RepeatScene } from "./repeat-scene.ts";

/** Who calls: somebody at the gateway, or a service at another's internal port. */
export type RepeatCaller = "anonymous" | "seller" | "buyer" | "operator" | RepeatingService;
const repeatingServices = ["tickets", "orders", "deliveries", "workflows"] as const;
type RepeatingService = (typeof repeatingServices)[number];
const isService = (caller: RepeatCaller): caller is RepeatingService =>
  repeatingServices.some((service) => service === caller);

/** What a call came to: the message, or the refusal with its reason. */
export type Answer = { message: JsonValue } | { refused: string; metadata: Record<string, string> };

/** Calls any RPC as one of these callers, like our own clients do. */
export function openCallers({ gateway, mesh, operator, services }: World, { seller, buyer }: RepeatScene) {
  const tokens = { anonymous: undefined, seller, buyer, operator };
  const open = new Map<string, ReturnType<typeof connect>>();

  function connect(caller: RepeatCaller, method: DescMethod) {
    if (!isService(caller)) {
      const token = tokens[caller]?.accessToken;
      const interceptors = token ? [bearer(() => token)] : [];
      const transport = createGrpcWebTransport({ baseUrl: gateway, httpVersion: "1.1", interceptors });
      return { client: createClient(method.parent, transport), close: () => {} };
    }
    const callee = method.parent.typeName.split(".")[1] ?? "";
    const signer = services.get(caller);
    const address = mesh.services[callee]?.internal;
    if (!signer || !address) throw new Error(`${caller} cannot call ${callee}`);
    const client = createInternalClient(method.parent, { addresses: [address], callee, tokens: signer });
    return { client, close: client.close };
  }

  return {
    async ask(caller: RepeatCaller, method: DescMethod, request: Message): Promise<Answer> {
      const name = `${caller} ${method.parent.typeName}`;
      const known = open.get(name) ?? connect(caller, method);
      open.set(name, known);
      try {
        return { message: toJson(method.output, await answerOf(known.client, method, request)) };
      } catch (error) {
        const info = errorInfoOf(error);
        if (!info) throw error;
        return { refused: info.reason, metadata: info.metadata };
      }
    },
    close() {
      for (const { close } of open.values()) close();
    },
  };
}

/** The one answer; of a live view the first message, after which it is dropped. */
export async function answerOf(client: object, method: DescMethod, request: Message): Promise<Message> {
  // The methods of a client are named by its descriptor, which is known only now.
  const call = (client as Record<string, (request: Message, options: CallOptions) => unknown>)[
    method.localName
  ];
  if (!call) throw new Error(`no such RPC: ${method.name}`);
  const stop = new AbortController();
  const answer = await call(request, { signal: stop.signal });
  if (!isLive(answer)) return answer as Message;
  for await (const first of answer) {
    stop.abort();
    return first;
  }
  throw new Error("a live view ended without a message");
}

const isLive = (answer: unknown): answer is AsyncIterable<Message> =>
  typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer;
