import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { MongoClient } from "mongodb";
import { findServer, isEmbedded } from "./find.ts";
import type { RunningProcess, ServerOptions } from "./launch.ts";
import { launch } from "./launch.ts";
import { freePort } from "./ports.ts";
import { becomePrimary } from "./replica-set.ts";

export interface MongoServer extends RunningProcess {
  readonly port: number;
  /** The server's connection string without a database; see {@link databaseUri}. */
  readonly url: string;
}

/**
 * The connection string of one database on a server. The server's own string may name several hosts, options, and
 * a database: that one then prefixes the name (`shop` gives `shop_orders`), so that meshes can share a server.
 */
export function databaseUri(url: string, database: string): string {
  const parts = /^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?([^?]*)\??(.*)$/.exec(url);
  if (!parts) throw new Error("a MongoDB connection string begins with mongodb:// or mongodb+srv://");
  const [, server = "", prefix, query] = parts;
  const options = new URLSearchParams(query);
  // Credentials are looked up in the database that the string names, unless it says otherwise.
  if (server.includes("@") && !options.has("authSource")) options.set("authSource", prefix || "admin");
  const suffix = options.size > 0 ? `?${options}` : "";
  return `${server}/${prefix ? `${prefix}_` : ""}${database}${suffix}`;
}

/** Starts a MongoDB: a `mongod` as a replica set of one where there is one, else the embedded database. */
export async function startMongo(options: ServerOptions): Promise<MongoServer> {
  const dir = resolve(options.dir);
  const port = options.port ?? (await freePort());
  const data = join(dir, "data");
  await mkdir(data, { recursive: true });
  const command = await findServer("mongo");
  const url = `mongodb://127.0.0.1:${port}/`;
  const embedded = isEmbedded(command);
  const process = await launch({
    name: "mongo",
    command,
    args: embedded ? embeddedArguments(port, data) : mongodArguments(port, data),
    env: { ...globalThis.process.env, SECANTUS_WT_CONFIG_EXTRA: "checkpoint=(wait=10,log_size=32MB)" },
    logFile: join(resolve(options.logs ?? dir), "mongo.log"),
    probe: () => (embedded ? ping(url) : primary(url, `127.0.0.1:${port}`)),
  });
  return { ...process, port, url };
}

/** Flushed on every commit, with short logs: what was acknowledged survives a kill and is back in half a second. */
function embeddedArguments(port: number, data: string): string[] {
  return [
    ...["--port", `${port}`, "--storage-path", data, "--sync-on-commit", "--log-level", "WARNING"],
    ...["--log-file-max", "16MB", "--cache-size", "256M"],
  ];
}

function mongodArguments(port: number, data: string): string[] {
  return ["--port", `${port}`, "--bind_ip", "127.0.0.1", "--dbpath", data, "--replSet", "rs0", "--quiet"];
}

function ping(url: string): Promise<void> {
  return withClient(url, async (client) => {
    await client.db("admin").command({ ping: 1 });
  });
}

function primary(url: string, host: string): Promise<void> {
  return withClient(url, (client) => becomePrimary(client.db("admin"), host));
}

async function withClient(url: string, use: (client: MongoClient) => Promise<void>): Promise<void> {
  const client = new MongoClient(url, {
    directConnection: true,
    serverSelectionTimeoutMS: 500,
    maxPoolSize: 1,
  });
  try {
    await use(client);
  } finally {
    await client.close();
  }
}
