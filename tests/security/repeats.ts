import { readFileSync } from "node:fs";
import { join } from "node:path";
import { create, type DescMethod, type JsonValue, type Message } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel as Level } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { reported } from "../support/suite-report.ts";
import { methodsByName } from "./access-matrix.ts";
import type { World } from "./attacked-mesh.ts";
import { type Answer, openCallers } from "./repeat-callers.ts";
import { type RepeatScene, setRepeatScene } from "./repeat-scene.ts";
import { type RepeatedAct, repeatedActs, repeatedElsewhere, repeatedReads } from "./repeat-table.ts";
import { openStoredState, type StoredState } from "./stored-state.ts";

/** How many calls are under way at once: a client that repeats does not know that the first still runs. */
const AT_ONCE = 3;
const repository = join(import.meta.dirname, "../..");

/** What the contracts declare to be repeatable is: the same answer, and nothing more happens. */
export function repeats(world: () => World): void {
  describe("a repeated call", () => {
    let methods: Map<string, DescMethod>;
    let scene: RepeatScene;
    let callers: ReturnType<typeof openCallers>;
    let stored: Awaited<ReturnType<typeof openStoredState>>;
    const made: { name: string; act: RepeatedAct; method: DescMethod; request: Message }[] = [];
    beforeAll(async () => {
      methods = await methodsByName();
      scene = await setRepeatScene(world());
      callers = openCallers(world(), scene);
      stored = await openStoredState(world().mesh, scene.ids);
    });
    afterAll(async () => {
      callers?.close();
      await stored?.close();
    });

    function methodOf(name: string): DescMethod {
      const method = methods.get(name);
      if (!method) throw new Error(`no such RPC: ${name}`);
      return method;
    }

    it("is tested for every RPC of the contracts, as its declaration has it", () => {
      const declared = (...levels: Level[]) =>
        [...methods].flatMap(([name, { idempotency, parent }]) =>
          levels.includes(idempotency) && !parent.deprecated ? [name] : [],
        );
      const acts = Object.keys(repeatedActs);
      const elsewhere = Object.keys(repeatedElsewhere);
      expect(Object.keys(repeatedReads).sort()).toEqual(declared(Level.NO_SIDE_EFFECTS).sort());
      const others = declared(Level.IDEMPOTENT, Level.IDEMPOTENCY_UNKNOWN);
      expect([...acts, ...elsewhere].sort()).toEqual(others.sort());
      for (const [name, [file, test]] of Object.entries(repeatedElsewhere)) {
        const found = readFileSync(join(repository, file), "utf8").includes(JSON.stringify(test));
        expect([name, file, test, found]).toEqual([name, file, test, true]);
      }
    });

    it("answers as the first did, also while that one runs, and changes nothing more", async () => {
      await reported("calls repeated, at once and after", async () => {
        for (const [name, act] of Object.entries(repeatedActs)) {
          const method = methodOf(name);
          await act.before?.(scene, world());
          const request = create(method.input, act.request(scene));
          const ask = () => callers.ask(act.as, method, request);
          const first = await Promise.all(Array.from({ length: AT_ONCE }, ask));
          const after = await stored.settled(carriedOut(act, scene));
          const again = await ask();
          expect([name, ...first.map(comparable(act))]).toEqual([
            name,
            ...first.map(() => comparable(act)(again)),
          ]);
          expect([name, again]).toEqual([name, { message: expect.anything() }]);
          expect([name, await stored.read()]).toEqual([name, after]);
          made.push({ name, act, method, request });
        }
        return made.length * (AT_ONCE + 1);
      });
    });

    it("that only reads changes nothing, and reads the same", async () => {
      await reported("reads repeated, at once and after", async () => {
        const reads = Object.entries(repeatedReads);
        const before = await stored.settled();
        for (const [name, { as, request, steady = whole }] of reads) {
          const method = methodOf(name);
          const message = create(method.input, request(scene));
          const ask = async () => {
            const answer = await callers.ask(as, method, message);
            expect([name, answer]).toEqual([name, { message: expect.anything() }]);
            return "message" in answer && steady(answer.message as Parameters<typeof steady>[0]);
          };
          const first = await ask();
          const rest = await Promise.all(Array.from({ length: AT_ONCE }, ask));
          expect([name, ...rest]).toEqual([name, ...rest.map(() => first)]);
          expect([name, await stored.read()]).toEqual([name, before]);
        }
        return reads.length * (AT_ONCE + 1);
      });
    });

    it("that comes when all is over is done or refused as its contract says, and changes nothing", async () => {
      await reported("late repeats", async () => {
        const before = await stored.settled();
        for (const { name, act, method, request } of made) {
          const answer = await callers.ask(act.as, method, request);
          expect([name, "refused" in answer ? answer.refused : undefined]).toEqual([name, act.late]);
          expect([name, await stored.read()]).toEqual([name, before]);
        }
        return made.length;
      });
    });
  });
}

const whole = (answer: Record<string, JsonValue>): JsonValue => answer;

/** Whether the workflow has carried out what was wished for. */
const carriedOut =
  ({ wish }: RepeatedAct, scene: RepeatScene) =>
  (state: StoredState): boolean =>
    !wish || state[`orders.orders/${wish.orderId(scene)}`]?.status === wish.becomes;

/** What every answer to the same call has to have in common: all of it, or whose order was told of a wish. */
const comparable =
  ({ wish }: RepeatedAct) =>
  (answer: Answer): unknown => {
    if (!wish || !("message" in answer)) return answer;
    const { order } = answer.message as { order: { id: string } };
    return order.id;
  };
