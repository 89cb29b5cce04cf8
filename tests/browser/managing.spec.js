// The list worked by keys; what is done to a selection and undone; columns and views. Sharing between two members is in
// team.spec.js.

import { axe, expect, test } from "./pages.js";
import { importFile } from "./wizard.js";

const boxes = (page) => page.locator("tbody input:checked");

test("rows are gone through, selected, tagged, shared and deleted by keys, and all is undone", async ({ page }) => {
  await importFile(page, "clean.csv");
  await page.goto("/contacts");
  const selectTwo = async () => {
    await page.keyboard.press("j");
    await expect(page.getByRole("link", { name: "Luca Ferrante" })).toBeFocused();
    await page.keyboard.press("ArrowDown");
    await expect(page.getByRole("link", { name: "Elias Mbeki" })).toBeFocused();
    await page.keyboard.press("x");
    await page.keyboard.press("k");
    await page.keyboard.press("x");
    await expect(boxes(page)).toHaveCount(2);
  };
  await selectTwo();
  await axe(page);
  await page.getByLabel("Tag for the selection").fill("cyclists");
  await page.keyboard.press("Enter");
  await expect(page.getByText("2 contacts tagged.")).toBeVisible();
  await expect(page.getByRole("cell", { name: "cyclists" })).toHaveCount(2);
  await expect(boxes(page), "what is done ends the selection").toHaveCount(0);
  await axe(page);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("Undone: 2 contacts restored.")).toBeVisible();
  await expect(page.getByRole("cell", { name: "cyclists" })).toHaveCount(0);
  // With a selection, s and # mean it. Until it is done it stays.
  await selectTwo();
  await page.keyboard.press("s");
  await expect(page.getByRole("heading", { name: "Share", level: 1 })).toBeVisible();
  await page.goBack();
  await expect(boxes(page)).toHaveCount(2);
  await page.keyboard.press("s");
  await expect(page.getByRole("heading", { name: "Share", level: 1 })).toBeVisible();
  await expect(page.getByText("2 contacts.")).toBeVisible();
  await axe(page);
  await page.getByLabel("Member").selectOption("Everyone in the workspace");
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await expect(page.getByText("2 contacts shared.")).toBeVisible();
  await expect(boxes(page)).toHaveCount(0);
  await selectTwo();
  await page.keyboard.press("#");
  await expect(page.getByText("2 contacts moved to the trash.")).toBeVisible();
  await expect(page.getByRole("row")).toHaveCount(5);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("2 contacts restored")).toBeVisible();
  await expect(boxes(page)).toHaveCount(0);
  // Without one, they mean the row.
  await page.keyboard.press("j");
  await page.keyboard.press("s");
  await expect(page.getByText("“Luca Ferrante”")).toBeVisible();
  await expect(page.getByRole("button", { name: "Revoke Everyone in the workspace" })).toBeVisible();
  await axe(page);
  await page.goto("/contacts");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Luca Ferrante", level: 1 })).toBeVisible();
  await axe(page);
  await page.keyboard.press("e");
  await expect(page.getByLabel("First name")).toHaveValue("Luca");
});

test("a selection lives over pages and searches", async ({ page }) => {
  await importFile(page, "clean.csv");
  await page.goto("/contacts?q=nora");
  await page.getByLabel("Select Nora Whitfield").check();
  await page.goto("/contacts?q=tom");
  await page.getByLabel("Select Tom Okafor").check();
  await expect(page.getByText("2 selected")).toBeVisible();
  await page.getByRole("button", { name: "Transfer…" }).click();
  await expect(page.getByText("2 contacts will belong to another member")).toBeVisible();
  await axe(page);
});

test("columns are chosen, and a view keeps them", async ({ page }) => {
  await importFile(page, "clean.csv");
  await page.goto("/contacts?q=example.org");
  await page.locator("summary", { hasText: "Columns" }).click();
  await page.getByLabel("City", { exact: true }).check();
  await page.getByLabel("Email", { exact: true }).uncheck();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("columnheader", { name: "City" })).toBeVisible();
  await expect(page.getByRole("columnheader", { name: "Email" })).toHaveCount(0);
  await expect(page.getByRole("cell", { name: "Portland" })).toBeVisible();
  await page.goto("/contacts?q=example.org");
  await expect(page.getByRole("columnheader", { name: "City" }), "the choice is remembered").toBeVisible();
  await page.locator("summary", { hasText: "Views" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Of an organisation");
  await axe(page);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.goto("/contacts");
  await page.locator("summary", { hasText: "Columns" }).click();
  await axe(page);
  await page.getByRole("button", { name: "Standard columns" }).click();
  await expect(page.getByRole("columnheader", { name: "Email" })).toBeVisible();
  await page.locator("summary", { hasText: "Views" }).click();
  await page.getByRole("link", { name: "Of an organisation" }).click();
  await expect(page.getByRole("cell", { name: "Portland" })).toBeVisible();
  await expect(page.getByRole("row")).toHaveCount(2);
  await page.goto("/views");
  await axe(page);
  await page.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("No views yet")).toBeVisible();
  await page.goto("/shared");
  await axe(page);
});
