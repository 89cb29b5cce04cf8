// What happens to an import when the browser or the server goes away, and what the pages do without a script.

import { axe, expect, file, test } from "./pages.js";
import { cards, counted, importButton, largeFile, onStep, preview } from "./wizard.js";

/** Enough rows that there is time to do something while they are imported. */
const ROWS = 60_000;

async function startLarge(page) {
  const { path, done } = await largeFile(ROWS);
  await preview(page, path);
  await cards(page, "60,000", "0", "0");
  await importButton(page, "60,000").click();
  await done();
}

/** Waits until an import has written something, and is not at its end. */
async function underWay(page) {
  await onStep(page, "Importing");
  await expect(page.locator("[data-count=new]")).not.toHaveText("0");
  await expect(page.getByText("You can close this page. The import continues.")).toBeVisible();
}

test("an import goes on while nobody looks, and shows its end to a member who comes back", async ({ page, context, server }) => {
  test.slow();
  await startLarge(page);
  await underWay(page);
  await server.paused(() => axe(page));
  const address = page.url();
  await page.close();
  const back = await context.newPage();
  await back.goto(address);
  await expect(back.getByRole("heading", { name: "Import result" })).toBeVisible({ timeout: 120_000 });
  await expect(back.getByText("60,000 rows: 60,000 created")).toBeVisible();
});

test("an import goes on by itself after the server was killed", async ({ page, server }) => {
  test.slow();
  await startLarge(page);
  await underWay(page);
  await server.kill();
  await server.start(server.port);
  await page.goto("/imports/1");
  await expect(page.getByRole("heading", { name: "Import result" })).toBeVisible({ timeout: 150_000 });
  await expect(page.getByText("60,000 rows: 60,000 created")).toBeVisible();
});

test("an import that is stopped is continued to its last row, and undone", async ({ page }) => {
  test.slow();
  await startLarge(page);
  await underWay(page);
  await page.getByRole("button", { name: "Stop the import" }).click();
  await expect(page.getByText("The import was stopped after")).toBeVisible({ timeout: 60_000 });
  await axe(page);
  await page.getByRole("button", { name: "Continue this import" }).click();
  await expect(page.getByText("60,000 rows: 60,000 created")).toBeVisible({ timeout: 120_000 });
  // The list itself is behind for a moment.
  await page.getByRole("link", { name: "View contacts" }).click();
  await expect(page.getByRole("link", { name: /^Person\d+ Number\d+$/ }).first()).toBeVisible();
  await page.goBack();
  await page.getByRole("link", { name: "Undo this import" }).click();
  await page.getByRole("button", { name: "Undo this import" }).click();
  await expect(page.getByText("Import undone")).toBeVisible({ timeout: 60_000 });
});

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });

  test("a file goes all the way, and back", async ({ page }) => {
    await page.goto("/import");
    await page.getByLabel("CSV file").setInputFiles(file("broken.csv"));
    await page.getByRole("button", { name: "Continue" }).click();
    await onStep(page, "Map columns");
    await page.getByLabel("Field for Company").selectOption("notes");
    await page.getByRole("button", { name: "Look again" }).click();
    await expect(page.getByRole("row", { name: /^Company/ })).toContainText("Chosen");
    await page.getByRole("button", { name: "Continue" }).click();
    await onStep(page, "Preview");
    await counted(page);
    await page.getByLabel("Email in line 3").fill("charles@babbage.example");
    await page.getByRole("button", { name: "Fix" }).first().click();
    await counted(page);
    await page.getByLabel("Rows with invalid values").selectOption("leave");
    await page.getByRole("button", { name: "Count again" }).click();
    await counted(page);
    await expect(page.getByRole("region", { name: "Invalid", exact: true }).locator(".number-large")).toHaveText("0");
    await importButton(page, "5").click();
    // The page looks again by itself until the import is done.
    await onStep(page, "Import result");
    await page.getByRole("link", { name: "Created" }).click();
    await expect(page.getByText("Charles Babbage")).toBeVisible();
    await page.getByRole("link", { name: "Undo this import" }).click();
    await page.getByRole("button", { name: "Undo this import" }).click();
    await expect(page.getByText("Import undone")).toBeVisible();
  });

  test("a file that is no table is refused on the same page", async ({ page }) => {
    await page.goto("/import");
    await page.getByLabel("CSV file").setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("%PDF-1.7\n" + " ".repeat(2000)) });
    await page.getByRole("button", { name: "Continue" }).click();
    await expect(page.getByRole("alert")).toContainText("PDF");
    await onStep(page, "Import contacts");
  });
});
