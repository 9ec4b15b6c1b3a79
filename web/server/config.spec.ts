import { expect, test } from "@jest/globals";
import { config } from "./config.ts";

const env = { PORT: "8080", PUBLIC_URL: "https://tickets.example.com", WEB_ROOT: "/app/web/dist" };
const STRIPE_URL = "http://localhost:8083";

test("a page for users runs no script of a Stripe double", () => {
  expect(config(env)).toMatchObject({ STRIPE_MODE: "live" });
  for (const STRIPE_MODE of ["", "live"])
    expect(() => config({ ...env, STRIPE_MODE, STRIPE_URL })).toThrow("STRIPE_URL names a double");
  expect(config({ ...env, STRIPE_MODE: "test", STRIPE_URL })).toMatchObject({ STRIPE_URL });
});
