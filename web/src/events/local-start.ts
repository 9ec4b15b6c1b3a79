import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { EventStartSchema } from "@ticketing/proto/events/v1/event_service";
import { reasonOf } from "../api/reason.ts";

/** A start as somebody types it: by the clocks at the venue, and the instant where that names two. */
export interface LocalStart {
  /** The value of a `datetime-local` field: "2030-06-01T20:00". */
  readonly text: string;
  /** Which of the instants is meant that the text may name; undefined as long as nobody asked. */
  readonly instant: Date | undefined;
}

/** A start as the contract takes it. */
export const startOf = ({ text, instant }: LocalStart): MessageInitShape<typeof EventStartSchema> => ({
  start: instant
    ? { case: "time", value: timestampFromDate(instant) }
    : // A browser adds seconds where a field has them.
      { case: "localTime", value: text.slice(0, 16) },
});

/**
 * The two instants between which a refused start has to decide: its clock time is left out or comes twice at the venue.
 * Undefined for any other failure.
 */
export function instantsOf(failure: unknown): readonly [earlier: Date, later: Date] | undefined {
  const { name, facts } = reasonOf(failure);
  if (name !== "LOCAL_TIME_SKIPPED" && name !== "LOCAL_TIME_REPEATED") return undefined;
  const { earlier, later } = facts;
  return earlier && later ? [new Date(earlier), new Date(later)] : undefined;
}
