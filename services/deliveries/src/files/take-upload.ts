import type { Sealing } from "@ticketing/runtime/documents/sealed-text";
import { newId } from "@ticketing/runtime/process/ids";
import type { FileType } from "./check-content.ts";
import type { CheckedFile } from "./check-file.ts";
import { fileName, type ObjectBytes, quarantineName } from "./object-store.ts";
import { type FileSeal, sealFile } from "./sealed-file.ts";

/** A file that was found good: where its ciphertext is, and what opens it. */
export interface TakenFile {
  fileId: string;
  type: FileType;
  /** Of the ciphertext. */
  bytes: number;
  seal: FileSeal;
  /** The ids of the barcodes in it: keyed hashes. Absent for a file that was taken before barcodes were read. */
  barcodes?: string[];
}

/** What became of an upload: it is not there, is no file that we take, or is stored. */
export type Taking = { missing: true } | { refused: string } | { file: TakenFile };

interface KeepDependencies {
  store: ObjectBytes;
  sealing: Sealing;
  check: (bytes: Uint8Array) => Promise<CheckedFile>;
}

/**
 * Takes an upload in quarantine: looks at it in a process of its own, encrypts it under a key of its own and stores that.
 * What is refused is deleted; what is taken stays until its delivery is written, so that a repeat after a crash finds it
 * again. That repeat stores one more ciphertext; the first, which nothing names, stays until its age is over.
 */
export async function takeUpload(deps: KeepDependencies, uploadId: string, place: string): Promise<Taking> {
  const { store } = deps;
  const uploaded = await store.get(quarantineName(uploadId));
  if (!uploaded) return { missing: true };
  const kept = await keepFile(deps, uploaded, place);
  if ("refused" in kept) await store.remove(quarantineName(uploadId));
  return kept;
}

/** Looks at a file in a process of its own, encrypts it under a key of its own and stores that. */
export async function keepFile(
  { store, sealing, check }: KeepDependencies,
  content: Uint8Array,
  place: string,
): Promise<Exclude<Taking, { missing: true }>> {
  const verdict = await check(content);
  if ("refused" in verdict) return verdict;
  const { ciphertext, seal } = sealFile(sealing, content, place);
  const fileId = newId();
  await store.put(fileName(fileId), ciphertext);
  return { file: { fileId, ...verdict, bytes: ciphertext.length, seal } };
}
