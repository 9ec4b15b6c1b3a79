/** What a URL allows: one method on one object, until a time. */
export interface Grant {
  method: "GET" | "PUT";
  name: string;
  /** Of the content, in bytes: a PUT takes that, and no other. */
  bytes: number;
  expires: Date;
}

/** The bytes of files, by their names. Each throws FILES_UNAVAILABLE when the store refuses, or does not answer in time. */
export interface ObjectBytes {
  /** Replaces what is there. Resolves once it survives the loss of a server. */
  put(name: string, content: Uint8Array): Promise<void>;
  /** Undefined where there is nothing. */
  get(name: string): Promise<Buffer | undefined>;
  /** Nothing there: done. */
  remove(name: string): Promise<void>;
}

/**
 * Where files are: the port to what the broker keeps on one machine (`broker-store.ts`), and to a bucket of
 * S3-compatible object storage on a cluster (`bucket-store.ts`).
 */
export interface ObjectStore extends ObjectBytes {
  /** A URL by which whoever has it may do what is granted, and nothing else. Throws FILES_UNAVAILABLE. */
  urlOf(grant: Grant): Promise<string>;
}

/** Whether a name is one of ours: it goes into paths and subjects. */
export const isObjectName = (name: string): boolean => /^(quarantine|files)\/[0-9a-f-]{36}$/.test(name);

/** What a seller uploaded and nobody has looked at. */
export const quarantineName = (uploadId: string): string => `quarantine/${uploadId}`;

/** A ciphertext that is delivered. */
export const fileName = (fileId: string): string => `files/${fileId}`;
