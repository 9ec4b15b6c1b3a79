import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BrokerAddress } from "@ticketing/runtime/events/broker-connection";
import type { Events } from "@ticketing/runtime/events/events";
import type { Clock } from "@ticketing/runtime/process/clock";
import type { Logger } from "@ticketing/runtime/process/log";
import { type FollowedStreams, followStreams } from "./follow-streams.ts";
import { createListingFeed, type ListingFeed, tellSaved } from "./listing-feed.ts";
import { PROJECTION_FILE, removeProjection } from "./projection/projection.ts";
import { openView, type ProjectionView } from "./projection/view.ts";
import { openWriter, type Writer } from "./projection/writer.ts";
import { type FacetReader, openFacetReader } from "./search/facet-reader.ts";
import { createSearch, type Search } from "./search/search.ts";
import { discardDamaged, keepSnapshots, restoreFile } from "./snapshots/snapshots.ts";
import { createSuggestions, type Suggestions } from "./suggestions/suggestions.ts";

/** How often locks that end and events that begin are looked for: their watchers wait for it. */
const PASS_TIME_MS = 50;

export interface ReplicaOptions {
  broker: BrokerAddress;
  events: Pick<Events, "follow">;
  clock: Clock;
  log: Logger;
  /** A folder of this replica alone. */
  folder: string;
  /** How often one of the replicas takes a snapshot, in ms; how many servers keep it, in how many bytes at most. */
  snapshots: { every: number; replicas: number; maxBytes?: number | undefined };
}

/** What one process of search keeps, and what it answers from. */
export interface Replica {
  projection: ProjectionView;
  writer: Writer;
  search: Search;
  facets: FacetReader;
  suggestions: Suggestions;
  feed: ListingFeed;
  followed: FollowedStreams;
  /** To be run in order once the streams are left. */
  close: (() => void | Promise<void>)[];
}

/**
 * Opens the file of this replica, or begins with the broker's snapshot, and follows the streams from there. A thread
 * writes the file, this one reads it. A file that turns out to be damaged ends the process, which has another one when it
 * is started again; so does the end of that thread.
 */
export async function openReplica(options: ReplicaOptions): Promise<Replica> {
  const { broker, events, clock, log, folder } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, PROJECTION_FILE);
  const snapshots = { ...options.snapshots, broker, file };
  discardDamaged(file, log);
  await restoreFile(snapshots, log);
  const onDamage = (err: unknown) => {
    log.fatal({ err, file }, "the file of search is damaged: it is removed, and this process begins anew");
    removeProjection(file);
    process.exit(1);
  };
  const onEnd = (err: unknown) => {
    log.fatal({ err, file }, "nothing is written to the file of search any more: this process ends");
    process.exit(1);
  };
  const onSaved = (changed: readonly string[]) => tellSaved(changed, { view: projection, feed });
  const writer = await openWriter(file, { clock, log, onSaved, onDamage, onEnd });
  const projection = openView(file, { writer, clock, onDamage });
  const search = createSearch(projection);
  const facets = openFacetReader(projection, { file, log });
  const feed = createListingFeed(search.findByIds);
  const followed = followStreams(projection, { events, writer });
  const passing = setInterval(projection.passTime, PASS_TIME_MS);
  const stopSnapshots = keepSnapshots(snapshots, log);
  return {
    ...{ projection, writer, search, facets, suggestions: createSuggestions(projection), feed, followed },
    close: [stopSnapshots, () => clearInterval(passing), facets.close, projection.close, writer.close],
  };
}
