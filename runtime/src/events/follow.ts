import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import type { Consumer, ConsumerMessages, JsMsg } from "@nats-io/jetstream";
import { measureHandled } from "../process/measures.ts";
import { type Broker, type IncomingEvent, incoming, PoisonEvent } from "./consumer.ts";
import { type FollowPosition, type NextPosition, resumeIn } from "./follow-position.ts";
import { createPartSize } from "./parts.ts";
import { REMOVED, republishedOf, republishOf } from "./removed-events.ts";

const RESTART_MS = 500;
/** So many events are asked for at a time: what comes of them at once is read before anybody is answered. */
const ASKED_EVENTS = 512;
/** So long events are decoded at most before whoever asks is answered. */
const DECODE_MS = 1;
/** So many parts are asked for before the first of them is saved. */
const PARTS_AT_ONCE = 2;
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
  /**
   * Saves changes and the position in one; of a dead letter, the change alone. Resolves once that is saved, and saves
   * nothing where the position is not the one that they follow on. The next ones are asked for meanwhile, and who has no
   * room for more makes the stream wait.
   */
  apply: (changes: Change[], position: NextPosition | undefined) => Promise<void>;
  /** The stream is another one than that which was followed: forgets all that came of it, and the position. */
  reset: () => Promise<void>;
}

/** An event in hand, and what it changes: nothing where it was set aside. */
interface Decoded<Change> {
  message: JsMsg;
  changes: Change[];
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
 * events in parts: of a few milliseconds each, and longer ones until it has caught up once. Nothing is acknowledged: what was not saved is read again. An event
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
  const partSize = createPartSize();

  /** How far all goes that is saved or on its way, and what the next ones follow on: see {@link NextPosition}. */
  let asked: { position: FollowPosition; after: FollowPosition | undefined } | undefined;
  /** When the last part was saved. */
  let savedAt = 0;

  /** A stream is opened, or its repair noted, one after another. */
  let before: Promise<unknown> = Promise.resolve();
  function inOrder<T>(work: () => Promise<T>): Promise<T> {
    const done = before.then(work);
    before = done.catch(() => undefined);
    return done;
  }

  async function open(): Promise<ConsumerMessages> {
    const info = await manager.streams.info(stream);
    const next = await inOrder(async () => {
      const saved = options.position();
      const { isAnother, ...resumed } = resumeIn(info, saved);
      if (isAnother) await options.reset();
      position = resumed;
      asked = { position: resumed, after: isAnother ? undefined : saved };
      return resumed;
    });
    if (next.incomplete) log.warn({ stream, ...next }, "events were removed before they were read");
    letters = undefined;
    goal = info.state.last_seq;
    inHand = 0;
    consumer = await client.consumers.get(stream, {
      filter_subjects: options.filter,
      opt_start_seq: next.sequence + 1,
    });
    // The last events of a stream may have been taken out one by one: its end is not reached then.
    if ((await consumer.info(true)).num_pending === 0) goal = next.sequence;
    const opened = await consumer.consume({ max_messages: ASKED_EVENTS, abort_on_missing_resource: true });
    messages = opened;
    need.granted();
    // Takes effect when the messages are read.
    if (stopped.signal.aborted) void opened.close();
    return opened;
  }

  /** Decodes what comes while what came before is saved: only with many events in hand it waits. */
  async function read(from: ConsumerMessages): Promise<void> {
    let gathered: Decoded<Change>[] = [];
    let underWay = 0;
    let settled = Promise.withResolvers<void>();
    let failure: unknown;
    /** One part is on its way to who saves it while another is saved. */
    function saveMore(): void {
      while (gathered.length > 0 && underWay < PARTS_AT_ONCE) {
        underWay++;
        void save(gathered.splice(0, partSize.events())).catch(failed).finally(over);
      }
    }
    function failed(error: unknown): void {
      failure ??= error;
      gathered = [];
      void from.close();
    }
    function over(): void {
      underWay--;
      saveMore();
      settled.resolve();
      settled = Promise.withResolvers();
    }
    let soon: NodeJS.Immediate | undefined;
    try {
      let begun = performance.now();
      for await (const message of from) {
        inHand++;
        const changes = await changesOf(message);
        // It is read again.
        if (failure) break;
        gathered.push({ message, changes });
        soon ??= setImmediate(() => {
          soon = undefined;
          saveMore();
        });
        while (inHand >= partSize.most() && !failure) await settled.promise;
        if (performance.now() - begun < DECODE_MS) continue;
        await turn();
        begun = performance.now();
      }
    } finally {
      // What is in hand is saved before the position is read again.
      clearImmediate(soon);
      saveMore();
      while (underWay > 0) await settled.promise;
    }
    if (failure) throw failure;
  }

  /** Nothing where the event was set aside. */
  async function changesOf(message: JsMsg): Promise<Change[]> {
    try {
      return [options.decode({ subject: message.subject, payload: message.data })];
    } catch (error) {
      if (!(error instanceof PoisonEvent)) throw error;
      await setAside(message, error);
      return [];
    }
  }

  const isCaughtUp = () => position !== undefined && position.sequence >= goal;

  async function save(part: Decoded<Change>[]): Promise<void> {
    const last = part.at(-1)?.message;
    if (!last) return;
    if (isCaughtUp()) partSize.beServing();
    const [begun, askedAt] = [Date.now(), performance.now()];
    const changes = part.flatMap((decoded) => decoded.changes);
    await savePosition(changes, (reached) => ({ ...reached, sequence: last.seq }));
    const now = performance.now();
    // It was begun with when the one before was saved.
    partSize.took(now - Math.max(askedAt, savedAt), part.length);
    savedAt = now;
    inHand -= part.length;
    if (last.info.pending === 0) goal = Math.min(goal, last.seq);
    measureHandled({ durable: name, stream, outcome: "done", begun, stored: last.time });
  }

  /**
   * Saves changes with the position that `next` makes of the one before, which others may still be on their way to: they
   * are saved in order, and none behind one that was not.
   */
  async function savePosition(
    changes: Change[],
    next: (from: FollowPosition) => FollowPosition,
  ): Promise<void> {
    if (!asked) return;
    const { position: from, after } = asked;
    const passed = next(from);
    asked = { position: passed, after: passed };
    try {
      await options.apply(changes, { ...passed, after });
      position = passed;
    } catch (error) {
      // The stream is opened again, where it is read how far all was saved.
      void messages?.close();
      throw error;
    }
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
          const isBehind = () => position?.created === created && position.sequence < state.last_seq;
          while (isBehind() && !stopped.signal.aborted) await pause(100);
          if (stopped.signal.aborted || position.created !== created) continue;
          await inOrder(() =>
            savePosition([], (reached) =>
              reached.created === created ? { ...reached, incomplete: false } : reached,
            ),
          );
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
      await options.apply([options.decode(event)], undefined);
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
