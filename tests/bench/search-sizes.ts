import { existsSync } from "node:fs";
import { openProjection } from "@ticketing/catalog/projection/projection";
import { openFacetReader } from "@ticketing/catalog/search/facet-reader";
import { createSearch } from "@ticketing/catalog/search/search";
import { silent } from "@ticketing/runtime/testing/service";
import { table } from "../support/load/table.ts";
import { fillProjection } from "./made-up-listings.ts";
import { questionTable, timesOf } from "./question-times.ts";
import { questionsTo } from "./questions.ts";

/**
 * Prints how long each question to a projection of so many made-up listings takes, alone in this process:
 * `node --conditions=@ticketing/source tests/bench/search-sizes.ts 1000000 <file>`. The file is filled when it is not
 * there.
 */
const [, , count = "1600", file = `search-${count}.db`] = process.argv;
const begin = Date.UTC(2030, 0, 1);
const isNew = !existsSync(file);
const projection = openProjection(file, { clock: () => new Date(begin) });
if (isNew) fillProjection(projection, Number(count));
const facets = openFacetReader(projection, { file, log: silent });
const times = await timesOf(questionsTo({ search: createSearch(projection), facets }, begin));
process.stdout.write(`${count} listings\n${table(questionTable(times))}\n`);
await facets.close();
projection.close();
