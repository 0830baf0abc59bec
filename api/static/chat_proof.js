/* Who it is: a code goes to the address we know, and is typed here; the chat then goes on as that customer's. */
import { call } from "./common.js";

const state = document.getElementById("proof-state");
const ask = document.getElementById("code-form");
const prove = document.getElementById("proof-form");
const code = document.getElementById("proof-code");

async function tried(action) {
  try {
    await action();
  } catch (problem) {
    state.textContent = problem.message;
  }
}

ask.addEventListener("submit", (event) => {
  event.preventDefault();
  tried(async () => {
    const sent = await call("POST", "/api/chat/code", { email: document.getElementById("code-email").value.trim() });
    prove.hidden = false;
    state.textContent = `If we know this address, a code is on its way. It works in this chat for ${sent.minutes} minutes.`;
    code.focus();
  });
});

prove.addEventListener("submit", (event) => {
  event.preventDefault();
  tried(async () => {
    await call("POST", "/api/chat/proof", { code: code.value.replace(/\s+/g, "") });
    location.reload();
  });
});
