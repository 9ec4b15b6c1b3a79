import { connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http2";

export interface H2cAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  trailers: IncomingHttpHeaders;
  body: string;
}

/** One HTTP/2 request as it is given, on a connection of its own. Rejects without an answer in fifteen seconds. */
export function h2cRequest(
  origin: string,
  headers: OutgoingHttpHeaders,
  body: string | Buffer,
): Promise<H2cAnswer> {
  return new Promise((resolve, reject) => {
    const session = connect(origin);
    const stream = session.request(headers);
    const answer: H2cAnswer = { status: 0, headers: {}, trailers: {}, body: "" };
    const fail = (error: Error) => {
      session.destroy();
      reject(error);
    };
    const timer = setTimeout(() => fail(new Error(`no end of the answer (${answer.status})`)), 15_000);
    session.on("error", fail);
    stream.on("error", fail);
    stream.on("response", (received) => {
      answer.status = received[":status"] ?? 0;
      answer.headers = received;
    });
    stream.on("trailers", (received) => {
      answer.trailers = received;
    });
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
      answer.body += chunk;
    });
    stream.on("close", () => {
      clearTimeout(timer);
      session.destroy();
      resolve(answer);
    });
    // A HEAD is sent ended.
    if (!stream.writableEnded) stream.end(body);
  });
}
