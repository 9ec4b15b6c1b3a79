import type { DescMethod } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type ContextValues,
  createContextValues,
  type HandlerContext,
  type StreamResponse,
  type UnaryResponse,
} from "@connectrpc/connect";
import type { Metadata, ServerDuplexStream, ServerUnaryCall, StatusObject } from "@grpc/grpc-js";
import { toHeaders, toMetadata } from "./metadata.ts";
import { DEADLINE_SKEW_MS, toStatus } from "./status.ts";

/** Why a signal is aborted whose call was answered: one for all calls, since a reason of its own would cost each a stack. */
const OVER = new ConnectError("the call was answered", Code.Canceled);

/** A call to a grpc-js server, whose messages are bytes. */
export type ServerCall = ServerUnaryCall<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

/** What a handler knows of its call, and what it answers beside messages. Made when it is asked for, as few ask. */
export class GrpcCallContext implements HandlerContext {
  readonly protocolName = "grpc";
  readonly requestMethod = "POST";
  readonly method: DescMethod;
  readonly values: ContextValues = createContextValues();
  readonly #call: ServerCall;
  /** How long the call might take, in milliseconds; infinite without a deadline. */
  readonly #limitMs: number;
  #aborting?: AbortController;
  #requestHeader?: Headers;
  #responseHeader?: Headers;
  #responseTrailer?: Headers;
  #headerSent = false;

  constructor(method: DescMethod, call: ServerCall) {
    this.method = method;
    this.#call = call;
    this.#limitMs = this.#leftMs();
    // grpc-js says so of every call in the end.
    call.once("cancelled", () => {
      if (this.#aborting?.signal.aborted === false) this.#aborting.abort(this.#leaving());
    });
  }

  get service() {
    return this.method.parent;
  }

  get url() {
    return `http://internal${this.#call.getPath()}`;
  }

  get signal(): AbortSignal {
    if (!this.#aborting) {
      this.#aborting = new AbortController();
      if (this.#call.cancelled) this.#aborting.abort(this.#leaving());
    }
    return this.#aborting.signal;
  }

  readonly timeoutMs = (): number | undefined => {
    const left = this.#leftMs();
    return left === Number.POSITIVE_INFINITY ? undefined : left;
  };

  get requestHeader() {
    this.#requestHeader ??= toHeaders(this.#call.metadata);
    return this.#requestHeader;
  }

  get responseHeader() {
    this.#responseHeader ??= new Headers();
    return this.#responseHeader;
  }

  get responseTrailer() {
    this.#responseTrailer ??= new Headers();
    return this.#responseTrailer;
  }

  /** The answer as interceptors see it. Its headers and trailers are those that the handler was given. */
  response(stream: boolean, message: unknown): UnaryResponse | StreamResponse {
    const { service, method } = this;
    const header = () => this.responseHeader;
    const trailer = () => this.responseTrailer;
    const response = {
      stream,
      service,
      method,
      message,
      get header() {
        return header();
      },
      get trailer() {
        return trailer();
      },
    };
    return response as UnaryResponse | StreamResponse;
  }

  /** Sends the handler's headers, the first time. Throws INTERNAL for what cannot be sent. */
  sendHeader(): void {
    if (this.#headerSent) return;
    const metadata = toMetadata(this.#responseHeader);
    this.#headerSent = true;
    this.#call.sendMetadata(metadata);
  }

  /** The handler's trailers. Throws INTERNAL for what cannot be sent. */
  trailer(): Metadata {
    return toMetadata(this.#responseTrailer);
  }

  /** The status of a refusal, with the handler's trailers. Headers that the handler set go ahead of it. */
  refuse(refusal: ConnectError): StatusObject {
    try {
      if (this.#responseHeader) this.sendHeader();
    } catch {
      // That they cannot be sent is not told in place of why the call was refused.
    }
    return toStatus(refusal, this.#responseTrailer);
  }

  /** Why a handler failed: whatever fails after the caller left fails because it did. */
  causeOf(error: unknown): unknown {
    return this.#call.cancelled ? this.#leaving() : error;
  }

  /** Throws where nobody waits for an answer any more. */
  throwIfLeft(): void {
    if (this.#call.cancelled) throw this.#leaving();
  }

  /** Aborts the handler's signal: its call is over, or shall be. */
  abort(reason: unknown = OVER): void {
    this.#aborting?.abort(reason);
  }

  #leftMs(): number {
    return Number(this.#call.getDeadline()) - Date.now();
  }

  /** Who leaves near the end has met the deadline: the caller's clock is ahead by the time that its request took. */
  #leaving(): ConnectError {
    return this.#leftMs() < Math.max(DEADLINE_SKEW_MS, this.#limitMs / 10)
      ? new ConnectError("the deadline is over", Code.DeadlineExceeded)
      : new ConnectError("the caller gave up", Code.Canceled);
  }
}
