// The list: a selection that lives over pages and searches, keys, a list that follows an import, and the export's progress.

const selectionKey = "selected contacts";
let selected = new Set(JSON.parse(sessionStorage.getItem(selectionKey) ?? "[]"));
let selectedAll = "";

function keepSelection() {
  try { sessionStorage.setItem(selectionKey, JSON.stringify([...selected])); } catch { /* too many to keep */ }
}
function selectNone() {
  selected.clear();
  selectedAll = "";
  keepSelection();
}

function showSelection() {
  const form = document.getElementById("bulk");
  if (!form) return;
  const boxes = [...form.querySelectorAll('input[name="id"][type="checkbox"]')];
  const all = selectedAll !== "" && selectedAll === criteriaOf(form);
  if (!all) selectedAll = "";
  for (const box of boxes) box.checked = all || selected.has(box.value);
  const page = form.querySelector("[data-select-page]");
  page.hidden = false;
  page.checked = boxes.length > 0 && boxes.every((box) => box.checked);
  const total = Number(form.dataset.selection);
  const count = all ? total : selected.size;
  form.querySelector(".bulk").hidden = count === 0;
  form.querySelector("[data-selected]").textContent = `${digits.format(count)} selected`;
  form.querySelector("[data-select-all]").hidden = all || !page.checked || total <= boxes.length;
  form.querySelector("[data-select-none]").hidden = false;
}

const criteriaOf = (form) => [...form.querySelectorAll('input[type="hidden"]:not([name="all"], [name="id"], [name="sort"], [name="cols"])')].map((field) => `${field.name}=${field.value}`).join("&") || "everybody";

// With Shift a click selects, or clears, every row from the one that was clicked before.
let shiftHeld = false;
let lastBox = null;
document.addEventListener("click", (event) => { shiftHeld = event.shiftKey; }, true);

function boxesMeantBy(box, form) {
  const boxes = [...form.querySelectorAll('input[name="id"][type="checkbox"]')];
  if (box.matches("[data-select-page]")) return boxes;
  const [from, to] = [boxes.indexOf(lastBox), boxes.indexOf(box)].sort((a, b) => a - b);
  lastBox = box;
  return shiftHeld && from >= 0 ? boxes.slice(from, to + 1) : [box];
}

document.addEventListener("change", (event) => {
  const box = event.target;
  const form = box.closest?.("#bulk");
  if (!form || box.type !== "checkbox") return;
  const boxes = boxesMeantBy(box, form);
  selectedAll = "";
  for (const one of boxes) box.checked ? selected.add(one.value) : selected.delete(one.value);
  keepSelection();
  showSelection();
});

document.addEventListener("click", (event) => {
  const form = event.target.closest?.("#bulk");
  if (!form) return;
  if (event.target.matches("[data-select-all]")) selectedAll = criteriaOf(form);
  else if (event.target.matches("[data-select-none]")) selectNone();
  else return;
  showSelection();
});

// What is selected on other pages goes along.
document.addEventListener("submit", (event) => {
  const form = event.target;
  // The property is shadowed by the boxes, which are named id.
  if (form.getAttribute("id") !== "bulk") return;
  for (const field of form.querySelectorAll("[data-carried]")) field.remove();
  const carry = (name, value) => {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
    field.dataset.carried = "";
    form.append(field);
  };
  if (selectedAll) carry("all", "yes");
  else {
    const here = new Set([...form.querySelectorAll('input[name="id"]:checked')].map((box) => box.value));
    for (const id of selected) if (!here.has(id)) carry("id", id);
  }
  sessionStorage.setItem(actingKey, "yes");
});

// When the list says that what was asked for a selection is done, nothing is selected any more. Until then, on the pages that ask
// how, one can go back to it.
const actingKey = "acting on the selection";
function endActing() {
  if (!isList()) return;
  if (sessionStorage.getItem(actingKey) && document.querySelector("[data-done]")) selectNone();
  sessionStorage.removeItem(actingKey);
}
// Contacts that are merged into others are not selected any more, wherever that is asked for.
document.addEventListener("submit", ({ target, submitter }) => {
  const action = submitter?.getAttribute("formaction") ?? target.getAttribute("action");
  if (action !== "/contacts/merge" || (submitter?.getAttribute("formmethod") ?? target.getAttribute("method")) !== "post") return;
  for (const id of new FormData(target).getAll("id")) selected.delete(id);
  keepSelection();
});

