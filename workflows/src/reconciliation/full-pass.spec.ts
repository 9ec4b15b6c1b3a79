import { describe, expect, it } from "@jest/globals";
import type { Client } from "@temporalio/client";
import { WorkflowNotFoundError } from "@temporalio/common";
import { readFullPass } from "./full-pass.ts";

interface Run {
  status: string;
  closeTime?: Date;
}

/** Temporal with these runs of the schedule, oldest first; undefined for one that it has forgotten. */
function clientOf(runs: (Run | undefined)[]): Client {
  const recentActions = runs.map((_, n) => ({ action: { workflow: { workflowId: String(n) } } }));
  const getHandle = (id: string) => ({
    async describe() {
      const run = runs[Number(id)];
      if (!run) throw new WorkflowNotFoundError("it is not kept", id, undefined);
      return { ...run, status: { name: run.status } };
    },
    result: async () => ({ startTime: 0, compared: 1, drift: [{ id }] }),
  });
  const schedule = { getHandle: () => ({ describe: async () => ({ info: { recentActions } }) }) };
  // The client has far more than is asked of it here.
  return { schedule, workflow: { getHandle } } as unknown as Client;
}

describe("the newest full pass", () => {
  const [done, running] = [{ status: "COMPLETED", closeTime: new Date(5) }, { status: "RUNNING" }];

  it("is the last that came to its end", async () => {
    const failed = { status: "FAILED", closeTime: new Date(9) };
    const found = await readFullPass(
      clientOf([undefined, { ...done, closeTime: new Date(4) }, done, failed, running]),
    );
    expect(found).toEqual({ drift: [{ id: "2" }], endTime: 5 });
  });

  it("is none before the first has ended, and once it is not kept any more", async () => {
    expect(await readFullPass(clientOf([]))).toBeUndefined();
    expect(await readFullPass(clientOf([running]))).toBeUndefined();
    expect(await readFullPass(clientOf([undefined, running]))).toBeUndefined();
  });
});
