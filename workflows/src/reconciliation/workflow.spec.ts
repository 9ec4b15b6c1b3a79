import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { startTimeSkipping } from "../../testing/time-skipping.ts";
import type { ReconciliationActivities } from "./activities.ts";
import type { Drift } from "./drift.ts";
import type { FirstLook } from "./first-look.ts";
import type { Selection } from "./look.ts";
import type { ReconciliationReport } from "./report.ts";
import { type Plan, reconciliation } from "./workflow.ts";

const DAY = 86_400_000;
const plan: Plan = { windowMs: 2 * DAY, graceMs: 300_000 };
let environment: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundle;
/** What the services disagree on now; a look sees what is there when it looks. */
let present: Drift[];
let looks: { source: string; selection: Selection }[];
let reports: ReconciliationReport[];

const drift = (id: string, kind: Drift["kind"] = "ORDER_OVERDUE"): Drift => ({
  ...{ kind, source: "orders", id, orderId: id, ticketId: "", intentId: "", detail: "" },
});

const activities = (changes: Partial<ReconciliationActivities> = {}): ReconciliationActivities => ({
  async look(source, selection) {
    looks.push({ source, selection });
    const seen = present.filter((each) => each.source === source);
    const named = "ids" in selection ? seen.filter(({ id }) => selection.ids.includes(id)) : seen;
    return { compared: 1, drift: named, nextPageToken: "" };
  },
  mend: async ({ kind }) => kind !== "ORDER_UNPAID",
  fullPass: async () => null,
  async report(report) {
    reports.push(report);
  },
  ...changes,
});

beforeAll(async () => {
  ({ environment, workflowBundle } = await startTimeSkipping());
}, 120_000);
afterAll(() => environment?.teardown());
beforeEach(() => {
  present = [];
  looks = [];
  reports = [];
});

/** One run, as the schedule starts it, after a run that left `before`; `meanwhile` happens between the looks. */
async function run(
  options: {
    before?: Drift[];
    /** What the run before left besides. */
    left?: Partial<FirstLook>;
    meanwhile?: () => void;
    changes?: Partial<ReconciliationActivities>;
    how?: Plan;
  } = {},
) {
  const taskQueue = `reconciliation-${Math.random()}`;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue,
    workflowBundle,
    activities: activities(options.changes),
  });
  return worker.runUntil(async () => {
    const startTime = await environment.currentTimeMs();
    const { before = [], how = plan } = options;
    const begun = {
      ...{ startTime, since: 0, before, suspects: before, compared: 0, pageToken: "" },
      left: ["orders", "tickets", "payments", "intents"] as const,
    };
    const handle = await environment.client.workflow.start(reconciliation, {
      workflowId: taskQueue,
      taskQueue,
      args:
        before.length > 0 || options.left
          ? [how, { ...begun, left: [...begun.left], ...options.left }]
          : [how],
    });
    if (options.meanwhile) {
      await environment.sleep("1 minute");
      options.meanwhile();
    }
    return handle.result();
  });
}

