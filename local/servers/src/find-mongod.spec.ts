import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { MongoClient } from "mongodb";
import { findMongod } from "./find-mongod.ts";
import { installServer } from "./install.ts";
import { databaseUri, startMongo } from "./mongo.ts";

let folder: string;
let repository: string;
const before = process.env.MONGOD;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "find-mongod-"));
  repository = join(folder, "repository");
  await mkdir(repository);
});
afterAll(async () => {
  if (before === undefined) delete process.env.MONGOD;
  else process.env.MONGOD = before;
  await rm(folder, { recursive: true, force: true });
});

async function program(path: string, script = "#!/bin/sh\n", mode = 0o755): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, script);
  await chmod(path, mode);
  return path;
}

describe("a real MongoDB", () => {
  it("is none where there is none; the embedded database and what cannot be run do not count", async () => {
    await program(join(folder, "other", "mongod", "mongod"), "", 0o644);
    const env = { PATH: join(folder, "empty"), MONGOD: await installServer("mongo") };
    expect(await findMongod(repository, env)).toBeUndefined();
  }, 120_000);

  it("is looked for in MONGOD, then on PATH, then beside the repository", async () => {
    const beside = await program(join(folder, "tools", "mongod", "mongod"));
    expect(await findMongod(repository, { PATH: "" })).toBe(beside);
    const onPath = await program(join(folder, "bin", "mongod"));
    expect(await findMongod(repository, { PATH: join(folder, "bin") })).toBe(onPath);
    const named = await program(join(folder, "named"));
    expect(await findMongod(repository, { PATH: join(folder, "bin"), MONGOD: named })).toBe(named);
  });

  it("that MONGOD names and that is not there is a mistake", async () => {
    await expect(findMongod(repository, { MONGOD: join(folder, "none") })).rejects.toThrow("MONGOD names");
  });

  it("is started as a replica set of one", async () => {
    // Stands in for a mongod: takes its arguments, and is a set of one already when it answers.
    const embedded = await installServer("mongo");
    const script = `#!/bin/sh
[ "$*" = "--port $2 --bind_ip 127.0.0.1 --dbpath $6 --replSet rs0 --quiet" ] || exit 64
exec ${embedded} --port "$2" --storage-path "$6"
`;
    process.env.MONGOD = await program(join(folder, "standin", "mongod"), script);
    const server = await startMongo({ dir: join(folder, "data") });
    const client = await MongoClient.connect(databaseUri(server.url, "x"));
    const hello = await client.db("admin").command({ hello: 1 });
    expect(hello).toMatchObject({ isWritablePrimary: true, me: `127.0.0.1:${server.port}` });
    await client.close();
    await server.stop();
  }, 120_000);
});
