import { describe, expect, it } from "@jest/globals";
import { type Admin, becomePrimary } from "./replica-set.ts";

const HOST = "127.0.0.1:4000";

/** A mongod's answers, as its manual gives them, from one command to the next. */
function mongod(stored?: { _id: string; version: number; members: { host: string }[] }) {
  const commands: string[] = [];
  let config = stored;
  let primary = false;
  const admin: Admin = {
    async command(command) {
      const [name = ""] = Object.keys(command);
      commands.push(name);
      const given = command as Record<string, { members: { host: string }[] } & typeof stored>;
      switch (name) {
        case "hello":
          return primary ? { isWritablePrimary: true, me: config?.members[0]?.host } : { secondary: true };
        case "replSetGetConfig":
          if (!config) throw new Error("no replset config has been received");
          return { config };
        case "replSetInitiate":
        case "replSetReconfig":
          config = given[name];
          primary = true;
          return { ok: 1 };
        default:
          throw new Error(`no such command: ${name}`);
      }
    },
  };
  return {
    admin,
    commands,
    config: () => config,
    elect: () => {
      primary = true;
    },
  };
}

describe("a mongod that becomes the primary of its own set", () => {
  it("is initiated as a replica set on the first start", async () => {
    const server = mongod();
    await expect(becomePrimary(server.admin, HOST)).rejects.toThrow("no primary yet");
    await becomePrimary(server.admin, HOST);
    expect(server.commands).toEqual(["hello", "replSetGetConfig", "replSetInitiate", "hello"]);
    expect(server.config()).toEqual({ _id: "rs0", members: [{ _id: 0, host: HOST }] });
  });

  it("is waited for while it holds its election", async () => {
    const server = mongod({ _id: "rs0", version: 3, members: [{ host: HOST }] });
    await expect(becomePrimary(server.admin, HOST)).rejects.toThrow("no primary yet");
    server.elect();
    await becomePrimary(server.admin, HOST);
    expect(server.commands).toEqual(["hello", "replSetGetConfig", "hello"]);
  });

  it("is reconfigured when it restarts on another port", async () => {
    const server = mongod({ _id: "rs0", version: 3, members: [{ host: "127.0.0.1:9" }] });
    server.elect();
    await expect(becomePrimary(server.admin, HOST)).rejects.toThrow("no primary yet");
    await becomePrimary(server.admin, HOST);
    expect(server.config()).toEqual({ _id: "rs0", version: 4, members: [{ _id: 0, host: HOST }] });
  });
});
