import { restoreSnapshot } from "@ticketing/catalog/snapshots/restore-snapshot";
import { SNAPSHOTS } from "@ticketing/catalog/snapshots/snapshots";
import { takeSnapshot } from "@ticketing/catalog/snapshots/take-snapshot";
import { connectBroker } from "@ticketing/runtime/events/broker-connection";
import { openFileStore } from "@ticketing/runtime/events/file-store";

/** Takes or restores one snapshot, to be killed meanwhile: `take|restore <broker> <file> <ms that the clock is ahead>`. */
const [task, natsUrl = "", file = "", ahead] = process.argv.slice(2);
const now = () => Date.now() + Number(ahead);
const connection = await connectBroker({ natsUrl, name: "snapshot-process" });
const store = await openFileStore(connection, { ...SNAPSHOTS, replicas: 1, now });
console.log("begins");
if (task === "take") await takeSnapshot({ store, file, every: 0, now });
else await restoreSnapshot(store, file);
await connection.close();
