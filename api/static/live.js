/* Live: an entry that was stored somewhere wakes the parts of this page that show it. */
import { refreshPanel } from "./suggestion.js";

const pending = new Set();
let timer = 0;
let source = null;
let cursor = "";
let wait = 1000;

function wake(...names) {
  names.forEach((name) => pending.add(name));
  if (timer) return;
  timer = setTimeout(() => {
    timer = 0;
    const now = [...pending];
    pending.clear();
    for (const name of now) {
      if (name === "panel") refreshPanel();
      else htmx.trigger(document.body, name);
    }
  }, 120);
}

function say(state, words) {
  const element = document.getElementById("live-state");
  element.dataset.state = state;
  element.lastElementChild.textContent = words;
}

function happened(event) {
  cursor = event.lastEventId || cursor;
  const entry = JSON.parse(event.data);
  const main = document.getElementById("main");
  wake("wake-list");
  if (entry.customer !== main?.dataset.customer) return;
  wake("wake-thread");
  const kinds = ["message_received", "suggestion_shown", "suggestion_judged"];
  if (entry.conversation === main.dataset.conversation && kinds.includes(entry.kind)) wake("panel");
}

/* The browser takes up a cut stream by itself where it was; what it gives up (an error from the server, an ended
   login) is begun again here, after the same entry. */
function listen() {
  source = new EventSource(`/api/live?after=${cursor}`);
  source.addEventListener("open", () => {
    wait = 1000;
    // What was asked for while the line was cut may have failed: ask again.
    if (document.getElementById("live-state").dataset.state === "lost") wake("wake-list", "wake-thread", "panel");
    say("live", "Live");
  });
  source.addEventListener("entry", happened);
  source.addEventListener("error", () => {
    say("lost", "Reconnecting");
    if (source.readyState === EventSource.CLOSED) again();
  });
}

async function again() {
  const answer = await fetch("/api/me").catch(() => null);
  if (answer?.status === 401) location.reload();
  setTimeout(() => source?.readyState === EventSource.CLOSED && !document.hidden && listen(), wait);
  wait = Math.min(wait * 2, 10000);
}

/* A browser keeps six connections to a server, for all its tabs: a tab that nobody sees gives its own back. */
function seen() {
  if (document.hidden) source.close();
  else if (source.readyState === EventSource.CLOSED) listen();
}

export function listenLive() {
  cursor = document.getElementById("live-state").dataset.cursor;
  document.addEventListener("visibilitychange", seen);
  listen();
}

export { wake };
