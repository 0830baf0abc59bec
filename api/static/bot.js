/* The bot's page: sets a rule, certifies from verdicts, takes a verdict on what the bot said. */
import { call, toast } from "./common.js";

async function attempt(action, done) {
  try {
    await action();
    if (done) location.reload();
  } catch (problem) {
    toast(problem.message, true);
  }
}

function setRule(form) {
  const given = new FormData(form);
  const body = { channel: given.get("channel"), topic: given.get("topic"), mode: given.get("mode") };
  attempt(() => call("PUT", "/api/bot/rules", { ...body, share: Number(given.get("share")) / 100 }), true);
}

function certify(form) {
  attempt(() => call("POST", "/api/bot/certificate", { risk: Number(new FormData(form).get("risk")) }), true);
}

document.addEventListener("submit", (event) => {
  if (event.target.id === "bot-rule") setRule(event.target);
  if (event.target.id === "bot-certify") certify(event.target);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-right]");
  if (!button) return;
  const row = button.closest("[data-decision]");
  attempt(async () => {
    const right = button.dataset.right === "yes";
    await call("POST", `/api/bot/decisions/${row.dataset.decision}/verdict`, { right });
    for (const one of row.querySelectorAll("[data-right]")) one.setAttribute("aria-pressed", String(one === button));
    toast(right ? "Noted: right" : "Noted: wrong");
  });
});
