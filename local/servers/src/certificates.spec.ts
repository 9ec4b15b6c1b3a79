import { createPrivateKey, X509Certificate } from "node:crypto";
import { connect, createServer } from "node:tls";
import { describe, expect, it } from "@jest/globals";
import { makeAuthority } from "./certificates.ts";

describe("a certificate for tests", () => {
  const authority = makeAuthority("Test ✓");
  const names = ["orders", "orders.ticketing.svc", "*.mongodb-svc.ticketing.svc", "127.0.0.1", "2001:db8::1"];
  const issued = authority.issue({ names });
  const read = new X509Certificate(issued.cert);

  it("is for its names, its key and its time, and signed by its authority", () => {
    expect(read.checkHost("orders.ticketing.svc")).toBeDefined();
    expect(read.checkHost("mongodb-0.mongodb-svc.ticketing.svc")).toBeDefined();
    expect(read.checkHost("tickets")).toBeUndefined();
    expect(["127.0.0.1", "2001:db8::1"].map((address) => read.checkIP(address))).not.toContain(undefined);
    expect(read.checkPrivateKey(createPrivateKey(issued.key))).toBe(true);
    const root = new X509Certificate(authority.cert);
    expect([root.ca, read.ca]).toEqual([true, false]);
    expect([read.checkIssued(root), read.verify(root.publicKey)]).toEqual([true, true]);
    expect(read.verify(new X509Certificate(makeAuthority("Test ✓").cert).publicKey)).toBe(false);
    expect(read.subject).toBe("CN=orders");
    expect(Date.parse(read.validFrom)).toBeLessThan(Date.now());
    expect(Date.parse(read.validTo)).toBeGreaterThan(Date.now());
  });

  it("is valid from and until the given dates, also beyond 2050", () => {
    const [notBefore, notAfter] = [new Date("2001-02-03T04:05:06Z"), new Date("2061-02-03T04:05:06Z")];
    const { validFrom, validTo } = new X509Certificate(
      authority.issue({ names: ["a"], notBefore, notAfter }).cert,
    );
    expect([new Date(validFrom), new Date(validTo)]).toEqual([notBefore, notAfter]);
  });

  it("is believed by whoever trusts the authority, and by nobody else", async () => {
    const server = createServer(issued, (socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const bound = server.address();
    const port = typeof bound === "object" ? (bound?.port ?? 0) : 0;
    const shake = (servername: string, ca: string[]) =>
      new Promise<string>((resolve) => {
        const socket = connect({ port, host: "127.0.0.1", servername, ca }, () => {
          socket.destroy();
          resolve("trusted");
        });
        socket.on("error", ({ message }) => resolve(message));
      });
    expect(await shake("orders", [authority.cert])).toBe("trusted");
    expect(await shake("tickets", [authority.cert])).toMatch(/altnames/);
    expect(await shake("orders", [makeAuthority().cert])).toMatch(/certificate/);
    server.close();
  });
});
