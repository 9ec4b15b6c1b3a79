import { randomUUID } from "node:crypto";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "@jest/globals";
import { AuthService } from "@ticketing/proto/auth/v1/auth_service";
import { TicketService } from "@ticketing/proto/tickets/v1/ticket_service";
import { sessionCookieName } from "@ticketing/runtime/identity/identity";
import { reported } from "../support/suite-report.ts";
import { methodsByName } from "./access-matrix.ts";
import { publicRules } from "./access-rules.ts";
import type { World } from "./attacked-mesh.ts";
import { call, contentType, rpcPath } from "./contracts.ts";
import type { Reply } from "./raw-http2-client.ts";

const FOREIGN = "https://evil.example";
/** What a form, a script or a plug-in of another site can make a browser send. */
const contentTypes = [
  "text/plain",
  "text/plain;charset=UTF-8",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/json",
  "application/proto",
  "application/grpc-web+proto",
  "application/grpc-web-text",
];
const origins = [
  { origin: FOREIGN },
  { origin: "null" },
  {},
  { origin: "http://localhost.evil.example:8080" },
];

const cookiesOf = (reply: Reply): string[] => [reply.headers["set-cookie"] ?? []].flat();
const contentOf = (cookie = "") => /=([^;]*)/.exec(cookie)?.[1] ?? "";

/** What a browser of a victim can be made to do, and what a script in it can read. */
export function browserAttacks(world: () => World): void {
  /** Signs up as the web app does, with cookies. */
  async function signedIn() {
    const { wire, gateway: origin, secrets } = world();
    const at = wire("127.0.0.14");
    const person = { email: `web-${randomUUID()}@example.com`, password: `pass-${randomUUID()}` };
    const replies = [
      await call(at, AuthService.method.signUp, { ...person, displayName: "Web" }, { origin }),
    ];
    replies.push(await call(at, AuthService.method.signIn, person, { origin }));
    const cookie = cookiesOf(replies[1] as Reply)
      .map((value) => value.split(";")[0])
      .join("; ");
    replies.push(await call(at, AuthService.method.refreshSession, {}, { origin, cookie }));
    const session = `${sessionCookieName(origin)}=${contentOf(cookiesOf(replies[2] as Reply)[0])}`;
    replies.push(await call(at, AuthService.method.getCurrentUser, {}, { origin, cookie: session }));
    for (const value of [person.email, person.password, ...replies.flatMap(cookiesOf).map(contentOf)])
      secrets.add(value);
    return { at, origin, replies, session };
  }

  describe("a browser", () => {
    it("holds its session where no script, no other site and no other host can read it", async () => {
      await reported("cookies and bodies of browser sign-ins", async () => {
        const { replies } = await signedIn();
        for (const reply of replies.slice(0, 3)) {
          const [session = "", refresh = "", ...more] = cookiesOf(reply);
          expect(more).toEqual([]);
          expect(session).toMatch(/^session-\d+=[\w.-]+; Path=\/; Max-Age=900; SameSite=Lax; HttpOnly$/);
          expect(refresh).toMatch(
            /^refresh-\d+=[\w.-]+; Path=\/ticketing\.auth\.v1\.AuthService; Max-Age=2592000; SameSite=Strict; HttpOnly$/,
          );
          const body = reply.body.toString();
          for (const token of [contentOf(session), contentOf(refresh), "eyJ"])
            expect(body).not.toContain(token);
          expect(Object.keys(JSON.parse(body))).toEqual(["user"]);
        }
        expect(replies.map(({ code }) => code)).toEqual(["ok", "ok", "ok", "ok"]);
        return replies.length;
      });
    });

    it("cannot be made by another site to act with its cookies", async () => {
      await reported("cross-site calls with a victim's cookies", async () => {
        const { at, origin, session } = await signedIn();
        let tries = 0;
        for (const method of (await methodsByName()).values()) {
          for (const type of contentTypes) {
            for (const from of origins) {
              const headers = { "content-type": type, cookie: session, ...from };
              const reply = await at.post(rpcPath(method), headers, "{}");
              expect([method.name, type, from, reply.code]).toEqual([
                method.name,
                type,
                from,
                "permission_denied",
              ]);
              tries++;
            }
          }
          for (const verb of ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]) {
            const reply = await at.post(rpcPath(method), {
              ":method": verb,
              cookie: session,
              origin: FOREIGN,
            });
            expect([method.name, verb, reply.status]).toEqual([
              method.name,
              verb,
              verb === "OPTIONS" ? reply.status : 403,
            ]);
            expect(reply.headers["access-control-allow-origin"]).toBeUndefined();
            tries++;
          }
        }
        // The same call from our own page works: it was refused for where it came from.
        const own = await call(at, TicketService.method.listMyTickets, {}, { cookie: session, origin });
        expect(own.code).toBe("ok");
        return tries;
      });
    });

    it("cannot be made to change anything by a link or an image", async () => {
      await reported("GET requests for every RPC", async () => {
        const { at, session } = await signedIn();
        const methods = await methodsByName();
        for (const name of Object.keys(publicRules)) {
          const method = methods.get(name);
          if (!method) throw new Error(`no such RPC: ${name}`);
          const query = "?connect=v1&encoding=json&message=%7B%7D";
          const reply = await at.post(`${rpcPath(method)}${query}`, { ":method": "GET", cookie: session });
          const harmless =
            method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS &&
            method.methodKind === "unary";
          // Not allowed (405), or no content type of this RPC (415).
          if (!harmless) expect([405, 415]).toContain(reply.status);
          expect(reply.headers["cache-control"]).toBe("no-store");
        }
        return Object.keys(publicRules).length;
      });
    });

    it("is told by no answer that another site may read it, and by every answer how to treat it", async () => {
      await reported("CORS and security headers", async () => {
        const { at, origin, session } = await signedIn();
        const methods = await methodsByName();
        let tries = 0;
        for (const name of Object.keys(publicRules)) {
          const method = methods.get(name);
          if (!method) throw new Error(`no such RPC: ${name}`);
          const preflight = { ":method": "OPTIONS", "access-control-request-method": "POST" };
          const simple = { "content-type": contentType(method, "connect json") };
          const replies = [
            await at.post(rpcPath(method), { ...preflight, origin: FOREIGN }),
            await at.post(rpcPath(method), { ...simple, origin: FOREIGN }, "{}"),
            await at.post(rpcPath(method), { ...simple, origin: FOREIGN, cookie: session }, "{}"),
            await at.post(rpcPath(method), { ...preflight, origin }),
            // No cookie: what is refused is the content type.
            await at.post(rpcPath(method), { "content-type": "text/plain" }, "{}"),
          ];
          for (const [index, { headers }] of replies.entries()) {
            const allowed = index === 3 ? origin : undefined;
            expect([name, index, headers["access-control-allow-origin"]]).toEqual([name, index, allowed]);
            expect(headers["access-control-allow-credentials"]).toBeUndefined();
            expect(headers).toMatchObject({
              "x-content-type-options": "nosniff",
              "x-frame-options": "DENY",
              "referrer-policy": "same-origin",
            });
            tries++;
          }
          expect([name, replies[4]?.status]).toEqual([name, 415]);
        }
        return tries;
      });
    });
  });
}
