import { isPdf, pdfFault } from "./check-pdf.ts";
import { isPng, pngFault } from "./check-png.ts";
import { BadZip } from "./check-zip.ts";
import { describedIn, filesOfPass } from "./pass.ts";

/** What a file may be, by its content and never by its name. */
export type FileType = "application/pdf" | "image/png" | "application/vnd.apple.pkpass";

/** What a file was found to be, or why it is not taken. */
export type Verdict = { type: FileType } | { refused: string };

export const MAX_FILE_BYTES = 10 * 2 ** 20;
const PASS_FILES = ["pass.json", "manifest.json", "signature"];

/** Looks at a file's bytes. Never throws, whatever they are; runs in a process that may do nothing else. */
export function checkContent(bytes: Buffer): Verdict {
  if (bytes.length > MAX_FILE_BYTES) return { refused: "it is too large" };
  if (isPdf(bytes)) return verdictOf("application/pdf", pdfFault(bytes));
  if (isPng(bytes)) return verdictOf("image/png", pngFault(bytes));
  if (bytes.toString("latin1", 0, 4) === "PK\u0003\u0004") return passVerdict(bytes);
  return { refused: "it is neither a PDF, nor a PNG, nor a pass" };
}

const verdictOf = (type: FileType, refused: string | undefined): Verdict =>
  refused === undefined ? { type } : { refused };

/** A pass for a wallet (Apple's Wallet Passes, "Building a Pass"): its description, manifest and signature are there. */
function passVerdict(bytes: Buffer): Verdict {
  try {
    const files = filesOfPass(bytes);
    const missing = PASS_FILES.filter((name) => !files.has(name));
    if (missing.length > 0) return { refused: `it is an archive without ${missing[0]}` };
    const pass = describedIn(files);
    const isPass =
      typeof pass === "object" && pass !== null && "formatVersion" in pass && pass.formatVersion === 1;
    return isPass ? { type: "application/vnd.apple.pkpass" } : { refused: "its pass.json is none" };
  } catch (error) {
    return { refused: error instanceof BadZip ? error.message : "its pass.json cannot be read" };
  }
}
