// How every component of the pages looks, in light and in dark, compared with what was recorded in components.json: sizes, type and
// colours. Pictures would depend on the browser's fonts; these figures do not, so widths that a text decides are left out.
//
// After a change that is meant, record them again: RECORD=1 cargo xtask browser -g components

import { readFile, writeFile } from "node:fs/promises";
import { axe, expect, file, test } from "./pages.js";

const RECORDED = file("../components.json");

/** The figures of the component in each place, by its name. */
function figures() {
  const px = (value) => `${Math.round(parseFloat(value) * 4) / 4}`;
  const shown = (element) => {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const border = style.borderBottomStyle === "none" ? "none" : `${px(style.borderBottomWidth)} ${style.borderBottomStyle} ${style.borderBottomColor}`;
    return [
      // The font decides how high what stands in a line is, and its widths how many lines a text has.
      style.display === "inline" ? "in a line" : box.height < 60 ? `high ${px(box.height)}` : "high",
      `text ${px(style.fontSize)}/${px(style.lineHeight)} ${style.fontWeight} ${style.color}`,
      `on ${style.backgroundColor}`,
      `border ${border}`,
      `round ${px(style.borderTopLeftRadius)}`,
      `inside ${[style.paddingTop, style.paddingRight, style.paddingBottom, style.paddingLeft].map(px).join(" ")}`,
    ].join(", ");
  };
  const components = [...document.querySelectorAll("[data-component]")];
  return Object.fromEntries(components.map((place) => [place.dataset.component, shown(place.firstElementChild)]));
}

/** What a control looks like under the pointer and with the focus of the keyboard. */
async function touched(page, name) {
  const control = page.locator(`[data-component="${name}"] > *`);
  await control.hover();
  const hovered = await control.evaluate((element) => getComputedStyle(element).backgroundColor);
  await page.mouse.move(0, 0);
  await control.focus();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  const outline = await control.evaluate((element) => getComputedStyle(element).outline);
  return { [`${name}, under the pointer`]: hovered, [`${name}, with the focus`]: outline };
}

test("components look as they were recorded, in light and in dark", async ({ page }) => {
  await page.goto("/ui");
  const found = {};
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    found[colorScheme] = await page.evaluate(figures);
    for (const name of ["button", "primary button", "dangerous button", "quiet button", "text field", "choice of one"]) {
      Object.assign(found[colorScheme], await touched(page, name));
    }
  }
  expect(Object.keys(found.light).length, "components were found").toBeGreaterThan(60);
  expect(found.light["primary button"], "the scheme was switched").not.toBe(found.dark["primary button"]);
  if (process.env.RECORD) await writeFile(RECORDED, `${JSON.stringify(found, null, 1)}\n`);
  expect(found).toEqual(JSON.parse(await readFile(RECORDED, "utf8")));
  await axe(page);
});
