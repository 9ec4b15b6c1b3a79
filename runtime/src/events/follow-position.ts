import type { StreamInfo } from "@nats-io/jetstream";

/** How far a process has followed a stream. It is saved with what the events changed. */
export interface FollowPosition {
  /** When the stream was made: one that is made anew counts from 1 again. */
  created: string;
  /** The last event that was applied. */
  sequence: number;
  /** Whether events were removed before they were applied, and not all documents were announced again since. */
  incomplete: boolean;
}

/** A position to be saved. */
export interface NextPosition extends FollowPosition {
  /** The one that has to be saved already, since what is between came before; absent: any. */
  after?: FollowPosition | undefined;
}

/** Where a stream is followed on, as it is now, and whether it is another than the one that was followed. */
export function resumeIn(
  { created, state }: Pick<StreamInfo, "created" | "state">,
  saved: FollowPosition | undefined,
): FollowPosition & { isAnother: boolean } {
  // A stream that was made anew, or lost its end, gives the same numbers to other events.
  const isAnother = saved !== undefined && (saved.created !== created || saved.sequence > state.last_seq);
  const from = isAnother ? undefined : saved;
  const sequence = Math.max(from?.sequence ?? 0, state.first_seq - 1);
  const incomplete = (from?.incomplete ?? false) || sequence > (from?.sequence ?? 0);
  return { created, sequence, incomplete, isAnother };
}
