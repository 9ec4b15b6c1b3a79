/**
 * Loaded into every process of a fault test (`node --import`), never shipped. It watches the places where a process
 * meets the outside world and kills the process, or another one, at the place that is armed: a file named like the
 * process, in the folder of `?dir=`, holds the place, how many times it may pass first, and whom it kills.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { Channel, status } from "@grpc/grpc-js";
import { NatsConnectionImpl } from "@nats-io/nats-core/internal";
import { Collection } from "mongodb";

const dir = new URL(import.meta.url).searchParams.get("dir") ?? "";
const [, service = "workflows"] = /services\/(\w+)\/src\/main/.exec(process.argv[1] ?? "") ?? [];
const armed = join(dir, service);

function pass(place: string): void {
  if (!existsSync(armed)) return;
  const {
    place: wanted,
    skip,
    pid,
  } = JSON.parse(readFileSync(armed, "utf8")) as {
    place: string;
    skip: number;
    pid?: number;
  };
  if (place !== wanted) return;
  if (skip > 0) {
    writeFileSync(armed, JSON.stringify({ place, skip: skip - 1, pid }));
    return;
  }
  rmSync(armed);
  process.kill(pid ?? process.pid, "SIGKILL");
}

// biome-ignore lint/suspicious/noExplicitAny: what is wrapped has as many signatures as there are methods.
type Method = (this: unknown, ...args: any[]) => any;

/** Replaces a method by one that passes `<place>:before`, does the same, and passes `<place>:after` it. */
function around(
  target: object,
  name: string,
  placeOf: (self: unknown, args: unknown[]) => string | undefined,
) {
  const methods = target as Record<string, Method>;
  const original = methods[name];
  if (!original) throw new Error(`there is no ${name} to watch`);
  methods[name] = function (...args) {
    const place = placeOf(this, args);
    if (place === undefined) return original.apply(this, args);
    pass(`${place}:before`);
    const result = original.apply(this, args);
    if (!(result instanceof Promise)) return result;
    return result.then((value) => {
      pass(`${place}:after`);
      return value;
    });
  };
}

for (const write of ["insertOne", "replaceOne", "bulkWrite"]) {
  around(Collection.prototype, write, (self) => `write ${(self as Collection).collectionName}.${write}`);
}

around(NatsConnectionImpl.prototype, "request", (_, [subject]) => {
  const [, event] = /^evt\.\w+\.v1\.(\w+)\./.exec(String(subject)) ?? [];
  // A part of a file, or what says that its parts are whole.
  const [, folder] = /^files\.(\w+)\./.exec(String(subject)) ?? [];
  const [, purged] = /\.STREAM\.PURGE\.(\w+)$/.exec(String(subject)) ?? [];
  if (folder) return `store ${folder}`;
  return purged ? `purge ${purged}` : event && `publish ${event}`;
});

// Calls to other services: before they leave, and when the answer is there and nobody has seen it yet.
type CallListener = Parameters<ReturnType<Channel["createCall"]>["start"]>[1];
const createCall = Channel.prototype.createCall;
Channel.prototype.createCall = function (this: Channel, ...args: Parameters<typeof createCall>) {
  const place = `call ${args[0].split("/").at(-1)}`;
  pass(`${place}:before`);
  const call = createCall.apply(this, args);
  const start = call.start.bind(call);
  call.start = (metadata, listener) => start(metadata, passing(`${place}:after`, listener));
  return call;
};

/** Passes a place when the answer is whole. */
const passing = (place: string, listener: CallListener): CallListener => ({
  onReceiveMetadata: (metadata) => listener.onReceiveMetadata(metadata),
  onReceiveMessage: (message) => listener.onReceiveMessage(message),
  onReceiveStatus(ended) {
    if (ended.code === status.OK) pass(place);
    listener.onReceiveStatus(ended);
  },
});

const request = http.request as Method;
http.request = function (this: unknown, ...args: unknown[]) {
  const { path = "", method = "" } = (args[0] ?? {}) as { path?: string; method?: string };
  if (!path.startsWith("/v1/")) return request.apply(this, args);
  const place = `stripe ${method} ${path.split("?")[0]?.replace(/\b(?:pi|tr)_\w+/, "ID")}`;
  pass(`${place}:before`);
  return request.apply(this, args).once("response", () => pass(`${place}:after`));
} as typeof http.request;
