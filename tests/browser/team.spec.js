// Members side by side, each in a browser of their own: inviting, sharing, handing over, merging, custom fields.

import { readFile } from "node:fs/promises";
import { axe, expect, test } from "./pages.js";
import { counted, importButton, importFile, onStep } from "./wizard.js";

const GRACE = { name: "Grace Hopper", email: "grace@example.com", password: "another long password" };

/** Invites somebody and gives the link. */
async function invite(page, email) {
  await page.goto("/members");
  await onStep(page, "Members");
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Invite" }).click();
  return page.getByLabel("Invitation link").inputValue();
}

/** Joins by a link, in a browser of one's own. */
async function join(page, link, { name, password }) {
  await page.goto(link);
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Join" }).click();
  await onStep(page, "Contacts");
}

/** A second member, signed in. */
async function grace(page, another) {
  const hers = await another();
  await join(hers, await invite(page, GRACE.email), GRACE);
  return hers;
}

async function open(page, name, path = "/contacts") {
  await page.goto(path);
  await page.getByRole("link", { name, exact: true }).click();
  await onStep(page, name);
}

/** Shares the contact whose page is open. */
async function share(page, member, access) {
  await page.getByRole("link", { name: "Share", exact: true }).click();
  await onStep(page, "Share");
  await page.getByLabel("Member").selectOption({ label: member });
  await page.getByLabel("Access").selectOption({ label: access });
  await page.getByRole("button", { name: "Share", exact: true }).click();
}

async function lines(download) {
  const text = await readFile(await (await download).path(), "utf8");
  return text.trim().split(/\r?\n/);
}

test("a contact is shared to view, to edit, exported by who sees it, and taken back", async ({ page, another }) => {
  test.slow();
  await importFile(page, "clean.csv");
  await axeOf(page, "/members");
  const hers = await grace(page, another);
  await expect(hers.getByText("No contacts yet")).toBeVisible();
  await axeOf(hers, "/members");
  await axeOf(hers, "/shared");

  await open(page, "Nora Whitfield");
  const address = page.url();
  expect((await hers.goto(address)).status()).toBe(404);
  await share(page, GRACE.name, "Can view");
  await axe(page);

  await hers.goto("/contacts");
  await expect(hers.locator('nav a[href="/shared"] .nav-count')).toHaveText("1");
  await hers.goto("/shared");
  await onStep(hers, "Shared with me");
  await expect(hers.getByRole("row", { name: /Nora Whitfield/ })).toContainText("Ada Lovelace");
  await axe(hers);
  await open(hers, "Nora Whitfield", "/shared");
  await axe(hers);
  await expect(hers.getByRole("link", { name: "Edit" })).toHaveCount(0);
  expect((await hers.goto(`${address}/edit`)).status()).toBe(403);
  await axe(hers);

  await expect(hers.getByRole("link", { name: "Notifications" })).toHaveAccessibleDescription("1 unread");
  await hers.getByRole("link", { name: "Notifications" }).click();
  await onStep(hers, "Notifications");
  await expect(hers.getByRole("listitem").filter({ hasText: "Ada Lovelace shared Nora Whitfield with you (can view)." })).toContainText("New");
  await axe(hers);
  await hers.goto("/contacts");
  await expect(hers.getByRole("link", { name: "Notifications" })).not.toHaveAccessibleDescription("1 unread");

  await open(page, "Nora Whitfield");
  await share(page, GRACE.name, "Can edit");
  await open(hers, "Nora Whitfield", "/shared");
  await hers.getByRole("link", { name: "Edit" }).click();
  await hers.getByLabel("Company").fill("Whitfield & Daughters");
  await hers.getByRole("button", { name: "Save", exact: true }).click();
  await open(page, "Nora Whitfield");
  await expect(page.getByText("Whitfield & Daughters").first()).toBeVisible();

  await hers.goto("/export?scope=shared");
  const download = hers.waitForEvent("download");
  await hers.getByRole("button", { name: "Export", exact: true }).click();
  const exported = await lines(download);
  expect(exported).toHaveLength(2);
  expect(exported[1]).toContain("Whitfield & Daughters");

  await page.getByRole("link", { name: "Share", exact: true }).click();
  await page.getByRole("button", { name: /^Revoke/ }).first().click();
  await hers.goto("/notifications");
  await expect(hers.getByText("Ada Lovelace stopped sharing 1 contact with you.")).toBeVisible();
  await hers.goto("/shared");
  await expect(hers.getByText("Nora Whitfield")).toHaveCount(0);
  expect((await hers.goto(address)).status()).toBe(404);
});

test("an invitation lets one person in, once; who is removed hands everything over", async ({ page, another }) => {
  test.slow();
  const link = await invite(page, GRACE.email);
  await axe(page);
  const hers = await another();
  await axeOf(hers, link);
  await join(hers, link, GRACE);
  const late = await another();
  await late.goto(link);
  await expect(late.getByRole("button", { name: "Join" })).toHaveCount(0);
  await axe(late);

  await importFile(hers, "clean.csv");
  await page.goto("/contacts");
  await expect(page.getByText("No contacts yet")).toBeVisible();
  await page.goto("/members");
  await page.getByRole("row", { name: new RegExp(GRACE.name) }).getByRole("link", { name: /^Remove/ }).click();
  await axe(page);
  await page.getByRole("button", { name: /^Remove/ }).click();
  await page.goto("/contacts");
  await expect(page.getByText("6 contacts").first()).toBeVisible();
  await hers.goto("/contacts");
  await onStep(hers, "Sign in");
  await page.goto("/audit");
  await onStep(page, "Audit log");
  await expect(page.getByRole("cell", { name: /Grace Hopper/ }).first()).toBeVisible();
  await axe(page);
});

