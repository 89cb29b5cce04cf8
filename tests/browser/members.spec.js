// Who works here: an invitation, joining, roles, keeping out, removing, and what the audit log says of it.

import { OWNER, axe, expect, test } from "./pages.js";

/** Clicks a button or a link that leads to another page, and waits for it. */
async function press(page, name, role = "button") {
  const loaded = page.waitForEvent("load");
  await page.getByRole(role, { name, exact: true }).click();
  await loaded;
}

/** Invites somebody and gives the link. */
async function invite(page, email, role) {
  await page.goto("/members");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Role", { exact: true }).selectOption(role);
  await press(page, "Invite");
  return page.getByLabel("Invitation link").inputValue();
}

/** Joins by a link, in a browser of one's own. */
async function join(browser, link, name) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(link);
  await axe(page);
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Password").fill("another long password");
  await press(page, "Join");
  await expect(page.getByRole("heading", { name: "Contacts", level: 1 })).toBeVisible();
  return page;
}

/** Nothing may stick out of the page. */
async function fits(page) {
  for (const width of [390, 1024, 1600]) {
    await page.setViewportSize({ width, height: 900 });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over, `${page.url()} at ${width}`).toBeLessThanOrEqual(0);
    if (process.env.CRYSTALQORE_PICTURES) {
      const name = new URL(page.url()).pathname.replaceAll("/", "-");
      await page.screenshot({ path: `${process.env.CRYSTALQORE_PICTURES}/members${name}-${width}.png`, fullPage: true });
    }
  }
}

test("somebody is invited, joins, becomes an admin, is kept out and removed", async ({ browser, page, server, misdeeds }) => {
  const link = await invite(page, "bob@example.com", "member");
  expect(link).toContain(`${server.address}/join/`);
  await axe(page);
  await fits(page);
  const bob = await join(browser, link, "Bob");
  await bob.goto(`${server.address}/members`);
  await expect(bob.getByRole("heading", { name: "Members" })).toBeVisible();
  await expect(bob.getByRole("button", { name: "Invite" })).toHaveCount(0);
  await axe(bob);
  await bob.goto(link);
  await expect(bob.getByRole("heading", { name: "no longer valid" })).toBeVisible();
  await axe(bob);

  await page.goto("/members");
  await page.getByLabel("What Bob may do", { exact: true }).selectOption("admin");
  await press(page, "Change what Bob may do");
  await bob.goto(`${server.address}/audit`);
  await expect(bob.getByRole("heading", { name: "Audit log" })).toBeVisible();
  await expect(bob.getByRole("cell", { name: "Changed a role" })).toBeVisible();
  await axe(bob);
  await fits(bob);
  await bob.getByLabel("Action").selectOption("joined");
  await bob.getByRole("button", { name: "Show" }).click();
  await expect(bob.getByRole("cell", { name: "Changed a role" })).toHaveCount(0);
  await expect(bob.getByRole("link", { name: "Download CSV" })).toHaveAttribute("href", "/audit.csv?action=joined");

  await press(page, "New password for Bob");
  const reset = await page.getByLabel("Password link").inputValue();
  await bob.goto(reset);
  await axe(bob);
  await bob.getByLabel("New password").fill("a third long password");
  await press(bob, "Save");
  await expect(bob.getByRole("heading", { name: "Contacts", level: 1 })).toBeVisible();

  await page.goto("/members");
  await press(page, "Deactivate Bob");
  await bob.goto(`${server.address}/contacts`);
  await expect(bob.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await press(page, "Activate Bob");
  await press(page, "Remove Bob", "link");
  await expect(page.getByRole("heading", { name: "Remove Bob" })).toBeVisible();
  await expect(page.getByLabel("Transfer contacts to")).toHaveValue("1");
  await axe(page);
  await fits(page);
  await press(page, "Remove Bob");
  await expect(page.getByText("Member removed")).toBeVisible();
  await expect(page.getByRole("rowheader", { name: OWNER.name })).not.toHaveCount(0);
  await expect(page.getByRole("rowheader", { name: "Bob" })).toHaveCount(0);
  await bob.context().close();
  // The browser itself says that a link is not valid any more.
  misdeeds.splice(0, misdeeds.length, ...misdeeds.filter((text) => !/status of 404/.test(text)));
});
