import { waitUntilIdle } from "../../support/load/quiet.ts";
import { listWithRetries, lockWithRetries } from "../../support/stories.ts";
import { footprintLines } from "../footprint-lines.ts";
import { readBefore, readFootprint } from "../order-footprint.ts";
import { payOrder } from "../pay-order.ts";
import type { Row } from "../row.ts";

const ORDERS = 20;

/** What one sold ticket adds to streams, databases and histories, and how often it calls the database and Stripe. */
export const footprint: Row = {
  name: "footprint",
  async measure({ mesh, quiet, seller, buyers, callsFile }) {
    await waitUntilIdle(mesh, quiet);
    const before = await readBefore(mesh, callsFile);
    const bought: string[] = [];
    for (const buyer of buyers.slice(0, ORDERS)) {
      const order = await lockWithRetries(buyer, await listWithRetries(seller));
      await payOrder(mesh, { buyer, order });
      bought.push(order.id);
    }
    await waitUntilIdle(mesh, quiet);
    const found = await readFootprint(mesh, before, bought, callsFile);
    const count = (kind: string) =>
      Object.entries(found.calls).reduce(
        (sum, [call, times]) => sum + (call.startsWith(kind) ? times : 0),
        0,
      );
    const sum = (values: number[]) => values.reduce((all, value) => all + value, 0);
    const streams = Object.values(found.events);
    return {
      figures: {
        "sold.writes": count("database writes"),
        "sold.reads": count("database reads"),
        "sold.stripe_calls": count("stripe"),
        "sold.history_events": found.history.events,
        "sold.history_bytes": found.history.bytes,
        "sold.events": sum(streams.map(({ messages }) => messages)),
        "sold.event_bytes": sum(streams.map(({ bytes }) => bytes)),
        "sold.document_bytes": sum(Object.values(found.documents)),
      },
      text: `A ticket listed, locked, paid and sold adds\n${footprintLines(found)}`,
    };
  },
};
