import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, createServer, type TLSSocket, type TlsOptions } from "node:tls";
import { afterEach, describe, expect, it } from "@jest/globals";
import { type Certificate, makeAuthority } from "@ticketing/servers/certificates";
import { silent } from "../../testing/service.ts";
import { makeTlsDir } from "../../testing/tls-dir.ts";
import { openTransportSecurity, type TransportSecurity } from "./transport-security.ts";

const authority = makeAuthority("first");
const other = makeAuthority("second");
const orders = authority.issue({ names: ["orders"] });

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function tlsDir(own: Certificate = orders, authorities = authority.cert) {
  const dir = await makeTlsDir(own, authorities);
  closing.push(dir.remove);
  return dir;
}

async function open(folder: string): Promise<TransportSecurity> {
  const security = await openTransportSecurity(folder, silent, 20);
  if (!security) throw new Error("a folder was named");
  closing.push(security.close);
  return security;
}

async function serving(security: TransportSecurity, options: TlsOptions = security.serverOptions()) {
  const server = createServer(options, (socket) => socket.on("error", () => undefined).end());
  security.keepRenewed(server);
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** The serial number that a server shows to who trusts what `security` trusts, or why it is refused. */
function shown(port: number, security: TransportSecurity, options: object = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket: TLSSocket = connect(
      { port, host: "127.0.0.1", servername: "orders", secureContext: security.trust, ...options },
      () => resolve(socket.getPeerX509Certificate()?.serialNumber ?? "none"),
    );
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on("data", () => undefined);
  });
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await check()); tries++) {
    if (tries > 500) throw new Error("it never came true");
    await sleep(10);
  }
}

describe("a folder with a certificate", () => {
  it("is not there where none is named", async () => {
    expect(await openTransportSecurity(undefined, silent)).toBeUndefined();
  });

  it.each(["tls.crt", "tls.key", "ca.crt"] as const)("is refused without %s", async (file) => {
    const dir = await tlsDir();
    await dir.drop(file);
    await expect(open(dir.folder)).rejects.toThrow(new RegExp(`TLS_DIR cannot be used: .*${file}`));
  });

  it.each([
    ["another's key", { key: other.issue({ names: ["orders"] }).key }, "tls.key is not the key of tls.crt"],
    ["no key", { key: orders.cert }, "tls.key holds no private key"],
    ["no certificate", { cert: "orders" }, "tls.crt holds no certificate"],
    ["an expired certificate", authority.issue({ names: ["orders"], notAfter: new Date(0) }), "expired on"],
  ])("is refused with %s, and no key is quoted", async (_, part, message) => {
    const dir = await tlsDir({ ...orders, ...part });
    const refused = await open(dir.folder).catch((error: unknown) => String(error));
    expect(refused).toContain(message);
    expect(refused).not.toMatch(/PRIVATE|[\w+/]{20}/);
  });

  it.each([
    ["is empty", ""],
    ["holds a key", authority.key],
    [
      "is broken behind its first",
      `${authority.cert}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`,
    ],
  ])("is refused when ca.crt %s: nobody else vouches instead", async (_, authorities) => {
    const dir = await tlsDir(orders, authorities);
    await expect(open(dir.folder)).rejects.toThrow("ca.crt holds no certificate");
  });
});

describe("a server of a process", () => {
  it("shows a renewed certificate in new connections, and leaves open ones alone", async () => {
    const dir = await tlsDir();
    const security = await open(dir.folder);
    const port = await serving(security);
    const first = await shown(port, security);
    await dir.renew(authority.issue({ names: ["orders"] }));
    await eventually(async () => (await shown(port, security)) !== first);
  });

  it("keeps its certificate while the new one is broken, half there, of another key or expired", async () => {
    const dir = await tlsDir();
    const security = await open(dir.folder);
    const port = await serving(security);
    const first = await shown(port, security);
    const next = authority.issue({ names: ["orders"] });
    for (const bad of [next.cert, "", authority.issue({ names: ["orders"], notAfter: new Date(0) }).cert]) {
      await dir.replace("tls.crt", bad);
      await sleep(60);
      expect(await shown(port, security)).toBe(first);
    }
    await dir.renew(next);
    await eventually(async () => ![first, "ECONNRESET"].includes(await shown(port, security)));
  });

  it.each(["TLSv1", "TLSv1.1"] as const)("does not speak %s", async (version) => {
    const dir = await tlsDir();
    const security = await open(dir.folder);
    // Even where the machine's defaults let it.
    const port = await serving(security, {
      ...security.serverOptions(),
      minVersion: "TLSv1",
      ciphers: "ALL:@SECLEVEL=0",
    });
    const old = {
      secureContext: undefined,
      ca: authority.cert,
      minVersion: version,
      maxVersion: version,
      ciphers: "ALL:@SECLEVEL=0",
    };
    expect(await shown(port, security, old)).toMatch(/PROTOCOL|ECONNRESET/);
    expect(await shown(port, security, { ...old, minVersion: "TLSv1.2", maxVersion: "TLSv1.2" })).toMatch(
      /^[0-9A-F]+$/,
    );
  });
});

describe("whom a process trusts", () => {
  it("is the authority in its folder, for its own name and nobody else", async () => {
    const server = await open((await tlsDir()).folder);
    const port = await serving(server);
    const stranger = await open((await tlsDir(orders, other.cert)).folder);
    expect(await shown(port, server)).toMatch(/^[0-9A-F]+$/);
    expect(await shown(port, stranger)).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    expect(await shown(port, server, { servername: "tickets" })).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  });

  it("changes with the folder, with both authorities in between", async () => {
    const serverDir = await tlsDir();
    const server = await open(serverDir.folder);
    const port = await serving(server);
    const dir = await tlsDir();
    const client = await open(dir.folder);
    const next = other.issue({ names: ["orders"] });

    await dir.replace("ca.crt", authority.cert + other.cert);
    await eventually(async () => client.authorities().includes(other.cert));
    expect(await shown(port, client)).toMatch(/^[0-9A-F]+$/);
    await serverDir.renew(next, other.cert);
    await eventually(async () => (await shown(port, server)) !== "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    expect(await shown(port, client)).toMatch(/^[0-9A-F]+$/);
    await dir.replace("ca.crt", authority.cert);
    await eventually(async () => !client.authorities().includes(other.cert));
    expect(await shown(port, client)).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  });
});
