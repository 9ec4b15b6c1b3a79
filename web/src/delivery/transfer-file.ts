import { Code, ConnectError } from "@connectrpc/connect";
import type { DeliveredFile } from "@ticketing/proto/deliveries/v1/delivery_service";

/** Longer than the gateway waits for an upload. */
const TIMEOUT_MS = 30_000;

/** Uploads a file to a signed address. Throws UNAVAILABLE unless it is stored. */
export async function uploadFile(url: string, file: Blob): Promise<void> {
  await call(url, { method: "PUT", body: file });
}

/** Fetches a delivered file and opens it. Throws UNAVAILABLE, or if it is not what was delivered. */
export async function fetchFile(file: DeliveredFile): Promise<Blob> {
  const ciphertext = await (await call(file.url, {})).arrayBuffer();
  const key = await crypto.subtle.importKey("raw", new Uint8Array(file.key), "AES-GCM", false, ["decrypt"]);
  const additionalData = new TextEncoder().encode(file.additionalData);
  const algorithm = { name: "AES-GCM", iv: new Uint8Array(file.iv), additionalData };
  return new Blob([await crypto.subtle.decrypt(algorithm, key, ciphertext)], { type: file.mediaType });
}

/** A call to the origin of files: whoever has the address may make it, so it carries nothing of the session. */
async function call(url: string, request: RequestInit): Promise<Response> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await fetch(url, {
    ...request,
    signal,
    credentials: "omit",
    referrerPolicy: "no-referrer",
  }).catch(() => undefined);
  if (!answer?.ok) throw new ConnectError("the file did not get through", Code.Unavailable);
  return answer;
}
