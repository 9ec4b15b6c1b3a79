import { describe, expect, it } from "@jest/globals";
import { webhookSecrets } from "@ticketing/runtime/stripe/stripe-keys";
import { config } from "./config.ts";

const common = {
  PORT: "8004",
  INTERNAL_PORT: "9004",
  NATS_URL: "nats://127.0.0.1:4222",
  SERVICE_KEY_FILE: "/keys/payments.json",
  SERVICE_KEYS_FILE: "/keys/services.jwks.json",
  JWKS_URL: "http://127.0.0.1:8001/.well-known/jwks.json",
  PUBLIC_URL: "https://tickets.example.com",
  MONGODB_URI: "mongodb://127.0.0.1/payments",
  ORDERS_ADDRESS: "127.0.0.1:9003",
};
const live = {
  ...common,
  STRIPE_SECRET_KEY: "sk_live_a1",
  STRIPE_PUBLISHABLE_KEY: "pk_live_a1",
  STRIPE_WEBHOOK_SECRET: "whsec_a1",
};
const test = {
  ...common,
  STRIPE_MODE: "test",
  STRIPE_SECRET_KEY: "sk_test_a1",
  STRIPE_PUBLISHABLE_KEY: "pk_test_a1",
  STRIPE_WEBHOOK_SECRET: "whsec_double_a1",
  STRIPE_URL: "http://127.0.0.1:8083",
};

describe("payments move real money by default", () => {
  it("with live keys, restricted ones too", () => {
    expect(config(live)).toMatchObject({ STRIPE_MODE: "live" });
    expect(config({ ...live, STRIPE_SECRET_KEY: "rk_live_a1" })).toMatchObject({ STRIPE_MODE: "live" });
  });

  it("with two webhook secrets while one replaces the other", () => {
    const STRIPE_WEBHOOK_SECRET = "whsec_a1,whsec_b2";
    expect(webhookSecrets(config({ ...live, STRIPE_WEBHOOK_SECRET }).STRIPE_WEBHOOK_SECRET)).toEqual([
      "whsec_a1",
      "whsec_b2",
    ]);
    expect(webhookSecrets(config(live).STRIPE_WEBHOOK_SECRET)).toEqual([live.STRIPE_WEBHOOK_SECRET]);
  });

  it.each([
    ["STRIPE_SECRET_KEY", "sk_test_double", "is a test key, but STRIPE_MODE is live"],
    ["STRIPE_SECRET_KEY", "sk_test_x_live_y", "is a test key, but STRIPE_MODE is live"],
    ["STRIPE_SECRET_KEY", "rk_test_a1", "is a test key, but STRIPE_MODE is live"],
    ["STRIPE_PUBLISHABLE_KEY", "pk_test_double", "is a test key, but STRIPE_MODE is live"],
    ["STRIPE_WEBHOOK_SECRET", "whsec_double", "is the Stripe double's, but STRIPE_MODE is live"],
    ["STRIPE_WEBHOOK_SECRET", "whsec_double_a1", "is the Stripe double's, but STRIPE_MODE is live"],
    ["STRIPE_WEBHOOK_SECRET", "whsec_a1,whsec_double_a1", "is the Stripe double's, but STRIPE_MODE is live"],
    ["STRIPE_URL", "http://stripe-double:8080", "names a double, but STRIPE_MODE is live"],
    ["STRIPE_BROWSER_URL", "http://localhost:8083", "names a double, but STRIPE_MODE is live"],
  ])("and refuse the %s %s", (name, value, fault) => {
    expect(() => config({ ...live, [name]: value })).toThrow(`${name} ${fault}`);
  });

  it("and name everything that does not belong there, without the values", () => {
    const { STRIPE_MODE: _, ...forgotten } = test;
    expect(() => config(forgotten)).toThrow(
      /^(?=[\s\S]*SECRET_KEY is)(?=[\s\S]*PUBLISHABLE_KEY is)(?=[\s\S]*WEBHOOK_SECRET is)(?=[\s\S]*STRIPE_URL names)(?![\s\S]*a1)/,
    );
  });
});

describe("payments in test mode", () => {
  it("take test keys, for the double or for Stripe", () => {
    expect(config(test)).toMatchObject({ STRIPE_MODE: "test" });
    expect(config({ ...test, STRIPE_URL: "" })).not.toHaveProperty("STRIPE_URL");
  });

  it.each([
    ["STRIPE_SECRET_KEY", "sk_live_a1"],
    ["STRIPE_SECRET_KEY", "rk_live_a1"],
    ["STRIPE_PUBLISHABLE_KEY", "pk_live_a1"],
  ])("refuse the %s %s", (name, value) => {
    expect(() => config({ ...test, [name]: value })).toThrow(
      `${name} is a live key, but STRIPE_MODE is test`,
    );
  });
});

it.each([
  ["STRIPE_SECRET_KEY", "sk_live_a1\n"],
  ["STRIPE_SECRET_KEY", "pk_live_a1"],
  ["STRIPE_PUBLISHABLE_KEY", "pk_live_"],
  ["STRIPE_WEBHOOK_SECRET", "whsec_a1\n"],
  ["STRIPE_WEBHOOK_SECRET", "whsec_a1,"],
  ["STRIPE_WEBHOOK_SECRET", "whsec_a1,sk_live_a1"],
  ["STRIPE_WEBHOOK_SECRET", "whsec_a1,whsec_b2,whsec_c3"],
])("the %s %j is none, as a file with a line too many is", (name, value) => {
  expect(() => config({ ...live, [name]: value })).toThrow(`${name}: must be`);
});