describe("reconciliation", () => {
  it("compares everything the first time, and reports that all agree", async () => {
    await run();
    expect(looks.map(({ source }) => source)).toEqual(["orders", "tickets", "payments", "intents"]);
    expect(looks[0]?.selection).toMatchObject({ since: 0, pageToken: "" });
    expect(reports).toMatchObject([{ compared: 4, drift: [] }]);
  }, 60_000);

  it("looks at what is to be compared once more before what changed, each to its last page", async () => {
    const changes: Partial<ReconciliationActivities> = {
      async look(source, selection, graceMs) {
        const seen = await activities().look(source, selection, graceMs);
        const first = "pageToken" in selection && selection.pageToken === "";
        return { ...seen, nextPageToken: first && source === "orders" ? "more" : "" };
      },
    };
    const settled = { orders: { since: 1, until: 2 }, intents: { since: 1, until: 2 } };
    const result = await run({ changes, left: { since: 5_000, settled } });
    const walks = looks.flatMap(({ source, selection }) =>
      "since" in selection ? [[source, selection.since, selection.pageToken]] : [],
    );
    expect(walks).toEqual([
      ["orders", 1, ""],
      ["orders", 1, "more"],
      ["orders", 5_000, ""],
      ["orders", 5_000, "more"],
      ["tickets", 5_000, ""],
      ["payments", 5_000, ""],
      ["intents", 1, ""],
      ["intents", 5_000, ""],
    ]);
    expect(result.unfinished).toBeUndefined();
  }, 60_000);

  it("lets the next run begin at what was to be compared once more, where that had no answer", async () => {
    const changes: Partial<ReconciliationActivities> = {
      async look(source, selection, graceMs) {
        if (source === "orders" && "until" in selection && selection.until === 2) throw new Error("away");
        return activities().look(source, selection, graceMs);
      },
    };
    const settled = { orders: { since: 1, until: 2 } };
    expect((await run({ changes, left: { since: 5_000, settled } })).unfinished).toEqual({ orders: 1 });
  }, 60_000);

  it("begins although nobody can say what the last full pass found", async () => {
    const changes = {
      fullPass: async () => {
        throw new Error("no answer");
      },
    };
    const how = { ...plan, changes: { overlapMs: 1, settleMs: 2 } };
    expect((await run({ changes, how })).compared).toBe(4);
  }, 60_000);

  it("takes for drift what is still so a grace later, and mends what can be mended", async () => {
    present = [drift("a"), drift("b", "ORDER_UNPAID")];
    const { drift: found } = await run();
    expect(found.map(({ id, mended }) => [id, mended])).toEqual([
      ["a", true],
      ["b", false],
    ]);
    const [report] = reports;
    expect((report?.endTime ?? 0) - (report?.startTime ?? 0)).toBeGreaterThanOrEqual(plan.graceMs);
  }, 60_000);

  it("says nothing of what was only under way", async () => {
    present = [drift("a")];
    const { drift: found } = await run({
      meanwhile: () => {
        present = [];
      },
    });
    expect(found).toEqual([]);
  }, 60_000);

  it("says nothing of what came up between its looks: the next run has two of its own", async () => {
    present = [drift("a")];
    const { drift: found } = await run({
      meanwhile: () => {
        present = [drift("a", "ORDER_UNPAID")];
      },
    });
    expect(found).toEqual([]);
  }, 60_000);

  it("does not call mended what it finds again", async () => {
    present = [drift("a")];
    const { drift: found } = await run({ before: [drift("a")] });
    expect(found).toMatchObject([{ id: "a", mended: false }]);
  }, 60_000);

  it("reports although the mending gets no answer", async () => {
    present = [drift("a")];
    const changes = {
      mend: async () => {
        throw new Error("no answer");
      },
    };
    expect((await run({ changes })).drift).toMatchObject([{ id: "a", mended: false }]);
    expect(reports).toHaveLength(1);
  }, 60_000);

  it("ends although a source is never answered, says so, and lets the next run begin there", async () => {
    present = [drift("a"), { ...drift("t", "LOCK_OF_ENDED_ORDER"), source: "tickets" }];
    const changes: Partial<ReconciliationActivities> = {
      async look(source, selection, graceMs) {
        if (source === "payments") throw new Error("nobody is there");
        return activities().look(source, selection, graceMs);
      },
    };
    const result = await run({ changes });
    expect(result.drift.map(({ id }) => id)).toEqual(["a", "t"]);
    expect(result.unfinished).toEqual({ payments: 0 });
    const skipped = { count: 1, named: [{ source: "payments", id: "", reason: "nobody is there" }] };
    expect(reports).toMatchObject([{ skipped, unchecked: 0 }]);
    looks = [];
    await run({ left: { since: 5_000, sinceOf: result.unfinished } });
    const walks = looks.flatMap(({ selection }) => ("since" in selection ? [selection.since] : []));
    expect(walks).toEqual([5_000, 5_000, 0, 5_000]);
  }, 60_000);

  it("looks at suspects one by one where one of them breaks the look at all", async () => {
    present = ["a", "bad", "c"].map((id) => drift(id));
    const changes: Partial<ReconciliationActivities> = {
      async look(source, selection, graceMs) {
        if ("ids" in selection && selection.ids.includes("bad")) throw new Error("a bad record");
        return activities().look(source, selection, graceMs);
      },
    };
    const result = await run({ changes });
    expect(result.drift.map(({ id }) => id)).toEqual(["a", "c"]);
    expect(result.leftOut).toMatchObject({ orders: ["bad"], tickets: [] });
    expect(reports).toMatchObject([{ skipped: { count: 1, named: [{ source: "orders", id: "bad" }] } }]);
    // The next run comes back to it, however long ago it was changed.
    looks = [];
    const next = await run({ left: { since: Date.now(), again: result.leftOut } });
    expect(looks[0]?.selection).toEqual({ ids: ["bad"] });
    expect(next.drift.map(({ id }) => id)).toContain("bad");
  }, 60_000);

  it("has an end also when every second look fails", async () => {
    present = Array.from({ length: 300 }, (_, n) => drift(`o${n}`));
    const changes: Partial<ReconciliationActivities> = {
      async look(source, selection, graceMs) {
        if ("ids" in selection) throw new Error("no");
        return activities().look(source, selection, graceMs);
      },
    };
    const result = await run({ changes });
    expect(result.drift).toEqual([]);
    expect(result.leftOut?.orders).toHaveLength(300);
  }, 60_000);

  it("says how many of too many differences it did not look at again, and lets no kind crowd out another", async () => {
    const flood = Array.from({ length: 700 }, (_, n) => drift(`o${n}`, "ORDER_UNPAID"));
    const few: Drift[] = Array.from({ length: 3 }, (_, n) => ({
      ...drift(`pi${n}`, "INTENT_UNKNOWN"),
      ...{ source: "intents" as const, orderId: "", intentId: `pi${n}` },
    }));
    present = [...flood, ...few];
    const result = await run();
    expect(result.drift).toHaveLength(500);
    expect(result.drift.filter(({ kind }) => kind === "INTENT_UNKNOWN")).toHaveLength(3);
    expect(reports).toMatchObject([{ unchecked: 203 }]);
    expect(result.unfinished).toMatchObject({ orders: 0 });
    // Those that are known leave room for the others.
    const known = new Set(result.drift.map(({ id }) => id));
    const { drift: later } = await run({ before: result.drift });
    expect(later.filter(({ id }) => !known.has(id)).length).toBeGreaterThan(200);
  }, 120_000);

  it("confirms a record by whose id nobody can ask", async () => {
    const id = "x".repeat(101);
    present = [drift(id, "RECORD_INVALID")];
    expect((await run()).drift).toMatchObject([{ id, kind: "RECORD_INVALID" }]);
    expect(looks.filter(({ selection }) => "ids" in selection)).toEqual([]);
  }, 60_000);

  it("stops a kind of mending that has no answers, and goes on with the others", async () => {
    present = [
      ...Array.from({ length: 9 }, (_, n) => drift(`o${n}`)),
      ...Array.from({ length: 3 }, (_, n) => drift(`r${n}`, "REFUND_UNFINISHED")),
    ];
    const asked: string[] = [];
    const changes: Partial<ReconciliationActivities> = {
      async mend({ id, kind }) {
        asked.push(id);
        if (kind === "ORDER_OVERDUE") throw new Error("no answer");
        return true;
      },
    };
    const { drift: found } = await run({ changes });
    expect(found.filter(({ mended }) => mended).map(({ id }) => id)).toEqual(["r0", "r1", "r2"]);
    expect(new Set(asked.filter((id) => id.startsWith("o"))).size).toBe(5);
  }, 60_000);

  it("ends although its report reaches nobody", async () => {
    present = [drift("a")];
    const changes = {
      report: async () => {
        throw new Error("no broker");
      },
    };
    expect((await run({ changes })).drift).toMatchObject([{ id: "a" }]);
  }, 60_000);

  it("goes through any number of pages, with a short history for each stretch of them", async () => {
    const pages = 250;
    const changes: Partial<ReconciliationActivities> = {
      async look(source, selection) {
        const page = "pageToken" in selection ? Number(selection.pageToken || "0") : 0;
        const more = source === "orders" && page < pages - 1;
        return { compared: 1, drift: [], nextPageToken: more ? String(page + 1) : "" };
      },
    };
    expect((await run({ changes })).compared).toBe(pages + 3);
    expect(reports).toMatchObject([{ compared: pages + 3 }]);
  }, 60_000);
});
