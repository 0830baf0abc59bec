/* What can be done with a conversation besides writing: take it, pass it on, resolve it, reopen it. */
import { call, toast } from "./common.js";
import { wake } from "./live.js";

const conversation = () => document.getElementById("main")?.dataset.conversation;

const ACTS = {
  take: () => call("POST", `/api/conversations/${conversation()}/take`),
  resolved: () => call("PUT", `/api/conversations/${conversation()}/status`, { status: "resolved" }),
  accept: () => call("POST", `/api/conversations/${conversation()}/acceptance`),
  decline: () => call("POST", `/api/conversations/${conversation()}/refusal`, {}),
  open: () => call("PUT", `/api/conversations/${conversation()}/status`, { status: "open" }),
};
const DONE = { take: "It is yours now", accept: "It is yours now", move: "They read it there now", decline: "Declined: the next colleague is asked", resolved: "Resolved", open: "Open again", pass: "Passed on", resend: "It is sent again", agreed: "Agreed", refused: "Refused", right: "Noted: right", wrong: "Noted: wrong" };

async function run(name, action) {
  try {
    await action();
    toast(DONE[name]);
    wake("wake-list", "wake-thread");
  } catch (problem) {
    toast(problem.message, true);
  }
}

function settle({ dataset }) {
  const approved = dataset.approved === "yes";
  const name = approved ? "agreed" : "refused";
  run(name, () => call("POST", `/api/bot/proposals/${dataset.proposal}`, { approved }));
}

/* Whether what the bot answered was right: it counts when the bot is certified, and can stop it. */
function judge({ dataset }) {
  const right = dataset.right === "yes";
  run(right ? "right" : "wrong", () => call("POST", `/api/bot/decisions/${dataset.decision}/verdict`, { right }));
}

export function act(name) {
  if (!conversation()) return;
  if (name === "pass") openPass();
  else run(name, ACTS[name]);
}

function openPass() {
  // Whose it was when they looked: the dialog stays as it is while the page around it is renewed.
  document.getElementById("pass-form").dataset.owner = document.querySelector(".who").dataset.owner;
  document.getElementById("pass-dialog").showModal();
}

function move(event) {
  event.preventDefault();
  const form = event.target;
  const given = new FormData(form);
  const { channel, kind, value } = form.dataset;
  const body = { channel, address_kind: kind, address: value, text: given.get("text"), reason: given.get("reason") };
  run("move", () => call("POST", `/api/conversations/${conversation()}/move`, body));
  form.closest("details").open = false;
}

export function listenToActs() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) act(button.dataset.act);
    const proposal = event.target.closest("[data-proposal]");
    if (proposal) settle(proposal);
    const verdict = event.target.closest("button[data-decision]");
    if (verdict) judge(verdict);
    const again = event.target.closest("[data-resend]");
    if (again) run("resend", () => call("POST", again.dataset.resend));
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-move]")) move(event);
    if (event.target.id !== "pass-form") return;
    const given = new FormData(event.target);
    const body = { to: given.get("to") || null, reason: given.get("note"), owner: event.target.dataset.owner };
    run("pass", () => call("POST", `/api/conversations/${conversation()}/pass`, body));
    event.target.reset();
  });
}
