import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { ProcessHealthSchema } from "@ticketing/proto/type/internal/v1/process_health";
import { createPeers, type Peers } from "./peers.ts";
import { createReadiness, type Dependency } from "./readiness.ts";

let time: number;
let peers: Peers;
let ready: (dependencies: readonly Dependency[]) => boolean;
beforeEach(() => {
  time = 0;
  peers = createPeers("me", () => time);
  ready = createReadiness(peers, () => time);
});

const database = (reachable: boolean, kind: Dependency["kind"] = "need"): Dependency[] => [
  { name: "database", reachable, kind },
];
const peer = (instance: string, reachable: boolean, serving = true) =>
  peers.record(
    create(ProcessHealthSchema, {
      instance,
      serving,
      dependencies: [{ name: "database", reachable, needed: true }],
    }),
  );

/** Asks every two seconds, for so many of them; what the last one said. */
function forSeconds(seconds: number, mine: boolean, others: () => void = () => undefined): boolean {
  let last = false;
  for (const end = time + 1_000 * seconds; time < end; time += 2_000) {
    others();
    last = ready(database(mine));
  }
  return last;
}

describe("a process", () => {
  it("is not ready before all that it needs has answered once", () => {
    const broker = { name: "broker", reachable: false, kind: "use" } as const;
    expect(ready([...database(false), broker])).toBe(false);
    expect(ready([...database(true), broker])).toBe(true);
  });

  it("stays ready while what all replicas need is away from all of them, however long", () => {
    expect(forSeconds(20, true, () => peer("other", true))).toBe(true);
    expect(forSeconds(600, false, () => peer("other", false))).toBe(true);
    expect(forSeconds(2, true, () => peer("other", true))).toBe(true);
  });

  it("stays ready without what it needs when no peer reports", () => {
    forSeconds(20, true, () => peer("other", true));
    expect(forSeconds(60, false)).toBe(true);
  });

  it("is not ready once it has lacked for ten seconds what a peer had all that time, and again as it has it", () => {
    const others = () => {
      peer("first", false);
      peer("second", true);
      peer("me", true);
    };
    forSeconds(20, true, others);
    expect(forSeconds(10, false, others)).toBe(true);
    expect(forSeconds(4, false, others)).toBe(false);
    expect(forSeconds(2, true, others)).toBe(true);
  });

  it("stays ready when a peer notices the end of an outage first", () => {
    forSeconds(20, true, () => peer("other", true));
    forSeconds(60, false, () => peer("other", false));
    expect(forSeconds(8, false, () => peer("other", true))).toBe(true);
  });

  it("stays ready when the peer cannot serve itself or reports no more", () => {
    forSeconds(20, true, () => peer("other", true));
    expect(forSeconds(60, false, () => peer("other", true, false))).toBe(true);
    forSeconds(4, false, () => peer("other", true));
    expect(forSeconds(60, false)).toBe(true);
  });

  it("is not ready while something is wrong with itself", () => {
    expect(ready(database(true, "condition"))).toBe(true);
    expect(ready(database(false, "condition"))).toBe(false);
    expect(ready(database(true, "condition"))).toBe(true);
  });
});
