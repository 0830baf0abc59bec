/* The suggestion panel: asks by itself when a customer waits, streams the draft, opens what it cites. */
import { newKey, problemOf, reach, readEvents, call, toast } from "./common.js";
import { composing, sendReply, write } from "./compose.js";
import { wake } from "./live.js";

const panel = () => document.getElementById("suggestion");
const shown = () => document.querySelector("#suggestion .suggest");
let running = null;
const keys = new Map();
/* Suggestions that go without their line of pages: a panel that is drawn anew keeps to it. */
const shorter = new Set();

export function openSuggestion() {
  running?.abort();
  running = null;
  askIfWanted();
}

function askIfWanted() {
  if (!running && document.getElementById("suggest-live")?.dataset.auto === "yes") ask(true);
}

export async function refreshPanel() {
  if (running || !panel()) return;
  const { conversation } = panel().dataset;
  const here = panel();
  await htmx.ajax("GET", `/console/conversations/${conversation}/suggestion`, { source: here, target: here, swap: "innerMorph" });
  if (shorter.has(shown()?.dataset.suggestion)) shorten();
  markPassage();
  askIfWanted();
}

function line(className, text) {
  const element = document.createElement("p");
  element.className = className;
  element.textContent = text;
  return element;
}

/* By itself it takes what a colleague was already suggested for the same message; asked again it is new. */
export async function ask(reuse = false) {
  const { conversation } = panel().dataset;
  running?.abort();
  const mine = new AbortController();
  running = mine;
  const live = document.getElementById("suggest-live");
  const state = line("working", "Searching the library …");
  state.setAttribute("role", "status");
  const draft = line("draft", "");
  live.replaceChildren(state, draft);
  live.dataset.auto = "no";
  shown()?.remove();
  document.getElementById("no-suggestion")?.remove();
  let failure = "";
  const steps = {
    passages: (data) => (state.textContent = `Reading ${JSON.parse(data).length} passages …`),
    text: (data) => (draft.textContent += JSON.parse(data)),
    restart: (data) => {
      draft.textContent = "";
      state.textContent = JSON.parse(data);
    },
    failed: (data) => {
      const { message, remedy } = JSON.parse(data);
      failure = `${message} ${remedy}`;
    },
  };
  try {
    const response = await reach(`/api/conversations/${conversation}/suggestions?reuse=${reuse}`, {
      method: "POST",
      headers: { Accept: "text/event-stream" },
      signal: mine.signal,
    });
    if (!response.ok) throw await problemOf(response);
    await readEvents(response, (event, data) => steps[event]?.(data));
  } catch (problem) {
    if (problem.name === "AbortError") return;
    failure = problem.message;
  }
  if (running !== mine) return;
  running = null;
  if (failure) live.replaceChildren(line("fallback", failure));
  else await refreshPanel();
}

async function sendAsIs() {
  const { suggestion, conversation, text } = shown().dataset;
  if (!keys.has(suggestion)) keys.set(suggestion, newKey());
  await sendReply(conversation, text, suggestion, keys.get(suggestion));
  toast("Sent as suggested");
  wake("wake-list", "wake-thread", "panel");
}

async function reject(form) {
  const given = new FormData(form);
  const reason = [given.get("reason"), given.get("words")].filter(Boolean).join(": ");
  await call("POST", `/api/suggestions/${shown().dataset.suggestion}/rejection`, { reason });
  toast("Rejected. Thank you, that improves the evaluation.");
  wake("wake-thread", "panel");
}

export function edit() {
  const { suggestion, conversation, text } = shown()?.dataset || {};
  if (text && conversation === composing()) write("reply", text, suggestion);
}

async function guard(button, action) {
  if (button) button.disabled = true;
  try {
    await action();
  } catch (problem) {
    toast(problem.message, true);
    if (button) button.disabled = false;
  }
}

export async function openPassage(number) {
  const aside = document.getElementById("passage");
  const suggestion = shown()?.dataset.suggestion;
  if (!suggestion) return;
  await htmx.ajax("GET", `/console/suggestions/${suggestion}/passages/${number}`, { source: aside, target: aside, swap: "innerHTML" });
  aside.dataset.number = number;
  aside.hidden = false;
  markPassage();
  aside.querySelector("mark")?.scrollIntoView({ block: "center" });
  aside.focus({ preventScroll: true });
}

export function closePassage() {
  const aside = document.getElementById("passage");
  if (!aside || aside.hidden) return false;
  aside.hidden = true;
  const { number } = aside.dataset;
  aside.dataset.number = "";
  markPassage();
  document.querySelector(`#suggestion [data-passage="${number}"]`)?.focus();
  return true;
}

function shorten() {
  shown().dataset.text = shown().dataset.said;
  document.getElementById("more")?.remove();
}

function markPassage() {
  const number = document.getElementById("passage")?.dataset.number;
  for (const button of document.querySelectorAll("#suggestion [data-passage]")) {
    button.setAttribute("aria-expanded", String(button.dataset.passage === number));
  }
}

const USES = {
  send: (button) => guard(button, sendAsIs),
  edit,
  reply: () => write("reply"),
  less: () => {
    shorter.add(shown().dataset.suggestion);
    shorten();
  },
  reject: () => {
    document.getElementById("reject").hidden = false;
    document.getElementById("reject-reason").focus();
  },
  keep: () => (document.getElementById("reject").hidden = true),
};

export function listenToSuggestion() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.passage) openPassage(button.dataset.passage);
    if ("closePassage" in button.dataset) closePassage();
    if ("suggest" in button.dataset) ask();
    if (button.dataset.use) USES[button.dataset.use](button);
    if (button.dataset.showSuggestion) {
      htmx.ajax("GET", `/console/suggestions/${button.dataset.showSuggestion}`, { source: panel(), target: panel(), swap: "innerHTML" });
    }
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "reject") return;
    event.preventDefault();
    guard(event.submitter, () => reject(event.target));
  });
}
