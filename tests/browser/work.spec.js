// What people do most: mapping, fixing rows, looking at one contact, merging; and how many clicks it takes.

import { OWNER, axe, expect, test } from "./pages.js";
import { card, counted, fileOf, importButton, importFile, onStep, preview, upload } from "./wizard.js";

/** The messy file of ten rows, with nine things to look at. */
const MESSY = [
  "Name,E-Mail,Phone,Town,Lead score,Notes",
  "Ann Ivers,ann@example.con,202 555 0141,Springfield,7,Likes tea",
  "Bob Ross,bob@@paint.example,202 555 0142,Berlin,9,",
  "Cy Young,cy(at)ball.example,202 555 0143,Boston,1,",
  "Dora Marsh,dora@map.example,202 555 0144,Lima,,Knows every path",
  "Eve Adams,eve@gmail.con,202 555 0145,Rome,3,",
  "Frank Hill,frank@gmail.con,202 555 0146,Hoboken,4,",
  "Gus Lind,gus@example.org,12,Oslo,4,",
  "Hal Finn,hal@example.org,202 555 0148,Cork,2,",
  "Ida Bell,ida@@bell.example,202 555 0149,Bath,8,",
  "Jo Park,jo@park.example,202 555 0150,Seoul,5,",
];

test("columns are in groups, a field that was taken is said with an undo, and notes take several columns", async ({ page }) => {
  // So large that the page does not wait for the preview.
  const scans = MESSY.map((line, n) => `${line},${n ? "x".repeat(110_000) : "Scan"}`);
  const { path, done } = await fileOf(scans);
  await upload(page, path);
  const group = (name) => page.locator("details.map-group", { has: page.getByRole("heading", { name, exact: true }) });
  // What the preview finds wrong with values comes after the page.
  await expect(group("Needs a look").getByLabel("Field for E-Mail")).toHaveValue("email");
  await expect(group("Needs a look").getByRole("row", { name: /^E-Mail/ })).toContainText("rows:");
  await expect(group("Mapped").getByLabel("Field for Town")).toHaveValue("city");
  await expect(group("Not imported").getByLabel("Field for Lead score")).toHaveValue("");
  await axe(page);
  await page.getByLabel("Field for Lead score").selectOption("city");
  await expect(group("Needs a look").getByRole("row", { name: /^Town/ })).toContainText("City is filled by “Lead score” now.");
  await expect(group("Needs a look").getByRole("row", { name: /^Lead score/ })).toContainText("Taken from “Town”");
  await axe(page);
  await group("Needs a look").getByRole("row", { name: /^Town/ }).getByRole("button", { name: "Undo" }).click();
  await expect(group("Mapped").getByLabel("Field for Town")).toHaveValue("city");
  await expect(page.getByLabel("Field for Lead score")).toBeFocused();
  await page.getByRole("button", { name: "Search fields for Lead score" }).click();
  await page.keyboard.type("work phone");
  await expect(page.locator("#fields").getByRole("option", { name: "Phone (work)" })).toHaveAttribute("aria-selected", "true");
  await axe(page);
  await page.getByRole("combobox", { name: "Search fields" }).fill("notes");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Field for Lead score")).toBeFocused();
  await expect(page.getByLabel("Field for Lead score")).toHaveValue("notes");
  await expect(page.getByLabel("Field for Notes")).toHaveValue("notes");
  await expect(page.getByText("6 of 7 columns will be imported.")).toBeVisible();
  await page.getByRole("button", { name: "Continue" }).click();
  await counted(page);
  await importButton(page).click();
  await onStep(page, "Import result");
  await page.getByRole("link", { name: "View contacts" }).click();
  await page.getByRole("link", { name: "Dora Marsh" }).click();
  await expect(page.getByText("Knows every path")).toBeVisible();
  await done();
});

