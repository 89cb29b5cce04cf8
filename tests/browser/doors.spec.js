// The pages before one is signed in, and those that say that something went wrong.

import { OWNER, axe, createWorkspace, expect, test } from "./pages.js";

/** Clicks a button that leads to another page, and waits for it. */
async function press(page, name) {
  const loaded = page.waitForEvent("load");
  await page.getByRole("button", { name }).click();
  await loaded;
}

test.use({ workspace: false });

test("setup, sign-in and a page that is not there are fit for all", async ({ context, server, misdeeds }) => {
  const page = await context.newPage();
  await page.goto(server.address);
  await axe(page);
  await createWorkspace(page, server);
  await page.goto("/nowhere");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await axe(page);
  await page.goto("/account");
  await page.locator("header > .menu > summary").click();
  await press(page, "Sign out");
  await axe(page);
  await page.getByLabel("Email").fill(OWNER.email);
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await press(page, "Sign in");
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await axe(page);
  await page.getByLabel("Password", { exact: true }).fill(OWNER.password);
  await press(page, "Sign in");
  await expect(page.getByRole("heading", { name: "Contacts", level: 1 })).toBeVisible();
  // The browser itself says that a page was not there, and that a password was refused.
  misdeeds.splice(0, misdeeds.length, ...misdeeds.filter((text) => !/status of (401|404|403)/.test(text)));
});
