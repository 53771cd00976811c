// Adds comfort to pages that work without it: printing, one click per form, upload progress, live verification.
"use strict";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// The code of an invitation stands behind the #, which no server is sent; it is taken into the form here.
for (const field of document.querySelectorAll("[data-from-link]")) {
  if (!window.location.hash) continue;
  field.value = field.value || decodeURIComponent(window.location.hash.slice(1));
  window.history.replaceState(null, "", window.location.pathname);
}

// A form is sent once; its key makes a second sending harmless on the server as well.
const sent = new Set();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (sent.has(form)) { event.preventDefault(); return; }
  sent.add(form);
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  if (form.hasAttribute("data-upload")) upload(event, form);
});
function again(form) {
  sent.delete(form);
  for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
}
window.addEventListener("pageshow", () => {
  sent.forEach(again);
});

// One open sheet at a time; Escape closes it and gives the focus back.
document.addEventListener("toggle", (event) => {
  if (!event.target.matches("details.act") || !event.target.open) return;
  for (const other of document.querySelectorAll("details.act[open]")) if (other !== event.target) other.open = false;
}, true);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.act[open]")) { open.open = false; open.querySelector("summary").focus(); }
});

// The question mark shows the keys of a page over it, unless something is being typed; Escape goes back.
for (const keys of document.querySelectorAll("details.keys")) {
  const over = document.createElement("dialog"), close = document.createElement("button"), head = document.createElement("h2");
  for (const one of keys.querySelectorAll("[data-script]")) one.hidden = false;
  over.className = "keys";
  head.id = "keys-head"; head.textContent = keys.querySelector("summary").textContent;
  over.setAttribute("aria-labelledby", head.id);
  close.className = "btn btn-outline-primary"; close.textContent = keys.dataset.close;
  close.addEventListener("click", () => over.close());
  over.append(head, ...[...keys.children].slice(1).map((one) => one.cloneNode(true)), close);
  keys.after(over);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey || over.open) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    over.showModal();
  });
}

// A file goes part by part; what has arrived stays on the server, and a broken line is waited out.
async function upload(event, form) {
  event.preventDefault();
  const line = form.querySelector(".progress-line"), bar = line.querySelector("progress"), words = line.querySelector("span");
  const file = form.elements.file.files[0], secret = form.elements.csrf.value;
  const mark = ["upload", form.elements.who.value, form.elements.dataset.value, file.name, file.size, file.lastModified].join("|");
  const tell = (text, sent) => { bar.value = Math.floor((sent / file.size) * 100); words.textContent = text.replace("%p", bar.value); };
  const failed = (answer) => {
    const box = form.querySelector("[data-failed]");
    box.textContent = [answer.problem, ...(answer.reasons || []).map((one) => `${one.message}（${one.article}）`)].join(" ");
    box.hidden = false; line.hidden = true; again(form);
  };
  line.hidden = false; form.querySelector("[data-failed]").hidden = true;
  try {
    let place = await resumed(localStorage.getItem(mark));
    if (place) tell(line.dataset.resumed, place.offset);
    else {
      const asked = new URLSearchParams({ csrf: secret, dataset: form.elements.dataset.value, rows: form.elements.rows.value, name: file.name, size: file.size });
      const answer = await fetch(line.dataset.upload, { method: "POST", body: asked, headers: { Accept: "application/json" } });
      if (answer.redirected || answer.status === 401) { window.location.reload(); return; }
      if (!answer.ok) {
        const told = await answer.json();
        if ((told.reasons || []).some((one) => one.code === "fresh-credential")) { window.location.reload(); return; }
        failed(told); return;
      }
      place = await answer.json();
      localStorage.setItem(mark, place.url);
    }
    while (place.offset < file.size) {
      const part = file.slice(place.offset, place.offset + place.part);
      const answer = await fetch(place.url, { method: "PATCH", body: part, headers: { Accept: "application/json", "Upload-Offset": place.offset, "X-Form-Secret": secret } }).catch(() => null);
      if (answer && answer.ok) { place = await answer.json(); tell(line.dataset.sending, place.offset); continue; }
      if (answer && answer.status === 401) { window.location.reload(); return; }
      if (answer && answer.status < 500 && answer.status !== 409) { localStorage.removeItem(mark); failed(await answer.json()); return; }
      words.textContent = line.dataset.broken;
      await new Promise((go) => setTimeout(go, 1000));
      place = (await resumed(place.url)) || place;
    }
    localStorage.removeItem(mark);
    const done = document.createElement("form");
    done.method = "post"; done.action = `${place.url}/finish`; done.hidden = true;
    const field = document.createElement("input");
    field.name = "csrf"; field.value = secret; done.append(field); document.body.append(done); done.submit();
  } catch (error) { failed({ problem: String(error.message || error) }); }
}

async function resumed(url) {
  if (!url) return null;
  const answer = await fetch(`${url}/offset`, { headers: { Accept: "application/json" } }).catch(() => null);
  return answer && answer.ok && !answer.redirected ? answer.json() : null;
}

// Long work tells how far it is; the page goes on when it is done.
for (const box of document.querySelectorAll("[data-job]")) {
  const words = box.querySelector("[data-words]"), bar = box.querySelector("progress"), events = new EventSource(box.dataset.job);
  events.addEventListener("running", (message) => {
    const now = JSON.parse(message.data);
    if (now.all) { bar.value = now.done; words.textContent = box.dataset.counting.replace("%n", now.done).replace("%m", now.all); return; }
    if (!now.size) return;
    const share = Math.floor((now.sealed / now.size) * 100);
    if (!now.rows) { bar.value = share / 100; words.textContent = box.dataset.sealing.replace("%p", share); return; }
    bar.removeAttribute("value");
    words.textContent = box.dataset.reading.replace("%n", now.rows.toLocaleString("en-US")).replace("%s", now.seconds);
  });
  events.addEventListener("done", () => { events.close(); window.location.reload(); });
}

// A record that moves while it is looked at: say so, and never take away what somebody is typing.
for (const box of document.querySelectorAll("[data-live]")) {
  const events = new EventSource(box.dataset.live);
  events.addEventListener("changed", () => { events.close(); box.hidden = false; });
  window.addEventListener("pagehide", () => events.close());
}

for (const link of document.querySelectorAll("[data-verify]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const box = document.querySelector(".verdict"), words = box.querySelector("p"), bar = box.querySelector("progress");
    box.hidden = false; box.className = "verdict"; bar.hidden = false;
    const events = new EventSource(link.dataset.verify);
    events.addEventListener("running", (message) => {
      const now = JSON.parse(message.data);
      words.textContent = link.dataset.running.replace("%n", now.facts || 0).replace("%s", now.seconds);
    });
    events.addEventListener("done", () => { events.close(); window.location.assign(link.href); });
    events.addEventListener("error", () => { events.close(); window.location.assign(link.href); });
  });
}
