// The import wizard from a file to the list, with files as people have them.

import { readFile } from "node:fs/promises";
import { axe, expect, file, test } from "./pages.js";
import { card, cards, counted, fileOf, importButton, importFile, onStep, preview, upload } from "./wizard.js";

test("a clean file goes in without a field to map, and every page is fit for all", async ({ page }) => {
  await page.goto("/contacts");
  await page.getByRole("link", { name: "Import", exact: true }).first().click();
  await onStep(page, "Import contacts");
  await axe(page);
  await upload(page, "clean.csv");
  await expect(page.getByLabel("Field for Mobile Phone")).toHaveValue("phone:mobile");
  await axe(page);
  await page.getByRole("button", { name: "Continue" }).click();
  await counted(page);
  await cards(page, "6", "0", "0");
  await axe(page);
  await importButton(page, "6").click();
  await onStep(page, "Import result");
  await expect(page.getByText("6 rows: 6 created")).toBeVisible();
  await axe(page);
  await page.getByRole("link", { name: "View contacts" }).click();
  await expect(page.getByRole("cell", { name: "nora.whitfield@harborlight.example", exact: true })).toBeVisible();
  // The way back leads to the result once, and then out of the import.
  await page.goBack();
  await onStep(page, "Import result");
  await page.goBack();
  await onStep(page, "Import contacts");
  await page.getByRole("link", { name: "Imports" }).click();
  await expect(page.getByRole("row", { name: /clean\.csv.*done.*6/ })).toBeVisible();
  await axe(page);
});

test("a German Excel file is read in its own encoding, separator and country", async ({ page }) => {
  await upload(page, "german-excel.csv");
  await expect(page.getByLabel("Encoding").locator("option:checked")).toContainText("Windows-1252");
  await expect(page.getByLabel("Separator").locator("option:checked")).toContainText("Semicolon");
  await expect(page.getByLabel("Field for Straße")).toHaveValue("address");
  await expect(page.getByText("Größmann")).toBeVisible();
  await page.getByRole("button", { name: "Continue" }).click();
  await counted(page);
  await cards(page, "3", "0", "0");
  await expect(page.getByText("+49 30 23125101").or(page.getByText("+49 171 3920011")).first()).toBeVisible();
});

test("a LinkedIn file is read from below its notes", async ({ page }) => {
  await upload(page, "linkedin.csv");
  await expect(page.getByText("recognised as LinkedIn")).toBeVisible();
  await page.getByRole("button", { name: "Continue" }).click();
  await counted(page);
  await cards(page, "3", "0", "0");
  await expect(page.getByRole("cell", { name: "Warren, Smith & Co" })).toBeVisible();
});

test("broken rows say what is wrong, and are corrected in place: a column at once, and one cell", async ({ page }) => {
  await preview(page, "broken.csv");
  await expect(card(page, "Valid")).toHaveText("2");
  await expect(card(page, "Invalid")).toHaveText("3");
  await axe(page);
  await page.getByLabel("Replace", { exact: true }).first().fill("(at)");
  await page.getByLabel("with", { exact: true }).first().fill("@");
  await page.getByLabel("Match part of a cell").first().check();
  await page.getByRole("button", { name: "Replace all" }).first().click();
  await expect(card(page, "Invalid")).toHaveText("1");
  await page.getByLabel("Phone in line 5").fill("+1 202 555 0114");
  await page.getByRole("button", { name: "Fix" }).click();
  await expect(card(page, "Invalid")).toHaveText("0");
  await expect(card(page, "Valid")).toHaveText("5");
  await page.getByRole("button", { name: "Undo last correction (2)" }).click();
  await expect(card(page, "Invalid")).toHaveText("1");
  await importButton(page, "4").click();
  await onStep(page, "Import result");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download invalid rows" }).click();
  const rejected = await readFile(await (await download).path(), "utf8");
  expect(rejected).toContain("Grace Hopper");
  expect(rejected.trim().split("\n")).toHaveLength(2);
});

