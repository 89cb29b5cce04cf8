// Files that are no CSV: Excel workbooks and vCards through the wizard, and a workbook out of the list again.

import { axe, expect, test } from "./pages.js";
import { card, cards, counted, importButton, onStep, preview, upload } from "./wizard.js";

test("an xlsx goes through the wizard, with another sheet to choose", async ({ page }) => {
  await upload(page, "members.xlsx");
  await expect(page.getByText("Excel workbook, sheet “Members”")).toBeVisible();
  await expect(page.getByLabel("Encoding")).toHaveCount(0);
  await expect(page.getByLabel("Sheet").locator("option")).toHaveText(["About", "Members", "Former"]);
  await expect(page.getByText("02116")).toBeVisible();
  await axe(page);
  await page.getByLabel("Sheet").selectOption("Former");
  await expect(page.getByText("sheet “Former”")).toBeVisible();
  await expect(page.getByText("quinn.reyes@harborlight.example")).toBeVisible();
  await page.getByLabel("Sheet").selectOption("Members");
  await expect(page.getByText("sheet “Members”")).toBeVisible();
  await page.getByRole("button", { name: "Continue" }).click();
  await onStep(page, "Preview");
  await counted(page);
  await cards(page, "2", "1", "0");
  await page.getByLabel("Email in line 5").fill("ola.brandt@harborlight.example");
  await page.getByRole("button", { name: "Fix", exact: true }).click();
  await expect(card(page, "Valid")).toHaveText("3");
  await importButton(page, "3").click();
  await onStep(page, "Import result");
  await expect(page.getByText("3 rows: 3 created")).toBeVisible();
});

test("an export as xlsx reads back without a change", async ({ page }) => {
  await preview(page, "clean.csv");
  await importButton(page, "6").click();
  await onStep(page, "Import result");
  await page.goto("/export");
  await page.getByLabel("Excel workbook").check();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export", exact: true }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^contacts-.*\d{4}-\d\d-\d\d\.xlsx$/);
  await preview(page, await download.path());
  await cards(page, "0", "0", "6");
});

const CARDS = ["Ana Marsh;ana.marsh@harborlight.example", "Bo Lund;bo.lund@harborlight.example"]
  .map((person) => person.split(";"))
  .map(([name, email]) => `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:${name}\r\nN:${name.split(" ").reverse().join(";")};;;\r\nEMAIL:${email}\r\nEND:VCARD\r\n`)
  .join("");

test("vcards go straight to their preview, with a way back to the mapping", async ({ page }) => {
  await page.goto("/import");
  await page.getByLabel("CSV file").setInputFiles({ name: "phone.vcf", mimeType: "text/vcard", buffer: Buffer.from(CARDS) });
  await onStep(page, "Preview");
  await counted(page);
  await cards(page, "2", "0", "0");
  await page.getByRole("link", { name: "Map columns" }).click();
  await onStep(page, "Map columns");
  await expect(page.getByText("vCard", { exact: false }).first()).toBeVisible();
  await page.getByRole("button", { name: "Continue" }).click();
  await onStep(page, "Preview");
  await counted(page);
  await importButton(page, "2").click();
  await onStep(page, "Import result");
  await expect(page.getByText("2 rows: 2 created")).toBeVisible();
});
