/** What is needed of `client.db("admin")`. */
export interface Admin {
  command(command: object): Promise<Record<string, unknown>>;
}

/**
 * One step towards a server that is the primary of a replica set of its own: a driver believes the address that a set
 * names for its members, so a server that was moved to another port is told of it. Rejects until it is primary; call
 * it again. https://www.mongodb.com/docs/manual/reference/command/nav-replication/
 */
export async function becomePrimary(admin: Admin, host: string): Promise<void> {
  const hello = await admin.command({ hello: 1 });
  if (hello.isWritablePrimary && hello.me === host) return;
  // A server that was never told of a set refuses this with NotYetInitialized.
  const stored = await admin.command({ replSetGetConfig: 1 }).catch(() => undefined);
  if (!stored) {
    await admin.command({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host }] } });
  } else {
    const { _id, version, members } = stored.config as {
      _id: string;
      version: number;
      members: { host: string }[];
    };
    if (members[0]?.host !== host) {
      const config = { _id, version: version + 1, members: [{ _id: 0, host }] };
      await admin.command({ replSetReconfig: config, force: true });
    }
  }
  throw new Error("the replica set has no primary yet");
}
