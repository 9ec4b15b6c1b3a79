import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { type Mesh, type MeshOptions, startMesh } from "@ticketing/launcher/mesh";
import { enter, type Person } from "./clients.ts";

/** A whole mesh with real servers on free ports, in a folder that is removed when it closes. */
export interface TestMesh extends Mesh {
  /** A new person with an account and a session. */
  person(name: string): Promise<Person>;
}

export async function startTestMesh(
  env: NodeJS.ProcessEnv = {},
  {
    archive,
    ...options
  }: Pick<MeshOptions, "replicas" | "preload" | "onCrash" | "web"> & {
    /** A data folder to begin with, as `tar` packs it. */
    archive?: string;
  } = {},
): Promise<TestMesh> {
  const dataDir = await mkdtemp(join(tmpdir(), "ticketing-mesh-"));
  if (archive) await promisify(execFile)("tar", ["-xzf", archive, "-C", dataDir]);
  const mesh = await startMesh({ ...options, dataDir, env: { LOG_LEVEL: "warn", ...env } });
  return {
    ...mesh,
    person: (name) =>
      enter(mesh.addresses.gateway, {
        email: `${name}-${randomUUID()}@example.com`,
        password: randomUUID(),
        displayName: name,
      }),
    async close() {
      await mesh.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Repeats the call until it gives a result; after `ms` it fails with the last error. */
export async function eventually<T>(ask: () => Promise<T | undefined>, ms = 15_000): Promise<T> {
  let last: unknown = new Error("the answer never came");
  for (const end = Date.now() + ms; Date.now() < end; await sleep(100)) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** What the Stripe double holds for an order. */
export async function stripePayments(
  mesh: Pick<Mesh, "addresses">,
  orderId: string,
): Promise<{ id: string; status: string; amount: number; amount_received: number }[]> {
  const response = await fetch(`${mesh.addresses.stripe}/v1/payment_intents?limit=100`, {
    headers: { authorization: "Bearer sk_test_double" },
  });
  const { data } = (await response.json()) as {
    data: {
      id: string;
      status: string;
      amount: number;
      amount_received: number;
      metadata: { order_id?: string };
    }[];
  };
  return data.filter((intent) => intent.metadata.order_id === orderId);
}
