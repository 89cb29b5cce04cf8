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

// The whole page takes what is dropped, so that nobody misses.
document.addEventListener("dragover", (event) => {
  if (!uploadForm() || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  document.querySelector("[data-drop]").classList.add("over");
});
for (const kind of ["dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    if (kind === "drop" || !event.relatedTarget) document.querySelector("[data-drop]")?.classList.remove("over");
  });
}
document.addEventListener("drop", (event) => {
  const form = uploadForm();
  const file = event.dataTransfer?.files[0];
  if (!form || !file) return;
  event.preventDefault();
  upload(form, file);
});

// A part that is not finished is fetched again, until it says no more that it wants to be; not while a field of it has
// the focus, nor while a form is on its way.
setInterval(() => {
  const part = document.querySelector("[data-poll]");
  if (!part || document.hidden || running.has(part.id)) return;
  const busy = part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
  if (!busy) swap(location.href, [part.id]);
}, 700);

// An import tells how far it is; at its end the result is shown.
const watched = document.querySelector("[data-events]");
if (watched) {
  const source = new EventSource(watched.dataset.events);
  const digits = new Intl.NumberFormat("en-US");
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
