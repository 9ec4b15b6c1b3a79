import { describe, expect, it } from "@jest/globals";
import { environment } from "./environment.ts";
import { kubernetesObject } from "./objects.ts";

const objects = [
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: { LEVEL: "info", HOST: "a" } },
  {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "key" },
    data: { password: Buffer.from("p").toString("base64") },
  },
].map((object) => kubernetesObject.parse(object));

const container = (env: unknown[]) => ({
  ...{
    name: "c",
    image: "",
    command: [],
    args: [],
    ports: [],
    volumeMounts: [],
    resources: { requests: {}, limits: {} },
  },
  ...{ securityContext: {}, lifecycle: {} },
  envFrom: [{ configMapRef: { name: "settings" } }],
  env: env as { name: string; value?: string }[],
});

describe("a container's environment", () => {
  it("has the variables of its ConfigMaps, and its own before them", () => {
    expect(environment(container([{ name: "HOST", value: "b" }]), objects)).toEqual({
      LEVEL: "info",
      HOST: "b",
    });
  });

  it("fills in earlier variables of its own, and no others", () => {
    const env = [
      { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "key", key: "password" } } },
      { name: "URL", value: "x://$(PASSWORD)@$(LEVEL)/$(LATER)/$$(PASSWORD)" },
      { name: "LATER", value: "l" },
    ];
    expect(environment(container(env), objects).URL).toBe("x://p@$(LEVEL)/$(LATER)/$(PASSWORD)");
  });
});
