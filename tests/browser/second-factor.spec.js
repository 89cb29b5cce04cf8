// The second factor: set up with the secret that the page shows, asked for at the door, replaced by a recovery code.

import { createHmac } from "node:crypto";
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
