import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import { isIP } from "node:net";
import { bits, integer, objectId, octets, sequence, set, TRUE, tagged, text, time } from "./der.ts";

/** A certificate and its key in PEM, as cert-manager writes them into `tls.crt` and `tls.key` of a Secret. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Wanted {
  /** Names and addresses that it is for; the first is its subject, too. */
  readonly names: readonly string[];
  /** An hour ago by default. */
  readonly notBefore?: Date;
  /** In a day by default. */
  readonly notAfter?: Date;
}

/** Who signs certificates for tests and for checks of configurations; nobody but them trusts it. */
export interface Authority extends Certificate {
  /** A certificate of a new key. */
  issue(wanted: Wanted): Certificate;
}

const HOUR_MS = 3_600_000;
const ECDSA_SHA256 = sequence(objectId("1.2.840.10045.4.3.2"));

/** A new authority, with a key of its own. Clients take `cert` for the one that they trust. */
export function makeAuthority(name = "test authority"): Authority {
  const { key, publicKey } = newKey();
  const keyId = identifier(publicKey);
  const own = certificate({ names: [name] }, publicKey, name, key, [
    extension("2.5.29.19", sequence(TRUE), true),
    // Signs certificates and lists of revoked ones.
    extension("2.5.29.15", Buffer.from("03020106", "hex"), true),
    extension("2.5.29.14", octets(keyId)),
  ]);
  return {
    cert: own,
    key: pem(key),
    issue(wanted) {
      const leaf = newKey();
      const cert = certificate(wanted, leaf.publicKey, name, key, [
        extension("2.5.29.19", sequence(), true),
        extension("2.5.29.14", octets(identifier(leaf.publicKey))),
        extension("2.5.29.35", sequence(tagged(0, false, keyId))),
        extension("2.5.29.17", sequence(...wanted.names.map(alternativeName))),
      ]);
      return { cert, key: pem(leaf.key) };
    },
  };
}

function certificate(
  { names, notBefore, notAfter }: Wanted,
  publicKey: Buffer,
  issuer: string,
  issuerKey: KeyObject,
  extensions: readonly Buffer[],
): string {
  const now = Date.now();
  const signed = sequence(
    // The third version of X.509.
    tagged(0, true, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    ECDSA_SHA256,
    commonName(issuer),
    sequence(time(notBefore ?? new Date(now - HOUR_MS)), time(notAfter ?? new Date(now + 24 * HOUR_MS))),
    commonName(names[0] ?? ""),
    publicKey,
    tagged(3, true, sequence(...extensions)),
  );
  const whole = sequence(signed, ECDSA_SHA256, bits(sign("sha256", signed, issuerKey)));
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

function newKey(): { key: KeyObject; publicKey: Buffer } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return { key: createPrivateKey(privateKey), publicKey };
}

const pem = (key: KeyObject): string => `${key.export({ type: "pkcs8", format: "pem" })}`;
const identifier = (publicKey: Buffer): Buffer => createHash("sha1").update(publicKey).digest();
const commonName = (name: string): Buffer => sequence(set(sequence(objectId("2.5.4.3"), text(name))));

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(objectId(id), ...(critical ? [TRUE] : []), octets(value));

const alternativeName = (name: string): Buffer =>
  isIP(name) ? tagged(7, false, addressBytes(name)) : tagged(2, false, Buffer.from(name, "latin1"));

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split(".").map(Number));
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (half: string) => (half ? half.split(":") : []);
  const [before, after] = [groups(head), groups(tail ?? "")];
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, "0")).join(""), "hex");
}
