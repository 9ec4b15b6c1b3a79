import { parseArgs } from "node:util";

/** Where a cluster's gateway and its Stripe double are seen from here: by default where Tilt forwards them. */
export function meshAddresses(): { gateway: string; stripe: string } {
  return parseArgs({
    options: {
      gateway: { type: "string", default: "http://localhost:8080" },
      stripe: { type: "string", default: "http://localhost:8083" },
    },
  }).values;
}
