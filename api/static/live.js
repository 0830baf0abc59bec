/* Live: an entry that was stored somewhere wakes the parts of this page that show it. */
import { refreshPanel } from "./suggestion.js";

const pending = new Set();
let timer = 0;

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

function happened(text) {
  const entry = JSON.parse(text);
  const main = document.getElementById("main");
  wake("wake-list");
  if (entry.customer !== main?.dataset.customer) return;
  wake("wake-thread");
  const kinds = ["message_received", "suggestion_shown", "suggestion_judged"];
  if (entry.conversation === main.dataset.conversation && kinds.includes(entry.kind)) wake("panel");
}

export function listenLive() {
  document.addEventListener("htmx:sse:before:message", (event) => {
    event.preventDefault();
    event.detail.cancelled = true;
    happened(event.detail.message.data);
  });
  // Whatever happened between drawing the page and listening is fetched, not guessed.
  document.addEventListener("htmx:sse:after:connection", () => {
    say("live", "Live");
    wake("wake-list", "wake-thread", "panel");
  });
  document.addEventListener("htmx:sse:error", (event) => {
    if (event.detail.status === 401) location.reload();
    say("lost", "Reconnecting");
  });
  document.addEventListener("htmx:sse:before:connection", (event) => {
    if (event.detail.connection.attempt > 0) say("lost", "Reconnecting");
  });
  connect(document.getElementById("live"));
}

/* htmx reads the page in its own time, and a first try may fail: ask until the stream is there. */
function connect(live) {
  let asked = false;
  let connected = false;
  document.addEventListener("htmx:before:request", (event) => {
    asked ||= event.detail.ctx.sourceElement === live;
  });
  document.addEventListener("htmx:sse:after:connection", () => (connected = true), { once: true });
  const ask = () => {
    if (connected) return;
    htmx.trigger(live, "go-live");
    setTimeout(ask, asked ? 4000 : 200);
  };
  setTimeout(ask);
}

export { wake };
