/* The console's start: joins the parts and tells them when another conversation was opened. */
import { tellZone, toggleTheme } from "./common.js";
import { listenToActs } from "./acts.js";
import { listenToCompose, openCompose } from "./compose.js";
import { listenToFacts } from "./facts.js";
import { listenToKeys } from "./keys.js";
import { listenLive } from "./live.js";
import { listenToPosting } from "./posting.js";
import { listenToPresence, lookAt } from "./presence.js";
import { followScroll, toBottom } from "./scroll.js";
import { listenToSuggestion, openSuggestion } from "./suggestion.js";

let open = "";
let wanted = "";
const WHOSE = /^\/console\/conversations\/([0-9a-f]{32})/;

function whose(context) {
  return WHOSE.exec(new URL(context.request.action, location.href).pathname)?.[1] || "";
}

/* Who opens two conversations quickly gets the second: the list shows it at once, parts of the first are dropped. */
function want(event) {
  const { ctx } = event.detail;
  if (ctx.target?.id !== "work") return;
  wanted = whose(ctx);
  markOpen(wanted);
}

function dropOthers(event) {
  const conversation = whose(event.detail.ctx);
  if (conversation && wanted && conversation !== wanted) event.preventDefault();
}

/* Runs after each swap; does its work once for each conversation opened. */
function adopt() {
  const main = document.getElementById("main");
  const conversation = main?.dataset.conversation || "";
  markOpen(wanted || conversation);
  if (conversation === open) return;
  open = conversation;
  lookAt(conversation);
  if (!conversation) return;
  toBottom();
  openCompose(conversation);
  openSuggestion();
}

function markOpen(conversation) {
  for (const row of document.querySelectorAll(".row")) {
    if (row.dataset.conversation === conversation) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

function start() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-toggle]")) toggleTheme();
    if (event.target.closest("[data-keys-help]")) document.getElementById("keys-help").showModal();
  });
  listenToKeys();
  listenToPosting();
  if (!document.getElementById("desk")) return;
  listenToActs();
  listenToFacts();
  listenToCompose();
  listenToSuggestion();
  followScroll();
  listenLive();
  listenToPresence();
  document.addEventListener("htmx:before:request", want);
  document.addEventListener("htmx:before:swap", dropOthers);
  document.addEventListener("htmx:after:swap", adopt);
  adopt();
}

tellZone();
// htmx reads the page in a timer of its own, set before this one. A key pressed earlier would follow a row's plain
// link, and that page would come in place of whatever was opened meanwhile.
setTimeout(start);
