// The import wizard: the upload with its progress, a preview that is still counted, an import that is watched.

const uploadForm = () => document.querySelector("form[data-upload]");
const byId = (id) => document.getElementById(id);

// A file goes on its way as soon as it is chosen or dropped. The form itself works without this.
document.addEventListener("change", (event) => {
  if (event.target.matches?.("form[data-upload] input[type=file]") && event.target.files.length) upload(event.target.form, event.target.files[0]);
});
document.addEventListener("submit", (event) => {
  const file = event.target.matches?.("form[data-upload]") && event.target.elements.file.files[0];
  if (!file) return;
  event.preventDefault();
  delete event.target.dataset.sent;
  upload(event.target, file);
});

let sending;
function upload(form, file) {
  const problem = byId("upload-problem");
  problem.replaceChildren();
  if (file.size > Number(form.dataset.limit)) {
    refuse(`“${file.name}” is larger than ${form.dataset.limitText}, which is the most that is taken here. Split it into parts.`);
    return;
  }
  sending?.abort();
  const request = (sending = new XMLHttpRequest());
  const body = new FormData();
  body.append("file", file, file.name);
  request.upload.onprogress = ({ loaded, total }) => show(loaded, total, file);
  request.onload = () => {
    if (request !== sending) return;
    const next = request.getResponseHeader("Location");
    if (request.status === 201 && next) {
      uploadStatus("It is here.");
      location.assign(next);
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const said = page.getElementById("upload-problem");
    if (said) problem.replaceWith(document.adoptNode(said));
    else refuse(page.querySelector("main p")?.textContent || "The file could not be taken in.");
    idle(form);
  };
  request.onerror = () => {
    refuse("The file did not arrive. Try once more.");
    idle(form);
  };
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  byId("uploading").hidden = false;
  show(0, file.size, file);
  request.send(body);
}

function show(loaded, total, file) {
  const bar = byId("upload-progress");
  const percent = total ? Math.floor((loaded / total) * 100) : 100;
  bar.value = percent;
  uploadStatus(percent < 100 ? `Uploading ${file.name}: ${percent} %` : "Looking at the file …");
}
const uploadStatus = (words) => (byId("upload-status").textContent = words);

function idle(form) {
  byId("uploading").hidden = true;
  form.elements.file.value = "";
}

function refuse(words) {
  const box = document.createElement("div");
  box.className = "notice notice-bad";
  box.setAttribute("role", "alert");
  const text = box.appendChild(document.createElement("p"));
  text.textContent = words;
  byId("upload-problem").replaceChildren(box);
}

// Every page takes what is dropped: the one for uploads shows how it goes on, others lead to the import.
const takesFiles = () => uploadForm() ?? document.getElementById("keys");
const drop = () => document.querySelector("[data-drop]") ?? document.body;
const over = (is) => drop().classList.toggle(drop() === document.body ? "dropping" : "over", is);
document.addEventListener("dragover", (event) => {
  if (!takesFiles() || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  over(true);
});
for (const kind of ["dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    if (kind === "drop" || !event.relatedTarget) over(false);
  });
}
document.addEventListener("drop", async (event) => {
  const file = event.dataTransfer?.files[0];
  if (!file || !takesFiles() || event.defaultPrevented) return;
  event.preventDefault();
  const form = uploadForm();
  if (form) return upload(form, file);
  tell(`Uploading ${file.name} …`);
  const body = new FormData();
  body.append("file", file, file.name);
  const answer = await fetch("/import", { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
  const next = answer?.status === 201 && answer.headers.get("Location");
  if (next) return location.assign(next);
  const page = new DOMParser().parseFromString((await answer?.text()) ?? "", "text/html");
  tell(page.querySelector("#upload-problem p, main p")?.textContent || "The file did not arrive. Try once more.");
});

// A part that is not finished is fetched again, until it says no more that it wants to be; not while a field of it has
// the focus, nor while a form is on its way. A part that another one names is left alone while anything in it has the focus or a
// dialog is open: of it only the smaller parts are fetched, without the one with the focus.
setInterval(() => {
  const asks = document.querySelector("[data-poll]");
  const part = byId(asks?.dataset.poll) ?? asks;
  if (!part || document.hidden || running.has(part.id)) return;
  const named = part !== asks;
  const inUse = () => {
    const active = document.activeElement;
    return part.contains(active) && (named || active.matches("input, select, textarea")) || (named && document.querySelector("dialog[open]"));
  };
  if (!inUse()) return swap(location.href, [part.id], { unless: inUse });
  const parts = named ? [...part.querySelectorAll("[data-poll-part]")].filter((one) => !one.contains(document.activeElement)) : [];
  if (parts.length) swap(location.href, parts.map(({ id }) => id), { unless: () => !part.isConnected || parts.some((one) => one.contains(document.activeElement)) });
}, 700);

// The first steps of an import that has begun lead to where it is now. On the way back through the history they are passed by, so
// that it leads out of the import and not to the same page again. A page that the browser has kept as it was is asked for again.
const backKey = "came back";
const [arrival] = performance.getEntriesByType("navigation");
const cameBack = arrival?.type === "back_forward" || sessionStorage.getItem(backKey) === location.pathname.split("/")[2];
sessionStorage.removeItem(backKey);
if (cameBack && arrival?.redirectCount > 0 && /^\/imports\/\d+\/(running|result)$/.test(location.pathname)) history.back();
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted || !location.pathname.startsWith("/imports/")) return;
  sessionStorage.setItem(backKey, location.pathname.split("/")[2]);
  location.reload();
});

