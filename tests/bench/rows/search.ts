import { openProjection, removeProjection } from "@ticketing/catalog/projection/projection";
import { openFacetReader } from "@ticketing/catalog/search/facet-reader";
import { createSearch } from "@ticketing/catalog/search/search";
import { systemClock as clock } from "@ticketing/runtime/process/clock";
import { silent } from "@ticketing/runtime/testing/service";
import type { Person } from "../../support/clients.ts";
import { type Cost, measureCost } from "../../support/load/measure-cost.ts";
import { table } from "../../support/load/table.ts";
import { projectionFiles } from "../../support/projections.ts";
import { fillProjection, WORDS } from "../made-up-listings.ts";
import { questionTable, timesOf } from "../question-times.ts";
import { questionsTo } from "../questions.ts";
import { amount, type Bench, costFigures, type Row } from "../row.ts";

/** How many listings are made up, and what their figures are called. */
const sizes = { "1k6": 1_600, "100k": 100_000, "1m": 1_000_000 };

const words = Object.entries(WORDS).map(([name, query]) => [`word_${name}`, { query }] as const);
const questions = { start_page: undefined, ...Object.fromEntries(words) };

/** Fewer leave a core without work now and then: search answers by one thread, and the calls are made by another. */
const IN_FLIGHT = 64;

/** The table shows so many of the slowest questions. */
const SHOWN = 12;

/** The start page and a word, through the gateway, beside so many listings; and every question to the largest file. */
export const search: Row = {
  name: "search",
  async measure(bench) {
    const catalog = bench.mesh.process("catalog");
    const [file] = projectionFiles(bench.mesh) as [string];
    const costs: Record<string, Cost> = {};
    const figures: Record<string, number> = {};
    let slowest: string[][] = [];
    const lines = [["Search beside so many listings", "CPU ms", "calls/s"]];
    await catalog.stop();
    try {
      for (const [size, count] of Object.entries(sizes)) {
        fill(file, count);
        await catalog.start();
        for (const [name, filter] of Object.entries(questions)) {
          const cost = await ask(bench, filter);
          const figure = `search.${name}.${size}`;
          if (name === "start_page") costs[`${name} ${size}`] = cost;
          Object.assign(figures, costFigures(figure, cost.cpu), {
            [`${figure}.per_s`]: cost.loop.perSecond,
          });
          const cpu = figures[`${figure}.cpu_ms`] ?? Number.NaN;
          lines.push([`${count} ${name}`, cpu.toFixed(2), cost.loop.perSecond.toFixed(0)]);
        }
        await catalog.stop();
        if (size !== "1m") continue;
        const times = await questionTimes(file);
        slowest = questionTable(times).slice(0, 1 + SHOWN);
        figures["question.worst_ms"] = Math.max(...times.map(({ worst }) => worst));
        figures["question.blocked_ms"] = Math.max(...times.map(({ blocked }) => blocked));
      }
    } finally {
      removeProjection(file);
      await catalog.start();
    }
    return { figures, costs, text: `${table(lines)}\n\n${table(slowest)}` };
  },
};

/** Fills the file anew; what the mesh has comes from its streams when the process starts. */
function fill(file: string, count: number): void {
  removeProjection(file);
  const projection = openProjection(file, { clock });
  fillProjection(projection, count);
  projection.close();
}

/** Asks the file itself, which its process has left. */
async function questionTimes(file: string) {
  const projection = openProjection(file, { clock });
  const facets = openFacetReader(projection, { file, log: silent });
  try {
    return await timesOf(questionsTo({ search: createSearch(projection), facets }, projection.now()));
  } finally {
    await facets.close();
    projection.close();
  }
}

function ask(bench: Bench, filter: { query: string } | undefined): Promise<Cost> {
  const { mesh, quiet, buyers } = bench;
  const call = async (n: number) => {
    const { catalog } = buyers[n % buyers.length] as Person;
    await (filter ? catalog.searchTickets({ filter }) : catalog.listEvents({}));
  };
  return measureCost(mesh, quiet, call, {
    ...{ inFlight: IN_FLIGHT, calls: amount(bench, 2_000), warmUp: amount(bench, 1_000) },
  });
}