// The page of a contact knows the list that it was opened from: the way back leads to it, with its search and page, and to the
// contacts before and behind.
const listKey = "list of contacts";
function isList() {
  return ["/contacts", "/shared"].includes(location.pathname);
}
function keepList() {
  const rows = [...document.querySelectorAll("[data-rows] tbody input[name=id]")];
  if (!rows.length || !isList()) return;
  try { sessionStorage.setItem(listKey, JSON.stringify({ at: address(), ids: rows.map((row) => row.value) })); } catch { /* without */ }
}
function showNeighbours() {
  const place = document.querySelector("[data-neighbours]");
  const list = JSON.parse(sessionStorage.getItem(listKey) ?? "null");
  const here = list?.ids.indexOf(place?.dataset.neighbours);
  if (!place || !list || here < 0) return;
  document.querySelector("[data-way-back]").href = list.at;
  place.querySelector("span").textContent = `${here + 1} of ${list.ids.length}`;
  for (const [link, at] of [[place.children[1], here - 1], [place.children[2], here + 1]]) {
    if (list.ids[at]) link.href = `/contacts/${list.ids[at]}`;
    else link.hidden = true;
  }
  place.hidden = list.ids.length < 2;
}

// Keys: j and k go from row to row (so do the arrows, once there), x selects, e edits, s shares, # and Delete delete. Enter opens
// what has the focus. On the page of one contact the same keys press its buttons.
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog[open], details.menu[open]")) return;
  const rows = [...document.querySelectorAll("[data-rows] tbody tr")];
  const row = event.target.closest?.("[data-rows] tbody tr");
  const link = (row) => row.querySelector("th a");
  const key = { Delete: "#", ArrowDown: "j", ArrowUp: "k" }[event.key] ?? event.key;
  const one = row && selected.size === 0 && !selectedAll;
  const beside = document.querySelector(`[data-neighbours]:not([hidden]) > a:nth-of-type(${key === "j" ? 2 : 1})[href]`);
  if ("jk".includes(key) && beside) location.assign(beside.href);
  else if ("jk".includes(key) && rows.length && (row || key === event.key)) {
    const next = row ? rows.indexOf(row) + (key === "j" ? 1 : -1) : key === "j" ? 0 : rows.length - 1;
    link(rows[Math.min(Math.max(next, 0), rows.length - 1)]).focus();
  } else if (key === "x" && row) row.querySelector('input[name="id"]').click();
  else if (key === "e" && row) row.dataset.may === "Can view" ? tell("You can view this contact, not edit it.") : location.assign(`${link(row).href}/edit`);
  else if (key === "s" && one) row.dataset.may === "Yours" ? location.assign(`${link(row).href}/share`) : tell("Only its owner can share this contact.");
  else if (["e", "s", "#"].includes(key)) {
    const button = document.querySelector(`[data-key="${key}"]`);
    if (!button) return;
    if (one) { selected.add(row.querySelector('input[name="id"]').value); showSelection(); }
    if (button.offsetParent || button.closest("details.menu")) button.click();
  } else return;
  event.preventDefault();
});

// A list that is behind is asked for again.
let followUp;
function follow() {
  clearTimeout(followUp);
  const behind = document.querySelector("[data-again]");
  if (behind) followUp = setTimeout(() => document.hidden ? follow() : swap(location.href, behind.dataset.again.split(" ")), 2000);
}

// The export: how many it will be, and how far it is.
let recount;
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-recount]");
  if (!form) return;
  clearTimeout(recount);
  recount = setTimeout(() => {
    const part = document.getElementById(form.dataset.recount);
    const data = new URLSearchParams(new FormData(form));
    swap("/export", [part.id], { method: "POST", body: data });
  }, 50);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-export]") || event.submitter?.hasAttribute("formaction")) return;
  const ticket = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  form.elements.ticket.value = ticket;
  const bar = form.querySelector("[data-export-progress]");
  const status = form.querySelector("[data-export-status]");
  status.textContent = "Preparing the file…";
  const ask = async (tries) => {
    const answer = await fetch(`/export/progress?ticket=${ticket}`).catch(() => null);
    if (!answer?.ok) return tries < 20 && setTimeout(ask, 500, tries + 1);
    const { contacts, ended } = await answer.json();
    if (bar) { bar.hidden = false; bar.value = contacts; }
    status.textContent = ended ? `${digits.format(contacts)} contacts exported.` : contacts ? `${digits.format(contacts)} contacts so far…` : "Preparing the file…";
    if (!ended) return setTimeout(ask, 500, 0);
    delete form.dataset.sent;
  };
  setTimeout(ask, 300, 0);
  // The page stays, so another export may follow.
  setTimeout(() => delete form.dataset.sent, 1000);
}, true);

// Fetches a row of the list again. Others may be worked on, so they stay.
async function renew(row) {
  const answer = await fetch(location.href).catch(() => null);
  const page = new DOMParser().parseFromString((await answer?.text()) ?? "", "text/html");
  const now = page.querySelector(`[data-rows] input[name="id"][value="${row.querySelector("input[name=id]").value}"]`)?.closest("tr");
  if (!now) return row.remove();
  localise(now);
  row.replaceWith(document.adoptNode(now));
  showSelection();
}

