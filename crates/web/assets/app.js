// What all pages share: swapping the parts of a page that changed, forms that do so, dates in the reader's order, menus, keys.
// Pages work without it. Behaviour hangs on data- attributes and on listeners of the document, so parts that were swapped in
// need no care. The other files follow in the same module and may call swap, tell and localise.

const running = new Map();
const address = () => location.pathname + location.search;
let shown = address();

// Fetches a page and puts its elements with these ids in the place of those here. `push` writes the page's address into the
// history: true for a new entry, "replace" for the current one. The newest call for the same ids wins. What nobody has asked for is
// given up if `unless` says so when it is there, and is waited for without a sign. Says whether it was done.
async function swap(url, ids, { push = false, method = "GET", body, unless } = {}) {
  const key = ids.join(" ");
  running.get(key)?.abort();
  const control = new AbortController();
  running.set(key, control);
  const busy = !unless && setTimeout(() => marked(ids, (part) => part.setAttribute("aria-busy", "true")), 150);
  try {
    const answer = await fetch(url, { method, body, signal: control.signal, credentials: "same-origin", headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (control.signal.aborted || unless?.()) return false;
    if (!ids.some((id) => page.getElementById(id))) return elsewhere(answer, page, method);
    replace(page, ids);
    document.title = page.title;
    if (push) {
      history[push === "replace" ? "replaceState" : "pushState"](null, "", answer.url);
      shown = address();
    }
    return true;
  } catch (error) {
    if (error.name !== "AbortError") tell("The server does not answer. Try again in a moment.");
    return false;
  } finally {
    clearTimeout(busy);
    if (running.get(key) === control) {
      running.delete(key);
      marked(ids, (part) => part.removeAttribute("aria-busy"));
    }
  }
}

function marked(ids, mark) {
  for (const id of ids) {
    const part = document.getElementById(id);
    if (part) mark(part);
  }
}

// Another page came than was asked for: the sign-in, an error, or what follows after a form.
function elsewhere(answer, page, method) {
  if (answer.ok && (answer.redirected || method === "GET")) location.assign(answer.url);
  else tell(page.querySelector("main p")?.textContent || "This could not be done.");
  return false;
}

function replace(page, ids) {
  // A parsed page has what is for readers without script as elements: a refresh among them would reload this page.
  for (const part of page.querySelectorAll("noscript")) part.remove();
  const focused = document.activeElement;
  const focus = focused?.id;
  // Of a list of forms the next one is wanted when this one is done.
  const form = focused?.form?.matches("form.correction, form.suggestion") && focused.form;
  if (form) next = [...document.querySelectorAll("[data-keeps]")].indexOf(focused.matches("[data-keeps]") ? focused : keptBy(form)[0]);
  const selection = focus && "selectionStart" in focused ? readSelection(focused) : null;
  for (const id of ids) {
    const now = document.getElementById(id);
    const next = page.getElementById(id);
    if (!now || !next) continue;
    // What is being typed stays: the field knows more than the answer to what it held before.
    const kept = focus && now.contains(focused) && focused.matches("input, textarea") ? focused.value : null;
    keepOpen(now, next);
    now.replaceWith(document.adoptNode(next));
    const again = kept === null ? null : document.getElementById(focus);
    if (again && again !== focused && again.matches("[data-autosubmit]")) again.value = kept;
    localise(next);
  }
  restoreTyped();
  // A button that is gone has said what is next.
  if (focused?.dataset?.focus && document.activeElement === document.body) document.getElementById(focused.dataset.focus)?.focus();
  if (focus && document.activeElement !== focused) {
    const again = document.getElementById(focus);
    again?.focus({ preventScroll: true });
    // It may be at another place of the page now.
    again?.scrollIntoView({ block: "nearest" });
    if (selection) try { again?.setSelectionRange(...selection); } catch { /* not a text field */ }
  }
  if (next >= 0) toNextProblem();
  // Of the row that a button has added the first field is next.
  if (focused?.matches?.('button[name="add"]') && document.activeElement === document.body) {
    const list = document.getElementById(`list-${focused.value}`);
    [...(list?.querySelectorAll(`[name="${focused.value}"]`) ?? [])].at(-1)?.focus();
  }
  document.dispatchEvent(new CustomEvent("swapped", { detail: { ids } }));
}

// Parts that can be opened stay as they are.
function keepOpen(now, next) {
  for (const part of now.querySelectorAll("details[id]")) {
    const again = next.querySelector(`#${CSS.escape(part.id)}`);
    if (again) again.open = part.open;
  }
}

// What was typed into fields and not saved, by their ids. It outlives parts of the page that are fetched without these fields,
// and the page itself: a reload, signing in again.
const typedKey = `typed ${location.pathname}`;
const unsaved = new Map(JSON.parse(sessionStorage.getItem(typedKey) ?? "[]"));
function keepTyped() {
  try { sessionStorage.setItem(typedKey, JSON.stringify([...unsaved])); } catch { /* too much to keep */ }
  document.dispatchEvent(new CustomEvent("typed"));
}
function restoreTyped() {
  for (const [id, value] of unsaved) {
    const field = document.getElementById(id);
    if (field && field !== document.activeElement) field.value = value;
  }
}
document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("[data-keeps]")) return;
  if (target.value === target.defaultValue) unsaved.delete(target.id);
  else unsaved.set(target.id, target.value);
  keepTyped();
});
// The fields of a form whose values are kept; of a suggestion, the field beside it.
const keptBy = (form) => [...form.elements, ...(form.closest("td")?.querySelectorAll("[data-keeps]") ?? [])].filter((field) => field.matches("[data-keeps]"));
document.addEventListener("submit", ({ target }) => {
  const kept = keptBy(target);
  for (const field of kept) unsaved.delete(field.id);
  if (kept.length) keepTyped();
}, true);

