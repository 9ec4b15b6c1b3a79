import {
  create,
  type DescMessage,
  fromBinary,
  type Message,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";

/** The runner's messages on standard input, each behind its size in four bytes. */
export async function* readMessages<T extends Message>(desc: DescMessage): AsyncGenerator<T> {
  let buffered: Buffer = Buffer.alloc(0);
  for await (const chunk of process.stdin) {
    buffered = Buffer.concat([buffered, chunk]);
    while (buffered.length >= 4 && buffered.length >= 4 + buffered.readUInt32BE(0)) {
      const end = 4 + buffered.readUInt32BE(0);
      // The runner sends messages of this type alone.
      yield fromBinary(desc, buffered.subarray(4, end)) as T;
      buffered = buffered.subarray(end);
    }
  }
}

export function writeMessage(desc: DescMessage, message: MessageInitShape<DescMessage>): void {
  const bytes = toBinary(desc, create(desc, message));
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  process.stdout.write(Buffer.concat([size, bytes]));
}
