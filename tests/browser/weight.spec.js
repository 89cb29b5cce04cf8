// How much the pages weigh, and whether they suit a phone.

import { PHONE, axe, expect, test } from "./pages.js";
import { heaviestPages } from "./wizard.js";

test.use(PHONE);

test("no page is heavy, and style, script and icons are light", async ({ page }) => {
  const addresses = await heaviestPages(page);
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  for (const [name, address] of Object.entries(addresses)) {
    const sizes = new Map();
    const kinds = new Map();
    const response = ({ requestId, type, response: { url } }) => kinds.set(requestId, url.endsWith(".svg") ? "Icons" : type);
    const finished = ({ requestId, encodedDataLength }) => sizes.set(requestId, encodedDataLength);
    session.on("Network.responseReceived", response);
    session.on("Network.loadingFinished", finished);
    await page.goto(address, { waitUntil: "networkidle" });
    const sum = (of) => [...sizes].filter(([id]) => of.includes(kinds.get(id))).reduce((all, [, size]) => all + size, 0);
    expect(sum(["Document"]), `${name}: its own bytes`).toBeLessThan(60_000);
    expect(sum(["Document"]), `${name}: was measured`).toBeGreaterThan(500);
    expect(sum(["Icons"]), `${name}: the icons were measured`).toBeGreaterThan(500);
    expect(sum(["Stylesheet", "Script", "Icons"]), `${name}: style, script and icons`).toBeLessThan(40_000);
    session.off("Network.responseReceived", response);
    session.off("Network.loadingFinished", finished);
    await axe(page);
  }
});
