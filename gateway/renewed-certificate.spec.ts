import { connect as openSession } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeAuthority } from "@ticketing/servers/certificates";
import { handshake } from "./testing/handshake.ts";
import { openSecurePods, type SecurePod, type SecurePods } from "./testing/secure-pods.ts";
import { send } from "./testing/upstream.ts";

const CALL = {
  ":method": "POST",
  ":path": "/ticketing.tickets.v1.TicketService/GetTicket",
  "content-type": "application/json",
};

let pods: SecurePods;
let pod: SecurePod;
beforeAll(async () => {
  pods = await openSecurePods();
  pod = await pods.start();
}, 60_000);
afterAll(() => pods.close(), 30_000);

/** The certificate of a new connection. */
const shown = () => handshake(pod.tlsPort, pods.authority);
const secretStats = async () => (await fetch(`${pod.adminUrl}/stats?filter=sds`)).text();
const call = () => send(pod.origin, CALL, "{}", 20_000, { ca: pods.authority });

describe("a renewed certificate", () => {
  it("is shown from then on, and no call fails meanwhile", async () => {
    const session = openSession(pod.origin, { ca: pods.authority });
    const results: string[] = [];
    let renewing = true;
    const lasting = (async () => {
      while (renewing) results.push(await once(session));
    })();
    const coming = (async () => {
      while (renewing) results.push(`${(await call().catch(({ message }) => ({ status: message }))).status}`);
    })();
    const serials = new Set([(await shown()).serial]);
    try {
      for (let round = 0; round < 3; round++) {
        const before = (await shown()).serial;
        await pods.renew(pods.issue());
        await until(async () => (await shown()).serial !== before);
        const calls = results.length;
        await until(async () => results.length > calls + 5);
        serials.add((await shown()).serial);
      }
    } finally {
      renewing = false;
      await Promise.all([lasting, coming]);
      session.destroy();
    }
    expect(serials.size).toBe(4);
    expect(new Set(results)).toEqual(new Set(["200"]));
  }, 60_000);

  it("that is broken leaves the one before", async () => {
    const before = await shown();
    await pods.renew({ ...pods.issue(), key: makeAuthority().key });
    await until(async () => /key_rotation_failed: [1-9]/.test(await secretStats()));
    expect(await shown()).toEqual(before);
    await pods.renew(pods.issue());
    await until(async () => (await shown()).serial !== before.serial);
  }, 30_000);
});

/** A call on a connection that lasts: its status, or what went wrong. */
function once(session: ReturnType<typeof openSession>): Promise<string> {
  return new Promise((resolve) => {
    const stream = session.request(CALL);
    stream.on("response", (headers) => resolve(`${headers[":status"]}`));
    stream.on("error", ({ message }) => resolve(message));
    stream.resume().end("{}");
  });
}

/** Waits for twenty seconds at most. */
async function until(reached: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await reached())) {
    if (Date.now() > end) throw new Error("it did not come to it");
    await sleep(50);
  }
}
