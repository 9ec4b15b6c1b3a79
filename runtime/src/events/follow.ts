import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import type { Consumer, ConsumerMessages, JsMsg } from "@nats-io/jetstream";
import { measureHandled } from "../process/measures.ts";
import { type Broker, type IncomingEvent, incoming, PoisonEvent } from "./consumer.ts";
import { type FollowPosition, resumeIn } from "./follow-position.ts";
import { createPartSize, giveWay } from "./parts.ts";
import { REMOVED, republishedOf, republishOf } from "./removed-events.ts";

const RESTART_MS = 500;
/** So many events are in hand at most. */
const MOST_EVENTS = 512;
/** So long an event may wait before that counts as being behind. */
const BEHIND_MS = 10_000;
const LOOK_MS = 1_000;

export interface FollowOptions<Change> {
  stream: string;
  /** All subjects of the stream. */
  filter: string;
  /** Under which name events are set aside that break their contract. */
  name: string;
  /** The position that was saved last; undefined at first. */
  position: () => FollowPosition | undefined;
  /** What an event changes. Throws {@link PoisonEvent} when it breaks its contract. */
  decode: (event: { subject: string; payload: Uint8Array }) => Change;
  /** Awaited before each part is decoded and applied: who has no room for more makes the stream wait. */
  room?: (() => Promise<void>) | undefined;
  /** Saves changes, in the order of the stream, and the position in one; of a dead letter, the change alone. */
  apply: (changes: Change[], position: FollowPosition | undefined) => void;
  /** The stream is another one than that which was followed: forgets all that came of it, and the position. */
  reset: () => void;
}

