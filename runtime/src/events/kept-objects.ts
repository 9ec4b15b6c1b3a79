import { createHash, randomUUID } from "node:crypto";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { z } from "zod";
import { readParts, writeParts } from "./file-parts.ts";
import { ensureStream, NEWEST_OF_SUBJECT } from "./streams.ts";

const ACK_TIMEOUT_MS = 10_000;

/** What is said of an object once all of its parts are stored. */
const headSchema = z.object({
  /** Made anew by each writing: parts of another are not mixed in. */
  id: z.uuid(),
  parts: z.number().int(),
  size: z.number().int(),
  /** Of its bytes, in hex. */
  sha256: z.string(),
});

export interface KeptObjectsOptions {
  /** The stream that has the objects. */
  stream: string;
  /** Its subjects begin so. */
  subject: string;
  /** How many servers of the broker keep each object. */
  replicas: number;
  /** What they may take, in bytes; absent: what the broker has. A stream that is full refuses new ones. */
  maxBytes?: number | undefined;
  /** The age at which an object goes by itself; absent: never. */
  maxAgeMs?: number | undefined;
}

/** Objects that the broker keeps by their names. */
export interface KeptObjects {
  /** Replaces what has the name: readers get the one or the other, whole. Resolves when the broker has stored it. */
  put(name: string, content: Uint8Array): Promise<void>;
  /** Undefined where nothing has the name. Throws when it is not what was stored. */
  get(name: string): Promise<Buffer | undefined>;
  /** Nothing has the name: done. */
  remove(name: string): Promise<void>;
}

/**
 * A stream with the parts of each object, and for each object a message that says which parts are its own. A writer that
 * dies before that message leaves parts that nobody reads, until the object is removed or its age is over.
 */
export async function openObjects(
  connection: NatsConnection,
  options: KeptObjectsOptions,
): Promise<KeptObjects> {
  const { stream, subject } = options;
  const client = jetstream(connection);
  const manager = await jetstreamManager(connection, { checkAPI: false });
  await ensureStream(manager, stream, [`${subject}.>`], options, NEWEST_OF_SUBJECT);
  // A name may have characters that mean something in a subject.
  const placeOf = (name: string) => `${subject}.${Buffer.from(name).toString("base64url")}`;
  const partsOf = (name: string, id: string) => ({
    client,
    manager,
    stream,
    subject: `${placeOf(name)}.${id}`,
  });

  async function readHead(name: string) {
    const message = await manager.streams.getMessage(stream, { last_by_subj: `${placeOf(name)}.head` });
    return message && headSchema.parse(message.json());
  }

  return {
    async put(name, content) {
      const before = await readHead(name);
      const id = randomUUID();
      const sha256 = createHash("sha256").update(content).digest("hex");
      const parts = await writeParts(partsOf(name, id), once(content), () => undefined);
      const head = JSON.stringify({ id, parts, size: content.length, sha256 });
      await client.publish(`${placeOf(name)}.head`, head, { timeout: ACK_TIMEOUT_MS });
      if (before) await manager.streams.purge(stream, { filter: `${placeOf(name)}.${before.id}.*` });
    },
    async get(name) {
      const head = await readHead(name);
      if (!head) return undefined;
      const parts: Uint8Array[] = [];
      for await (const part of readParts(partsOf(name, head.id), head.parts)) parts.push(part);
      const content = Buffer.concat(parts);
      const isWhole =
        content.length === head.size && createHash("sha256").update(content).digest("hex") === head.sha256;
      if (!isWhole) throw new Error(`an object of ${stream} is not what was stored`);
      return content;
    },
    async remove(name) {
      await manager.streams.purge(stream, { filter: `${placeOf(name)}.>` });
    },
  };
}

async function* once(content: Uint8Array) {
  yield content;
}
