// What Lighthouse thinks of the pages: it measures time, so it runs alone (playwright.config.js).

import lighthouse from "lighthouse";
import { chromium } from "@playwright/test";
import { createServer } from "node:net";
import { expect, test } from "./pages.js";
import { heaviestPages } from "./wizard.js";

/**
 * How long a page is measured anew, in milliseconds, until it is fast enough. What else the machine does makes a page only slower
 * than it is, never faster, so one good measurement is the true one. The other scores depend on the page alone.
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
    // Pictures of the page are for reports.
    disableFullPageScreenshot: true,
    skipAudits: ["screenshot-thumbnails", "final-screenshot"],
    // The pages do nothing after they are loaded that takes longer; the usual second for each of these is waiting.
    pauseAfterFcpMs: 250,
    pauseAfterLoadMs: 250,
    networkQuietThresholdMs: 250,
    cpuQuietThresholdMs: 250,
    extraHeaders: { Cookie },
  });
  expect(lhr.finalDisplayedUrl, "the page was measured, not another").toBe(address);
  return lhr;
}

/** The audits of a category that a page does not pass, each with the elements that it is about. */
function failed(lhr, category) {
  const audits = category.auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => lhr.audits[id]);
  const elements = ({ details }) => (details?.items ?? []).map(({ node }) => node?.selector).filter(Boolean);
  return audits
    .filter(({ score }) => score !== null && score < 0.9)
    .map((audit) => [audit.id, audit.displayValue, ...elements(audit)].filter(Boolean).join("\n    "))
    .join("\n  ");
}

test("Lighthouse gives list, contact, map and preview at least 95, and 100 for all but speed", async ({ server, newWorkspace }) => {
  test.setTimeout(5 * PATIENCE);
  const port = await freePort();
  const { executablePath, args } = test.info().project.use.launchOptions;
  const browser = await chromium.launch({ executablePath, args: [...args, `--remote-debugging-port=${port}`] });
  try {
    // Lighthouse opens a tab of its own, so the sign-in must be the browser's, not that of a context.
    const context = await browser.newContext({ baseURL: server.address });
    await context.addCookies(newWorkspace.cookies);
    const page = await context.newPage();
    const addresses = await heaviestPages(page);
    const Cookie = newWorkspace.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    for (const [name, address] of Object.entries(addresses)) {
      const until = Date.now() + PATIENCE;
      for (let fast = false; !fast; ) {
        const lhr = await audit(address, port, Cookie);
        const { performance, ...others } = lhr.categories;
        for (const other of Object.values(others)) expect(other.score, `${name}: ${other.title}\n  ${failed(lhr, other)}`).toBe(1);
        fast = performance.score >= 0.95;
        if (Date.now() > until) expect(performance.score, `${name}: ${performance.title}\n  ${failed(lhr, performance)}`).toBeGreaterThanOrEqual(0.95);
      }
    }
  } finally {
    await browser.close();
  }
});
