import { describe, expect, it } from "@jest/globals";
import { routedServices } from "@ticketing/gateway/routed-services";
import { importJWK, SignJWT } from "jose";
import { reported } from "../support/suite-report.ts";
import { methodsByName } from "./access-matrix.ts";
import { internalRules, publicRules } from "./access-rules.ts";
import type { World } from "./attacked-mesh.ts";
import { call, contentType, encodings, rpcPath } from "./contracts.ts";
import { attackerKeys } from "./forged-tokens.ts";
import { openRawClient } from "./raw-http2-client.ts";

/** Ways to write a path that a router and a service may read differently. */
function disguises(path: string): string[] {
  const [, service = "", method = ""] = path.split("/");
  const open = "/ticketing.tickets.v1.TicketService";
  return [
    path,
    path.toUpperCase(),
    path.toLowerCase(),
    `/${path}`,
    `//${service}//${method}`,
    `${path}/`,
    `${path}?x=${open}/GetTicket`,
    `${path}#x`,
    `/./${service}/${method}`,
    `${open}/..${path}`,
    `${open}/../${service}/${method}`,
    `${open}/%2e%2e${path}`,
    `${open}%2f..%2f${service}%2f${method}`,
    `${open}/..%5c${service}%5c${method}`,
    `/${service}%2F${method}`,
    `/${service}%00/${method}`,
    path.replace("L", "%4c"),
    `/${encodeURIComponent(service)}/${method}%20`,
    `/webhooks/stripe/..${path}`,
    `/.well-known/jwks.json/..${path}`,
  ];
}
/** Paths that are none: the gateway breaks the connection off, so each has one of its own. */
const brokenPaths = (path: string) => [`;${path}`, `http://internal${path}`, path.slice(1), "*"];
const neverRouted = [
  "/grpc.health.v1.Health/Check",
  "/grpc.health.v1.Health/Watch",
  "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
  "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
  "/config_dump",
  "/stats",
  "/quitquitquit",
  "/clusters",
  "/metrics",
  "/debug/pprof",
];

/** The services' own API: not to be reached from outside, and not to be used without a service's name. */
export function internalPorts(world: () => World): void {
  describe("an internal RPC", () => {
    it("cannot be reached through the gateway or on a public port, however its path is written", async () => {
      await reported("disguised paths to internal RPCs", async () => {
        const { wire, services, mesh } = world();
        const methods = await methodsByName();
        let tries = 0;
        const broken: Promise<string>[] = [];
        for (const [nth, [name, { callee, allowed }]] of Object.entries(internalRules).entries()) {
          const method = methods.get(name);
          if (!method) throw new Error(`no such RPC: ${name}`);
          // From one address so many calls would be a flood, which is refused whatever it asks for.
          const address = `127.0.13.${nth + 1}`;
          const at = wire(address);
          // Even with the token of a service that may call it.
          const authorization = `Bearer ${await services.get(allowed[0] ?? "")?.tokenFor(callee)}`;
          const paths = disguises(rpcPath(method));
          for (const [index, path] of paths.entries()) {
            const encoding = encodings[index % encodings.length] ?? "grpc";
            const reply = await at.post(path, {
              "content-type": contentType(method, encoding),
              te: "trailers",
              authorization,
            });
            expect([path, reply.code]).toEqual([
              path,
              expect.stringMatching(/^(not_found|unimplemented|invalid_argument|internal|none)$/),
            ]);
            expect([0, 200, 400, 404]).toContain(reply.status);
            expect(["gateway", undefined]).toContain(reply.headers.server);
            tries++;
          }
          for (const path of brokenPaths(rpcPath(method))) {
            const own = wire(address);
            const headers = { "content-type": "application/grpc", te: "trailers", authorization };
            broken.push(own.post(path, headers).then(({ code }) => code));
          }
          const direct = openRawClient(`http://${mesh.services[callee]?.public}`);
          expect((await call(direct, method, {}, { authorization })).status).toBe(404);
          expect((await call(direct, method, {}, { authorization }, "grpc")).code).not.toBe("ok");
          direct.close();
          tries += 2;
        }
        expect(await Promise.all(broken)).toEqual(broken.map(() => "none"));
        tries += broken.length;
        const at = wire("127.0.0.13");
        for (const path of neverRouted) {
          for (const verb of ["GET", "POST"]) {
            const { status, headers } = await at.post(path, {
              ":method": verb,
              "content-type": "application/json",
            });
            // To read, it is the web app's page like every path that is nobody's.
            const page = verb === "GET" && `${headers["content-type"]}`.startsWith("text/html");
            expect([path, verb, page ? 404 : status]).toEqual([path, verb, 404]);
            tries++;
          }
        }
        return tries;
      });
    });

    it("is refused without a service token for its callee, and to a service that has no business with it", async () => {
      await reported("internal RPCs by callers", async () => {
        const { services, mesh, buyer } = world();
        const methods = await methodsByName();
        const attacker = await attackerKeys();
        let tries = 0;
        for (const [name, verdict] of Object.entries(internalRules)) {
          const { callee, request, allowed, outcome = "not_found" } = verdict;
          const method = methods.get(name);
          if (!method) throw new Error(`no such RPC: ${name}`);
          const at = openRawClient(`http://${mesh.services[callee]?.internal}`);
          const ask = async (authorization?: string) => {
            tries++;
            return (await call(at, method, request(), authorization ? { authorization } : {}, "grpc")).code;
          };
          const now = Math.floor(Date.now() / 1000);
          const forged = async (claims: Record<string, unknown>, header: Record<string, unknown> = {}) =>
            new SignJWT({ iss: allowed[0], sub: allowed[0], aud: callee, iat: now, exp: now + 60, ...claims })
              .setProtectedHeader({ alg: "EdDSA", typ: "svc+jwt", kid: allowed[0], ...header })
              .sign(await importJWK(attacker, "EdDSA"));
          const bad: (string | undefined)[] = [
            undefined,
            "Bearer",
            "Bearer x.y.z",
            buyer.bearer.authorization,
            `Bearer ${await forged({})}`,
            `Bearer ${await forged({}, { kid: "mallory" })}`,
            `Bearer ${Buffer.from('{"alg":"none","typ":"svc+jwt"}').toString("base64url")}.${(await forged({})).split(".")[1]}.`,
          ];
          for (const [service, tokens] of services) {
            for (const other of [...routedServices, "ticketing"]) {
              if (other !== callee) bad.push(`Bearer ${await tokens.tokenFor(other)}`);
            }
            const own = await ask(`Bearer ${await tokens.tokenFor(callee)}`);
            if (allowed.includes(service)) expect([name, service, own]).toEqual([name, service, outcome]);
            else expect([name, service, own]).toEqual([name, service, "permission_denied"]);
          }
          for (const authorization of bad) {
            expect([name, authorization, await ask(authorization)]).toEqual([
              name,
              authorization,
              "unauthenticated",
            ]);
          }
          at.close();
        }
        return tries;
      });
    });

    it("is all that an internal port serves: the public API is not there", async () => {
      const { mesh, buyer } = world();
      const methods = await methodsByName();
      for (const name of Object.keys(publicRules)) {
        const method = methods.get(name);
        const callee = name.split(".")[0] ?? "";
        if (!method) throw new Error(`no such RPC: ${name}`);
        const at = openRawClient(`http://${mesh.services[callee]?.internal}`);
        const { code } = await call(at, method, {}, buyer.bearer, "grpc");
        expect([name, code]).toEqual([name, "unimplemented"]);
        at.close();
      }
    });
  });
}
