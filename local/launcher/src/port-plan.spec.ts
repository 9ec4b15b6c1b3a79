import { createServer } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { freePort } from "@ticketing/servers/ports";
import { planPorts } from "./port-plan.ts";

describe("ports of a mesh", () => {
  it("names the part whose port is taken", async () => {
    const port = await freePort();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    try {
      await expect(planPorts(port)).rejects.toThrow(`port ${port} (gateway)`);
    } finally {
      other.close();
    }
  });

  it("gives every part its own free port without a base", async () => {
    const ports = Object.values(await planPorts());
    expect(new Set(ports).size).toBe(ports.length);
  });
});
