import type { startProxy } from "./proxies.ts";

type Door = Awaited<ReturnType<typeof startProxy>>;

/** Proxies before a gateway that a test opens, and that are closed together after it. */
export function openDoors() {
  const doors: Door[] = [];
  return {
    /** Gives the port that clients call. */
    async opened(door: Promise<Door>): Promise<number> {
      doors.push(await door);
      return (await door).port;
    },
    closeAll() {
      for (const door of doors.splice(0)) door.close();
    },
  };
}
