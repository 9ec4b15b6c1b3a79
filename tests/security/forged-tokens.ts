import { createPrivateKey, createPublicKey, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTHeaderParameters, SignJWT } from "jose";

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** An access token as auth would make it, but for the changes. A claim set to undefined is left out. */
export async function accessToken(
  key: JWK,
  user: { id: string; roles?: string[] },
  claims: Record<string, unknown> = {},
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    iss: "ticketing",
    aud: "ticketing",
    sub: user.id,
    name: "Mallory",
    roles: user.roles ?? ["operator"],
    jti: randomUUID(),
    iat: now,
    exp: now + 600,
    ...claims,
  })
    .setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid: key.kid, ...header })
    .sign(await importJWK(key, "EdDSA"));
}

/** A server of an attacker's keys. Who fetches from it believed a token about where to look. */
export async function startKeyServer(keys: JWK[]) {
  let hits = 0;
  const server = createServer((_request, response) => {
    hits++;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  const port = typeof bound === "object" ? bound?.port : 0;
  return {
    url: `http://127.0.0.1:${port}/jwks.json`,
    hits: () => hits,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/**
 * Tokens that name the victim as an operator and must all be refused. Those of the first kind are made without auth's
 * key, as an attacker has to; the others with it, each wrong in one claim.
 */
export async function forgedTokens(options: {
  authKey: JWK;
  /** The key of one of our services, which signs other tokens. */
  serviceKey: JWK;
  victim: { id: string; token: string };
  keyServer: string;
  attackerKey: JWK;
}): Promise<Map<string, string>> {
  const { authKey, serviceKey, victim, keyServer, attackerKey } = options;
  const user = { id: victim.id };
  const now = Math.floor(Date.now() / 1000);
  const [, payload = ""] = (await accessToken(authKey, user)).split(".");
  const [victimHeader, victimPayload, victimSignature = ""] = victim.token.split(".");
  const { d: _private, ...attackerPublic } = attackerKey;
  const tokens = new Map<string, string>();

  for (const alg of ["none", "None", "NONE", "nOnE"]) {
    tokens.set(`alg ${alg}`, `${encode({ alg, typ: "at+jwt", kid: authKey.kid })}.${payload}.`);
    tokens.set(
      `alg ${alg}, a signature kept`,
      `${encode({ alg, typ: "at+jwt" })}.${payload}.${victimSignature}`,
    );
  }

  // The public key is public: taken for an HMAC secret it would sign anything.
  const { d: _d, ...authPublic } = authKey;
  const pem = createPublicKey(createPrivateKey({ key: authKey, format: "jwk" })).export({
    type: "spki",
    format: "pem",
  });
  const secrets: Record<string, Uint8Array> = {
    "its bytes": Buffer.from(authPublic.x ?? "", "base64url"),
    "its JWK": Buffer.from(JSON.stringify(authPublic)),
    "its PEM": Buffer.from(pem),
    "its x": Buffer.from(authPublic.x ?? ""),
  };
  for (const alg of ["HS256", "HS384", "HS512"]) {
    for (const [name, secret] of Object.entries(secrets)) {
      const padded = secret.length >= 64 ? secret : Buffer.concat([secret, Buffer.alloc(64 - secret.length)]);
      const signed = new SignJWT(JSON.parse(Buffer.from(payload, "base64url").toString()))
        .setProtectedHeader({ alg, typ: "at+jwt", kid: authKey.kid })
        .sign(padded);
      tokens.set(`${alg} with the public key, ${name}`, await signed);
    }
  }
  for (const alg of ["RS256", "PS256", "ES256"]) {
    const { privateKey } = await generateKeyPair(alg);
    const signed = new SignJWT(JSON.parse(Buffer.from(payload, "base64url").toString()))
      .setProtectedHeader({ alg, typ: "at+jwt", kid: authKey.kid })
      .sign(privateKey);
    tokens.set(`${alg} under auth's key id`, await signed);
  }

  const own = (header: Partial<JWTHeaderParameters>) =>
    accessToken({ ...attackerKey, kid: authKey.kid }, user, {}, header);
  tokens.set("another key under auth's key id", await own({}));
  tokens.set("another key without a key id", await own({ kid: undefined }));
  tokens.set("another key, brought along as jwk", await own({ jwk: attackerPublic }));
  tokens.set(
    "another key, brought along, auth's key id left out",
    await own({ jwk: attackerPublic, kid: undefined }),
  );
  tokens.set("another key, to be fetched by jku", await own({ jku: keyServer, kid: "mallory" }));
  tokens.set("another key, to be fetched by x5u", await own({ x5u: keyServer, kid: "mallory" }));
  tokens.set(
    "another key, brought along as x5c",
    await own({ x5c: [Buffer.from("cert").toString("base64")] }),
  );
  for (const kid of [
    "../../../../dev/null",
    "/dev/null",
    "' OR '1'='1",
    `${keyServer}#users`,
    "__proto__",
    "",
    "\n",
  ]) {
    tokens.set(`another key under key id ${JSON.stringify(kid)}`, await own({ kid }));
  }
  tokens.set("a service's key", await accessToken(serviceKey, user));
  tokens.set(
    "a service's key under auth's key id",
    await accessToken({ ...serviceKey, kid: authKey.kid }, user),
  );

  const { roles: _roles, ...victimClaims } = JSON.parse(
    Buffer.from(victimPayload ?? "", "base64url").toString(),
  );
  const raised = encode({ ...victimClaims, roles: ["operator"] });
  tokens.set("raised roles under the old signature", `${victimHeader}.${raised}.${victimSignature}`);
  tokens.set("a signature cut off", `${victimHeader}.${victimPayload}.`);
  tokens.set("a signature cut short", `${victimHeader}.${victimPayload}.${victimSignature.slice(0, -4)}`);
  tokens.set("a signature of zeros", `${victimHeader}.${raised}.${Buffer.alloc(64).toString("base64url")}`);
  tokens.set(
    "five parts, as if encrypted",
    `${encode({ alg: "dir", enc: "A256GCM" })}..${payload}.${payload}.x`,
  );

  const signed = (claims: Record<string, unknown>, header: Partial<JWTHeaderParameters> = {}) =>
    accessToken(authKey, user, claims, header);
  tokens.set("another issuer", await signed({ iss: "https://evil.example" }));
  tokens.set("no issuer", await signed({ iss: undefined }));
  tokens.set("another audience", await signed({ aud: "tickets" }));
  tokens.set("no audience", await signed({ aud: undefined }));
  tokens.set("type JWT", await signed({}, { typ: "JWT" }));
  tokens.set("no type", await signed({}, { typ: undefined }));
  tokens.set("a service token's type", await signed({}, { typ: "svc+jwt" }));
  tokens.set("expired", await signed({ iat: now - 1000, exp: now - 1 }));
  tokens.set("no expiry", await signed({ exp: undefined }));
  tokens.set("an expiry that is no number", await signed({ exp: "never" }));
  tokens.set("not valid yet", await signed({ nbf: now + 300 }));
  tokens.set("no user", await signed({ sub: undefined }));
  tokens.set("no id", await signed({ jti: undefined }));
  tokens.set("roles that are no list", await signed({ roles: "operator" }));
  return tokens;
}

/** A key pair of the attacker's, as a private JWK. */
export async function attackerKeys(): Promise<JWK> {
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: "mallory", alg: "EdDSA" };
}
