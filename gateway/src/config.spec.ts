import { describe, expect, it } from "@jest/globals";
import { config } from "./config.ts";
import { addressVariable, routedServices } from "./routed-services.ts";

const env = {
  ENVOY_CONFIG_FILE: "unused",
  PUBLIC_URL: "https://tickets.example.com",
  TLS_TERMINATION: "gateway",
  PUBLIC_TLS_DIR: "/public-tls",
  ...Object.fromEntries(
    [...routedServices.map(addressVariable), "WEB_ADDRESS"].map((name) => [name, "host:8080"]),
  ),
};
const behindProxy = { TLS_TERMINATION: "proxy", PUBLIC_TLS_DIR: "", TRUSTED_PROXIES: "1" };
const plain = { PUBLIC_URL: "http://localhost:8080", TLS_TERMINATION: "", PUBLIC_TLS_DIR: "" };

describe("settings of the way in fit together", () => {
  it.each([
    ["the gateway ends TLS", {}],
    ["and leads to files", { FILES_URL: "https://files.example.com" }],
    ["and hears the PROXY protocol", { PROXY_PROTOCOL: "on" }],
    ["and stands behind proxies that speak TLS with it", { TRUSTED_PROXIES: "2" }],
    ["and behind both", { TRUSTED_PROXIES: "1", PROXY_PROTOCOL: "on" }],
    ["a proxy ends TLS", behindProxy],
    ["a proxy ends TLS, at the port that the gateway would have for it", { ...behindProxy, PORT: "8443" }],
    ["nobody speaks TLS", plain],
    ["nobody speaks TLS behind a proxy", { ...plain, TRUSTED_PROXIES: "1" }],
  ])("where %s", (_, given) => {
    expect(() => config({ ...env, ...given })).not.toThrow();
  });
});

describe("settings of the way in are refused, by the variable to change,", () => {
  it.each([
    [
      "an https origin for which nobody ends TLS",
      { ...plain, PUBLIC_URL: "https://a.example" },
      "TLS_TERMINATION:",
    ],
    ["an http origin with TLS at the gateway", { PUBLIC_URL: "http://a.example" }, "PUBLIC_URL:"],
    ["an http origin with TLS at a proxy", { ...behindProxy, PUBLIC_URL: "http://a.example" }, "PUBLIC_URL:"],
    ["no certificate", { PUBLIC_TLS_DIR: "" }, "PUBLIC_TLS_DIR: is missing"],
    ["a certificate that nobody is shown", { ...behindProxy, PUBLIC_TLS_DIR: "/x" }, "PUBLIC_TLS_DIR:"],
    ["a certificate without TLS", { ...plain, PUBLIC_TLS_DIR: "/x" }, "PUBLIC_TLS_DIR:"],
    ["a proxy that is not counted", { ...behindProxy, TRUSTED_PROXIES: "0" }, "TRUSTED_PROXIES:"],
    ["one port for two", { PORT: "8443" }, "TLS_PORT: is 8443, as PORT is"],
    ["one port for two others", { READY_PORT: "8080" }, "READY_PORT: is 8080, as PORT is"],
    ["files at the host of the app", { FILES_URL: "https://tickets.example.com/files" }, "FILES_URL:"],
    ["files by plain http", { FILES_URL: "http://files.example.com" }, "FILES_URL: has to be https://"],
    ["files at another port", { FILES_URL: "https://files.example.com:8443" }, "FILES_URL:"],
    ["no origin", { PUBLIC_URL: "" }, "PUBLIC_URL: is missing"],
    ["another word for who ends TLS", { TLS_TERMINATION: "yes" }, "TLS_TERMINATION:"],
    ["another word for the PROXY protocol", { PROXY_PROTOCOL: "v2" }, "PROXY_PROTOCOL:"],
  ])("%s", (_, given, message) => {
    expect(() => config({ ...env, ...given })).toThrow(message);
  });
});
