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
  testMatch: ["**/*.spec.ts"],
  testPathIgnorePatterns: ["/node_modules/", "/dist/", "/gen/", "/.local/"],
  modulePathIgnorePatterns: ["/.local/"],
};