/** A stream that this process alone follows from where it was. */
export interface Following {
  /** Rejects until all was applied that the stream had when it was opened, and while removed events are missing. */
  requireCaughtUp(): Promise<void>;
  /** Rejects when events wait for longer than ten seconds. */
  requireFresh(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Reads a stream with an ephemeral, ordered consumer of this process alone, from the saved position on, and applies its
 * events in parts that take a few milliseconds each. Nothing is acknowledged: what was not saved is read again. An event
 * that breaks its contract goes to the dead letters before the position passes it. Where the stream has removed events
 * before they were read, their owner is asked to announce every document again. Waits for the stream to be there.
 */
export function startFollowing<Change>(broker: Broker, options: FollowOptions<Change>): Following {
  const { client, manager, access, log } = broker;
  const { stream, name } = options;
  const need = access.need(`the events of ${stream}`);
  const stopped = new AbortController();
  let messages: ConsumerMessages | undefined;
  let position: FollowPosition | undefined;
  let consumer: Consumer | undefined;
  /** How many events are in hand. */
  let inHand = 0;
  let waitingSince: number | undefined;
  /** The end of the stream as it was when it was opened. */
  let goal = Number.POSITIVE_INFINITY;
  let letters: Set<string> | undefined;
  const partSize = createPartSize(MOST_EVENTS);

  async function open(): Promise<ConsumerMessages> {
    const info = await manager.streams.info(stream);
    const { isAnother, ...next } = resumeIn(info, options.position());
    if (isAnother) options.reset();
    if (next.incomplete) log.warn({ stream, ...next }, "events were removed before they were read");
    position = next;
    letters = undefined;
    goal = info.state.last_seq;
    inHand = 0;
    consumer = await client.consumers.get(stream, {
      filter_subjects: options.filter,
      opt_start_seq: next.sequence + 1,
    });
    // The last events of a stream may have been taken out one by one: its end is not reached then.
    if ((await consumer.info(true)).num_pending === 0) goal = next.sequence;
    const opened = await consumer.consume({ max_messages: MOST_EVENTS, abort_on_missing_resource: true });
    messages = opened;
    need.granted();
    // Takes effect when the messages are read.
    if (stopped.signal.aborted) void opened.close();
    return opened;
  }

  /** Gathers what has come, and goes on with it while more comes: only with many events in hand it waits. */
  async function read(from: ConsumerMessages): Promise<void> {
    let gathered: JsMsg[] = [];
    let taking: Promise<void> | undefined;
    let failure: unknown;
    const take = async () => {
      try {
        await turn();
        while (gathered.length > 0) {
          const batch = gathered;
          gathered = [];
          await applyAll(batch);
        }
      } catch (error) {
        failure = error;
        void from.close();
      }
      taking = undefined;
    };
    for await (const message of from) {
      if (failure) break;
      gathered.push(message);
      inHand++;
      taking ??= take();
      if (gathered.length >= MOST_EVENTS) await taking;
    }
    await taking;
    if (failure) throw failure;
  }

  const isCaughtUp = () => position !== undefined && position.sequence >= goal;

  async function applyAll(batch: JsMsg[]): Promise<void> {
    if (isCaughtUp()) partSize.beServing();
    for (let from = 0; from < batch.length; ) {
      await options.room?.();
      const begun = performance.now();
      const part = batch.slice(from, from + partSize.events());
      await applyPart(part);
      from += part.length;
      partSize.took(performance.now() - begun, part.length);
      await giveWay();
    }
  }

  async function applyPart(part: JsMsg[]): Promise<void> {
    const last = part.at(-1);
    if (!last || !position) return;
    const begun = Date.now();
    const changes: Change[] = [];
    for (const message of part) {
      try {
        changes.push(options.decode({ subject: message.subject, payload: message.data }));
      } catch (error) {
        if (!(error instanceof PoisonEvent)) throw error;
        await setAside(message, error);
      }
    }
    const passed = { ...position, sequence: last.seq };
    options.apply(changes, passed);
    position = passed;
    inHand -= part.length;
    if (last.info.pending === 0) goal = Math.min(goal, last.seq);
    measureHandled({ durable: name, stream, outcome: "done", begun, stored: last.time });
  }

  async function setAside(message: JsMsg, poison: PoisonEvent): Promise<void> {
    const id = `${stream}:${message.seq}:${name}`;
    // Other replicas came by here, perhaps long ago. The broker tells those that do so at the same time.
    letters ??= await broker.deadLetters.ids();
    if (letters.has(id)) return;
    await broker.deadLetters.setAside(id, incoming(message), name, poison.message);
    letters.add(id);
    log.error({ subject: message.subject, reason: poison.message }, "an event was dead-lettered");
  }

  async function loop(): Promise<void> {
    while (!stopped.signal.aborted) {
      try {
        await read(await open());
      } catch (error) {
        need.failed(error);
        log.warn({ err: error, stream }, "the stream is opened again");
      }
      await pause(RESTART_MS);
    }
  }

  /** Has every document announced again, and waits until that was done and is applied. */
  async function repair(): Promise<void> {
    while (!stopped.signal.aborted) {
      try {
        if (position?.incomplete) {
          const { created } = position;
          await broker.requests.ask(republishOf(stream));
          await untilRepublished();
          const { state } = await manager.streams.info(stream);
          while (position.created === created && position.sequence < state.last_seq) await pause(100);
          if (stopped.signal.aborted || position.created !== created) continue;
          const complete = { ...position, incomplete: false };
          options.apply([], complete);
          position = complete;
          log.warn({ stream }, "what removed events told is complete again");
        }
      } catch (error) {
        log.warn({ err: error, stream }, "removed events are repaired later");
      }
      await pause(LOOK_MS);
    }
  }

  async function untilRepublished(): Promise<void> {
    for (;;) {
      await pause(LOOK_MS);
      stopped.signal.throwIfAborted();
      const isDone = await broker.requests.ask(republishedOf(stream)).then(
        () => true,
        () => false,
      );
      if (isDone) return;
    }
  }

  const pause = (ms: number) => sleep(ms, undefined, { signal: stopped.signal }).catch(() => undefined);

  /** Handles a letter in this replica: each replica does. */
  async function handleAgain({ id, event }: { id: string; event: IncomingEvent }): Promise<void> {
    if (event.type === REMOVED) return broker.requests.ask(republishOf(stream));
    try {
      options.apply([options.decode(event)], undefined);
    } catch (error) {
      if (!(error instanceof PoisonEvent)) throw error;
      await broker.deadLetters.setAside(id, event, name, error.message);
    }
  }

  const ended = Promise.all([loop(), repair()]);
  const stopReplays = broker.deadLetters.onReplay({ stream, durable: name, everywhere: true }, handleAgain);
  return {
    async requireCaughtUp() {
      if (!isCaughtUp()) throw new Error(`${stream}: applied ${position?.sequence ?? 0} of ${goal} events`);
      if (position?.incomplete)
        throw new Error(
          `${stream}: events were removed before they were read; waiting until all is announced again, as by npm run republish`,
        );
    },
    async requireFresh() {
      const pending = consumer ? (await consumer.info()).num_pending + inHand : 1;
      if (pending === 0) waitingSince = undefined;
      else waitingSince ??= performance.now();
      if (waitingSince !== undefined && performance.now() - waitingSince > BEHIND_MS)
        throw new Error(`${stream}: ${pending} events wait to be applied`);
    },
    async stop() {
      stopped.abort();
      stopReplays();
      await messages?.close();
      await ended;
    },
  };
}
