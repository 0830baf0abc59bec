/* Forms that say in their markup what they ask of the API: method, address, fields; the page then reads itself again. */
import { call, toast } from "./common.js";

function valueOf(field, text) {
  if (field.dataset.as === "flag") return text === "true";
  return text;
}

async function send(form) {
  const body = {};
  for (const field of form.elements) {
    if (field.name) body[field.name] = valueOf(field, field.value);
  }
  try {
    await call(form.dataset.method, form.dataset.ask, form.dataset.bare === undefined ? body : undefined);
    if (form.dataset.goal) location.href = form.dataset.goal;
    else location.reload();
  } catch (problem) {
    toast(problem.message, true);
  }
}

export function listenToPosting() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-ask]");
    if (!form) return;
    event.preventDefault();
    send(form);
  });
}