// The place of the problem that comes after the one that was just fixed; -1 if nobody waits for one.
let next = -1;

// Goes to the field of that problem, or to the heading over the rows if none is left; says how many are left. While rows are
// counted they may be missing: then it goes on when they are there.
function toNextProblem() {
  const heading = document.getElementById("rows-title");
  const active = document.activeElement;
  if (!heading || (active !== document.body && active !== heading)) { next = -1; return; }
  const fields = document.querySelectorAll("[data-keeps]");
  (fields[Math.min(next, fields.length - 1)] ?? heading).focus();
  if (document.querySelector("[data-poll]") && !fields.length) return;
  next = -1;
  tell(heading.textContent);
}

function readSelection(field) {
  try { return field.selectionStart === null ? null : [field.selectionStart, field.selectionEnd]; } catch { return null; }
}

// Says a thing in passing, also to a screen reader.
let clearing;
function tell(text) {
  const announcement = document.getElementById("announcement");
  if (!announcement) return;
  announcement.textContent = text;
  clearTimeout(clearing);
  clearing = setTimeout(() => { announcement.textContent = ""; }, 8000);
}

// What cannot be undone is asked before.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirms;
  if (question && !confirm(question)) event.preventDefault();
}, true);

// Forms: with data-swap they replace these parts of the page, else they are sent as ever, but not twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  const submitter = event.submitter;
  const ids = (submitter?.dataset.swap ?? form.dataset.swap)?.split(" ").filter(Boolean);
  if (!ids?.length) {
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    return;
  }
  event.preventDefault();
  const data = new FormData(form, submitter);
  // The property may be shadowed by a field of that name.
  const action = new URL(submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href, location.href);
  const method = (submitter?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "get").toUpperCase();
  const typed = form.dataset.typed === "yes";
  delete form.dataset.typed;
  if (method === "GET") {
    // Empty fields say nothing; without them the address stays short.
    action.search = new URLSearchParams([...data].filter(([, value]) => value !== "")).toString();
    swap(action, ids, { push: typed ? "replace" : true });
  } else {
    const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
    swap(action, ids, { method, body, push: form.hasAttribute("data-push") && "replace" });
  }
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A form with changes that are not saved is not left without a question.
const changed = (form) => [...form.elements].some((field) => field.matches("input:not([type=hidden]), textarea") && field.value !== field.defaultValue);
addEventListener("beforeunload", (event) => {
  const form = document.querySelector("form[data-warns-of-changes]");
  if (form && !form.dataset.sent && changed(form)) event.preventDefault();
});

// Links with data-swap, such as the pages of a list.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-swap]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  // Looking through tabs is one step of the history.
  swap(link.href, link.dataset.swap.split(" "), { push: link.closest(".tabs") ? "replace" : true });
});
// Back and forward fetch the page of that address anew; a step within a page, as to its main part, needs nothing.
addEventListener("popstate", () => {
  if (address() !== shown) location.reload();
});

// How strong a new password is, roughly: its length and how many different signs it has. The server knows common passwords and
// refuses them, whatever is said here.
document.addEventListener("input", (event) => {
  const part = document.querySelector(`[data-strength-of="${CSS.escape(event.target.id)}"]`);
  if (!part) return;
  const signs = [...event.target.value];
  const different = new Set(event.target.value.toLowerCase()).size;
  const left = Number(part.dataset.least) - signs.length;
  const score = left > 0 ? 0 : different < 6 ? 1 : different < 9 ? 2 : signs.length < 18 ? 3 : 4;
  part.hidden = signs.length === 0;
  part.querySelector("meter").value = score;
  const words = ["", "Easy to guess", "Fair", "Good", "Strong"];
  part.querySelector("span").textContent = left > 0 ? `${left} more ${left === 1 ? "character" : "characters"}` : words[score];
});

