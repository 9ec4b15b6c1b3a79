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
      "session=A; Path=/; Max-Age=900; SameSite=Lax; HttpOnly",
    );
  });
  it("are found among others by their whole name", () => {
    const cookies = createCookies("http://localhost:8080");
    expect(cookies.readRefresh("xrefresh=no; refresh=R; session=A")).toBe("R");
    expect(cookies.readRefresh("session=A")).toBeUndefined();
    expect(cookies.readRefresh(null)).toBeUndefined();
  });
});
