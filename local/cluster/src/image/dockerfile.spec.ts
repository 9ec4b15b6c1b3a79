import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { repositoryPath } from "@ticketing/launcher/process-table";
import { parseDockerfile, substitute } from "./dockerfile.ts";
import { localize } from "./local-addresses.ts";

const read = async () => parseDockerfile(await readFile(repositoryPath("Dockerfile"), "utf8"));

describe("the Dockerfile", () => {
  it("copies the manifest of every workspace, for npm knows them all from the lockfile", async () => {
    const manifests = (await read()).find(({ name }) => name === "manifests");
    const copied =
      manifests?.instructions.flatMap((each) => (each.kind === "COPY" ? each.sources : [])) ?? [];
    const { workspaces } = JSON.parse(await readFile(repositoryPath("package.json"), "utf8")) as {
      workspaces: string[];
    };
    const folders = await Promise.all(
      workspaces.map(async (pattern) => {
        if (!pattern.endsWith("/*")) return [pattern];
        const parent = pattern.slice(0, -2);
        return (await readdir(repositoryPath(parent))).map((name) => join(parent, name));
      }),
    );
    for (const folder of folders.flat()) expect(copied).toContain(`${folder}/package.json`);
  });

  it("ends in an image without root, from bases that are pinned by digest", async () => {
    const stages = await read();
    for (const { base } of stages) {
      if (!stages.some(({ name }) => name === base)) expect(base).toMatch(/@sha256:[0-9a-f]{64}$/);
    }
    for (const name of ["development", "production"]) {
      const stage = stages.find((each) => each.name === name);
      expect(stage?.instructions).toContainEqual({ kind: "USER", user: "65532:65532" });
    }
  });
});

describe("the reader of Dockerfiles", () => {
  it("knows continued lines, comments, arguments and cache mounts", () => {
    const text = [
      ...["ARG BASE=b@sha256:1", "# no", "FROM $" + "{BASE} AS one"],
      ...["RUN --mount=type=cache,target=/c a \\", "  b", 'CMD ["x"]'],
    ].join("\n");
    expect(parseDockerfile(text)).toEqual([
      {
        name: "one",
        base: "b@sha256:1",
        instructions: [
          { kind: "RUN", command: "a b" },
          { kind: "CMD", words: ["x"] },
        ],
      },
    ]);
  });

  it.each([
    ["an instruction that it does not know", "FROM b AS one\nADD x y"],
    ["an option of COPY that it does not know", "FROM b AS one\nCOPY --parents x y"],
    ["a stage without a name", "FROM b"],
    ["a step before the first stage", "RUN x"],
  ])("refuses %s", (_, text) => {
    expect(() => parseDockerfile(text)).toThrow();
  });

  it("refuses an argument that has no value", () => {
    expect(() => substitute("$" + "{SERVICE}/src", {})).toThrow("{SERVICE} has no value");
  });
});

describe("an address of the cluster", () => {
  const book = new Map([
    ["tickets:9090", "127.0.0.1:1"],
    ["nats:4222", "127.0.0.1:2"],
    ["mongodb-0.mongodb-svc:27017", "127.0.0.1:3"],
  ]);
  it.each([
    ["tickets:9090", "127.0.0.1:1"],
    ["nats://auth:p@nats:4222", "nats://auth:p@127.0.0.1:2"],
    [
      "mongodb://auth:p@mongodb-0.mongodb-svc:27017/auth?replicaSet=mongodb",
      "mongodb://127.0.0.1:3/auth?directConnection=true",
    ],
    ["more-tickets:9090", "more-tickets:9090"],
    ["15m", "15m"],
  ])("%s is %s here", (there, here) => {
    expect(localize(there, book)).toBe(here);
  });
});
