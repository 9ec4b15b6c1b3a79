import { createHash, randomUUID } from "node:crypto";
import { type JetStreamClient, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { z } from "zod";
import { readParts, writeParts } from "./file-parts.ts";
import { ensureStream, isApiError, NEWEST_OF_SUBJECT } from "./streams.ts";

const WRONG_LAST_SEQUENCE = 10_071;
const ACK_TIMEOUT_MS = 10_000;

const storedFile = z.object({
  id: z.string(),
  /** When it was stored, by the clock of who stored it; ISO 8601. */
  stored: z.iso.datetime(),
  /** In bytes. */
  size: z.number().int(),
  parts: z.number().int(),
  /** Of its bytes, in hex. */
  sha256: z.string(),
  /** What its writer says about it. */
  about: z.unknown(),
});
const indexSchema = z.object({
  lease: z.object({ holder: z.string(), until: z.iso.datetime() }).optional(),
  files: z.array(storedFile),
});
type Index = z.output<typeof indexSchema>;

/** A file that the broker keeps. */
export type StoredFile = z.output<typeof storedFile>;

/** Thrown to a writer whose lease ran out and was taken by another: what it wrote does not count. */
export class LeaseLost extends Error {
  constructor() {
    super("the lease ran out and was taken by another");
    this.name = "LeaseLost";
  }
}

/** The right to store one file. */
export interface StoreLease {
  /** Stores a file and takes away those that are too many. Throws {@link LeaseLost}. Ends the lease. */
  store(content: AsyncIterable<Uint8Array>, about: unknown): Promise<StoredFile>;
  /** Ends the lease without a file. */
  release(): Promise<void>;
}

/** Files that the broker keeps for the replicas of a service, the newest few. */
export interface FileStore {
  /** The newest first. */
  list(): Promise<StoredFile[]>;
  /** Its bytes. Throws, at the latest at the end, when they are not those that were stored. */
  read(file: StoredFile): AsyncGenerator<Uint8Array>;
  /** Undefined while another writer has the lease. One that its holder leaves runs out after `ms`, the same for all. */
  lease(ms: number): Promise<StoreLease | undefined>;
  /** When a stream was made, and which events it has. */
  streamState(stream: string): Promise<{ created: string; firstSequence: number; lastSequence: number }>;
}

export interface FileStoreOptions {
  /** The stream that has the files. */
  stream: string;
  /** Its subjects begin so: `snapshots.catalog`. */
  subject: string;
  /** How many servers of the broker keep each file. */
  replicas: number;
  /** What they may take, in bytes: room for one more than are kept. Absent: what the broker has. */
  maxBytes?: number | undefined;
  /** How many files are kept. */
  keep: number;
  now?: () => number;
}

/**
 * A stream with the parts of each file, and one message that lists the files and has the lease. That message is only
 * ever replaced by somebody who has read the one before: a holder whose lease was taken stores nothing more. Parts of
 * files that are not listed, which a killed writer leaves, go when the next one begins. A damaged message lists nothing.
 */
export async function openFileStore(
  connection: NatsConnection,
  options: FileStoreOptions,
): Promise<FileStore> {
  const { stream, subject, keep, now = Date.now } = options;
  const client = jetstream(connection);
  const manager = await jetstreamManager(connection, { checkAPI: false });
  await ensureStream(manager, stream, [`${subject}.>`], options, NEWEST_OF_SUBJECT);
  const indexSubject = `${subject}.index`;
  const partsOf = (id: string) => ({ client, manager, stream, subject: `${subject}.${id}` });

  async function readIndex(): Promise<{ index: Index; sequence: number }> {
    const message = await manager.streams.getMessage(stream, { last_by_subj: indexSubject });
    if (!message) return { index: { files: [] }, sequence: 0 };
    return { index: indexOf(message.string()), sequence: message.seq };
  }

  /** Gives the sequence of the new one. Throws {@link LeaseLost} when `sequence` is not that of the newest. */
  async function replaceIndex(client: JetStreamClient, index: Index, sequence: number): Promise<number> {
    try {
      const expect = { lastSubjectSequence: sequence };
      const bytes = JSON.stringify(index);
      return (await client.publish(indexSubject, bytes, { expect, timeout: ACK_TIMEOUT_MS })).seq;
    } catch (error) {
      throw isApiError(error, WRONG_LAST_SEQUENCE) ? new LeaseLost() : error;
    }
  }

  const remove = (id: string, before?: number) =>
    manager.streams.purge(stream, {
      filter: `${subject}.${id}.*`,
      ...(before !== undefined && { seq: before }),
    });

  /** A writer that was stopped since it got its lease leaves what came later, of the next writer, alone. */
  async function removeUnlisted(index: Index, before: number): Promise<void> {
    const { state } = await manager.streams.info(stream, { subjects_filter: `${subject}.*.*` });
    const at = subject.split(".").length;
    const ids = new Set(Object.keys(state.subjects ?? {}).map((part) => part.split(".")[at] ?? ""));
    for (const { id } of index.files) ids.delete(id);
    for (const id of ids) await remove(id, before);
  }

  return {
    list: async () => (await readIndex()).index.files,
    async *read({ id, parts, size, sha256 }) {
      const hash = createHash("sha256");
      let bytes = 0;
      for await (const part of readParts(partsOf(id), parts)) {
        bytes += part.length;
        hash.update(part);
        yield part;
      }
      if (bytes !== size || hash.digest("hex") !== sha256)
        throw new Error(`the file ${id} is not what was stored`);
    },
    async lease(ms) {
      const { index, sequence } = await readIndex();
      const left = index.lease ? Date.parse(index.lease.until) - now() : 0;
      // Clocks may be apart, but what would last for years is damage.
      if (left > 0 && left <= 2 * ms) return undefined;
      const lease = { holder: randomUUID(), until: new Date(now() + ms).toISOString() };
      let held: number;
      try {
        held = await replaceIndex(client, { ...index, lease }, sequence);
      } catch (error) {
        if (error instanceof LeaseLost) return undefined;
        throw error;
      }
      const { files } = index;
      return {
        async store(content, about) {
          await removeUnlisted(index, held);
          const id = randomUUID();
          const hash = createHash("sha256");
          let size = 0;
          const parts = await writeParts(partsOf(id), content, (part) => {
            size += part.length;
            hash.update(part);
          });
          const stored = new Date(now()).toISOString();
          const file = { id, stored, size, parts, sha256: hash.digest("hex"), about };
          const kept = [file, ...files].slice(0, keep);
          try {
            await replaceIndex(client, { files: kept }, held);
          } catch (error) {
            // Without an answer it may be listed all the same.
            if (error instanceof LeaseLost) await remove(id);
            throw error;
          }
          for (const { id } of files.filter((each) => !kept.includes(each))) await remove(id);
          return file;
        },
        async release() {
          await replaceIndex(client, { files }, held).catch((error: unknown) => {
            if (!(error instanceof LeaseLost)) throw error;
          });
        },
      };
    },
    async streamState(name) {
      const { created, state } = await manager.streams.info(name);
      return { created, firstSequence: state.first_seq, lastSequence: state.last_seq };
    },
  };
}

/** An index that cannot be read lists no files: the next writer's replaces it. */
function indexOf(text: string): Index {
  try {
    return indexSchema.parse(JSON.parse(text));
  } catch {
    return { files: [] };
  }
}
