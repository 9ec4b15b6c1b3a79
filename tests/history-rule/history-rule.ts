import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const HISTORIES = /^workflows\/histories\/.*\.json$/;
const CODE = /^workflows\/src\/(?!.*\.spec\.ts$)/;

/**
 * The commits that change or remove a recorded history and workflow code at once: by one such commit a change could
 * pass its own replays and still break the orders that are under way. New histories may come with any commit.
 * Looks at what is reachable from HEAD and not from `since`; of a shallow clone at the commits that it has.
 */
export async function offences(repository: string, since?: string): Promise<string[]> {
  const range = since ? `${since}..HEAD` : "HEAD";
  // -c: of a merge what differs from all its parents, its own work. A shallow clone's oldest commit only adds.
  const args = ["log", range, "-c", "--root", "--no-renames", "--name-status", "--format=commit %h %s"];
  const { stdout } = await run("git", ["-C", repository, ...args, "--", "workflows"], {
    maxBuffer: 64 << 20,
  });
  return stdout
    .split(/^commit /m)
    .filter(isOffence)
    .map((entry) => entry.split("\n", 1)[0] ?? "");
}

function isOffence(entry: string): boolean {
  const changes = entry
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [status = "", path] = line.split("\t");
      return path ? [{ added: /^A+$/.test(status), path }] : [];
    });
  const rerecorded = changes.some(({ added, path }) => !added && HISTORIES.test(path));
  return rerecorded && changes.some(({ path }) => CODE.test(path));
}

/** The commit that added a file, from which on a rule in it holds; undefined when the clone does not reach it. */
export async function addedBy(repository: string, path: string): Promise<string | undefined> {
  const args = ["log", "HEAD", "--diff-filter=A", "--no-renames", "--format=%H", "--", path];
  const { stdout } = await run("git", ["-C", repository, ...args]);
  return stdout.trim().split("\n").at(-1) || undefined;
}
