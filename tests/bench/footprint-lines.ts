import type { OrderFootprint } from "./order-footprint.ts";

/** A footprint to be read. */
export function footprintLines({ events, documents, history, calls }: OrderFootprint): string {
  const kilo = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
  const sum = (values: number[]) => values.reduce((all, value) => all + value, 0);
  const volumes = Object.entries(events).map(
    ([stream, { messages, bytes }]) => `${stream} ${messages.toFixed(1)} (${kilo(bytes)})`,
  );
  const sizes = Object.entries(documents).map(([name, bytes]) => `${name} ${kilo(bytes)}`);
  const all = Object.values(events);
  const counts = (kind: string) => {
    const found = Object.entries(calls).filter(([name]) => name.startsWith(kind));
    const each = found.map(([name, times]) => `${times.toFixed(1)} ${name.slice(kind.length).trim()}`);
    return `${sum(found.map(([, times]) => times)).toFixed(1)} ${kind.replace("database ", "").replace("stripe", "calls")}: ${each.join(", ")}`;
  };
  return [
    `events     ${sum(all.map(({ messages }) => messages)).toFixed(1)}, ${kilo(sum(all.map(({ bytes }) => bytes)))}: ${volumes.join(", ")}`,
    `documents  ${sizes.length}, ${kilo(sum(Object.values(documents)))}: ${sizes.join(", ")}`,
    `history    ${history.events.toFixed(1)} events, ${kilo(history.bytes)}`,
    `database   ${counts("database writes")}; ${counts("database reads")}`,
    `Stripe     ${counts("stripe")}`,
  ].join("\n");
}
