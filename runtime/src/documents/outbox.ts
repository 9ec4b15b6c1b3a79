import type { Db } from "mongodb";
import type { Events, OutgoingEvent } from "../events/events.ts";
import type { Logger } from "../process/log.ts";
import { createRelay, type Relay } from "./relay.ts";
import type { Aggregate, Transition } from "./transition.ts";

/** What a service publishes of the documents of one collection, and where. */
export interface Outbox<T extends Aggregate> {
  collection: string;
  stream: string;
  /** The subjects of the stream. */
  subject: string;
  /** The event that announces a transition, with the public state of the document after it. */
  event: (document: T, transition: Transition) => OutgoingEvent;
}

/** Makes sure that the stream is there, and gives the relay that fills it. It has to be started. */
export async function openOutbox<T extends Aggregate>(
  outbox: Outbox<T>,
  { db, events, log }: { db: Db; events: Events; log: Logger },
): Promise<Relay> {
  await events.ensureStream(outbox.stream, [outbox.subject]);
  return createRelay<T>({
    collection: db.collection<T>(outbox.collection),
    publish: (document, transition) => events.publish(outbox.event(document, transition)),
    log,
  });
}
