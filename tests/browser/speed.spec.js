// What Lighthouse thinks of the pages: it measures time, so it runs alone (playwright.config.js).

import lighthouse from "lighthouse";
import { chromium } from "@playwright/test";
import { createServer } from "node:net";
import { createWorkspace, expect, test } from "./pages.js";
import { heaviestPages } from "./wizard.js";

/**
 * How long a page is measured anew, in milliseconds, until it is good enough. What else the machine does makes a page
 * only slower than it is, never faster, so one good measurement is the true one.
 */
const PATIENCE = 90_000;

async function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** What Lighthouse gives a page under its own settings: a telephone on a slow network. */
async function audit(address, port, Cookie) {
  const { lhr } = await lighthouse(address, {
    port,
    logLevel: "error",
    onlyCategories: ["performance", "accessibility", "best-practices"],
    extraHeaders: { Cookie },
  });
  expect(lhr.finalDisplayedUrl, "the page was measured, not another").toBe(address);
  const found = Object.values(lhr.audits).filter((a) => a.score !== null && a.score < 0.9).map((a) => a.id);
  return { scores: Object.values(lhr.categories), found: found.join(", ") };
}

test("Lighthouse gives list, contact, map and preview at least 95, and 100 for all but speed", async ({ server }) => {
  test.setTimeout(5 * PATIENCE);
  const port = await freePort();
  const { executablePath, args } = test.info().project.use.launchOptions;
  const browser = await chromium.launch({ executablePath, args: [...args, `--remote-debugging-port=${port}`] });
  try {
    // Lighthouse opens a tab of its own, so the sign-in must be the browser's, not that of a context.
    const context = await browser.newContext({ baseURL: server.address });
    const page = await context.newPage();
    await createWorkspace(page, server);
    const addresses = await heaviestPages(page);
    const cookies = await context.cookies();
    const Cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    for (const [name, address] of Object.entries(addresses)) {
      await expect(async () => {
        const { scores, found } = await audit(address, port, Cookie);
        for (const { id, title, score } of scores) expect(score, `${name}: ${title} (${found})`).toBeGreaterThanOrEqual(id === "performance" ? 0.95 : 1);
      }).toPass({ timeout: PATIENCE, intervals: [1_000] });
    }
  } finally {
    await browser.close();
  }
});
