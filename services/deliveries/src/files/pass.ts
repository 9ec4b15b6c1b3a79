import { unzip } from "./check-zip.ts";

/** A pass has a dozen files; a wallet unfolds it in memory. */
const PASS_LIMITS = { entries: 100, bytes: 20 * 2 ** 20 };

/** The files of a pass for a wallet, by name. Throws BadZip. */
export const filesOfPass = (bytes: Buffer): Map<string, Buffer> =>
  new Map(unzip(bytes, PASS_LIMITS).map(({ name, content }) => [name, content]));

/** The description of a pass. Throws SyntaxError where it is no JSON. */
export const describedIn = (files: Map<string, Buffer>): unknown =>
  JSON.parse(files.get("pass.json")?.toString("utf8") ?? "");
