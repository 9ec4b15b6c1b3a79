import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import { request as secureRequest } from "node:https";

/** The path of a call, unless a test asks for another. */
export const GET_TICKET = "/ticketing.tickets.v1.TicketService/GetTicket";
/** Where clients and the proxies before a gateway call from. */
export const [CLIENT, OUTER, INNER] = ["127.0.0.7", "127.0.0.21", "127.0.0.22"] as const;

interface HttpRequest {
  readonly scheme?: "http" | "https";
  readonly method?: string;
  readonly path?: string;
  readonly from?: string;
  readonly headers?: OutgoingHttpHeaders;
}

/** One request over HTTP/1.1, a call by https unless it says otherwise; rejects when it is not answered. */
export function sendRequest(port: number, ca: string, options: HttpRequest = {}) {
  const { scheme = "https", method = "POST", path = GET_TICKET, from = CLIENT, headers } = options;
  return new Promise<{ status: number; headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
    const details = {
      ...{ port, host: "127.0.0.1", localAddress: from, method, path, agent: false },
      headers: { "content-type": "application/json", ...headers },
    };
    const sent =
      scheme === "http" ? request(details) : secureRequest({ ...details, servername: "localhost", ca });
    sent.on("error", reject).on("response", (answer) => {
      const { statusCode: status = 0, headers } = answer;
      let body = "";
      answer.setEncoding("utf8").on("data", (part) => {
        body += part;
      });
      answer.on("end", () => resolve({ status, headers, body }));
    });
    sent.end(method === "POST" ? "{}" : undefined);
  });
}

/**
 * How many of so many calls at once from an address are refused, each of which claims another address. Of a gateway
 * with ADDRESS_RATE=1 that is all of them but two, and one for each second that they take.
 */
export async function refusedOf(times: number, port: number, ca: string, from: string): Promise<number> {
  const answers = await Promise.all(
    Array.from({ length: times }, (_, n) =>
      sendRequest(port, ca, { from, headers: { "x-forwarded-for": `203.0.113.${n}` } }),
    ),
  );
  return answers.filter(({ status }) => status === 429).length;
}

/** What a client may say of where it is and by what it came, none of which is so. */
export const claims: readonly [string, OutgoingHttpHeaders][] = [
  ["nothing", {}],
  ["an address", { "x-forwarded-for": "203.0.113.66" }],
  ["a chain of addresses", { "x-forwarded-for": `203.0.113.66, ${CLIENT}, ${OUTER}, ${INNER}` }],
  ["no address at all", { "x-forwarded-for": "garbage, ,unknown" }],
  [
    "other headers",
    {
      "x-real-ip": "203.0.113.66",
      forwarded: "for=203.0.113.66;proto=http",
      "x-client-address": "203.0.113.66",
    },
  ],
  ["https", { "x-forwarded-proto": "https" }],
  ["a scheme that there is not", { "x-forwarded-proto": "ftp" }],
  ["an empty scheme", { "x-forwarded-proto": "" }],
  ["two schemes", { "x-forwarded-proto": ["https", "http"] }],
];
