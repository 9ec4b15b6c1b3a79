import { appendFileSync } from "node:fs";
import { Server } from "node:http";

/**
 * Preloaded into every process (`node --import`): in the Stripe double it notes each call of the API in the file that
 * this module's URL names, so that the bench can count what an order costs there.
 */
const file = new URL(import.meta.url).searchParams.get("file");
if (file && process.argv[1]?.includes("stripe-double")) {
  const emit = Server.prototype.emit;
  Server.prototype.emit = function (this: Server, ...given: [event: string, ...unknown[]]) {
    const [event, request] = given as [string, { method?: string; url?: string } | undefined];
    if (event === "request" && request?.url?.startsWith("/v1/")) {
      const endpoint = request.url.replace(/\?.*/, "").replace(/\/pi_\w+/, "/:id");
      appendFileSync(file, `${request.method} ${endpoint}\n`);
    }
    return emit.apply(this, given as Parameters<typeof emit>);
  };
}
