import { Code, ConnectError, type UnaryRequest, type UnaryResponse } from "@connectrpc/connect";
import { type Metadata, status as Status, type StatusObject } from "@grpc/grpc-js";
import { type CallTarget, errorOf, startCall } from "./client-call.ts";
import { decodeAnswer, encode } from "./messages.ts";
import { toHeaders } from "./metadata.ts";

/** What came of a call. */
interface Outcome {
  header?: Metadata;
  message?: Buffer;
  status: StatusObject;
}

/** Calls a method with one message each way. */
export async function callUnary(target: CallTarget, request: UnaryRequest): Promise<UnaryResponse> {
  const { service, method } = request;
  const bytes = encode(method.input, request.message, Code.InvalidArgument);
  const { header, message, status } = await exchange(target, request, bytes);
  const error = errorOf(status, target, request, header);
  if (error) throw error;
  if (!message) throw new ConnectError(`${target.callee} answered no message`, Code.Unimplemented);
  // Few callers look at headers and trailers: made when they are asked for.
  const responseHeader = once(() => toHeaders(header));
  const responseTrailer = once(() => toHeaders(status.metadata));
  return {
    stream: false,
    service,
    method,
    message: decodeAnswer(method.output, message),
    get header() {
      return responseHeader();
    },
    get trailer() {
      return responseTrailer();
    },
  };
}

const exchange = (target: CallTarget, request: UnaryRequest, bytes: Buffer): Promise<Outcome> =>
  new Promise((resolve) => {
    let header: Metadata | undefined;
    let message: Buffer | undefined;
    const call = startCall(target, request, {
      onReceiveMetadata(received) {
        header = received;
      },
      onReceiveMessage(received) {
        if (message) call.cancelWithStatus(Status.UNIMPLEMENTED, `${target.callee} answered more than once`);
        message = received;
        // grpc-js reports a second message only if it is requested.
        call.startRead();
      },
      onReceiveStatus: (status) => resolve({ header, message, status }),
    });
    call.sendMessageWithContext({}, bytes);
    call.halfClose();
    call.startRead();
  });

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
