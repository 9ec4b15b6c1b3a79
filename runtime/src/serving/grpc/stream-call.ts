import { Code, type StreamRequest, type StreamResponse } from "@connectrpc/connect";
import type { Metadata, StatusObject } from "@grpc/grpc-js";
import { type CallTarget, cancelCall, errorOf, startCall } from "./client-call.ts";
import { decodeAnswer, encode } from "./messages.ts";
import { toHeaders } from "./metadata.ts";

/**
 * Calls a method with any number of messages either way; resolves when its headers are here. The callee sends no more
 * messages than are taken, and a reader who stops early (`return()`) ends the call.
 */
export async function callStream(target: CallTarget, request: StreamRequest): Promise<StreamResponse> {
  const { service, method } = request;
  const opened = Promise.withResolvers<Metadata | undefined>();
  let reading = Promise.withResolvers<Buffer | undefined>();
  let writing = Promise.withResolvers<void>();
  let status: StatusObject | undefined;
  const call = startCall(target, request, {
    onReceiveMetadata: opened.resolve,
    onReceiveMessage: (bytes) => reading.resolve(bytes),
    onReceiveStatus(received) {
      status = received;
      opened.resolve(undefined);
      reading.resolve(undefined);
      writing.resolve();
    },
  });

  /** Undefined when nothing more comes. */
  async function read() {
    if (status) return undefined;
    reading = Promise.withResolvers();
    call.startRead();
    const bytes = await reading.promise;
    return bytes && decodeAnswer(method.output, bytes);
  }
  async function write() {
    for await (const message of request.message) {
      const bytes = encode(method.input, message, Code.InvalidArgument);
      if (status) return;
      writing = Promise.withResolvers();
      call.sendMessageWithContext({ callback: () => writing.resolve() }, bytes);
      await writing.promise;
    }
    call.halfClose();
  }
  const cancel = () => {
    if (!status) cancelCall(call);
  };
  // Why this side could write no more, which is then why the call ends.
  let failure: unknown;
  write().catch((error: unknown) => {
    failure = error;
    cancel();
  });

  const header = await opened.promise;
  const trailer = new Headers();
  const throwIfFailed = () => {
    const error = failure ?? (status && errorOf(status, target, request, header));
    if (error) throw error;
  };
  if (!header) throwIfFailed();

  async function* messages() {
    try {
      for (let message = await read(); message; message = await read()) yield message;
      for (const [name, value] of toHeaders(status?.metadata)) trailer.append(name, value);
      throwIfFailed();
    } finally {
      cancel();
    }
  }
  const iterator = messages();
  return {
    stream: true,
    service,
    method,
    header: toHeaders(header),
    trailer,
    message: {
      [Symbol.asyncIterator]: () => ({
        next: () => iterator.next(),
        // A generator that was never begun does not clean up.
        return() {
          cancel();
          return iterator.return();
        },
      }),
    },
  };
}