test("rows are fixed in a grid: typed values outlive a reload, cells are pasted, hits are counted before", async ({ page }) => {
  const { path, done } = await fileOf(MESSY);
  await preview(page, path);
  await page.getByRole("link", { name: /^Invalid/ }).click();
  await expect(page.getByRole("columnheader", { name: "Town" })).toBeVisible();
  await page.getByRole("link", { name: "Only problems" }).click();
  await expect(page.getByRole("columnheader", { name: "Town" })).toHaveCount(0);
  await axe(page);
  await page.getByRole("link", { name: "Whole rows" }).click();
  await expect(page.getByRole("columnheader", { name: "Town" })).toBeVisible();
  await axe(page);

  await page.getByLabel("Phone in line 8").fill("+1 202 555 0147");
  await page.reload();
  await expect(page.getByLabel("Phone in line 8")).toHaveValue("+1 202 555 0147");

  await page.getByLabel("E-Mail in line 2").focus();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData("text/plain", "ann@example.org\t202 555 0191\nbob@paint.example\t202 555 0192\n");
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await expect(page.getByLabel("Phone in line 3")).toHaveValue("202 555 0192");
  await page.getByRole("button", { name: "Save 5 typed values" }).click();
  await expect(card(page, "Invalid")).toHaveText("4");
  await expect(page.getByRole("button", { name: "Undo last correction (1)" })).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(card(page, "Invalid")).toHaveText("7");

  await page.getByLabel("Replace", { exact: true }).first().fill(".con");
  await page.getByLabel("Match part of a cell").first().check();
  await page.getByLabel("with", { exact: true }).first().fill(".com");
  await expect(page.locator("#hits-0")).toContainText("3 cells will change");
  await page.getByRole("button", { name: "Replace all" }).first().click();
  await expect(card(page, "Invalid")).toHaveText("4");

  // A cell that is right is changed as well, and what is typed is saved before the import begins.
  await page.getByRole("cell", { name: "Oslo", exact: true }).click();
  await page.getByLabel("Town in line 8").fill("Bergen");
  await importButton(page).click();
  await expect(page.locator("#announcement")).toContainText("Your typed values are saved");
  await onStep(page, "Preview");
  await expect(page.getByRole("cell", { name: "Bergen", exact: true })).toBeVisible();
  await done();
});

test("the page of a contact shows its history, its company, and the contacts beside it", async ({ page, another, server }) => {
  await importFile(page, "clean.csv");
  await page.goto("/contacts");
  await page.getByRole("link", { name: "Nora Whitfield" }).click();
  const address = page.url();
  await page.getByRole("link", { name: "Edit", exact: true }).click();

  // The same member saves it in another browser in between.
  const other = await another();
  await other.goto(`${server.address}/sign-in`);
  await other.getByLabel("Email").fill(OWNER.email);
  await other.getByLabel("Password", { exact: true }).fill(OWNER.password);
  await other.getByRole("button", { name: "Sign in" }).click();
  await other.goto(`${address}/edit`);
  await other.getByLabel("Company").fill("Harborlight Press");
  await other.getByLabel("First name").fill("Eleonora");
  await other.getByLabel("Birthday").fill("1984-03-09");
  await other.getByRole("button", { name: "Save", exact: true }).click();
  await expect(other.getByRole("heading", { name: "Eleonora Whitfield" })).toBeVisible();

  await page.getByLabel("Job title", { exact: true }).fill("Editor");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText(`${OWNER.name} saved this contact`)).toBeVisible();
  await axe(page);
  await page.getByRole("radio", { name: "Saved by the other member: Harborlight Press" }).check();
  await page.getByRole("radio", { name: "Saved by the other member: 9 March 1984" }).check();
  await page.getByRole("button", { name: "Save my values" }).click();
  await expect(page.getByRole("heading", { name: "Nora Whitfield" })).toBeVisible();

  const history = page.getByRole("region", { name: "History" });
  await expect(history.getByRole("listitem").filter({ hasText: /^Edited/ })).toHaveCount(2);
  await expect(history).toContainText("Harborlight Books → becomes Harborlight Press");
  await expect(history).toContainText("Birthday: empty → becomes 9 March 1984");
  await axe(page);
  await page.getByRole("link", { name: "Harborlight Press" }).click();
  await expect(page.getByText("1 contact", { exact: true })).toBeVisible();

  await page.goto("/contacts?q=example");
  await page.getByRole("row").nth(1).getByRole("link").click();
  await expect(page.getByText(/^1 of \d+$/)).toBeVisible();
  await page.keyboard.press("j");
  await expect(page.getByText(/^2 of \d+$/)).toBeVisible();
  await page.getByRole("link", { name: "Previous" }).click();
  await page.getByRole("link", { name: "← Contacts" }).click();
  await expect(page.getByLabel("Search contacts")).toHaveValue("example");
});

/** Contacts of which two pairs are very likely one. */
const TWICE = [
  "First Name,Last Name,Email,Phone,Company",
  "Ann,Ivers,ann@acme.example,+1 202 555 0111,Acme",
  "Robert,Kosinski,bob@kay.example,+1 202 555 0112,Kay",
  "Zoe,Quinn,zoe@quinn.example,+1 202 555 0113,Quinn",
];
const AGAIN = [TWICE[0], "Anne,Ivers,ann@acme.example,+1 202 555 0111,Acme Inc", "Rob,Kosinski,bob@kay.example,+1 202 555 0112,Kay"];

/** One that is known to two of them, with an email that is wider than a phone. */
const LONG = "Annie,Ivers,annie.catherine.ivers@a-very-long-name-of-a-company.example,+1 202 555 0111,Acme Incorporated of Springfield";

