// Adds comfort to pages that work without it: printing, one click per form, upload progress, live verification.
"use strict";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A form is sent once; its key makes a second sending harmless on the server as well.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  if (form.hasAttribute("data-upload")) upload(event, form);
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
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

function upload(event, form) {
  event.preventDefault();
  const line = form.querySelector(".progress-line"), bar = line.querySelector("progress"), words = line.querySelector("span");
  const request = new XMLHttpRequest();
  line.hidden = false;
  request.upload.addEventListener("progress", (sent) => {
    if (!sent.lengthComputable) return;
    bar.value = Math.round((sent.loaded / sent.total) * 100);
    words.textContent = `${bar.value}%`;
  });
  request.addEventListener("load", () => {
    if (request.status < 400) { window.location.assign(request.responseURL); return; }
    document.open(); document.write(request.responseText); document.close();
  });
  request.addEventListener("error", () => { delete form.dataset.sent; line.hidden = true; form.submit(); });
  request.open("POST", form.action);
  request.send(new FormData(form));
}

for (const link of document.querySelectorAll("[data-verify]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const box = document.querySelector(".verdict"), words = box.querySelector("p"), bar = box.querySelector("progress");
    let total = 0;
    box.hidden = false; box.className = "verdict"; bar.hidden = false;
    const say = (seconds) => { words.textContent = link.dataset.running.replace("%n", total).replace("%s", seconds); };
    const events = new EventSource(link.dataset.verify);
    events.addEventListener("begun", (message) => { total = JSON.parse(message.data).facts; say(0); });
    events.addEventListener("running", (message) => say(JSON.parse(message.data).seconds));
    events.addEventListener("done", () => { events.close(); window.location.assign(link.href); });
    events.addEventListener("error", () => { events.close(); window.location.assign(link.href); });
  });
}
