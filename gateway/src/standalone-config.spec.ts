import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeAuthority } from "@ticketing/servers/certificates";
import { validateEnvoy } from "@ticketing/servers/envoy";
import { parse } from "yaml";
import { config } from "./config.ts";
import { addressVariable, routedServices } from "./routed-services.ts";
import { standaloneConfig, trustFileOf } from "./standalone-config.ts";
import { trustYaml } from "./upstream-tls.ts";

const env = {
  ENVOY_CONFIG_FILE: "unused",
  PUBLIC_URL: "https://tickets.example.com/",
  TLS_TERMINATION: "gateway",
  PUBLIC_TLS_DIR: "/unused",
  ALLOWED_ORIGINS: "https://partner.example/page, https://other.example",
  ...Object.fromEntries(routedServices.map((name) => [addressVariable(name), `${name}:8080`])),
  WEB_ADDRESS: "web:8080",
};
const plain = { TLS_TERMINATION: "none", PUBLIC_TLS_DIR: "" };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gateway-config-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function validate(text: string): Promise<void> {
  const path = join(folder, "envoy.yaml");
  await writeFile(path, text);
  await validateEnvoy({ config: path });
}

describe("a gateway's configuration in one file", () => {
  it("is one that Envoy accepts, and Envoy sees a cluster that is missing", async () => {
    const text = await standaloneConfig(config({ ...env, ...plain, PUBLIC_URL: "http://localhost:8080" }));
    await expect(validate(text)).resolves.toBeUndefined();
    await expect(validate(text.replaceAll('cluster: "admin"', 'cluster: "nobody"'))).rejects.toThrow(
      /nobody/,
    );
  }, 60_000);

  it("is one that Envoy accepts with TLS to services", async () => {
    const at = { ENVOY_CONFIG_FILE: join(folder, "envoy.yaml"), PUBLIC_URL: "http://localhost:8080" };
    const here = { ...env, ...plain, ...at, TLS_DIR: folder };
    await writeFile(join(folder, "ca.crt"), makeAuthority().cert);
    await writeFile(trustFileOf(here.ENVOY_CONFIG_FILE), trustYaml(folder));
    await expect(validate(await standaloneConfig(config(here)))).resolves.toBeUndefined();
  }, 60_000);

  it("names the public origin, the allowed ones, and no standard one any more", async () => {
    const text = await standaloneConfig(config(env));
    for (const origin of ["https://tickets.example.com", "https://partner.example", "https://other.example"])
      expect(text).toContain(`"${origin}"`);
    expect(text).not.toContain("localhost:8080");
  });

  it("lets calls with cookies come from the public origin alone, each of whose dots is a dot", async () => {
    const text = await standaloneConfig(config(env));
    expect(text).toContain(`regex: ${JSON.stringify("https://tickets\\.example\\.com")}\n`);
    const loopback = await standaloneConfig(
      config({ ...env, ...plain, PUBLIC_URL: "http://127.0.0.1:8080" }),
    );
    expect(loopback).toContain(JSON.stringify("http://localhost:8080|http://127\\.0\\.0\\.1:8080"));
  });

  it("trusts as many proxies as TRUSTED_PROXIES says", async () => {
    expect(await standaloneConfig(config(env))).toContain("xff_num_trusted_hops: 0");
    expect(await standaloneConfig(config({ ...env, TRUSTED_PROXIES: "2" }))).toContain(
      "xff_num_trusted_hops: 2",
    );
    expect(() => config({ ...env, TRUSTED_PROXIES: "-1" })).toThrow(/TRUSTED_PROXIES/);
  });

  it("shows the contracts only where reflection is on", async () => {
    const shown = async (given: object) =>
      (await standaloneConfig(config({ ...env, ...given }))).split('cluster: "catalog"').length - 1;
    const hidden = await shown({});
    expect(await shown({ REFLECTION: "off" })).toBe(hidden);
    expect(await shown({ REFLECTION: "on" })).toBe(hidden + 1);
    expect(() => config({ ...env, REFLECTION: "yes" })).toThrow(/REFLECTION/);
  });

  it("shows Envoy's admin endpoint to nobody but the pod itself", async () => {
    const text = await standaloneConfig(config(env));
    expect(parse(text).admin).toEqual({
      address: { socket_address: { address: "127.0.0.1", port_value: 9901 } },
    });
  });

  it("is refused without one of the addresses, by its name", () => {
    expect(() => config({ ...env, WEB_ADDRESS: "" })).toThrow(/WEB_ADDRESS: is missing/);
  });
});