// Fields with data-autosubmit send their form: choices at once, words when the typing rests.
let rest;
document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.matches?.("[data-autosubmit]") || !field.matches('input:not([type="checkbox"], [type="radio"], [type="file"]), textarea')) return;
  clearTimeout(rest);
  rest = setTimeout(() => {
    if (!field.form) return;
    field.form.dataset.typed = "yes";
    field.form.requestSubmit();
  }, 120);
});
document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.matches?.('select[data-autosubmit], input[data-autosubmit]:is([type="checkbox"], [type="radio"], [type="file"])')) field.form?.requestSubmit();
});
for (const part of document.querySelectorAll("[data-without-script]")) part.hidden = true;
document.addEventListener("swapped", () => {
  for (const part of document.querySelectorAll("[data-without-script]")) part.hidden = true;
});

// Numbers and dates as the reader writes them: the server says in which locale. Dates are in the reader's zone; without script
// they stand there as 2026-05-04. A day, such as a birthday, is in no zone.
const locale = document.documentElement.dataset.locale;
const digits = new Intl.NumberFormat(locale);
const day = { timeZone: "UTC" };
const styles = {
  date: { dateStyle: "medium" },
  moment: { dateStyle: "medium", timeStyle: "short" },
  day: { dateStyle: "long", ...day },
  "day-of-year": { day: "numeric", month: "long", ...day },
};
function localise(root) {
  for (const time of root.querySelectorAll("time[data-local]")) {
    // Of a day without a year any leap year does.
    const when = new Date(time.dateTime.replace(/^--/, "2000-"));
    const style = styles[time.dataset.local] ?? styles.date;
    if (Number.isNaN(when.getTime())) continue;
    time.textContent = new Intl.DateTimeFormat(locale, style).format(when);
    if (!style.timeZone) time.title = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" }).format(when);
  }
}
localise(document);

// Menus close when something else is meant.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// Buttons that open a dialog by its id.
document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
});

// Buttons that copy the text of a field by its id. Without the right to use the clipboard the text is selected instead.
document.addEventListener("click", async (event) => {
  const copier = event.target.closest?.("[data-copies]");
  const field = copier && document.getElementById(copier.dataset.copies);
  if (!field) return;
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    tell("Copied.");
  } catch {
    tell("Press Ctrl+C to copy.");
  }
});

// Buttons that copy a text of their own.
document.addEventListener("click", async (event) => {
  const copier = event.target.closest?.("[data-copies-text]");
  if (!copier) return;
  try {
    await navigator.clipboard.writeText(copier.dataset.copiesText);
    tell("Copied.");
  } catch {
    tell("The browser does not allow copying here.");
  }
});

// Keys: / searches, n creates, i imports, ? lists them. Never while something is typed.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog[open]")) return;
  const keys = document.getElementById("keys");
  if (!keys) return;
  if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (search) search.focus(), search.select();
    else location.assign("/contacts#search");
  } else if (event.key === "n") location.assign("/contacts/new");
  else if (event.key === "i") location.assign("/import");
  else if (event.key === "?") keys.showModal();
  else return;
  event.preventDefault();
});

// Views, tags and the number of duplicates are added to the sidebar after the page; what was there last is shown at once.
const sidebar = document.getElementById("sidebar-more");
if (sidebar) {
  const key = "sidebar";
  // The entries of a closed group are not on the page.
  const openGroup = (group, open) => {
    group.setAttribute("aria-expanded", open);
    const template = group.nextElementSibling;
    while (template.nextElementSibling?.matches("a")) template.nextElementSibling.remove();
    if (open) template.after(template.content.cloneNode(true));
  };
  sidebar.addEventListener("click", ({ target }) => {
    const group = target.closest("[data-nav-group]");
    if (!group) return;
    const open = group.getAttribute("aria-expanded") !== "true";
    openGroup(group, open);
    localStorage.setItem(group.dataset.navGroup, open ? "open" : "");
  });
  const show = (text) => {
    const part = new DOMParser().parseFromString(text, "text/html").getElementById("sidebar-more");
    if (!part) return;
    sidebar.replaceChildren(...part.childNodes);
    for (const group of sidebar.querySelectorAll("[data-nav-group]")) openGroup(group, localStorage.getItem(group.dataset.navGroup) === "open");
    mark("/duplicates", part.dataset.duplicates, "possible duplicates");
    mark("/shared", part.dataset.shared, "new");
    mark("/notifications", part.dataset.unread, "unread");
  };
  // A number at an entry: hidden, so that the entry keeps its name, and said behind it.
  const mark = (url, number, what) => {
    const link = document.querySelector(`.top a[href="${url}"]`);
    link.querySelector(".nav-count")?.remove();
    link.removeAttribute("aria-description");
    if (!number || link.getAttribute("aria-current") && url !== "/duplicates") return;
    const count = link.appendChild(Object.assign(document.createElement("span"), { className: "nav-count", ariaHidden: "true" }));
    count.textContent = digits.format(number);
    link.setAttribute("aria-description", `${count.textContent} ${what}`);
  };
  show(sessionStorage.getItem(key) ?? "");
  fetch(location.pathname === "/shared" ? "/sidebar?on=shared" : "/sidebar", { headers: { Accept: "text/html" } }).then(async (answer) => {
    const text = answer.ok && !answer.redirected ? await answer.text() : "";
    if (!text) return;
    show(text);
    try { sessionStorage.setItem(key, text); } catch { /* without */ }
  }).catch(() => {});
}

