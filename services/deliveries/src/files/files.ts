import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Timestamp, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { DeliveredFileSchema } from "@ticketing/proto/deliveries/v1/delivery_service";
import type { Sealing } from "@ticketing/runtime/documents/sealed-text";
import type { Clock } from "@ticketing/runtime/process/clock";
import { DomainError } from "@ticketing/runtime/process/domain-error";
import { derivedId, newId } from "@ticketing/runtime/process/ids";
import type { CheckedFile } from "./check-file.ts";
import { fileName, type ObjectStore, quarantineName } from "./object-store.ts";
import { openFile, unwrapKey } from "./sealed-file.ts";
import { keepFile, type TakenFile, type Taking, takeUpload } from "./take-upload.ts";
import { createTurns, createTurnsByKey } from "./turns.ts";

/** How long a signed address is good: long enough for 10 MiB by a slow line. */
const GRANT_MS = 5 * 60_000;

/** So many files are taken side by side: each is held whole, and looked at by a process that may take 250 MB. */
const TAKEN_AT_ONCE = 1;
/** So many wait. Most files take a second: the last of them is answered within the time of a call. */
const WAITING = 3;
/** So many calls of one seller wait for the one before: the others' places are not for them alone. */
const WAITING_OF_SELLER = 4;

/** Where to upload, and until when. */
export interface GrantedUpload {
  uploadId: string;
  url: string;
  expireTime: Timestamp;
}

/** An upload to take. */
export interface Upload {
  uploadId: string;
  /** Of the order or the listed ticket that it is for. */
  ownerId: string;
  /** Who has uploaded it, and waits for their other uploads. */
  sellerId: string;
  /** Where alone the file can be opened. */
  place: string;
}

/** What deliveries do with files. */
export interface Files {
  /** Allows one upload for an order, or for a listed ticket: its id is the owner's here and below. Throws FILES_UNAVAILABLE. */
  startUpload(bytes: number, ownerId: string): Promise<GrantedUpload>;
  /**
   * Takes an upload when it is its turn, and leaves it in quarantine. Throws FILE_REFUSED, UPLOAD_MISSING,
   * TOO_MANY_UPLOADS or FILES_UNAVAILABLE, and the signal's reason when nobody waits any more.
   */
  take(upload: Upload, signal: AbortSignal): Promise<TakenFile>;
  /** A file in the clear. Throws FILES_UNAVAILABLE, also where it is gone. */
  read(file: TakenFile, place: string): Promise<Buffer>;
  /**
   * Looks at a file that nobody uploaded, when it is its turn, and keeps it. Throws FILE_REFUSED, TOO_MANY_UPLOADS or
   * FILES_UNAVAILABLE.
   */
  keep(content: Uint8Array, place: string): Promise<TakenFile>;
  /** What the buyer's browser needs to fetch and open a file. Throws FILES_UNAVAILABLE. */
  open(file: TakenFile, place: string): Promise<MessageInitShape<typeof DeliveredFileSchema>>;
  /** Nobody needs it any more. */
  discard(file: TakenFile): Promise<void>;
  /** The upload was delivered. */
  discardUpload(uploadId: string, ownerId: string): Promise<void>;
}

const unavailable = async (): Promise<never> => {
  throw new DomainError("FILES_UNAVAILABLE", "no files are kept here");
};

/** What the store refuses, or does not answer, is for the caller to repeat; what the rules refuse is told as it is. */
function unlessKept(error: unknown): never {
  if (error instanceof DomainError) throw error;
  throw new DomainError("FILES_UNAVAILABLE", "files cannot be kept now");
}

/** Of a mesh that keeps no files. Throws FILES_UNAVAILABLE, whatever is asked. */
export const noFiles: Files = {
  startUpload: unavailable,
  take: unavailable,
  read: unavailable,
  keep: unavailable,
  open: unavailable,
  discard: async () => undefined,
  discardUpload: async () => undefined,
};

/**
 * Files in an object store. An upload's id is its owner's alone, an order's or a listed ticket's: it is signed with it, so
 * that nobody delivers at theirs what another has uploaded.
 */
export function createFiles(deps: {
  store: ObjectStore;
  sealing: Sealing;
  /** Looks at a file; its barcodes are told by the ids under which they are claimed. */
  check: (bytes: Uint8Array) => Promise<CheckedFile>;
  clock: Clock;
}): Files {
  const { store, sealing, clock } = deps;
  const expiry = () => new Date(clock().getTime() + GRANT_MS);
  const inTurn = createTurns({ atOnce: TAKEN_AT_ONCE, waiting: WAITING });
  const inTurnOf = createTurnsByKey({ atOnce: 1, waiting: WAITING_OF_SELLER });
  return {
    async startUpload(bytes, ownerId) {
      const uploadId = newId();
      const expires = expiry();
      const name = quarantineName(placedId(uploadId, ownerId));
      const url = await store.urlOf({ method: "PUT", name, bytes, expires });
      return { uploadId, url, expireTime: timestampFromDate(expires) };
    },
    async take({ uploadId, ownerId, sellerId, place }, signal) {
      const work = () => takeUpload(deps, placedId(uploadId, ownerId), place).catch(unlessKept);
      const taking = await inTurnOf(sellerId)(() => inTurn(work, signal), signal);
      return fileOf(taking);
    },
    async read({ fileId, seal }, place) {
      const ciphertext = await store.get(fileName(fileId)).catch(unlessKept);
      return ciphertext ? openFile(ciphertext, unwrapKey(sealing, seal, place), place) : unavailable();
    },
    async keep(content, place) {
      const work = () => keepFile(deps, content, place).catch(unlessKept);
      return fileOf(await inTurn(work, new AbortController().signal));
    },
    async open(file, place) {
      const expires = expiry();
      const name = fileName(file.fileId);
      const url = await store.urlOf({ method: "GET", name, bytes: file.bytes, expires });
      return {
        ...{ url, expireTime: timestampFromDate(expires), additionalData: place, mediaType: file.type },
        ...unwrapKey(sealing, file.seal, place),
      };
    },
    discard: ({ fileId }) => store.remove(fileName(fileId)),
    discardUpload: (uploadId, ownerId) => store.remove(quarantineName(placedId(uploadId, ownerId))),
  };
}

function fileOf(taking: Taking): TakenFile {
  if ("file" in taking) return taking.file;
  if ("missing" in taking) throw new DomainError("UPLOAD_MISSING", "nothing was uploaded under this id");
  throw new DomainError("FILE_REFUSED", "the file is no ticket that is taken", { why: taking.refused });
}

/** Where an upload for an owner is: found by who names both. */
const placedId = (uploadId: string, ownerId: string): string => derivedId(uploadId, ownerId);
