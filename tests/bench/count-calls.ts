import { appendFileSync } from "node:fs";
import { Server } from "node:http";
import { Collection } from "mongodb";

/**
 * Preloaded into every process (`node --import`): notes each operation on the database, and in the Stripe double each
 * call of its API, in the file that this module's URL names, so that the bench can count what an order costs.
 */
const file = new URL(import.meta.url).searchParams.get("file") ?? "";

if (process.argv[1]?.includes("stripe-double")) {
  const emit = Server.prototype.emit;
  Server.prototype.emit = function (this: Server, ...given: [event: string, ...unknown[]]) {
    const [event, request] = given as [string, { method?: string; url?: string } | undefined];
    if (event === "request" && request?.url?.startsWith("/v1/")) {
      const endpoint = request.url.replace(/\?.*/, "").replace(/\/pi_\w+/, "/:id");
      appendFileSync(file, `stripe ${request.method} ${endpoint}\n`);
    }
    return emit.apply(this, given as Parameters<typeof emit>);
  };
}

// biome-ignore lint/suspicious/noExplicitAny: what is wrapped has as many signatures as there are methods.
type Method = (this: Collection, ...args: any[]) => any;

const methods = Collection.prototype as unknown as Record<string, Method>;
const kinds = {
  ...{ insertOne: "write", replaceOne: "write", updateOne: "write", deleteOne: "write" },
  // Late marks of events that the broker has: one command for many documents.
  ...{ bulkWrite: "write" },
  ...{ findOne: "read", find: "read", countDocuments: "read", aggregate: "read" },
};
for (const [name, kind] of Object.entries(kinds)) {
  const original = methods[name];
  if (!original) throw new Error(`the driver has no ${name}`);
  methods[name] = function (...args) {
    // The relay's look around belongs to no order.
    const [filter] = args as [Record<string, unknown> | undefined];
    const looksAround = name === "find" && filter?.pending === true && !("_id" in filter);
    if (!looksAround) appendFileSync(file, `database ${kind}s of ${this.collectionName}\n`);
    return original.apply(this, args);
  };
}
