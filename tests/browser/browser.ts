import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect } from "@jest/globals";
import chromium from "@sparticuz/chromium";
import type { SignIn } from "@ticketing/launcher/mesh-file";
import { type Browser, type BrowserContext, type Page, chromium as playwright } from "playwright-core";
import { LOCALE, ZONE } from "./clock.ts";
import type { BrowserMesh } from "./shared-mesh.ts";

const sizes = {
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  desktop: { viewport: { width: 1280, height: 860 } },
  wide: { viewport: { width: 1920, height: 1080 } },
  /** WCAG 1.4.10: nothing is lost, nothing scrolls sideways. */
  narrow: { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true },
  /** A desktop window of 1280 pixels at 200 %: half as many pixels of CSS, each twice as large (WCAG 1.4.4). */
  zoomed: { viewport: { width: 640, height: 430 }, deviceScaleFactor: 2 },
} as const;

export type Size = keyof typeof sizes;
export const everySize = ["phone", "desktop", "narrow"] as const satisfies Size[];

/** How long a test waits for what it expects to see: longer than any step takes on a machine under load. */
const PATIENCE_MS = 60_000;

const screenshots = fileURLToPath(new URL("../../.local/screenshots/", import.meta.url));
const axe = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export interface OpenOptions {
  size?: Size;
  scheme?: "light" | "dark";
  /** The visitor's time zone; London's unless one is given. */
  zone?: string;
  /** Who has signed in to this browser already. */
  as?: { readonly signIn: SignIn };
}

/** One Chromium for the tests of a file. */
export interface BrowserOfFile {
  /** A page of a new visitor, with cookies of their own, at the start page unless a path is given. */
  open(mesh: BrowserMesh, path?: string, options?: OpenOptions): Promise<Page>;
  /** In this test pages may log what matches: a failure that the test brings about. */
  expectProblem(pattern: RegExp): void;
}

/**
 * Starts a browser for the tests of this file. After each test its pages are closed, and a page that logged an error,
 * threw one or broke its content security policy fails the test.
 */
export function useBrowser(): BrowserOfFile {
  let browser: Browser | undefined;
  const problems: string[] = [];
  const expected: RegExp[] = [];

  beforeAll(async () => {
    browser = await playwright.launch({
      executablePath: await chromium.executablePath(),
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"],
    });
  }, 60_000);

  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
    const [found, brought] = [problems.splice(0), expected.splice(0)];
    expect(found.filter((problem) => !brought.some((pattern) => pattern.test(problem)))).toEqual([]);
  });

  afterAll(async () => {
    await browser?.close();
  });

  return {
    expectProblem: (pattern) => void expected.push(pattern),
    async open(mesh, path = "/", { size = "desktop", scheme = "light", zone = ZONE, as } = {}) {
      if (!browser) throw new Error("the browser is not open yet");
      const context = await browser.newContext({
        ...sizes[size],
        baseURL: mesh.addresses.gateway,
        colorScheme: scheme,
        reducedMotion: "reduce",
        locale: LOCALE,
        timezoneId: zone,
      });
      context.setDefaultTimeout(PATIENCE_MS);
      if (as) await enterSession(context, mesh.addresses.gateway, as.signIn);
      const page = await context.newPage();
      page.on("pageerror", (error) => problems.push(`threw ${error.stack ?? error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error") problems.push(`logged ${message.text()}`);
      });
      await page.goto(path);
      return page;
    },
  };
}

/** Signs in as the page would, without the page: the context has the session's cookies afterwards. */
async function enterSession(context: BrowserContext, origin: string, signIn: SignIn): Promise<void> {
  const { email, password } = signIn;
  const answer = await context.request.post("/ticketing.auth.v1.AuthService/SignIn", {
    headers: { origin },
    data: { email, password },
  });
  if (!answer.ok()) throw new Error(`could not sign in: ${await answer.text()}`);
}

/** Keeps a picture of the page for people to look at; `.local/screenshots` is not committed. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const path = join(screenshots, `${name}.png`);
  await mkdir(dirname(path), { recursive: true });
  // As tall as the page: what is fixed to the foot of the window is then at the foot of the picture.
  const before = page.viewportSize();
  const height = Number(await page.evaluate("document.documentElement.scrollHeight"));
  if (before) await page.setViewportSize({ ...before, height: Math.max(before.height, height) });
  await page.screenshot({ path });
  if (before) await page.setViewportSize(before);
}

interface AxeViolation {
  id: string;
  help: string;
  nodes: { target: string[]; failureSummary: string }[];
}

/** Fails with what axe holds against the page as it is now (WCAG 2.2 A and AA, and its best practices). */
export async function expectAccessible(page: Page): Promise<void> {
  // Past the page's content security policy, which lets no script in.
  await page.evaluate(await axe);
  const violations = (await page.evaluate(
    `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((r) => r.violations)`,
  )) as AxeViolation[];
  const found = violations.map(({ id, help, nodes }) => ({
    rule: `${id}: ${help}`,
    where: nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
  }));
  expect(found).toEqual([]);
}

/** Signs in on the page that says so, with the person's own address and password. */
export async function signIn(page: Page, { email, password }: SignIn): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Fails when the page can be scrolled sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const excess = await page.evaluate(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
  expect(excess).toBe(0);
}

/** Looks at the page as it is now at each size: a picture, what axe holds against it, and nothing that scrolls sideways. */
export async function inspect(page: Page, name: string, at: readonly Size[] = everySize): Promise<void> {
  const before = page.viewportSize();
  for (const size of at) {
    await page.setViewportSize(sizes[size].viewport);
    await screenshot(page, `${name}-${size}`);
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  }
  if (before) await page.setViewportSize(before);
}
