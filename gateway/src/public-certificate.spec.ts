import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeAuthority } from "@ticketing/servers/certificates";
import { certificateFaults } from "./public-certificate.ts";
import { addressVariable, routedServices } from "./routed-services.ts";

const authority = makeAuthority();
const names = ["tickets.example.com", "127.0.0.1", "::1"];
const issued = authority.issue({ names });
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "certificate-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function faultsOf(
  cert: string | undefined,
  key: string | undefined,
  origin = "https://tickets.example.com",
) {
  const at = await mkdtemp(join(folder, "tls-"));
  if (cert !== undefined) await writeFile(join(at, "tls.crt"), cert);
  if (key !== undefined) await writeFile(join(at, "tls.key"), key);
  return (await certificateFaults(at, [origin])).map((fault) => fault.replaceAll(at, "DIR"));
}

describe("a gateway's certificate", () => {
  it("is taken for any host that it names, also after its time and before it", async () => {
    for (const host of ["tickets.example.com", "127.0.0.1:8443", "[::1]"])
      expect(await faultsOf(issued.cert, issued.key, `https://${host}`)).toEqual([]);
    const wildcard = authority.issue({ names: ["*.example.com"] });
    expect(await faultsOf(wildcard.cert, wildcard.key)).toEqual([]);
    const old = authority.issue({ names, notAfter: new Date(Date.now() - 1_000) });
    expect(await faultsOf(old.cert, old.key)).toEqual([]);
    expect(await faultsOf(issued.cert + authority.cert, issued.key)).toEqual([]);
  });

  it("is refused when a file is missing or is something else", async () => {
    expect(await faultsOf(undefined, undefined)).toEqual([
      "DIR/tls.crt is missing",
      "DIR/tls.key is missing",
    ]);
    expect(await faultsOf(issued.cert, undefined)).toEqual(["DIR/tls.key is missing"]);
    expect(await faultsOf("", issued.key)).toEqual(["DIR/tls.crt holds no certificate"]);
    expect(await faultsOf(issued.key, issued.key)).toEqual(["DIR/tls.crt holds no certificate"]);
    expect(await faultsOf(issued.cert, issued.cert)).toEqual(["DIR/tls.key holds no key"]);
  });

  it("is refused with the key of another, and for another host", async () => {
    expect(await faultsOf(issued.cert, authority.key)).toEqual([
      "the key in DIR is not that of the certificate",
    ]);
    expect(await faultsOf(issued.cert, issued.key, "https://other.example.com")).toEqual([
      expect.stringMatching(/not for other\.example\.com but for DNS:tickets\.example\.com/),
    ]);
  });
});

it("a pod without its certificate says so, and writes no configuration", async () => {
  const file = join(folder, "envoy.yaml");
  const addresses = [...routedServices.map(addressVariable), "WEB_ADDRESS"].map((name) => [
    name,
    "host:8080",
  ]);
  const env = {
    PATH: process.env.PATH,
    ENVOY_CONFIG_FILE: file,
    PUBLIC_URL: "https://tickets.example.com",
    TLS_TERMINATION: "gateway",
    PUBLIC_TLS_DIR: join(folder, "nowhere"),
    ...Object.fromEntries(addresses),
  };
  const args = ["--conditions=@ticketing/source", join(import.meta.dirname, "configure.ts")];
  await expect(promisify(execFile)(process.execPath, args, { env })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`PUBLIC_TLS_DIR cannot be used:\n  ${folder}/nowhere/tls.crt is missing`),
  });
  await expect(readFile(file)).rejects.toThrow(/ENOENT/);
});
