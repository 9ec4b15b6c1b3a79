import { createEvents, type DeadLetter } from "@ticketing/runtime/events/events";
import { eventsConfig, processConfig, readConfig } from "@ticketing/runtime/process/config";
import { createLogger } from "@ticketing/runtime/process/log";
import { openTransportSecurity } from "@ticketing/runtime/process/transport-security";
import { z } from "zod";

/**
 * A whole command: lists the events that were set aside, oldest first; `replay 3 5` or `replay all` has the consumers
 * that set them aside handle them again. What is poison still is set aside again.
 */
const PAGE = 100;
const [command = "list", ...wanted] = process.argv.slice(2);
const all = command === "replay" && wanted.length === 1 && wanted[0] === "all";
if (
  command !== "list" &&
  !(command === "replay" && (all || (wanted.length > 0 && wanted.every(isSequence))))
) {
  console.error("Usage: dead-letters [list | replay all | replay <number> ...]");
  process.exit(2);
}

const { LOG_LEVEL } = processConfig.shape;
const config = readConfig(z.object({ ...eventsConfig.shape, LOG_LEVEL }));
const log = createLogger("dead-letters", config.LOG_LEVEL);
const security = await openTransportSecurity(config.TLS_DIR, log);
const events = await createEvents({
  natsUrl: config.NATS_URL,
  name: "dead-letters",
  log,
  security,
});
try {
  const letters = await listAll();
  if (command === "list") {
    for (const { sequence, time, consumer, subject, reason } of letters) {
      console.log(`${sequence}  ${time.toISOString()}  ${consumer}  ${subject}  ${reason}`);
    }
    console.log(`${letters.length} dead letters`);
  } else {
    const sequences = all ? letters.map(({ sequence }) => sequence) : wanted.map(Number);
    for (const sequence of sequences) {
      await events.deadLetters.replay(sequence);
      console.log(`${sequence}: delivered again`);
    }
  }
} finally {
  await events.close();
}

async function listAll(): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (let before: number | undefined; ; ) {
    const page = await events.deadLetters.list({ before, limit: PAGE });
    letters.push(...page);
    before = page.at(-1)?.sequence;
    if (page.length < PAGE) return letters.reverse();
  }
}

function isSequence(text: string): boolean {
  return /^[1-9]\d*$/.test(text);
}
