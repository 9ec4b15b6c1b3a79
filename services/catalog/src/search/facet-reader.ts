import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { TicketFilter } from "@ticketing/proto/catalog/v1/catalog_service";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { Logger } from "@ticketing/runtime/process/log";
import type { Facets } from "../event-query.ts";
import { fromThreadError, type ThreadError } from "../projection/thread-error.ts";
import type { ProjectionView } from "../projection/view.ts";

/** So many questions wait for the thread at most: less than a second's work. */
const MOST_WAITING = 64;
/** When a caller for whom there was no room should come again. */
const RETRY_MS = 1_000;
/** A thread that ended is followed by another one no sooner than this. */
const RESTART_MS = 1_000;

/** Who asks for facets. */
export interface FacetCaller {
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
  /** From where the call came: see `clientNetwork`. */
  network: string;
}

/** What the thread is asked. */
export interface FacetQuestion {
  filter: TicketFilter | undefined;
  /** The time of the question, in ms since 1970. */
  now: number;
}

/** What the thread answers. */
export type FacetAnswer = { facets: Facets } | { error: ThreadError; facets?: never };

/** Finds facets in a thread of its own, since one question takes longer than the process that serves may be blocked. */
export interface FacetReader {
  /**
   * How many of the events that match, but for the facet's own part, are of which category, city and price: of all that
   * was applied before the call. Throws RESOURCE_EXHAUSTED BUSY while too many wait, also where the caller waited and
   * gave way to one of a network with fewer who wait; UNAVAILABLE SERVICE_UNAVAILABLE when the thread has ended; and the
   * signal's reason once that is aborted.
   */
  listFacets(filter: TicketFilter | undefined, caller: FacetCaller): Promise<Facets>;
  /** Answers what waits, takes no more, and ends the thread. */
  close(): Promise<void>;
}

/** A question that is not answered yet. */
interface Call {
  question: FacetQuestion;
  network: string;
  answered(answer: FacetAnswer): void;
  failed(error: unknown): void;
}

const startThread = (file: string): Worker =>
  new Worker(new URL("./facet-thread.ts", import.meta.url), {
    workerData: file,
    execArgv: ["--conditions=@ticketing/source"],
  });

/** Opens the projection's file once more, for reading. A thread that ends is made anew for the next question. */
export function openFacetReader(
  projection: Pick<ProjectionView, "passTime" | "now" | "failed">,
  options: { file: string; log: Pick<Logger, "error">; start?: typeof startThread },
): FacetReader {
  const { file, log, start = startThread } = options;
  const waiting = new Set<Call>();
  let asked: Call | undefined;
  let isClosing = false;
  let endedAt = Number.NEGATIVE_INFINITY;
  let thread: { worker: Worker; ended: Promise<void> } | undefined = begin();

  function begin(): { worker: Worker; ended: Promise<void> } {
    const worker = start(file);
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    worker.on("message", (answer: FacetAnswer) => {
      asked?.answered(answer);
      asked = undefined;
      askNext();
    });
    worker.on("error", (error) => {
      log.error({ err: error }, "the thread of facets failed");
      projection.failed(error);
    });
    worker.once("exit", () => {
      thread = undefined;
      endedAt = performance.now();
      const left = [...(asked ? [asked] : []), ...waiting];
      asked = undefined;
      waiting.clear();
      for (const call of left) call.failed(unavailable());
      resolve();
    });
    return { worker, ended };
  }

  /** Nothing is asked while something is: what waits can still be taken back. */
  function askNext(): void {
    if (asked || !thread) return;
    const [next] = waiting;
    if (next) {
      waiting.delete(next);
      asked = next;
      thread.worker.postMessage(next.question);
    } else if (isClosing) thread.worker.postMessage(undefined);
  }

  /** The last of the network with the most who wait gives way to one of a network with fewer. Throws BUSY. */
  function makeRoom(network: string): void {
    if (waiting.size < MOST_WAITING) return;
    const networks = Map.groupBy(waiting, (call) => call.network);
    const own = networks.get(network)?.length ?? 0;
    const [most = []] = [...networks.values()].sort((a, b) => b.length - a.length);
    const last = most.at(-1);
    if (!last || most.length <= own + 1) throw busy();
    waiting.delete(last);
    last.failed(busy());
  }

  function ask(question: FacetQuestion, { signal, network }: FacetCaller): Promise<Facets> {
    signal.throwIfAborted();
    if (isClosing) throw unavailable();
    if (!thread && performance.now() - endedAt < RESTART_MS) throw unavailable();
    makeRoom(network);
    thread ??= begin();
    return new Promise<Facets>((resolve, reject) => {
      const leave = () => {
        waiting.delete(call);
        reject(signal.reason);
      };
      const call: Call = {
        question,
        network,
        answered(answer) {
          signal.removeEventListener("abort", leave);
          if (answer.facets) resolve(answer.facets);
          else reject(thrown(answer.error));
        },
        failed(error) {
          signal.removeEventListener("abort", leave);
          reject(error);
        },
      };
      signal.addEventListener("abort", leave, { once: true });
      waiting.add(call);
      askNext();
    });
  }

  function thrown(passed: ThreadError): Error {
    const error = fromThreadError(passed);
    projection.failed(error);
    return error;
  }

  return {
    async listFacets(filter, caller) {
      // Counts that are kept are right only once all that is due has passed.
      for (let due = projection.passTime(); due && (await due); due = projection.passTime()) {
        await setImmediate();
        caller.signal.throwIfAborted();
      }
      return ask({ filter, now: projection.now() }, caller);
    },
    async close() {
      isClosing = true;
      askNext();
      await thread?.ended;
    },
  };
}

const busy = () =>
  new DomainError("BUSY", "too many ask for facets at once; try again shortly", {}, RETRY_MS);
const unavailable = () => new DomainError("SERVICE_UNAVAILABLE", "facets cannot be counted at the moment");
