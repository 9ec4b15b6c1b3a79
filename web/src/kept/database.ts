/** What is kept of a ticket, as it lies in the browser's database. Everything that says what the ticket is, is sealed. */
export interface KeptRow {
  orderId: string;
  /** Of the key that sealed it. */
  keyId: string;
  /** When it was kept, and from when on it is of no use, in ms since 1970. */
  keptTime: number;
  until: number;
  facts: Sealed;
  /** The bytes of a delivered file; absent where it is none. */
  file?: Sealed;
}

/** Encrypted bytes with the nonce that was used once, for them. */
export interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  bytes: ArrayBuffer;
}

/** The one key of this browser. No script can read its bytes. */
export interface KeyRow {
  id: string;
  /** The user whose tickets it seals. */
  owner: string;
  key: CryptoKey;
}

/** One row, under `THE_KEY`; and a row for each order. */
interface Stores {
  keys: IDBObjectStore;
  tickets: IDBObjectStore;
}

export const THE_KEY = "key";

let database: Promise<IDBDatabase> | undefined;

/**
 * Does something in one transaction, and resolves once that is on the disk. What is begun later sees it. Rejects, and
 * changes nothing, when `run` does, and where the browser keeps nothing.
 */
export async function inDatabase<T>(
  mode: IDBTransactionMode,
  run: (stores: Stores) => Promise<T>,
): Promise<T> {
  database ??= open();
  const transaction = (await database).transaction(["keys", "tickets"], mode);
  const ended = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("given up"));
  });
  const stores = { keys: transaction.objectStore("keys"), tickets: transaction.objectStore("tickets") };
  const running = run(stores).catch((error: unknown) => {
    transaction.abort();
    throw error;
  });
  const [result] = await Promise.all([running, ended]);
  return result;
}

/** The result of a request. The transaction waits for what follows it at once, and for nothing else. */
export const resultOf = <T>(request: IDBRequest): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open("kept-tickets", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("keys");
    request.result.createObjectStore("tickets", { keyPath: "orderId" });
  };
  try {
    const opened = await resultOf<IDBDatabase>(request);
    // The browser closes it when storage is cleared, or a newer release changes the layout.
    opened.onclose = () => {
      database = undefined;
    };
    opened.onversionchange = () => {
      opened.close();
      database = undefined;
    };
    return opened;
  } catch (error) {
    database = undefined;
    throw error;
  }
}
