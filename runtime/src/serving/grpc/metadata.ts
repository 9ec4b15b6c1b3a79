import type { OutgoingHttpHeaders } from "node:http2";
import { base64Decode, base64Encode } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";
import { Metadata } from "@grpc/grpc-js";

/**
 * Headers of the protocol and of the connection, which are not a handler's or a caller's to set
 * (github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, RFC 9113 section 8.2.2).
 */
const RESERVED =
  /^(?:grpc-.*|connect-.*|te|trailer|host|user-agent|date|content-(?:type|length|encoding)|accept-encoding|connection|keep-alive|proxy-connection|transfer-encoding|upgrade|http2-settings)$/;

/**
 * Of all headers, or trailers, as most peers take them (github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). Beyond
 * 64 KiB Node's client ends the connection, and with it every call that is under way.
 */
export const MAX_METADATA_BYTES = 8 * 1024;

/** Metadata as the protocol writes it. That of grpc-js pads base64, and sends a message with every status. */
export class WireMetadata extends Metadata {
  /** The message of an error's status. Everything else has none. */
  message: string | undefined;

  override clone(): WireMetadata {
    const copy = new WireMetadata(this.getOptions());
    copy.merge(this);
    copy.message = this.message;
    return copy;
  }

  override toHttp2Headers(): OutgoingHttpHeaders {
    const headers = super.toHttp2Headers();
    for (const name of Object.keys(headers)) {
      if (name.endsWith("-bin")) headers[name] = this.get(name).map((bytes) => unpadded(bytes));
    }
    headers["grpc-message"] = this.message === undefined ? undefined : encodeURI(this.message);
    return headers;
  }
}

const unpadded = (value: string | Buffer): string => value.toString("base64").replace(/=+$/, "");

/**
 * Connect's headers as gRPC's metadata, without reserved ones. The values of a `-bin` header are base64, separated by
 * commas. Throws INTERNAL for what gRPC cannot carry: text that is not ASCII, or more than `MAX_METADATA_BYTES`.
 */
export function toMetadata(...headers: (Headers | undefined)[]): WireMetadata {
  const metadata = new WireMetadata();
  let left = MAX_METADATA_BYTES;
  for (const [name, value] of headers.flatMap((each) => [...(each ?? [])])) {
    if (RESERVED.test(name)) continue;
    left -= name.length + value.length;
    if (left < 0) throw new ConnectError("there is too much in headers", Code.Internal);
    try {
      if (!name.endsWith("-bin")) metadata.add(name, value);
      else for (const one of value.split(",")) metadata.add(name, Buffer.from(base64Decode(one.trim())));
    } catch (error) {
      const message = `the header ${name} cannot be sent over gRPC`;
      throw new ConnectError(message, Code.Internal, undefined, undefined, error);
    }
  }
  return metadata;
}

/** gRPC's metadata as Connect's headers: bytes become base64 without padding, values of one key a list. */
export function toHeaders(metadata = new Metadata()): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(metadata.toJSON())) {
    for (const value of values) {
      headers.append(name, typeof value === "string" ? value : base64Encode(value, "std_raw"));
    }
  }
  return headers;
}
