import { fileURLToPath } from "node:url";

/** A server that this machine needs and how to come by it. */
export interface PinnedServer {
  /** What people call it, for messages. */
  readonly title: string;
  /** The environment variable that names a binary to use instead. */
  readonly variable: string;
  /** The command looked for on PATH. */
  readonly command: string;
  /** The requirements file: one package, its version and the hash of each wheel. */
  readonly requirements: string;
  /** Where the wheel puts the binary; the first that exists counts. */
  readonly binaries: readonly string[];
}

const requirements = (file: string) => fileURLToPath(new URL(`../requirements/${file}`, import.meta.url));

/** Every server of the mesh; the pins are the requirements files. */
export const pinnedServers = {
  envoy: {
    title: "Envoy",
    variable: "ENVOY",
    command: "envoy",
    requirements: requirements("envoy.txt"),
    binaries: ["envoy/_bin/envoy"],
  },
  nats: {
    title: "NATS",
    variable: "NATS_SERVER",
    command: "nats-server",
    requirements: requirements("nats.txt"),
    binaries: ["bin/nats-server"],
  },
  temporal: {
    title: "Temporal",
    variable: "TEMPORAL",
    command: "temporal",
    requirements: requirements("temporal.txt"),
    binaries: ["bin/temporal"],
  },
  "temporal-test-server": {
    title: "Temporal's test server",
    variable: "TEMPORAL_TEST_SERVER",
    command: "temporal-test-server",
    requirements: requirements("temporal-test-server.txt"),
    binaries: ["bin/temporal-test-server"],
  },
  mongo: {
    title: "the database",
    variable: "MONGOD",
    command: "mongod",
    requirements: requirements("mongo.txt"),
    // Linux wheels carry a Python wrapper in bin/ and the program itself beside the packages.
    binaries: ["secantusdb.scripts/secantusd-rs", "bin/secantusd-rs"],
  },
} as const satisfies Record<string, PinnedServer>;

export type ServerName = keyof typeof pinnedServers;

export const serverNames = Object.keys(pinnedServers) as ServerName[];
