import type { JetStreamClient, JetStreamManager } from "@nats-io/jetstream";

/** Half of what the broker takes in one message (max_payload). */
const PART_BYTES = 512 * 1024;
/** So many parts are on their way at a time. */
const AT_ONCE = 4;
const ACK_TIMEOUT_MS = 30_000;

/** Where the parts of a file are: `<subject>.<number>`. */
export interface PartsPlace {
  client: JetStreamClient;
  manager: JetStreamManager;
  stream: string;
  subject: string;
}

/** Publishes a file in parts; `onPart` sees each before. Resolves with their number when the broker has all. */
export async function writeParts(
  { client, subject }: PartsPlace,
  content: AsyncIterable<Uint8Array>,
  onPart: (part: Uint8Array) => void,
): Promise<number> {
  const sending: Promise<unknown>[] = [];
  let parts = 0;
  for await (const part of inParts(content)) {
    onPart(part);
    const sent = client.publish(`${subject}.${parts}`, part, { timeout: ACK_TIMEOUT_MS });
    // It is awaited below, perhaps after another one failed.
    sent.catch(() => undefined);
    sending.push(sent);
    parts += 1;
    if (sending.length >= AT_ONCE) await sending.shift();
  }
  await Promise.all(sending);
  return parts;
}

/** Throws when a part is missing. */
export async function* readParts(
  { manager, stream, subject }: PartsPlace,
  parts: number,
): AsyncGenerator<Uint8Array> {
  const asked: Promise<Uint8Array>[] = [];
  const ask = async (n: number) => {
    const message = await manager.direct.getMessage(stream, { last_by_subj: `${subject}.${n}` });
    if (!message) throw new Error(`part ${n} of ${parts} of ${subject} is missing`);
    return message.data;
  };
  for (let n = 0; n < parts + AT_ONCE; n++) {
    if (n < parts) {
      const asking = ask(n);
      // It is awaited below, unless another one failed.
      asking.catch(() => undefined);
      asked.push(asking);
    }
    const next = n >= AT_ONCE ? asked.shift() : undefined;
    if (next) yield await next;
  }
}

async function* inParts(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    gathered.push(chunk);
    bytes += chunk.length;
    if (bytes < PART_BYTES) continue;
    const whole = Buffer.concat(gathered, bytes);
    let from = 0;
    for (; from + PART_BYTES <= bytes; from += PART_BYTES) yield whole.subarray(from, from + PART_BYTES);
    gathered = from < bytes ? [whole.subarray(from)] : [];
    bytes -= from;
  }
  if (bytes > 0) yield Buffer.concat(gathered, bytes);
}
