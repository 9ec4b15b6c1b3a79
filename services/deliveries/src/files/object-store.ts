/** Where the bytes of files are: an S3 bucket, or what the broker keeps on one machine. */
export interface ObjectStore {
  /** Replaces what is there. Resolves once it survives the loss of a server. */
  put(name: string, content: Uint8Array): Promise<void>;
  /** Undefined where there is nothing. */
  get(name: string): Promise<Buffer | undefined>;
  /** Nothing there: done. */
  remove(name: string): Promise<void>;
}

/** Whether a name is one of ours: it goes into paths and subjects. */
export const isObjectName = (name: string): boolean => /^(quarantine|files)\/[0-9a-f-]{36}$/.test(name);

/** What a seller uploaded and nobody has looked at. */
export const quarantineName = (uploadId: string): string => `quarantine/${uploadId}`;

/** A ciphertext that is delivered. */
export const fileName = (fileId: string): string => `files/${fileId}`;