test("suggestions are accepted in two clicks, and what is typed in other rows stays", async ({ page }) => {
  const rows = ["First Name,Email", ...Array.from({ length: 1026 }, (_, n) => `Ann${n},ann${n}@example.con`), "Bob,bob", "Cy,cy"];
  const { path, done } = await fileOf(rows);
  await preview(page, path);
  await page.getByRole("link", { name: "Invalid 1,028" }).click();
  await page.getByRole("button", { name: "Accept all 1,026 suggestions" }).click();
  await expect(card(page, "Invalid")).toHaveText("2");
  await expect(card(page, "Valid")).toHaveText("1,026");
  await page.getByLabel("Email in line 1029").fill("cy@example.org");
  await page.getByLabel("Email in line 1028").fill("bob@example.org");
  await page.keyboard.press("Enter");
  await expect(card(page, "Invalid")).toHaveText("1");
  await expect(page.getByLabel("Email in line 1029")).toHaveValue("cy@example.org");
  await expect(page.getByLabel("Email in line 1029")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(card(page, "Invalid")).toHaveText("0");
  await expect(page.locator("#rows-title")).toBeFocused();
  await page.keyboard.press("Control+z");
  await expect(card(page, "Invalid")).toHaveText("1");
  await done();
});

test("an update shows old and new before, and an undo brings the old back", async ({ page }) => {
  await importFile(page, "clean.csv");
  await preview(page, "changes.csv");
  await cards(page, "1", "0", "2");
  await page.getByLabel("If a contact already exists").selectOption("update");
  await expect(page.getByRole("region", { name: "Duplicates", exact: true }).first()).toContainText("1 will change, 1 unchanged");
  await page.getByRole("link", { name: "Will change 1" }).click();
  await expect(page.getByRole("row", { name: /Harborlight Books.*Harborlight Press/ })).toBeVisible();
  await axe(page);
  await importButton(page, "2").click();
  await onStep(page, "Import result");
  await page.getByRole("link", { name: "Updated" }).first().click();
  await expect(page.getByRole("row", { name: /Harborlight Books.*Harborlight Press/ })).toBeVisible();
  await page.getByRole("link", { name: "Undo this import" }).click();
  await expect(page.getByText("1 contact created by this import will be deleted.")).toBeVisible();
  await expect(page.getByText("1 contact changed by this import will get its old values back.")).toBeVisible();
  await axe(page);
  await page.getByRole("button", { name: "Undo this import" }).click();
  await onStep(page, "Import result");
  await expect(page.getByText("Import undone")).toBeVisible();
  await page.goto("/contacts");
  await expect(page.getByRole("cell", { name: "Harborlight Books", exact: true })).toBeVisible();
  await expect(page.getByText("Kosinski")).toHaveCount(0);
});

test("one duplicate can be decided otherwise than the others", async ({ page }) => {
  await importFile(page, "clean.csv");
  await preview(page, "changes.csv");
  await page.getByRole("link", { name: "Duplicates 2" }).click();
  await expect(page.getByRole("row", { name: /Nora Whitfield/ })).toContainText("Harborlight Books");
  await page.getByLabel("What happens to line 2").selectOption("create");
  await expect(card(page, "Valid")).toHaveText("2");
  await expect(importButton(page, "2")).toBeEnabled();
});

for (const [name, contact] of [["google.csv", "Isolde Marchetti"], ["outlook.csv", "Beatrix Lindqvist"]]) {
  test(`from ${name} to the list in at most 5 clicks`, async ({ page }) => {
    let clicks = 0;
    const click = async (target) => {
      clicks++;
      await target.click();
    };
    await page.goto("/contacts");
    await click(page.getByRole("link", { name: "Import", exact: true }).first());
    // Choosing a file is one click on the button and one in the system's own window.
    clicks++;
    await page.getByLabel("CSV file").setInputFiles(file(name));
    await onStep(page, "Map columns");
    await click(page.getByRole("button", { name: "Continue" }));
    await counted(page);
    await click(importButton(page, "2"));
    await onStep(page, "Import result");
    await click(page.getByRole("link", { name: "View contacts" }));
    await expect(page.getByText(contact)).toBeVisible();
    expect(clicks).toBeLessThanOrEqual(5);
  });
}

test("a file that is no table says what it is", async ({ page }) => {
  await page.goto("/import");
  const buffer = Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(2000, 32)]);
  await page.getByLabel("CSV file").setInputFiles({ name: "contacts.csv", mimeType: "text/csv", buffer });
  await expect(page.getByRole("alert")).toContainText("PDF");
  await onStep(page, "Import contacts");
  await axe(page);
});

test("rows can be pasted, and the sample be had", async ({ page }) => {
  await page.goto("/import");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download sample CSV" }).click();
  const sample = await readFile(await (await download).path(), "utf8");
  await page.getByText("Or paste rows").click();
  await page.getByLabel("Rows", { exact: true }).fill(sample);
  await page.getByRole("button", { name: "Continue" }).click();
  await onStep(page, "Map columns");
  await page.getByRole("button", { name: "Continue" }).click();
  await counted(page);
  await expect(card(page, "Invalid")).toHaveText("0");
});

test("a column is mapped anew, two for one field are told, and what was chosen is offered again", async ({ page }) => {
  await upload(page, "clean.csv");
  await page.getByLabel("Field for City").selectOption("company");
  // What a person says goes before what was told from the file.
  await expect(page.getByLabel("Field for Company")).toHaveValue("");
  await page.getByLabel("Field for Company").selectOption("company");
  await expect(page.getByRole("alert")).toContainText("which takes one column");
  await expect(page.getByText("“City” is mapped to the same field")).toBeVisible();
  await page.getByLabel("Field for City").selectOption("custom:City");
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page.getByRole("row", { name: /^City/ })).toContainText("Chosen");
  await page.getByRole("button", { name: "Continue" }).click();
  await counted(page);
  await importButton(page).click();
  await onStep(page, "Import result");
  await upload(page, "clean.csv");
  await expect(page.getByLabel("Field for City")).toHaveValue("custom:City");
  await page.getByRole("button", { name: "Reset mapping" }).click();
  await expect(page.getByLabel("Field for City")).toHaveValue("city");
});
