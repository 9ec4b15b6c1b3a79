import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { findServer } from "./find.ts";
import type { RunningProcess, ServerOptions } from "./launch.ts";
import { launch } from "./launch.ts";
import { freePort } from "./ports.ts";
import { grpcServing } from "./probe.ts";

export interface TemporalServer extends RunningProcess {
  /** host:port of the frontend (gRPC), namespace `default`. */
  readonly address: string;
  readonly uiUrl: string;
}

/** Starts Temporal with its UI; workflows live in one SQLite file in `dir`. */
export async function startTemporal(options: ServerOptions & { uiPort?: number }): Promise<TemporalServer> {
  const dir = resolve(options.dir);
  const port = options.port ?? (await freePort());
  const uiPort = options.uiPort ?? (await freePort());
  await mkdir(dir, { recursive: true });
  const address = `127.0.0.1:${port}`;
  const process = await launch({
    name: "temporal",
    command: await findServer("temporal"),
    args: [
      ...["server", "start-dev", "--ip", "127.0.0.1", "--port", `${port}`, "--ui-port", `${uiPort}`],
      ...["--http-port", `${await freePort()}`, "--metrics-port", `${await freePort()}`],
      ...["--db-filename", join(dir, "temporal.db"), "--ui-disable-news-fetch"],
      // Twice as many workflow starts per second as the default journal.
      ...["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"],
      ...["--log-level", "warn"],
    ],
    logFile: join(resolve(options.logs ?? dir), "temporal.log"),
    probe: () => grpcServing(address, "temporal.api.workflowservice.v1.WorkflowService"),
  });
  return { ...process, address, uiUrl: `http://127.0.0.1:${uiPort}` };
}
