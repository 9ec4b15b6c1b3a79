import { setTimeout as sleep } from "node:timers/promises";
import type { SeenTicket } from "@ticketing/proto/catalog/v1/catalog_service";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import type { ProjectionView } from "./projection/view.ts";
import type { Search } from "./search/search.ts";

/** So long an answer is held back at most. */
const WAIT_MS = 500;
const LOOK_MS = 10;
/** When a caller is to come again: another replica, or this one, has caught up by then. */
const RETRY_MS = 1_000;

/** How far TICKETS was applied where a page was read. */
export interface StreamMark {
  /** When the stream was made: one that is made anew counts from 1 again. */
  created: string;
  sequence: number;
}

/** Keeps the answers of replicas that are apart by moments from going back in time for one caller. */
export interface Freshness {
  /** Of what is answered now; undefined before anything was applied. */
  mark(): StreamMark | undefined;
  /**
   * Waits until the projection has the ticket's version, and what the page before was read from. Throws UNAVAILABLE
   * PROJECTION_BEHIND after half a second.
   */
  require(seen: SeenTicket | undefined, mark: StreamMark | undefined, signal: AbortSignal): Promise<void>;
}

export function createFreshness(
  projection: Pick<ProjectionView, "positionOf">,
  search: Pick<Search, "findByIds">,
): Freshness {
  const position = () => projection.positionOf("TICKETS");

  function hasSeen({ ticketId, minVersion }: SeenTicket): boolean {
    const [listing] = search.findByIds([ticketId]);
    return listing !== undefined && listing.version >= minVersion;
  }

  function hasApplied({ created, sequence }: StreamMark): boolean {
    const now = position();
    return now !== undefined && (now.created !== created || now.sequence >= sequence);
  }

  return {
    mark() {
      const now = position();
      return now && { created: now.created, sequence: now.sequence };
    },
    async require(seen, mark, signal) {
      const isFresh = () => (!seen || hasSeen(seen)) && (!mark || hasApplied(mark));
      for (const end = performance.now() + WAIT_MS; !isFresh(); ) {
        if (performance.now() >= end)
          throw new DomainError("PROJECTION_BEHIND", "this is not known here yet; try again", {}, RETRY_MS);
        await sleep(LOOK_MS, undefined, { signal });
      }
    },
  };
}
