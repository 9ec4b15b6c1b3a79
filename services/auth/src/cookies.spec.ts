import { describe, expect, it } from "@jest/globals";
import { createCookies } from "./cookies.ts";

const tokens = { access: "A", accessMs: 900_000, refresh: "R", refreshMs: 60_000 };

describe("session cookies", () => {
  it("are HttpOnly, bound to their paths, and prefixed and Secure on https", () => {
    expect(createCookies("https://tickets.example").set(tokens)).toEqual([
      "__Host-session=A; Path=/; Max-Age=900; SameSite=Lax; HttpOnly; Secure",
      "__Secure-refresh=R; Path=/ticketing.auth.v1.AuthService; Max-Age=60; SameSite=Strict; HttpOnly; Secure",
    ]);
    expect(createCookies("http://localhost:8080").set(tokens)[0]).toBe(
      "session-8080=A; Path=/; Max-Age=900; SameSite=Lax; HttpOnly",
    );
  });
  it("of two meshes on one machine have names of their own, the same for each name of loopback", () => {
    const names = (url: string) =>
      createCookies(url)
        .set(tokens)
        .map((value) => value.split("=")[0]);
    expect(names("http://localhost:8080")).toEqual(["session-8080", "refresh-8080"]);
    expect(names("http://127.0.0.1:8080")).toEqual(names("http://localhost:8080"));
    expect(names("http://localhost:9080")).toEqual(["session-9080", "refresh-9080"]);
    expect(names("http://localhost")).toEqual(["session-80", "refresh-80"]);
  });
  it("are found among others by their whole name", () => {
    const cookies = createCookies("http://localhost:8080");
    expect(
      cookies.readRefresh("xrefresh-8080=no; refresh=no; refresh-8081=no; refresh-8080=R; session-8080=A"),
    ).toBe("R");
    expect(cookies.readRefresh("session-8080=A")).toBeUndefined();
    expect(cookies.readRefresh(null)).toBeUndefined();
  });
});
