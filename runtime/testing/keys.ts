import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

/** The key files of a mesh with these services, made for one spec. */
export async function makeServiceKeys(...services: string[]) {
  const directory = await mkdtemp(join(tmpdir(), "ticketing-keys-"));
  const keyFile = (service: string) => join(directory, `${service}.json`);
  const keys = await Promise.all(
    services.map(async (kid) => {
      const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
      const { d, ...shared } = await exportJWK(privateKey);
      await writeFile(keyFile(kid), JSON.stringify({ ...shared, d, kid }));
      return { ...shared, kid, alg: "EdDSA" };
    }),
  );
  const keysFile = join(directory, "services.jwks.json");
  await writeFile(keysFile, JSON.stringify({ keys }));
  return { keyFile, keysFile, remove: () => rm(directory, { recursive: true }) };
}

const KID = "users";

/** Another key of auth, which a rotation brings: its public part, and tokens that it signs. */
export async function nextUserKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair("EdDSA");
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: "EdDSA" };
  return { jwk, token: () => signUserToken(privateKey, { header: { kid } }) };
}

/** Stands in for auth: its key set over HTTP/2 without TLS, and tokens as it signs them. */
export async function startIssuer() {
  const { privateKey, publicKey } = await generateKeyPair("EdDSA");
  const jwk = { ...(await exportJWK(publicKey)), kid: KID, alg: "EdDSA" };
  const jwks = JSON.stringify({ keys: [jwk] });
  let requests = 0;
  let status = 200;
  let body = jwks;
  const server = createServer((_request, response) => {
    requests += 1;
    response.writeHead(status, { "content-type": "application/jwk-set+json" });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${bound.port}/.well-known/jwks.json`,
    /** The key set that it answers with. */
    jwks,
    privateKey,
    jwk,
    requests: () => requests,
    answerWith(otherStatus: number, otherBody = jwks) {
      status = otherStatus;
      body = otherBody;
    },
    token: (overrides?: TokenOverrides) => signUserToken(privateKey, overrides),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

export interface TokenOverrides {
  header?: { typ?: string; kid?: string };
  payload?: JWTPayload;
}

/** An access token as auth would sign it, but for the overrides. A claim set to undefined is left out. */
export function signUserToken(key: CryptoKey, { header, payload }: TokenOverrides = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    iss: "ticketing",
    aud: "ticketing",
    sub: "user-1",
    name: "Ada",
    roles: ["seller"],
    jti: "token-1",
    iat: now,
    exp: now + 60,
    ...payload,
  })
    .setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid: KID, ...header })
    .sign(key);
}
