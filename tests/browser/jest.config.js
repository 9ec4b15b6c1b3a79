import base from "../../jest.config.js";

/** Browser tests share one mesh, which runs for as long as they do. */
export default {
  ...base,
  rootDir: "../..",
  testMatch: ["<rootDir>/tests/browser/*.browser.ts"],
  testTimeout: 300_000,
  globalSetup: "<rootDir>/tests/browser/global-setup.ts",
  globalTeardown: "<rootDir>/tests/browser/global-teardown.ts",
};