// An import tells how far it is; at its end the result is shown.
const watched = document.querySelector("[data-events]");
if (watched) {
  const source = new EventSource(watched.dataset.events);
  let first;
  source.addEventListener("progress", (event) => {
    const now = JSON.parse(event.data);
    const bar = byId("running-bar");
    bar.max = now.of;
    if (now.bytes !== null) bar.value = now.bytes;
    const words = byId("running-status");
    if (words.textContent !== now.words) words.textContent = now.words;
    for (const [name, count] of Object.entries(now.counts)) {
      const place = watched.querySelector(`[data-count="${name}"]`);
      if (place) place.textContent = digits.format(count);
    }
    pace(now);
  });
  const leave = () => {
    source.close();
    location.replace(watched.dataset.then);
  };
  source.addEventListener("end", leave);
  // EventSource connects again by itself, also after the server was started anew.

  function pace(now) {
    const at = performance.now();
    first ??= { at, rows: now.rows, bytes: now.bytes };
    const seconds = (at - first.at) / 1000;
    if (seconds < 1 || now.rows <= first.rows) return;
    const rows = Math.round((now.rows - first.rows) / seconds);
    const parts = [`${digits.format(rows)} rows a second`];
    if (now.bytes !== null && first.bytes !== null && now.bytes > first.bytes) {
      parts.push(left(((now.of - now.bytes) * seconds) / (now.bytes - first.bytes)));
    }
    byId("running-pace").textContent = parts.join(", ");
  }
  function left(seconds) {
    if (seconds < 5) return "a few seconds left";
    if (seconds < 90) return `about ${Math.ceil(seconds / 5) * 5} seconds left`;
    return `about ${Math.round(seconds / 60)} minutes left`;
  }
}

// Ctrl+Z outside a text field undoes the last correction.
document.addEventListener("keydown", (event) => {
  if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  if (event.target.matches?.("input:not([type=checkbox], [type=radio]), textarea") && event.target.value !== event.target.defaultValue) return;
  const form = document.querySelector('form[action*="/unfix"]');
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});

// The grid of invalid rows. Other cells than the bad ones are opened by a click or by Ctrl and an arrow key; what is typed or
// pasted into several is saved at once.
const place = (id) => id.match(/^fix-(\d+)-(\d+)$/);
const inGrid = (target) => target.closest?.("[data-fix-grid]");

function openCell(cell) {
  if (!cell?.dataset?.cell) return cell?.querySelector("input[data-keeps]");
  const field = document.createElement("input");
  field.id = `fix-${cell.dataset.cell}`;
  field.name = `cell-${cell.dataset.cell}`;
  field.defaultValue = cell.dataset.value ?? cell.textContent;
  field.dataset.keeps = field.dataset.opened = "";
  field.autocomplete = "off";
  field.spellcheck = false;
  field.setAttribute("aria-label", `${cell.dataset.label} in line ${parseInt(cell.parentElement.cells[0].textContent, 10)}`);
  const form = cell.parentElement.querySelector("form.correction[id]");
  if (form) field.setAttribute("form", form.id);
  cell.replaceChildren(field);
  delete cell.dataset.cell;
  return field;
}

// The cell that is so many rows and columns away.
function neighbour(cell, down, right) {
  const rows = [...inGrid(cell).tBodies[0].rows].filter((row) => row.cells.length > 1);
  const at = cell.cellIndex + right;
  const found = rows[rows.indexOf(cell.parentElement) + down]?.cells[at];
  return found?.matches(".cell") ? found : null;
}

