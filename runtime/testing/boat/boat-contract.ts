import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createFileRegistry, fromBinary, type Message } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { FileDescriptorSetSchema, type Timestamp } from "@bufbuild/protobuf/wkt";

/** What `npm run generate` makes of a contract, made of boat.proto when a spec asks for it. */
const root = fileURLToPath(new URL("../../..", import.meta.url));
const arguments_ = ["build", "runtime/testing/boat", "--as-file-descriptor-set", "-o", "-"];
const { stdout, stderr } = spawnSync("node_modules/.bin/buf", arguments_, { cwd: root });
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, stdout));
const schema = registry.getMessage("ticketing.boats.v1.BoatEvent");
if (!schema) throw new Error(`boat.proto could not be read: ${stderr}`);

export const RenameReason = { UNSPECIFIED: 0, SOLD: 1, BAD_LUCK: 2 } as const;

type Plain<Name extends string> = Message<`ticketing.boats.v1.${Name}`>;

export type BoatEvent = Plain<"BoatEvent"> & {
  id: string;
  version: bigint;
  time?: Timestamp;
  transition:
    | { case: "boatLaunched"; value: Plain<"BoatLaunched"> }
    | { case: "boatRenamed"; value: Plain<"BoatRenamed"> & { formerName: string; reason: number } }
    | { case: undefined; value?: undefined };
  state?: Plain<"BoatState"> & { id: string; name: string; version: bigint };
};

// These types are written by hand; the generator writes those of other contracts.
export const BoatEventSchema = schema as GenMessage<BoatEvent>;