async function withDuplicates(page) {
  for (const [lines, how] of [[TWICE, "skip"], [AGAIN, "create"]]) await importAs(page, lines, how);
}

/** Imports lines; `how` says what becomes of those that match a contact. */
async function importAs(page, lines, how) {
  const { path, done } = await fileOf(lines);
  await preview(page, path);
  await page.getByLabel("If a contact already exists").selectOption(how);
  await counted(page);
  await importButton(page).click();
  await onStep(page, "Import result");
  await done();
}

test("all very likely duplicates are merged at once, after a preview, and undone at once", async ({ page }) => {
  await withDuplicates(page);
  await page.goto("/duplicates");
  await page.getByRole("link", { name: "Merge all very likely (2)" }).click();
  await expect(page.getByRole("table")).toContainText("Ivers");
  await axe(page);
  await page.getByRole("button", { name: "Merge all 2" }).click();
  await expect(page.getByText("4 contacts merged")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("Undone: 4 contacts restored")).toBeVisible();
});

/** What is wider than the place that it has: the page, and frames that scroll sideways. */
function sideways() {
  const boxes = [document.documentElement, ...document.querySelectorAll("main, .table-wrap, .card")];
  return boxes.filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.ariaLabel ?? box.tagName);
}

test("on a phone duplicates and rows of a file are read without scrolling sideways", async ({ page }) => {
  await withDuplicates(page);
  const picture = async (name) => {
    const folder = process.env.CRYSTALQORE_PICTURES;
    for (const colorScheme of folder ? ["light", "dark"] : []) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png`, fullPage: true });
    }
  };
  const fits = async (name) => {
    expect(await page.evaluate(sideways), name).toEqual([]);
    await axe(page);
    await picture(name);
  };
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/duplicates");
  const table = page.getByRole("region", { name: "Side by side, 1", exact: true });
  await expect(table.locator("td[data-label]").first()).toBeVisible();
  await fits("duplicates");
  await page.goto("/duplicates/merge-all");
  await expect(page.getByRole("table")).toContainText("Ivers");
  await fits("merge-all");
  const { path, done } = await fileOf([TWICE[0], TWICE[3], LONG, "Cy,Young,cy@ball.example,,Ball Aerospace and Engineering of Springfield"]);
  await preview(page, path);
  const tab = page.getByRole("link", { name: /^Duplicates(, skipped)? 1$/ });
  await tab.click();
  await expect(page.getByRole("region", { name: "Table: Duplicates" })).toContainText("Zoe Quinn");
  await fits("preview");
  await page.getByRole("link", { name: /^New 1$/ }).click();
  await expect(page.getByRole("region", { name: "Table: New" })).toContainText("cy@ball.example");
  await fits("preview-new");
  await importButton(page, "1").click();
  await onStep(page, "Import result");
  await page.getByRole("link", { name: "Created 1" }).click();
  await expect(page.getByRole("region", { name: "Table: New" })).toContainText("cy@ball.example");
  await fits("result-new");
  await tab.click();
  await expect(page.getByRole("region", { name: "Table: Duplicates" })).toContainText("Zoe Quinn");
  await fits("result");
  await done();
  // Of three each has a box that says whether it is meant.
  await importAs(page, [TWICE[0], LONG], "create");
  await page.goto("/duplicates");
  await page.getByRole("button", { name: "Check again" }).click();
  await expect(page.getByRole("checkbox", { name: /\(3\)$/ })).toBeVisible();
  await fits("three");
});

test("sample contacts are added with one click and removed with one", async ({ page }) => {
  await page.goto("/contacts");
  await page.getByText("LinkedIn", { exact: true }).click();
  await expect(page.getByText("Drop the ZIP archive here as it is.")).toBeVisible();
  await axe(page);
  await page.getByRole("button", { name: "Try with sample contacts" }).click();
  await expect(page.getByText("Sample contacts added")).toBeVisible();
  await expect(page.getByText("12 contacts").first()).toBeVisible();
  await axe(page);
  await page.getByRole("button", { name: "Remove sample contacts" }).click();
  await expect(page.getByText("Import undone")).toBeVisible();
  await page.goto("/contacts");
  await expect(page.getByText("No contacts yet")).toBeVisible();
});

test("a file is dropped on the list, and an export shows its beginning", async ({ page }) => {
  await page.goto("/contacts");
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["First Name,Last Name,Email\nAnn,Ivers,ann@example.org\n"], "dropped.csv", { type: "text/csv" }));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await onStep(page, "Map columns");
  await page.getByRole("button", { name: "Continue" }).click();
  await counted(page);
  await importButton(page, "1").click();
  await onStep(page, "Import result");
  await page.goto("/export");
  const beginning = page.getByRole("region", { name: "The beginning of the file" });
  await expect(beginning).toContainText("ann@example.org");
  await page.getByLabel(/^vCard 3.0/).check();
  await expect(beginning).toContainText("BEGIN:VCARD");
  await axe(page);
});

/** Counts the clicks on targets. */
function clicker() {
  const click = async (target) => {
    click.count++;
    await target.click();
  };
  click.count = 0;
  return click;
}

test("the messy file takes 4 clicks to the list and at most 6 for its nine problems", async ({ page }) => {
  const { path, done } = await fileOf(MESSY);
  const click = clicker();
  await page.goto("/contacts");
  await click(page.getByRole("link", { name: "Import", exact: true }).first());
  click.count++;
  await page.getByLabel("CSV file").setInputFiles(path);
  await onStep(page, "Map columns");
  await click(page.getByRole("button", { name: "Continue" }));
  await counted(page);
  await click(page.getByRole("button", { name: "Accept all 6 suggestions" }));
  await expect(card(page, "Invalid")).toHaveText("1");
  // Typing in the field of the problem, and Enter.
  await click(page.getByLabel("Phone in line 8"));
  await page.keyboard.press("Control+a");
  await page.keyboard.type("+1 202 555 0147");
  await page.keyboard.press("Enter");
  await expect(card(page, "Invalid")).toHaveText("0");
  await counted(page);
  await click(importButton(page, "10"));
  await onStep(page, "Import result");
  expect(click.count).toBeLessThanOrEqual(4 + 6);
  await done();
});

test("the first duplicate takes 2 clicks to merge, each further one 1, and sharing takes 3", async ({ page }) => {
  await withDuplicates(page);
  const click = clicker();
  await page.goto("/contacts");
  await click(page.getByRole("link", { name: "Find duplicates" }));
  await click(page.getByRole("button", { name: /^Merge / }).first());
  await expect(page.getByText("2 contacts merged")).toBeVisible();
  expect(click.count).toBe(2);
  await click(page.getByRole("button", { name: /^Merge / }).first());
  await expect(page.getByText("No duplicates").or(page.getByText("No more duplicates"))).toBeVisible();
  expect(click.count).toBe(3);
  const sharing = clicker();
  await page.goto("/contacts");
  await sharing(page.getByRole("link", { name: "Zoe Quinn" }));
  await sharing(page.getByRole("link", { name: "Share", exact: true }));
  await page.getByLabel("Member").selectOption("Everyone in the workspace");
  await sharing(page.getByRole("button", { name: "Share", exact: true }));
  await expect(page.getByRole("button", { name: "Revoke Everyone in the workspace" })).toBeVisible();
  expect(sharing.count).toBe(3);
});

test("a value is changed in its cell of the list, and a palette goes to a contact", async ({ page }) => {
  await importFile(page, "clean.csv");
  await page.goto("/contacts");
  await page.getByRole("cell", { name: "Harborlight Books", exact: true }).dblclick();
  const field = page.getByLabel("Company of Nora Whitfield");
  await field.fill("Harborlight Press");
  await page.keyboard.press("Enter");
  await expect(page.locator("#announcement")).toHaveText("Saved.");
  await expect(page.getByRole("cell", { name: "Harborlight Press", exact: true })).toBeVisible();
  await page.getByRole("cell", { name: "elias@mbeki.example", exact: true }).dblclick();
  await page.getByLabel("Email of Elias Mbeki").fill("elias(at)mbeki");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Email of Elias Mbeki")).toHaveAttribute("aria-invalid", "true");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("cell", { name: "elias@mbeki.example", exact: true })).toBeVisible();

  const width = () => page.getByRole("columnheader", { name: "Email" }).evaluate((head) => Math.round(head.getBoundingClientRect().width));
  const before = await width();
  const line = page.getByRole("separator", { name: "Width of Email" });
  await line.focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(width).toBeGreaterThan(before + 10);
  const box = await line.boundingBox();
  await page.mouse.move(box.x + 5, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + 45, box.y + 10, { steps: 3 });
  await page.mouse.up();
  const after = await width();
  expect(after).toBeGreaterThan(before + 40);
  await page.reload();
  await expect.poll(width).toBe(after);
  await page.getByRole("separator", { name: "Width of Email" }).dblclick();
  await expect.poll(width).toBe(before);

  await page.keyboard.press("Control+k");
  await axe(page);
  await page.keyboard.type("nora");
  await expect(page.getByRole("option", { name: "Nora Whitfield" })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Nora Whitfield", level: 1 })).toBeVisible();
});
