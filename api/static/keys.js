/* The keyboard: single letters where nobody is typing. */
import { act } from "./acts.js";
import { write } from "./compose.js";
import { ask, closePassage, edit, openPassage } from "./suggestion.js";

function step(by) {
  const rows = [...document.querySelectorAll(".row")];
  if (!rows.length) return;
  const now = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const next = rows[Math.min(rows.length - 1, Math.max(0, now < 0 ? 0 : now + by))];
  next.click();
  next.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  r: () => write("reply"),
  n: () => write("note"),
  e: edit,
  s: () => document.getElementById("suggestion") && ask(),
  t: () => act("take"),
  "?": () => document.getElementById("keys-help").showModal(),
};

function leave(target) {
  if (target.matches("input, textarea, select")) target.blur();
  else closePassage();
}

export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") return leave(event.target);
    if (event.target.matches("input, textarea, select")) return;
    const desk = document.getElementById("desk");
    if (!desk && event.key !== "?") return;
    const action = KEYS[event.key] || (/^[1-9]$/.test(event.key) ? () => openPassage(event.key) : null);
    if (!action) return;
    event.preventDefault();
    action();
  });
}
