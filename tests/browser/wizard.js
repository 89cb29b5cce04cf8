// The steps of the wizard as a person takes them, for tests that are about something else, and files made for a test.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, file } from "./pages.js";

/** Brings a file: a path, or a name of `files/`. With a script, it goes on its way as soon as it is chosen. */
export async function upload(page, name) {
  await page.goto("/import");
  await page.getByLabel("CSV file").setInputFiles(name.includes("/") ? name : file(name));
  await onStep(page, "Map columns");
}

export async function onStep(page, heading) {
  await expect(page.getByRole("heading", { name: heading, level: 1 })).toBeVisible();
}

/** From a file to its preview, counted to the end. */
export async function preview(page, name) {
  await upload(page, name);
  await page.getByRole("button", { name: "Continue" }).click();
  await onStep(page, "Preview");
  await counted(page);
}

/** Waits until the preview has counted every row. */
export async function counted(page) {
  await expect(page.locator("#preview[data-poll]")).toHaveCount(0, { timeout: 60_000 });
}

/** From a file to the result of its import. */
export async function importFile(page, name) {
  await preview(page, name);
  await importButton(page).click();
  await onStep(page, "Import result");
}

export const importButton = (page, number = "[\\d,]+") => page.getByRole("button", { name: new RegExp(`^Import ${number} contacts?$`) });

/** The number on a card of the preview. */
export const card = (page, name) => page.getByRole("region", { name, exact: true }).locator(".number-large");

export async function cards(page, valid, invalid, duplicates) {
  await expect(card(page, "Valid")).toHaveText(valid);
  await expect(card(page, "Invalid")).toHaveText(invalid);
  await expect(card(page, "Duplicates")).toHaveText(duplicates);
}

/** A file of so many rows; `done` removes it. */
export function largeFile(rows) {
  const lines = ["First Name,Last Name,Email,Company"];
  for (let n = 0; n < rows; n++) lines.push(`Person${n},Number${n % 977},person${n}@large.example,Company ${n % 100}`);
  return fileOf(lines);
}

/** A file of these lines; `done` removes it. */
export async function fileOf(lines) {
  const folder = await mkdtemp(join(tmpdir(), "crystalqore-large-"));
  const path = join(folder, "large.csv");
  await writeFile(path, lines.join("\r\n"));
  return { path, done: () => rm(folder, { recursive: true, force: true }) };
}

/** Imports a file, and leaves two others half-way: the addresses of the list, of a contact and of the wizard's fullest pages. */
export async function heaviestPages(page) {
  await importFile(page, "clean.csv");
  await page.goto("/contacts");
  const contact = await page.getByRole("link", { name: "Nora Whitfield" }).getAttribute("href");
  await upload(page, "google.csv");
  const map = page.url();
  await preview(page, "broken.csv");
  return { list: new URL("/contacts", map).href, contact: new URL(contact, map).href, map, preview: page.url() };
}
