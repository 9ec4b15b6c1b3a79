import { randomUUID } from "node:crypto";
import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Collection, Db, IndexDescription } from "mongodb";
import type { OutgoingEvent, Publishing, Requests } from "../events/events.ts";
import { republishedOf, republishOf } from "../events/removed-events.ts";
import type { Logger } from "../process/log.ts";
import { type AggregateStore, createAggregateStore, type Listed } from "./aggregate-store.ts";
import { byVersion } from "./document-store.ts";
import { byPending, createRelay, type Relay } from "./relay.ts";
import { createRepublication } from "./republication.ts";
import { byUpdateTime } from "./select-records.ts";
import { readTransition, type Transition } from "./transition.ts";

/** All that there is to say of a kind of aggregate beside its rules. */
export interface AggregateDefinition<Event extends DescMessage, T extends Listed> {
  /** The collection of its documents, in the database of its service. */
  collection: string;
  /** The stream of its events: all of `evt.<service>.`. */
  stream: string;
  /**
   * Its event, `ticketing.<service>.<version>.<Noun>Event`: `id` and `version` of the document, `time`, the oneof
   * `transition`, and `state`.
   */
  event: Event;
  /** What everybody may know of a document: built field by field. */
  state: (document: T) => MessageInitShape<Event> extends { state?: infer State } ? State : never;
  /** What a caller is told who names a document that does not exist. */
  notFound: () => Error;
  /** For its lists and its own questions, beside those that every kind has. A list's ends in `byNewest`. */
  indexes: IndexDescription[];
  /** How many of its published transitions a document keeps: the newest; all of them by default. */
  keepHistory?: number;
}

/** A kind of aggregate, as its service uses it. */
export interface AggregateKind<T extends Listed> {
  /** The stream of its events. */
  readonly stream: string;
  /** Its collection in the database of its service. */
  collection(db: Db): Collection<T>;
  /** The event that announces a transition, with the public state of the document as it is now. */
  event(document: T, transition: Transition): OutgoingEvent;
  /** Its store, with its indexes and without a relay: what is written there is not published. */
  store(db: Db): Promise<AggregateStore<T>>;
  /**
   * Its store, and the relay that publishes what is written there, and all of it again when a reader asks for that; it
   * has to be started. Makes its stream.
   */
  open(means: {
    db: Db;
    events: Publishing & { requests: Pick<Requests, "answer"> };
    log: Logger;
  }): Promise<AggregateStore<T> & { relay: Relay<T> }>;
  /**
   * Announces the newest transition of every document again, with its current state. Resolves with how many there
   * are.
   */
  republish(means: { db: Db; events: Publishing }): Promise<number>;
}

/** Declares a kind of aggregate; its rules are pure functions over what `transitionsOf` its event gives. */
export function defineAggregate<Event extends DescMessage, T extends Listed>(
  definition: AggregateDefinition<Event, T>,
): AggregateKind<T> {
  const { event: schema, stream, state, notFound, keepHistory } = definition;
  const name = schema.file.proto.package;
  const [, service = "", version = ""] = name.split(".");
  const collection = (db: Db): Collection<T> => db.collection<T>(definition.collection);

  function event(document: T, transition: Transition): OutgoingEvent {
    const message = {
      id: document._id,
      version: BigInt(transition.version),
      time: timestampFromDate(transition.time),
      transition: readTransition(schema, transition),
      state: state(document),
    };
    return {
      subject: `evt.${service}.${version}.${transition.type}.${document._id}`,
      id: `${document._id}:${transition.version}`,
      type: `${name}.${transition.type}`,
      source: service,
      time: transition.time,
      requestId: transition.requestId,
      // The compiler cannot see that every event has these fields.
      payload: toBinary(schema, create(schema, message as object as MessageInitShape<Event>)),
    };
  }

  async function store(db: Db, relay?: Relay<T>): Promise<AggregateStore<T>> {
    const documents = collection(db);
    const common = [byVersion, byPending, byUpdateTime].map((key) => ({ key }));
    await documents.createIndexes([...definition.indexes, ...common]);
    return createAggregateStore<T>({ collection: documents, relay, notFound, keepHistory });
  }

  /** Announces the newest transition again, once a pass. */
  async function announceAgain(
    events: Pick<Publishing, "publish">,
    document: T,
    pass: string,
  ): Promise<void> {
    const last = document.history.at(-1);
    if (!last) return;
    const again = event(document, last);
    // The stream may know the event's own id and still have lost the event.
    await events.publish({ ...again, messageId: `${again.id}:${pass}` });
  }

  const ensureStream = (events: Pick<Publishing, "ensureStream">) =>
    events.ensureStream(stream, [`evt.${service}.>`]);

  return {
    stream,
    collection,
    event,
    store: (db) => store(db),
    async open({ db, events, log }) {
      await ensureStream(events);
      const publish = (document: T, transition: Transition) => events.publish(event(document, transition));
      const relay = createRelay<T>({ collection: collection(db), publish, log });
      const republication = createRepublication<T>({
        db,
        // A stream has the events of several kinds if its service has. Replicas of the release before know each pass
        // by its stream, which is named so.
        name: definition.collection.toUpperCase(),
        collection: collection(db),
        announce: (document, pass) => announceAgain(events, document, pass),
        log,
      });
      events.requests.answer(republishOf(stream), (by) => {
        log.warn({ stream, by }, "every document is announced again");
        return republication.request();
      });
      events.requests.answer(republishedOf(stream), republication.requireDone);
      const start = () => {
        relay.start();
        republication.start();
      };
      const stop = async () => {
        await Promise.all([republication.stop(), relay.stop()]);
      };
      return { ...(await store(db, relay)), relay: { ...relay, start, stop } };
    },
    async republish({ db, events }) {
      await ensureStream(events);
      const pass = randomUUID();
      let count = 0;
      for await (const document of collection(db).find()) {
        // The driver's generic types cannot see that this is a T.
        await announceAgain(events, document as T, pass);
        count++;
      }
      return count;
    },
  };
}
