import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * A shell that holds the list of our children and reads from a pipe. The pipe closes when this process ends,
 * however it ends, SIGKILL included; the shell then stops whatever is still on its list.
 */
const script = `
trap '' INT TERM HUP
pids=' '
while read -r what pid; do
  case $what in
    add) pids="$pids$pid " ;;
    remove) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
[ "$pids" = ' ' ] && exit 0
kill -TERM $pids 2>/dev/null
for second in 1 2 3 4 5; do
  sleep 1
  alive=' '
  for pid in $pids; do kill -0 $pid 2>/dev/null && alive="$alive$pid "; done
  [ "$alive" = ' ' ] && exit 0
  pids=$alive
done
kill -KILL $pids 2>/dev/null
`;

let reaper: ChildProcess | undefined;

function tell(line: string): void {
  if (!reaper) {
    reaper = spawn("sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
    reaper.unref();
    // A socket or a pipe, depending on the system; neither may keep this process alive.
    const input = reaper.stdin;
    if (input && "unref" in input && typeof input.unref === "function") input.unref();
    input?.on("error", () => {});
    reaper.on("error", () => {});
  }
  reaper.stdin?.write(`${line}\n`);
}

/** From now on this child does not outlive the present process. */
export function guard(pid: number): void {
  tell(`add ${pid}`);
}

/** The child has ended; its number may be reused by the system. */
export function unguard(pid: number): void {
  tell(`remove ${pid}`);
}

/** Stops every guarded child now; resolves when they are gone. */
export async function reapAll(): Promise<void> {
  const ending = reaper;
  reaper = undefined;
  if (!ending || ending.exitCode !== null) return;
  const gone = once(ending, "exit");
  ending.ref();
  ending.stdin?.end();
  await gone;
}
