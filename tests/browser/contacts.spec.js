// The list, a contact, the trash, the account and the export: what is exported compares with what was imported.

import { readFile } from "node:fs/promises";
import { PHONE, axe, expect, file, test } from "./pages.js";
import { card, cards, counted, importButton, importFile, onStep } from "./wizard.js";

test.describe("on a phone", () => {
  test.use(PHONE);

  test("pages without contacts are fit for all, and nothing of them is cut off", async ({ page }) => {
    const workspace = ["/members", "/fields", "/settings", "/audit", "/notifications", "/account", "/account/tokens", "/account/webhooks"];
    for (const path of ["/contacts", "/contacts/new", "/shared", "/duplicates", "/trash", "/import", "/imports", "/export", ...workspace]) {
      await page.goto(path);
      await axe(page);
      expect(await page.evaluate(cutOff), path).toEqual([]);
    }
  });
});

/** The texts of a page that are higher than the boxes that they are in. */
function cutOff() {
  const boxes = [...document.querySelectorAll("main :is(td, th, dt, dd, p, button)")];
  return boxes.filter((box) => box.clientHeight > 2 && box.scrollHeight > box.clientHeight + 2).map((box) => box.textContent);
}

test("the list is searched while one types, and a contact is looked at, changed, deleted and restored", async ({ page }) => {
  await importFile(page, "clean.csv");
  await page.goto("/contacts");
  await axe(page);
  await page.keyboard.press("/");
  await page.keyboard.type("0105");
  await expect(page.getByRole("link", { name: "Ingrid Solberg" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Nora Whitfield" })).toHaveCount(0);
  await page.getByRole("link", { name: "Ingrid Solberg" }).click();
  await expect(page.getByRole("heading", { name: "Ingrid Solberg", level: 1 })).toBeVisible();
  await expect(page.getByText("clean.csv").first()).toBeVisible();
  await axe(page);
  await page.getByRole("link", { name: "Edit" }).click();
  await axe(page);
  await page.goBack();
  await page.getByLabel("More actions").click();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.goto("/trash");
  await expect(page.getByText("Ingrid Solberg").first()).toBeVisible();
  await axe(page);
  await page.getByRole("button", { name: /Restore/ }).first().click();
  await page.goto("/contacts");
  await expect(page.getByRole("link", { name: "Ingrid Solberg" })).toBeVisible();
});

/** The rows of a file, without the line ends. */
const lines = (text) => text.trim().split(/\r?\n/);

test("what was imported is exported, and imported again it changes nothing", async ({ page }, info) => {
  await importFile(page, "clean.csv");
  await page.goto("/contacts");
  await page.getByRole("link", { name: "Export", exact: true }).click();
  await onStep(page, "Export contacts");
  await axe(page);
  await expect(page.getByText("This exports 6 contacts")).toBeVisible();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export", exact: true }).click();
  const path = info.outputPath("export.csv");
  await (await download).saveAs(path);
  const exported = lines(await readFile(path, "utf8"));
  expect(exported).toHaveLength(7);
  for (const value of ["Nora", "Whitfield", "nora.whitfield@harborlight.example", "Harborlight Books"]) {
    expect(exported.some((line) => line.includes(value)), value).toBe(true);
  }
  await page.goto("/import");
  await page.getByLabel("CSV file").setInputFiles(path);
  await onStep(page, "Map columns");
  await page.getByRole("button", { name: "Continue" }).click();
  await counted(page);
  await cards(page, "0", "0", "6");
  await page.getByLabel("If a contact already exists").selectOption("update");
  await expect(page.getByRole("region", { name: "Duplicates", exact: true })).toContainText("6 unchanged");
  await expect(page.getByRole("button", { name: "Import 0 contacts" })).toBeDisabled();
  await expect(card(page, "Valid")).toHaveText("0");
});

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });

  test("contacts are searched, edited and exported", async ({ page }) => {
    await importFileWithoutScript(page);
    await page.goto("/contacts");
    await page.getByLabel("Search contacts").fill("harborlight");
    await page.getByRole("button", { name: "Search" }).click();
    await expect(page.getByRole("link", { name: "Nora Whitfield" })).toBeVisible();
    await expect(page.getByRole("link", { name: "Elias Mbeki" })).toHaveCount(0);
    await page.getByRole("link", { name: "Nora Whitfield" }).click();
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByLabel("Company").fill("Harborlight Press");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByRole("link", { name: "Harborlight Press" })).toBeVisible();
    await page.goto("/notifications");
    await expect(page.getByText("No notifications")).toBeVisible();
    await page.goto("/export");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export", exact: true }).click();
    expect(lines(await readFile(await (await download).path(), "utf8"))).toHaveLength(7);
  });
});

async function importFileWithoutScript(page) {
  await page.goto("/import");
  await page.getByLabel("CSV file").setInputFiles(file("clean.csv"));
  await page.getByRole("button", { name: "Continue" }).click();
  await onStep(page, "Map columns");
  await page.getByRole("button", { name: "Continue" }).click();
  await onStep(page, "Preview");
  await counted(page);
  await importButton(page, "6").click();
  await onStep(page, "Import result");
}
