/** One configuration for every spec of the workspace: TypeScript as ES modules, types stripped by swc. */
export default {
  testEnvironment: "node",
  testEnvironmentOptions: { customExportConditions: ["@ticketing/source", "node", "node-addons"] },
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2024" }, module: { type: "es6" } },
    ],
  },
  // Most end in milliseconds; a machine under load must not fail the others.
  testTimeout: 30_000,
  // Modules of a spec that has ended stay in its process: it is followed by another one before they fill it.
  workerIdleMemoryLimit: "1GB",
  testMatch: ["**/*.spec.ts"],
  reporters: ["default", "<rootDir>/tests/support/failed-tests.ts"],
  testPathIgnorePatterns: ["/node_modules/", "/dist/", "/gen/", "/.local/"],
  modulePathIgnorePatterns: ["/.local/"],
};