// Ctrl+K: a dialog that goes to any page, and to contacts, by a few letters.
const places = () => [
  ...[...document.querySelectorAll(".top nav a[href]")].map((link) => ({ name: link.firstElementChild?.nextSibling?.textContent ?? link.textContent, url: link.href })),
  { name: "New contact", url: "/contacts/new" },
  { name: "Import contacts", url: "/import" },
  { name: "Export contacts", url: "/export" },
  { name: "Notifications", url: "/notifications" },
  { name: "Account", url: "/account" },
];
// A dialog in which one thing of many is found by a few letters: `find` shows what there is for some words, `choose` takes one.
function finder({ id, label, find, choose }) {
  const dialog = document.body.appendChild(document.createElement("dialog"));
  dialog.id = id;
  dialog.className = "finder";
  dialog.setAttribute("aria-label", label);
  const field = dialog.appendChild(document.createElement("input"));
  Object.assign(field, { type: "search", placeholder: label, autocomplete: "off", spellcheck: false });
  const list = dialog.appendChild(document.createElement("ul"));
  Object.assign(list, { id: `${id}-list`, role: "listbox", ariaLabel: "Results" });
  for (const [name, value] of Object.entries({ role: "combobox", "aria-label": label, "aria-expanded": "true", "aria-controls": list.id })) field.setAttribute(name, value);
  let found = [];
  let at = 0;
  const mark = (to) => {
    at = Math.max(0, Math.min(to, found.length - 1));
    for (const [place, option] of [...list.children].entries()) option.setAttribute("aria-selected", place === at);
    list.children[at]?.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", list.children[at]?.id ?? "");
  };
  const show = (things) => {
    found = things;
    list.replaceChildren(...found.map(({ name, group }, place) => {
      const option = document.createElement("li");
      Object.assign(option, { role: "option", id: `${id}-${place}`, textContent: name });
      if (group) option.append(Object.assign(document.createElement("span"), { className: "muted small", textContent: ` ${group}` }));
      return option;
    }));
    mark(found.findIndex(({ chosen }) => chosen));
    list.hidden = !found.length;
  };
  const take = (place) => {
    if (!found[place]) return;
    dialog.close();
    choose(found[place]);
  };
  const look = () => find(field.value.trim().toLowerCase(), show);
  field.addEventListener("input", look);
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") mark(at + 1);
    else if (event.key === "ArrowUp") mark(at - 1);
    else if (event.key === "Enter") take(at);
    // The field would be emptied first.
    else if (event.key === "Escape") dialog.close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", ({ target }) => take([...list.children].indexOf(target.closest("li"))));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  look();
}

let asked;
async function findPlaces(words, show) {
  const found = places().filter(({ name }) => name.toLowerCase().includes(words)).slice(0, words ? 5 : 20);
  show(found);
  if (words.length < 2) return;
  asked?.abort();
  asked = new AbortController();
  // The next letter may abort the request, or the reading of its answer.
  const html = await fetch(`/contacts?q=${encodeURIComponent(words)}`, { signal: asked.signal })
    .then((answer) => answer.ok && answer.text())
    .catch(() => null);
  if (!html) return;
  const page = new DOMParser().parseFromString(html, "text/html");
  const contacts = [...page.querySelectorAll("[data-rows] tbody th a")].slice(0, 8);
  show([...found, ...contacts.map((link) => ({ name: link.textContent, url: link.getAttribute("href") }))]);
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || !document.getElementById("keys")) return;
  event.preventDefault();
  if (document.getElementById("palette")) return;
  finder({ id: "palette", label: "Go to a page or a contact", find: findPlaces, choose: ({ url }) => location.assign(url) });
});
