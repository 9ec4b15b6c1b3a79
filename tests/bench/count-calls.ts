import { appendFileSync } from "node:fs";
import { Server } from "node:http";
import { Collection } from "mongodb";

/**
 * Preloaded into every process (`node --import`): notes each command to the database, and in the Stripe double each
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
  write:
    "insertOne insertMany replaceOne updateOne updateMany deleteOne deleteMany bulkWrite findOneAndUpdate " +
    "findOneAndReplace findOneAndDelete",
  read: "findOne find countDocuments estimatedDocumentCount distinct aggregate",
};
/** Methods of the driver call each other before they first wait: one command is counted once. */
let nested = false;
for (const [kind, names] of Object.entries(kinds)) {
  for (const name of names.split(" ")) {
    const original = methods[name];
    if (!original) throw new Error(`the driver has no ${name}`);
    methods[name] = function (...args) {
      if (nested) return original.apply(this, args);
      if (!looksAround(name, args[0])) appendFileSync(file, `database ${kind}s of ${this.collectionName}\n`);
      nested = true;
      try {
        return original.apply(this, args);
      } finally {
        nested = false;
      }
    };
  }
}

/** The relay looks for what nobody published, whether anything was written or not: that belongs to no order. */
function looksAround(name: string, filter: Record<string, unknown> = {}): boolean {
  const { pending, _id: id } = filter;
  const named = typeof id === "string" || (typeof id === "object" && id !== null && "$in" in id);
  return name === "find" && pending === true && !named;
}
