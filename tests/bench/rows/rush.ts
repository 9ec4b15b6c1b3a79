import type { Ticket } from "@ticketing/proto/tickets/v1/ticket";
import type { Person } from "../../support/clients.ts";
import { median } from "../../support/load/closed-loop.ts";
import { waitUntilIdle } from "../../support/load/quiet.ts";
import { lockTicket, refusal } from "../../support/people.ts";
import type { Bench, Row } from "../row.ts";

const ROUNDS = 3;

/** Two hundred buyers at once on one ticket, and on a ticket each: refusals a second beside grants a second. */
export const rush: Row = {
  name: "rush",
  async measure(bench) {
    const { mesh, quiet, buyers, supply } = bench;
    const rounds = bench.share < 1 ? 1 : ROUNDS;
    const [granted, refused]: [number[], number[]] = [[], []];
    // The first round warms up.
    for (let round = 0; round <= rounds; round++) {
      const tickets = await supply.tickets(buyers.length);
      const [wanted] = (await supply.tickets(1)) as [Ticket];
      await waitUntilIdle(mesh, quiet);
      const rates = [await refusalsPerSecond(bench, wanted), await grantsPerSecond(bench, tickets)];
      if (round > 0)
        for (const [index, rates_] of [refused, granted].entries()) rates_.push(rates[index] ?? 0);
    }
    await waitUntilIdle(mesh, quiet);
    const [grants, refusals] = [median(granted), median(refused)];
    return {
      figures: {
        "rush.grants_per_s": grants,
        "rush.refusals_per_s": refusals,
        "rush.refusals_per_grant": refusals / grants,
      },
      text:
        `${buyers.length} buyers at once: ${refusals.toFixed(0)} refusals/s when all want one ticket, ` +
        `${grants.toFixed(0)} grants/s when each wants another`,
    };
  },
};

/** All want the same ticket; one of them gets it. */
async function refusalsPerSecond({ buyers, supply }: Bench, ticket: Ticket): Promise<number> {
  const begun = performance.now();
  const answers = await Promise.all(
    buyers.map(async (buyer: Person) => {
      const locking = lockTicket(buyer, ticket);
      const order = await locking.catch(() => undefined);
      if (order) supply.keep({ buyer, order });
      else return (await refusal(locking)).reason;
    }),
  );
  const reasons = answers.filter((reason) => reason !== undefined);
  const other = reasons.find((reason) => reason !== "TICKET_LOCKED");
  if (other) throw new Error(`refused with ${other}`);
  return (1000 * reasons.length) / (performance.now() - begun);
}

async function grantsPerSecond({ buyers, supply }: Bench, tickets: readonly Ticket[]): Promise<number> {
  const begun = performance.now();
  await Promise.all(
    buyers.map(async (buyer, n) => {
      supply.keep({ buyer, order: await lockTicket(buyer, tickets[n] as Ticket) });
    }),
  );
  return (1000 * buyers.length) / (performance.now() - begun);
}
