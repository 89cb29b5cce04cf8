// A member's own account: the second factor, which is set up with the secret that the page shows, asked for when signing in and
// replaced by a recovery code; a new password; webhooks.

import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { OWNER, axe, expect, test } from "./pages.js";

/** What an authenticator app shows now that was told this secret (RFC 6238). */
function code(secret, step = 0) {
  const bits = [...secret.replaceAll("-", "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"));
  const key = Buffer.from(bits.join("").match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + step));
  const hash = createHmac("sha1", key).update(counter).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

async function signIn(page) {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(OWNER.email);
  await page.getByLabel("Password", { exact: true }).fill(OWNER.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Your code" })).toBeVisible();
}

test("a second factor is set up and asked for", async ({ page, another }) => {
  await page.goto("/account");
  await axe(page);
  await page.getByRole("link", { name: "Set up a second factor" }).click();
  await page.getByRole("button", { name: "Begin" }).click();
  await expect(page.getByRole("img", { name: "QR code of the secret" })).toBeVisible();
  await axe(page);
  const secret = await page.locator("main code").innerText();
  await page.getByRole("textbox", { name: "Code" }).fill(code(secret));
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByText("Your second factor is on.")).toBeVisible();
  await axe(page);
  const codes = await page.locator(".recovery-codes code").allInnerTexts();
  expect(codes).toHaveLength(10);

  const elsewhere = await another();
  await signIn(elsewhere);
  await axe(elsewhere);
  // The code of now was used; the next one is taken half a minute early.
  await elsewhere.getByRole("textbox", { name: "Code" }).fill(code(secret, 1));
  await elsewhere.getByRole("button", { name: "Sign in" }).click();
  await expect(elsewhere.getByRole("heading", { name: "Contacts", level: 1 })).toBeVisible();

  const lost = await another();
  await signIn(lost);
  await lost.getByRole("textbox", { name: "Code" }).fill(codes[0]);
  await lost.getByRole("button", { name: "Sign in" }).click();
  await expect(lost.getByRole("heading", { name: "Contacts", level: 1 })).toBeVisible();
  await lost.goto("/account");
  await expect(lost.getByText("9 recovery codes are left.")).toBeVisible();
});

test("a new password says how strong it is", async ({ page }) => {
  await page.goto("/account");
  await page.getByLabel("New password").fill("four");
  await expect(page.getByText("8 more characters")).toBeVisible();
  await page.getByLabel("New password").fill("four other words here");
  await expect(page.getByText("Strong")).toBeVisible();
  await axe(page);
});

/** A program that webhooks are sent to: its address, and the signatures of what has arrived. */
async function receiver() {
  const signatures = [];
  const server = createServer((request, response) => {
    signatures.push(request.headers["webhook-signature"]);
    request.resume();
    response.end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/hook`, signatures, close: () => server.close() };
}

test.describe("webhooks", () => {
  test.use({ serveOptions: ["--private-webhooks"] });

  test("a webhook is created, shows its secret once, sends a test that is in its log, and is deleted", async ({ page }) => {
    const { url, signatures, close } = await receiver();
    await page.goto("/account");
    await page.getByRole("link", { name: "Webhooks", exact: true }).click();
    await page.getByLabel("Address").fill("ftp://127.0.0.1/hook");
    await page.getByLabel("import.finished").check();
    await page.getByRole("button", { name: "Create webhook" }).click();
    await expect(page.getByRole("alert")).toContainText("http");
    await expect(page.getByLabel("import.finished"), "what was chosen stays").toBeChecked();
    await axe(page);
    await page.getByLabel("Address").fill(url);
    await page.getByRole("button", { name: "Create webhook" }).click();
    const secret = await page.locator("main .notice code").innerText();
    expect(secret).toMatch(/^whsec_/);
    await axe(page);
    await page.getByRole("link", { name: "Done" }).click();
    await expect(page.getByText("Nothing has been sent yet.")).toBeVisible();
    await expect(page.getByText(secret)).toHaveCount(0);
    await page.getByRole("button", { name: "Send a test" }).click();
    await expect(page.getByText("A test is being sent.")).toBeVisible();
    await expect.poll(() => signatures.length).toBe(1);
    expect(signatures[0]).toMatch(/^v1,/);
    const log = page.getByRole("region", { name: "Last deliveries" });
    await expect(async () => {
      await page.reload();
      await expect(log.getByRole("row").nth(1)).toContainText("Arrived", { timeout: 500 });
    }).toPass();
    await axe(page);
    await page.getByRole("button", { name: "Delete" }).click();
    await expect(page.getByText("No webhooks yet")).toBeVisible();
    close();
  });
});
