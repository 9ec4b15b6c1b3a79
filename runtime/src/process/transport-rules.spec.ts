import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { commonConfig, databaseConfig, readConfig } from "./config.ts";

const schema = z.object({ ...commonConfig.shape, ...databaseConfig.shape });
const shared = {
  PORT: "8001",
  INTERNAL_PORT: "9001",
  SERVICE_KEY_FILE: "/keys/tickets.json",
  SERVICE_KEYS_FILE: "/keys/services.jwks.json",
  PUBLIC_URL: "http://localhost:8080",
  OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-collector:4318",
};
const plain = {
  ...shared,
  NATS_URL: "nats://orders:s3cret@nats:4222",
  JWKS_URL: "http://auth:8080/.well-known/jwks.json",
  MONGODB_URI: "mongodb://orders:s3cret@mongodb-0.mongodb-svc:27017/orders?authSource=orders",
};
const secured = {
  ...plain,
  TLS_DIR: "/tls",
  NATS_URL: "tls://orders:s3cret@nats:4222",
  JWKS_URL: "https://auth:8080/.well-known/jwks.json",
};
const withDatabase = (options: string) => ({
  MONGODB_URI: `mongodb://o:s3cret@mongodb:27017/orders?${options}`,
});

describe("the transport in an environment", () => {
  it("is plain text, or TLS to all of the mesh", () => {
    expect(readConfig(schema, plain).TLS_DIR).toBeUndefined();
    expect(readConfig(schema, { ...plain, TLS_DIR: "" }).TLS_DIR).toBeUndefined();
    expect(readConfig(schema, secured)).toMatchObject({ TLS_DIR: "/tls" });
    expect(readConfig(schema, { ...secured, ...withDatabase("tls=true&authSource=o") })).toBeDefined();
    expect(readConfig(schema, { ...plain, ...withDatabase("tls=false&tlsInsecure=false") })).toBeDefined();
    expect(
      readConfig(schema, { ...secured, MONGODB_URI: "mongodb+srv://o:pw@mongodb/orders" }),
    ).toBeDefined();
  });

  it.each([
    ["a broker in plain text", { NATS_URL: plain.NATS_URL }, "NATS_URL: must be tls://"],
    ["a broker in capitals", { NATS_URL: "NATS://nats:4222" }, "NATS_URL: must be tls://"],
    ["auth's keys in plain text", { JWKS_URL: plain.JWKS_URL }, "JWKS_URL: must be https://"],
    ["auth's keys in capitals", { JWKS_URL: "HTTP://auth:8080/keys" }, "JWKS_URL: must be https://"],
    ["a database without TLS", withDatabase("tls=false"), "MONGODB_URI: must not switch TLS off"],
    [
      "a database without TLS, by its old name",
      withDatabase("w=1&SSL=False"),
      "MONGODB_URI: must not switch",
    ],
    ["a database that says both", withDatabase("tls=true&tls=false"), "MONGODB_URI: must not switch TLS off"],
    ["a database unchecked", withDatabase("tlsInsecure=true"), "MONGODB_URI: must not stop the check"],
    ["any certificate", withDatabase("tlsAllowInvalidCertificates=true"), "MONGODB_URI: must not stop"],
    ["any name", withDatabase("tlsallowinvalidhostnames=TRUE"), "MONGODB_URI: must not stop the check"],
  ])("is never mixed: %s is refused, and its value not quoted", (_, given, message) => {
    const read = () => readConfig(schema, { ...secured, ...given });
    expect(read).toThrow(message);
    expect(read).not.toThrow("s3cret");
  });

  it("is not TLS without somebody to vouch for the other side", () => {
    expect(() => readConfig(schema, { ...plain, NATS_URL: secured.NATS_URL })).toThrow(
      "NATS_URL: needs TLS_DIR",
    );
    expect(() => readConfig(schema, { ...plain, ...withDatabase("tls=true&tlsInsecure=true") })).toThrow(
      "MONGODB_URI: must not stop the check",
    );
  });

  it("holds for every database that a command reads", () => {
    const both = z.object({ ...databaseConfig.shape, ORDERS_MONGODB_URI: databaseConfig.shape.MONGODB_URI });
    expect(() =>
      readConfig(both, { ...secured, ORDERS_MONGODB_URI: withDatabase("tls=false").MONGODB_URI }),
    ).toThrow("ORDERS_MONGODB_URI: must not switch TLS off");
  });
});
