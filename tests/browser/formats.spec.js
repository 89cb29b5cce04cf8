// Files that are no CSV: Excel workbooks and vCards through the wizard, and a workbook out of the list again.

import { readFile } from "node:fs/promises";
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

/** Exports in a format, and gives the path and the name of the file. */
async function exported(page, format) {
  await page.goto("/export");
  await page.locator(`input[name=format][value=${format}]`).check();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export", exact: true }).click(),
  ]);
  return { path: await download.path(), name: download.suggestedFilename() };
}

test("an export in each format is downloaded and reads back without a change", async ({ page }) => {
  test.slow();
  await preview(page, "clean.csv");
  await importButton(page, "6").click();
  await onStep(page, "Import result");
  const formats = { csv: "csv", xlsx: "xlsx", google: "csv", "google-parts": "zip", outlook: "csv", vcard: "vcf", vcard4: "vcf" };
  for (const [format, ending] of Object.entries(formats)) {
    const { path, name } = await exported(page, format);
    expect(name).toMatch(new RegExp(`^contacts-.*\\d{4}-\\d\\d-\\d\\d\\.${ending}$`));
    await page.goto("/import");
    await page.getByLabel("CSV file").setInputFiles(path);
    // The columns of vCards are known.
    if (ending !== "vcf") {
      await onStep(page, "Map columns");
      await page.getByRole("button", { name: "Continue" }).click();
    }
    await onStep(page, "Preview");
    await counted(page);
    await cards(page, "0", "0", "6");
  }
  const { path, name } = await exported(page, "jsonl");
  expect(name).toMatch(/\.jsonl$/);
  const contacts = (await readFile(path, "utf8")).trimEnd().split("\n").map((line) => JSON.parse(line));
  expect(contacts.map((contact) => contact.last_name).sort()).toEqual(["Ferrante", "Mbeki", "Okafor", "Raman", "Solberg", "Whitfield"]);
});

// One pixel.
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const CARDS = ["Ana Marsh;ana.marsh@harborlight.example", "Bo Lund;bo.lund@harborlight.example"]
  .map((person) => person.split(";"))
  .map(([name, email]) => `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:${name}\r\nN:${name.split(" ").reverse().join(";")};;;\r\nEMAIL:${email}\r\nPHOTO;ENCODING=b;TYPE=PNG:${PIXEL}\r\nEND:VCARD\r\n`)
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
  await page.goto("/contacts");
  await page.getByRole("link", { name: "Ana Marsh" }).first().click();
  await expect(page.getByRole("heading", { name: "Ana Marsh", level: 1 })).toBeVisible();
  const photo = page.locator("img.avatar");
  await expect(photo).toBeVisible();
  await expect.poll(() => photo.evaluate((image) => image.complete && image.naturalWidth)).toBe(1);
});
