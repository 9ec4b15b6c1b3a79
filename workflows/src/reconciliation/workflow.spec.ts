import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker, type WorkflowBundle } from "@temporalio/worker";
import { startTimeSkipping } from "../../testing/time-skipping.ts";
import type { ReconciliationActivities } from "./activities.ts";
import { type Drift, sources } from "./drift.ts";
import type { FirstLook } from "./first-look.ts";
import type { Overdue, Selection } from "./look.ts";
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
  lookAtOverdue: async () => ({ compared: 0, drift: [], nextPageToken: "" }),
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
      ...{ startTime, since: 0, before, suspects: before, compared: 0, pageTokens: {} },
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
      // Its time stands still until somebody waits for the result.
      while (sources.some((source) => !looks.some((each) => each.source === source))) await sleep(20);
      options.meanwhile();
    }
    return handle.result();
  });
}

describe("reconciliation", () => {
  it("compares everything the first time, and reports that all agree", async () => {
    await run();
    expect(looks.map(({ source }) => source).sort()).toEqual([...sources].sort());
    for (const { selection } of looks) expect(selection).toMatchObject({ since: 0, pageToken: "" });
    expect(reports).toMatchObject([{ compared: sources.length, drift: [] }]);
  }, 60_000);

  it("reads the sources side by side, each to its last page", async () => {
    let waiting = 0;
    let most = 0;
    const together = Promise.withResolvers<void>();
    const changes: Partial<ReconciliationActivities> = {
      async look(source, selection, graceMs) {
        const seen = await activities().look(source, selection, graceMs);
        waiting += 1;
        most = Math.max(most, waiting);
        if (most === sources.length) together.resolve();
        await together.promise;
        waiting -= 1;
        const first = "pageToken" in selection && selection.pageToken === "";
        return { ...seen, nextPageToken: first && source !== "tickets" ? `more ${source}` : "" };
      },
    };
    expect((await run({ changes })).compared).toBe(2 * sources.length - 1);
    const walks = looks.map(({ source, selection }) => [source, "since" in selection && selection.pageToken]);
    const whole = sources.filter((source) => source !== "tickets");
    const pages = whole.flatMap((source) => [
      [source, ""],
      [source, `more ${source}`],
    ]);
    expect(walks.sort()).toEqual([...pages, ["tickets", ""]].sort());
  }, 60_000);

  it("looks at the orders that are overdue, page by page, beside what changed", async () => {
    const asked: Overdue[] = [];
    present = [drift("a")];
    const changes: Partial<ReconciliationActivities> = {
      async lookAtOverdue(selection) {
        asked.push(selection);
        const first = selection.pageToken === "";
        return { compared: 1, drift: first ? [] : present, nextPageToken: first ? "more" : "" };
      },
      look: async (_, selection) => ({
        ...{ compared: 1, drift: "ids" in selection ? present : [], nextPageToken: "" },
      }),
    };
    const startTime = await environment.currentTimeMs();
    const left: FirstLook["left"] = ["overdue", "orders", "tickets", "payments", "intents"];
    const result = await run({ changes, left: { startTime, left } });
    expect(result.drift).toMatchObject([{ id: "a", mended: true }]);
    expect(result.compared).toBe(6);
    const dueBefore = startTime - plan.graceMs;
    expect(asked).toEqual([
      { dueBefore, pageToken: "" },
      { dueBefore, pageToken: "more" },
    ]);
  }, 60_000);

  it("says so when nobody lists what is overdue: the next run asks for all of it anyway", async () => {
    const changes: Partial<ReconciliationActivities> = {
      async lookAtOverdue() {
        throw new Error("an orders of the release before");
      },
    };
    const result = await run({ changes, left: { left: ["overdue", "orders"] } });
    expect(result.compared).toBe(1);
    expect(result.unfinished).toBeUndefined();
    expect(reports).toMatchObject([{ skipped: { count: 1, named: [{ source: "orders", id: "" }] } }]);
  }, 60_000);

  it("goes on where a run of the release before left, one source after the other", async () => {
    const earlier = { pageTokens: undefined, pageToken: "there", left: ["tickets", "payments"] as const };
    const result = await run({ left: { ...earlier, left: [...earlier.left] } });
    expect(looks).toMatchObject([
      { source: "tickets", selection: { pageToken: "there" } },
      { source: "payments", selection: { pageToken: "" } },
    ]);
    expect(result.compared).toBe(2);
  }, 60_000);

  it("begins although nobody can say what the last full pass found", async () => {
    const changes = {
      fullPass: async () => {
        throw new Error("no answer");
      },
    };
    const how = { ...plan, changes: { overlapMs: 1, intentAgeMs: 2 } };
    // Only a full pass asks Stripe for each charge.
    expect((await run({ changes, how })).compared).toBe(sources.length - 1);
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
    const walks = looks.flatMap(({ source, selection }) =>
      "since" in selection ? [[source, selection.since]] : [],
    );
    expect(Object.fromEntries(walks)).toEqual({ orders: 5_000, tickets: 5_000, payments: 0, intents: 5_000 });
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
    const [first] = looks.filter(({ source }) => source === "orders");
    expect(first?.selection).toEqual({ ids: ["bad"] });
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
    expect(result.unfinished).toEqual({ orders: 0 });
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
    expect((await run({ changes })).compared).toBe(pages + sources.length - 1);
    expect(reports).toMatchObject([{ compared: pages + sources.length - 1 }]);
  }, 60_000);
});
