// What every test of the pages begins with: a server, a workspace, a signed-in page that minds its manners.

import { test as base, expect } from "@playwright/test";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Server } from "./server.js";

export { expect };

/** Who owns the workspace of a test. */
export const OWNER = {
  name: "Ada Lovelace",
  email: "ada@example.com",
  password: "a long enough password",
  workspace: "Analytical Engines",
};

/** A file of `tests/browser/files/`. */
export const file = (name) => fileURLToPath(new URL(`files/${name}`, import.meta.url));

export const test = base.extend({
  /** Options of `serve`, for tests that need others. */
  serveOptions: [[], { option: true }],

  /** Whether the server has a workspace already, in which the pages of the test are signed in as its owner. */
  workspace: [true, { option: true }],

  /** The folder and the cookies of a new workspace: copying it takes less time than making one for each test. */
  newWorkspace: [
    async ({ browser }, use) => {
      const server = await Server.prepare();
      await server.start();
      const context = await browser.newContext();
      await createWorkspace(await context.newPage(), server);
      const cookies = await context.cookies();
      await context.close();
      await server.stop();
      await use({ data: server.data, cookies });
      await server.remove();
    },
    { scope: "worker" },
  ],

  server: async ({ serveOptions, workspace, newWorkspace }, use) => {
    const server = await Server.prepare(serveOptions, workspace ? newWorkspace.data : null);
    await server.start();
    await use(server);
    await server.remove();
  },

  baseURL: async ({ server }, use) => use(server.address),

  /** What a page did that it may not: messages on the console, requests to other hosts. */
  misdeeds: async ({}, use) => {
    const misdeeds = [];
    await use(misdeeds);
    expect(misdeeds, "what pages did that they may not").toEqual([]);
  },

  context: async ({ context, server, misdeeds, workspace, newWorkspace }, use) => {
    mind(context, server, misdeeds);
    // Browsers keep cookies by the host, whatever the port.
    if (workspace) await context.addCookies(newWorkspace.cookies);
    await use(context);
  },

  /** Makes further browsers that mind their manners too, for other members. */
  another: async ({ browser, server, misdeeds }, use) => {
    const contexts = [];
    await use(async () => {
      const context = await browser.newContext({ baseURL: server.address, viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
      mind(context, server, misdeeds);
      contexts.push(context);
      return context.newPage();
    });
    for (const context of contexts) await context.close();
  },
});

/** Notes what the pages of a browser do that they may not. */
function mind(context, server, misdeeds) {
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !excused(message)) misdeeds.push(message.text());
  });
  context.on("weberror", (error) => {
    // The browser's own words for a page that was left before it had faded in, where a test asks for motion: no script of ours
    // asks for these transitions.
    const isTransition = /ViewTransition opt-in disabled|Transition was skipped/.test(error.error());
    if (!isTransition) misdeeds.push(`uncaught: ${error.error()}`);
  });
  context.on("request", (request) => {
    const url = new URL(request.url());
    const ours = url.origin === server.address || ["data:", "blob:"].includes(url.protocol);
    if (!ours) misdeeds.push(`a request to ${url.origin}`);
  });
}

/** A server that was stopped on purpose cannot answer, and a page that refuses says so in its status. */
function excused(message) {
  const text = message.text();
  return /ERR_CONNECTION_(REFUSED|RESET)|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE|status of (400|403|404|409|410|413|422)/.test(text);
}

/** Makes the first account through the page that a new installation shows. */
export async function createWorkspace(page, server) {
  await page.goto(server.address);
  await page.getByLabel("Your name").fill(OWNER.name);
  await page.getByLabel("Email").fill(OWNER.email);
  await page.getByLabel("Password", { exact: true }).fill(OWNER.password);
  await page.getByLabel("Workspace name").fill(OWNER.workspace);
  await page.getByRole("button", { name: "Create workspace" }).click();
  await expect(page.getByRole("heading", { name: "Contacts", level: 1 })).toBeVisible();
}

/** The program that finds what keeps people out, as a script for a page. */
const AXE = await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const ALL_RULES = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  rules: { "target-size": { enabled: true } },
  resultTypes: ["violations"],
};
/** Rules about colours: the others find the same in light and in dark. */
const RULES_OF_COLOURS = { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] }, resultTypes: ["violations"] };

/** For `test.use`: a telephone as Lighthouse has it. */
export const PHONE = { viewport: { width: 412, height: 823 }, isMobile: true, hasTouch: true };

/** Fails for anything that axe finds on the page as it is, in light and in dark. */
export async function axe(page) {
  await page.emulateMedia({ colorScheme: "light" });
  await violations(page, ALL_RULES, "light");
  await page.emulateMedia({ colorScheme: "dark" });
  await violations(page, RULES_OF_COLOURS, "dark");
  await page.emulateMedia({ colorScheme: null });
}

async function violations(page, rules, how) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const { violations } = await page.evaluate((rules) => window.axe.run(document, rules), rules);
  const found = violations.map((v) => `${v.id}: ${v.help}\n  ${v.nodes.map((n) => `${n.html}\n   ${n.failureSummary}`).join("\n  ")}`);
  expect(found, `${page.url()}, ${how}`).toEqual([]);
}
