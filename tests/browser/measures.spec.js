// How much the pages weigh, and what Lighthouse thinks of them.

import lighthouse from "lighthouse";
import { chromium } from "@playwright/test";
import { createServer } from "node:net";
import { createWorkspace, expect, test } from "./pages.js";
import { importFile, preview, upload } from "./wizard.js";

/** The list, and the pages of the wizard that have most on them. */
async function measured(page) {
  await importFile(page, "clean.csv");
  await upload(page, "google.csv");
  const map = page.url();
  await preview(page, "broken.csv");
  return { list: new URL("/contacts", map).href, map, preview: page.url() };
}

test("no page is heavy, and style and script are light", async ({ page }) => {
  const addresses = await measured(page);
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  for (const [name, address] of Object.entries(addresses)) {
    const sizes = new Map();
    const kinds = new Map();
    const response = ({ requestId, type }) => kinds.set(requestId, type);
    const finished = ({ requestId, encodedDataLength }) => sizes.set(requestId, encodedDataLength);
    session.on("Network.responseReceived", response);
    session.on("Network.loadingFinished", finished);
    await page.goto(address, { waitUntil: "networkidle" });
    const sum = (of) => [...sizes].filter(([id]) => of.includes(kinds.get(id))).reduce((all, [, size]) => all + size, 0);
    expect(sum(["Document"]), `${name}: its own bytes`).toBeLessThan(60_000);
    expect(sum(["Document"]), `${name}: was measured`).toBeGreaterThan(500);
    expect(sum(["Stylesheet", "Script"]), `${name}: style and script`).toBeLessThan(40_000);
    session.off("Network.responseReceived", response);
    session.off("Network.loadingFinished", finished);
  }
});

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

test("Lighthouse gives list, map and preview at least 95", async ({ server }) => {
  test.slow();
  const port = await freePort();
  const { executablePath, args } = test.info().project.use.launchOptions;
  const browser = await chromium.launch({ executablePath, args: [...args, `--remote-debugging-port=${port}`] });
  try {
    // Lighthouse opens a tab of its own, so the sign-in must be the browser's, not that of a context.
    const context = await browser.newContext({ baseURL: server.address });
    const page = await context.newPage();
    await createWorkspace(page, server);
    const addresses = await measured(page);
    const cookies = await context.cookies();
    const Cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    for (const [name, address] of Object.entries(addresses)) {
      // Its own settings: a telephone on a slow network.
      const { lhr } = await lighthouse(address, {
        port,
        logLevel: "error",
        onlyCategories: ["performance", "accessibility", "best-practices"],
        extraHeaders: { Cookie },
      });
      expect(lhr.finalDisplayedUrl, `${name} was measured`).toBe(address);
      for (const { title, score } of Object.values(lhr.categories)) {
        const wrong = Object.values(lhr.audits).filter((a) => a.score !== null && a.score < 0.9).map((a) => a.id);
        expect(score, `${name}: ${title} (${wrong.join(", ")})`).toBeGreaterThanOrEqual(0.95);
      }
    }
  } finally {
    await browser.close();
  }
});
