import { parentPort, workerData } from "node:worker_threads";
import { keepCheckpoints } from "./checkpoints.ts";
import { openProjection } from "./projection.ts";
import { type ThreadError, toThreadError } from "./thread-error.ts";
import type { WriterMessage, WriterRequest } from "./writer.ts";

/**
 * The thread that writes the projection. It does what it is asked for at once, but for changes that its log has no room
 * for, and says when that is done. An error is an answer, too.
 */
const { file, now: begun } = workerData as { file: string; now: number };
let now = begun;
let changed: readonly string[] = [];
const tell = (message: WriterMessage) => parentPort?.postMessage(message);
const projection = openProjection(file, {
  clock: () => new Date(now),
  onChange(ids) {
    changed = ids;
  },
  onDamage: (error) => tell({ says: "damage", error: toThreadError(error) }),
});
const checkpoints = keepCheckpoints(projection, {
  file,
  log: { error: (facts: object, text: string) => tell({ says: "log", facts, text }) },
});

/** Changes wait for room in the order in which they came. */
let room = Promise.resolve();
function waitForRoom(): Promise<void> {
  room = room.then(checkpoints.room);
  return room;
}

/** Waits for what the task needs. */
async function prepare({ does }: WriterRequest): Promise<void> {
  if (does === "apply") await waitForRoom();
  if (does === "requireWritable") await projection.requireWritable();
  if (does === "close") await checkpoints.stop();
}

/** Gives whether more is due. */
function perform(request: WriterRequest): boolean {
  if (request.does === "apply") projection.apply(request.changes);
  if (request.does === "reset") projection.reset(request.stream);
  if (request.does === "close") projection.close();
  return request.does === "passTime" && projection.passTime();
}

function answer(id: number, { error, isMoreDue = false }: { error?: ThreadError; isMoreDue?: boolean } = {}) {
  tell({ says: "done", id, changed, nextDue: projection.nextDue(), isMoreDue, error });
  changed = [];
}

parentPort?.on("message", async (request: WriterRequest) => {
  now = Math.max(now, request.now);
  try {
    await prepare(request);
    answer(request.id, { isMoreDue: perform(request) });
  } catch (error) {
    answer(request.id, { error: toThreadError(error) });
  }
  if (request.does === "close") parentPort?.close();
});
tell({ says: "open", nextDue: projection.nextDue() });