// A double click changes a value in its cell: Enter or leaving the field saves it, Escape keeps the old one.
document.addEventListener("dblclick", ({ target }) => {
  const cell = target.closest?.("[data-rows] td[data-changes]");
  if (!cell || cell.querySelector("input")) return;
  const row = cell.parentElement;
  const before = [...cell.childNodes];
  const field = document.createElement("input");
  field.defaultValue = cell.dataset.value;
  field.setAttribute("aria-label", `${cell.closest("table").tHead.rows[0].cells[cell.cellIndex].textContent} of ${row.querySelector("th a").textContent}`);
  cell.replaceChildren(field);
  field.focus();
  field.select();
  let ended = false;
  const end = () => { ended = true; cell.replaceChildren(...before); };
  const save = async () => {
    if (ended) return;
    if (field.value === field.defaultValue) return end();
    ended = true;
    const body = new URLSearchParams({ field: cell.dataset.changes, value: field.value, version: row.dataset.version });
    const answer = await fetch(`${row.querySelector("th a").href}/value`, { method: "POST", body }).catch(() => null);
    if (answer?.ok) {
      await renew(row);
      return tell("Saved.");
    }
    ended = false;
    const page = new DOMParser().parseFromString((await answer?.text()) ?? "", "text/html");
    tell(page.querySelector("main p")?.textContent || "The server does not answer. Try again in a moment.");
    field.setAttribute("aria-invalid", "true");
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") save();
    else if (event.key === "Escape") end();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  field.addEventListener("blur", save);
});

// Columns are made wider at the expense of the next one: by dragging the line between their heads, or with the arrow keys on it. A
// double click there gives all their usual widths back. This browser remembers them for the columns that are shown.
const LEAST = 64;
const columnHeads = () => [...document.querySelectorAll("[data-rows] thead th[data-column]")].filter((head) => head.offsetWidth);
const widthsKey = (heads) => `widths ${heads.map((head) => head.dataset.column).join(" ")}`;
const widthsOf = (heads) => heads.map((head) => head.getBoundingClientRect().width);
function setWidths(heads, widths) {
  const sum = widths.reduce((all, width) => all + width, 0);
  // The column of the boxes takes what is left.
  for (const [at, head] of heads.entries()) head.style.width = `${((widths[at] / sum) * 96).toFixed(3)}%`;
  placeLines(heads);
}
// The lines lie over the heads, not in them: their names are no part of the names of the columns.
function placeLines(heads) {
  for (const [at, line] of document.querySelectorAll(".resizer").entries()) {
    line.style.left = `${heads[at].offsetLeft + heads[at].offsetWidth}px`;
    line.setAttribute("aria-valuenow", Math.round(heads[at].offsetWidth));
  }
}
function moveLine(heads, at, before, by) {
  const step = Math.max(LEAST - before[at], Math.min(by, before[at + 1] - LEAST));
  setWidths(heads, before.map((width, place) => (place === at ? width + step : place === at + 1 ? width - step : width)));
}
function keepWidths(heads) {
  try { localStorage.setItem(widthsKey(heads), JSON.stringify(widthsOf(heads).map(Math.round))); } catch { /* without */ }
}
function readyColumns() {
  const heads = columnHeads();
  for (const head of heads) head.style.width = "";
  document.querySelector(".resizers")?.remove();
  if (!heads.length) return;
  const lines = Object.assign(document.createElement("div"), { className: "resizers" });
  for (const head of heads.slice(0, -1)) {
    const line = lines.appendChild(document.createElement("span"));
    Object.assign(line, { className: "resizer", role: "separator", tabIndex: 0, ariaOrientation: "vertical", ariaLabel: `Width of ${head.textContent}`, ariaValueMin: LEAST, ariaValueMax: 2000 });
  }
  heads[0].closest("table").before(lines);
  const kept = JSON.parse(localStorage.getItem(widthsKey(heads)) ?? "null");
  if (kept?.length === heads.length) setWidths(heads, kept);
  else placeLines(heads);
}
const lineAt = (target) => {
  const line = target.closest?.(".resizer");
  const heads = line ? columnHeads() : [];
  return line && { line, heads, at: [...line.parentElement.children].indexOf(line) };
};
document.addEventListener("pointerdown", (event) => {
  const found = lineAt(event.target);
  if (!found) return;
  event.preventDefault();
  const { line, heads, at } = found;
  const before = widthsOf(heads);
  line.setPointerCapture(event.pointerId);
  const move = ({ clientX }) => moveLine(heads, at, before, clientX - event.clientX);
  line.addEventListener("pointermove", move);
  line.addEventListener("lostpointercapture", () => { line.removeEventListener("pointermove", move); keepWidths(heads); }, { once: true });
});
document.addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
  const found = by && lineAt(event.target);
  if (!found) return;
  event.preventDefault();
  moveLine(found.heads, found.at, widthsOf(found.heads), by);
  keepWidths(found.heads);
});
document.addEventListener("dblclick", ({ target }) => {
  const found = lineAt(target);
  if (!found) return;
  localStorage.removeItem(widthsKey(found.heads));
  readyColumns();
});
// Other columns are shown where there is less room.
let resizing;
addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(readyColumns, 200); });

document.addEventListener("swapped", () => { showSelection(); follow(); keepList(); readyColumns(); });
readyColumns();
endActing();
showSelection();
follow();
keepList();
showNeighbours();
