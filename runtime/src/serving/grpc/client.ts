import type { DescMethodServerStreaming, DescService, MessageInitShape } from "@bufbuild/protobuf";
import {
  type CallOptions,
  type Client,
  createClient,
  makeAnyClient,
  type Transport,
} from "@connectrpc/connect";

/** Connect's client, of which a stream ends as soon as its reader stops; Connect's own needs a signal for that. */
export function createGrpcClient<T extends DescService>(service: T, transport: Transport): Client<T> {
  // Both have one function for each method of the service, which only the type of the service tells.
  const client = createClient(service, transport) as ReturnType<typeof makeAnyClient>;
  return makeAnyClient(service, (method) =>
    method.methodKind === "server_streaming"
      ? streaming(transport, method)
      : (client[method.localName] ?? null),
  ) as Client<T>;
}

const streaming = (transport: Transport, method: DescMethodServerStreaming) =>
  async function* (input: MessageInitShape<typeof method.input>, options: CallOptions = {}) {
    const { signal, timeoutMs, headers, contextValues, onHeader, onTrailer } = options;
    const request = async function* () {
      yield input;
    };
    const answer = await transport.stream(method, signal, timeoutMs, headers, request(), contextValues);
    onHeader?.(answer.header);
    yield* answer.message;
    onTrailer?.(answer.trailer);
  };
