import { parentPort, workerData } from "node:worker_threads";
import { toThreadError } from "../projection/thread-error.ts";
import { openForReading } from "../projection/view.ts";
import type { FacetAnswer, FacetQuestion } from "./facet-reader.ts";
import { findFacets } from "./facets.ts";
import { createStatements } from "./statements.ts";
import { EFFORT } from "./wanted.ts";

/** The thread that finds facets by a connection of its own, one question after another, until it is sent `undefined`. */
const db = openForReading(workerData as string);
const read = createStatements({ db, failed: () => undefined });

parentPort?.on("message", (question: FacetQuestion | undefined) => {
  if (question) parentPort?.postMessage(answerTo(question));
  else {
    db.close();
    parentPort?.close();
  }
});

function answerTo(question: FacetQuestion): FacetAnswer {
  try {
    // All that it reads is of one moment: the last commit before it.
    db.exec("BEGIN");
    return { facets: findFacets(read, { ...question, effort: EFFORT }) };
  } catch (error) {
    return { error: toThreadError(error) };
  } finally {
    if (db.isTransaction) db.exec("COMMIT");
  }
}