function showTyped() {
  const button = byId("save-typed");
  if (!button) return;
  const count = [...unsaved.keys()].filter(place).length;
  button.hidden = count < 2;
  button.textContent = `Save ${digits.format(count)} typed values`;
}

function saveTyped(url) {
  const body = new URLSearchParams();
  for (const [id, value] of unsaved) {
    const [, row, column] = place(id) ?? [];
    if (row) body.append(`cell-${row}-${column}`, value);
  }
  unsaved.clear();
  keepTyped();
  return swap(url, ["preview"], { method: "POST", body });
}

document.addEventListener("click", (event) => {
  const cell = event.target.closest?.("[data-fix-grid] td[data-cell]");
  if (cell && !getSelection().toString()) openCell(cell).focus();
  if (event.target.dataset?.saves) saveTyped(event.target.dataset.saves);
});
document.addEventListener("keydown", (event) => {
  const cell = event.target.matches?.("[data-keeps]") && inGrid(event.target) && event.target.closest("td");
  if (!cell) return;
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (event.ctrlKey && steps) {
    const next = neighbour(cell, ...steps);
    if (next) openCell(next).focus();
  } else if (event.key === "Escape") {
    event.target.value = event.target.defaultValue;
    unsaved.delete(event.target.id);
    keepTyped();
  } else if (event.key === "Enter" && !event.target.form && byId("save-typed")) saveTyped(byId("save-typed").dataset.saves);
  else return;
  event.preventDefault();
});
// A block of cells, as spreadsheets copy it, goes into the cells from here on to the right and down.
document.addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const cell = event.target.matches?.("[data-keeps]") && inGrid(event.target) && event.target.closest("td");
  if (!cell || !/[\t\n]/.test(text.trimEnd())) return;
  event.preventDefault();
  let pasted = 0;
  for (const [down, line] of text.replace(/\r?\n$/, "").split(/\r?\n/).entries()) {
    for (const [right, value] of line.split("\t").entries()) {
      const field = openCell(neighbour(cell, down, right));
      if (!field) continue;
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      pasted++;
    }
  }
  tell(`${digits.format(pasted)} values pasted. Save them, or press Escape in a cell for its old value.`);
});
// What was typed is saved before the import begins.
document.addEventListener("submit", (event) => {
  if (!event.target.action?.endsWith?.("/start") || ![...unsaved.keys()].some(place) || !byId("save-typed")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  saveTyped(byId("save-typed").dataset.saves).then(() => tell("Your typed values are saved. Check the numbers, then import."));
}, true);

// Tab goes to the next problem: Enter does what the button of a row does.
function readyGrid() {
  for (const id of unsaved.keys()) {
    const [, row, column] = place(id) ?? [];
    if (row) openCell(document.querySelector(`[data-cell="${row}-${column}"]`));
  }
  restoreTyped();
  showTyped();
  for (const button of document.querySelectorAll("[data-fix-grid] form.correction[id] button")) button.tabIndex = -1;
}
document.addEventListener("typed", showTyped);
document.addEventListener("swapped", readyGrid);
readyGrid();

// How many cells a replacement would change, while it is typed.
let counting;
document.addEventListener("input", ({ target }) => {
  const form = target.closest?.("form[data-counts]");
  if (!form) return;
  clearTimeout(counting);
  const into = byId(form.dataset.countsInto);
  counting = setTimeout(async () => {
    if (!form.elements.find.value) return (into.textContent = "");
    const answer = await fetch(`${form.dataset.counts}?${new URLSearchParams(new FormData(form))}`).catch(() => null);
    const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    if (page) into.textContent = page.getElementById("hits")?.textContent ?? "";
  }, 300);
});

// The fields of a column, found by words anywhere in their names and groups.
document.addEventListener("click", ({ target }) => {
  const select = byId(target.closest?.("[data-finds]")?.dataset.finds);
  if (!select) return;
  const fields = [...select.options].map((option) => ({
    name: option.text,
    group: option.parentElement.label,
    value: option.value,
    chosen: option.selected,
  }));
  const text = ({ name, group }) => `${group ?? ""} ${name}`.toLowerCase();
  finder({
    id: "fields",
    label: "Search fields",
    find: (words, show) => show(fields.filter((field) => words.split(/\s+/).every((word) => text(field).includes(word)))),
    choose: ({ value }) => {
      select.focus();
      if (select.value === value) return;
      select.value = value;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    },
  });
});