test("a selection is shared, tagged and transferred, and each is undone", async ({ page, another }) => {
  test.slow();
  await importFile(page, "clean.csv");
  const hers = await grace(page, another);
  await page.goto("/contacts");
  await select(page, ["Nora Whitfield", "Elias Mbeki"]);
  await page.getByRole("button", { name: /^Share/ }).click();
  await onStep(page, "Share");
  await axe(page);
  await page.getByLabel("Member").selectOption({ label: GRACE.name });
  await page.getByLabel("Access").selectOption({ label: "Can view" });
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await hers.goto("/shared");
  await expect(hers.getByRole("link", { name: "Elias Mbeki" })).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await hers.goto("/shared");
  await expect(hers.getByRole("link", { name: "Elias Mbeki" })).toHaveCount(0);

  await page.goto("/contacts");
  await expect(page.getByText(/\d selected/), "the selection ended with the sharing").toBeHidden();
  await select(page, ["Nora Whitfield"]);
  await page.getByRole("button", { name: /^Transfer/ }).click();
  await axe(page);
  await page.getByLabel("Member").selectOption({ label: GRACE.name });
  await page.getByRole("button", { name: /^Transfer/ }).click();
  await expect(page.getByText("1 contact transferred")).toBeVisible();
  await hers.goto("/notifications");
  await expect(hers.getByText(/^Ada Lovelace transferred .*Nora Whitfield.* to you\.$/)).toBeVisible();
  await hers.goto("/contacts");
  await expect(hers.getByRole("link", { name: "Nora Whitfield" })).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await hers.goto("/contacts");
  await expect(hers.getByText("No contacts yet")).toBeVisible();
});

async function select(page, names) {
  for (const name of names) await page.getByLabel(`Select ${name}`).check();
}

async function contact(page, first, last, company, email) {
  await page.goto("/contacts/new");
  await page.getByLabel("First name").fill(first);
  await page.getByLabel("Last name").fill(last);
  await page.getByLabel("Company").fill(company);
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await onStep(page, `${first} ${last}`);
}

test("duplicates are found, merged, and taken apart again", async ({ page }) => {
  await contact(page, "Jon", "Sanders", "Blue Mill", "jon@bluemill.example");
  await contact(page, "John", "Sanders", "Blue Mill", "john.sanders@bluemill.example");
  await page.goto("/duplicates");
  await onStep(page, "Find duplicates");
  await expect(page.getByText("john.sanders@bluemill.example").first()).toBeVisible();
  await axe(page);
  await expect(page.getByRole("columnheader", { name: "After merging" })).toBeVisible();
  await page.getByRole("button", { name: /^Merge/ }).first().click();
  await onStep(page, "Find duplicates");
  await expect(page.getByText("2 contacts merged")).toBeVisible();
  await expect(page.getByText("john.sanders@bluemill.example")).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.goto("/duplicates");
  await page.getByRole("button", { name: /^Choose values/ }).first().click();
  await onStep(page, "Merge contacts");
  await axe(page);
  await page.getByRole("button", { name: "Merge", exact: true }).click();
  await expect(page.getByText("jon@bluemill.example").first()).toBeVisible();
  await expect(page.getByText("john.sanders@bluemill.example").first()).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.goto("/contacts");
  await expect(page.getByText("2 contacts").first()).toBeVisible();
});

test("a custom field is defined, imported, filtered by and exported", async ({ page }) => {
  await page.goto("/fields");
  await onStep(page, "Custom fields");
  await page.getByLabel("Name", { exact: true }).fill("Shoe size");
  await page.getByLabel("Type", { exact: true }).selectOption("number");
  await page.getByRole("button", { name: "Save", exact: true }).first().click();
  await expect(page.getByRole("row", { name: /Shoe size/ })).toBeVisible();
  await axe(page);
  await page.goto("/import");
  const csv = "First Name,Last Name,Email,Shoe size\nAnn,Bay,ann@bay.example,42\nBob,Cole,bob@cole.example,large\n";
  await page.getByLabel("CSV file").setInputFiles({ name: "shoes.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  await onStep(page, "Map columns");
  await page.getByRole("button", { name: "Continue" }).click();
  await counted(page);
  await expect(page.getByRole("region", { name: "Invalid", exact: true }).locator(".number-large")).toHaveText("1");
  await importButton(page, "1").click();
  await onStep(page, "Import result");
  await page.goto("/contacts?q=" + encodeURIComponent('field:"Shoe size"=42'));
  await open2(page, "Ann Bay");
  await expect(page.getByText("42").first()).toBeVisible();
  await page.goto("/export");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export", exact: true }).click();
  const exported = await lines(download);
  expect(exported[0]).toContain("Shoe size");
  expect(exported[1]).toContain("42");
  await axeOf(page, "/settings");
});

async function open2(page, name) {
  await page.getByRole("link", { name, exact: true }).click();
  await onStep(page, name);
}

async function axeOf(page, path) {
  await page.goto(path);
  await axe(page);
}
