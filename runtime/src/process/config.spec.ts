import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { address, commonConfig, duration, readConfig } from "./config.ts";

const complete = {
  PORT: "8001",
  INTERNAL_PORT: "9001",
  NATS_URL: "nats://127.0.0.1:4222",
  SERVICE_KEY_FILE: "/keys/tickets.json",
  SERVICE_KEYS_FILE: "/keys/services.jwks.json",
  JWKS_URL: "http://127.0.0.1:8001/.well-known/jwks.json",
  PUBLIC_URL: "http://localhost:8080",
};

describe("configuration", () => {
  it("reads the environment into numbers and defaults", () => {
    const config = readConfig(commonConfig, complete);
    expect(config).toMatchObject({ HOST: "127.0.0.1", PORT: 8001, INTERNAL_PORT: 9001, LOG_LEVEL: "info" });
  });

  it("names every bad variable at once, and none of their values", () => {
    const env = { ...complete, NATS_URL: undefined, PORT: "s3cret-port", JWKS_URL: "s3cret-url" };
    expect(() => readConfig(commonConfig, env)).toThrow(
      /^(?=[\s\S]*NATS_URL: is missing)(?=[\s\S]*PORT: )(?=[\s\S]*JWKS_URL: )(?![\s\S]*s3cret)/,
    );
  });

  it("takes an empty variable for one that is not set", () => {
    expect(() => readConfig(commonConfig, { ...complete, PORT: "" })).toThrow("PORT: is missing");
    expect(readConfig(commonConfig, { ...complete, LOG_LEVEL: "" })).toMatchObject({ LOG_LEVEL: "info" });
  });

  it.each(["70000", "-1", "1.5", "http"])("refuses %s as a port", (PORT) => {
    expect(() => readConfig(commonConfig, { ...complete, PORT })).toThrow("PORT");
  });
});

describe("a duration", () => {
  const schema = z.object({ LOCK_DURATION: duration.default(15 * 60_000) });

  it.each([
    ["15m", 900_000],
    ["8s", 8000],
    ["500ms", 500],
    ["1h", 3_600_000],
    ["30d", 2_592_000_000],
  ])("of %s is %d ms", (LOCK_DURATION, ms) => {
    expect(readConfig(schema, { LOCK_DURATION })).toEqual({ LOCK_DURATION: ms });
  });

  it("has its default when it is not given", () => {
    expect(readConfig(schema, {})).toEqual({ LOCK_DURATION: 900_000 });
  });

  it.each(["15", "-8s", "8 s", "1.5h", "s", "8s; rm"])("is never guessed from %j", (LOCK_DURATION) => {
    expect(() => readConfig(schema, { LOCK_DURATION })).toThrow(
      "LOCK_DURATION: must be a duration such as 15m, 8s or 500ms",
    );
  });
});

describe("an address", () => {
  it.each(["127.0.0.1:9002", "tickets.ticketing.svc:9002", "[::1]:9002"])("may be %s", (text) => {
    expect(address.parse(text)).toBe(text);
  });

  it.each(["tickets", "tickets:", ":9002", "http://tickets:9002 x"])("is not %s", (text) => {
    expect(address.safeParse(text).success).toBe(false);
  });
});
