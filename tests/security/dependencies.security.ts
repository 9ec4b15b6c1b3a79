import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { reported } from "../support/suite-report.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

interface LockEntry {
  link?: boolean;
  resolved?: string;
  integrity?: string;
  version?: string;
}

/** The installed packages are the reviewed ones, compared by hash, whichever registry serves them. */
describe("dependencies", () => {
  it("of the lockfile are pinned by SHA-512 and name no address to fetch them from", async () => {
    await reported("packages pinned by hash", async () => {
      const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, LockEntry> };
      const installed = Object.entries(packages).filter(
        ([path, { link }]) => path.includes("node_modules/") && !link,
      );
      for (const [path, { integrity, resolved, version }] of installed) {
        expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-[A-Za-z0-9+/]{86}==$/)]);
        expect([path, version]).toEqual([path, expect.stringMatching(/^\d+\.\d+\.\d+/)]);
        // No address: npm asks the configured registry, and the hash decides whether to believe it.
        expect([path, resolved]).toEqual([path, undefined]);
      }
      expect(installed.length).toBeGreaterThan(100);
      return installed.length;
    });
  });

  it("of each manifest are versions: no address, repository or file outside the workspace", async () => {
    await reported("dependencies declared", async () => {
      const manifests = workspaces().map((folder) => join(folder, "package.json"));
      let declared = 0;
      for (const path of manifests) {
        const manifest = JSON.parse(read(path)) as Record<string, Record<string, string> | undefined>;
        for (const kind of ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"]) {
          for (const [name, range] of Object.entries(manifest[kind] ?? {})) {
            expect([path, name, range]).toEqual([
              path,
              name,
              expect.stringMatching(/^[\^~]?\d+\.\d+\.\d+[\w.-]*$/),
            ]);
            declared++;
          }
        }
      }
      expect(declared).toBeGreaterThan(50);
      return declared;
    });
  });

  it("of Python, wheels of servers among them, are pinned by SHA-256", async () => {
    await reported("wheels pinned by hash", async () => {
      const files = requirementFiles();
      let pinned = 0;
      for (const file of files) {
        for (const line of requirements(read(file))) {
          expect([file, line]).toEqual([
            file,
            expect.stringMatching(/^[\w.-]+==[\w.]+( *; *[^-]+)?( +--hash=sha256:[0-9a-f]{64})+$/),
          ]);
          pinned++;
        }
      }
      expect(files.length).toBeGreaterThan(1);
      return pinned;
    });
  });
});

/** The folders that have a manifest, the root first. */
function workspaces(): string[] {
  const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, LockEntry> };
  return Object.keys(packages).filter((path) => !path.includes("node_modules/"));
}

/** Every requirements file of the repository. */
function requirementFiles(): string[] {
  const found: string[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !["node_modules", ".git", ".local", "dist", "gen"].includes(entry.name))
        walk(path);
      else if (/requirements[\w/.-]*\.txt$/.test(path)) found.push(path);
    }
  };
  walk("");
  return found;
}

/** The requirements of a file, continued lines joined, comments and options left out. */
const requirements = (text: string): string[] =>
  text
    .replaceAll(/\\\r?\n\s*/g, " ")
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line && !line.startsWith("-"));
