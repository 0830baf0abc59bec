/* The survey card of the chat: shown while one waits for an answer, gone once it has one. */
import { call } from "./common.js";

const card = document.getElementById("survey-card");

function made(name, properties = {}, ...inside) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...inside);
  return element;
}

function choices(survey) {
  const row = made("div", { className: "survey-numbers" });
  for (let number = survey.least; number <= survey.most; number += 1) {
    const radio = made("input", { type: "radio", name: "survey-score", value: String(number), required: true });
    const end = number === survey.least ? survey.lowest : number === survey.most ? survey.highest : "";
    const yesOrNo = survey.most - survey.least === 1;
    const words = made("span", {}, yesOrNo ? end : String(number));
    if (end && !yesOrNo) words.append(made("span", { className: "sr" }, `, ${end}`));
    row.append(made("label", {}, radio, words));
  }
  return row;
}

function form(survey) {
  const ends = made("p", { className: "survey-ends" });
  ends.setAttribute("aria-hidden", "true");
  ends.hidden = survey.most - survey.least === 1;
  ends.append(made("span", {}, `${survey.least} = ${survey.lowest}`), made("span", {}, `${survey.most} = ${survey.highest}`));
  const area = made("textarea", { id: "survey-comment", rows: 2, maxLength: 2000 });
  const problem = made("p", { className: "survey-error", hidden: true });
  problem.setAttribute("role", "alert");
  const asked = made("fieldset", {}, made("legend", {}, survey.question), choices(survey), ends);
  const label = made("label", { htmlFor: "survey-comment" }, survey.comment);
  const drawn = made("form", { className: "survey", noValidate: true }, asked, label, area, problem);
  const stop = made("button", { type: "button", className: "quiet" }, survey.stop);
  stop.addEventListener("click", () => never(survey, problem));
  drawn.append(made("div", { className: "survey-acts" }, made("button", { type: "submit" }, survey.send), stop));
  drawn.addEventListener("submit", (event) => {
    event.preventDefault();
    answer(survey, drawn, area.value, problem);
  });
  return drawn;
}

async function answer(survey, drawn, comment, problem) {
  const chosen = drawn.querySelector("input:checked");
  try {
    if (!chosen) throw new Error(survey.choose);
    const body = { asked: survey.asked, score: Number(chosen.value), comment };
    const stored = await call("POST", "/api/chat/survey", body);
    card.replaceChildren(made("p", {}, stored.thanks));
  } catch (failure) {
    problem.textContent = failure.message;
    problem.hidden = false;
  }
}

async function never(survey, problem) {
  try {
    await call("POST", "/api/chat/consents", { purpose: "survey", given: false, objection: true });
    card.replaceChildren(made("p", {}, survey.stopped));
  } catch (failure) {
    problem.textContent = failure.message;
    problem.hidden = false;
  }
}

export async function showSurvey() {
  let waiting;
  try {
    waiting = (await call("GET", "/api/chat/survey")).survey;
  } catch {
    return; // no session yet or no line: the next event or visit asks again
  }
  if (!waiting || card.dataset.asked === waiting.asked) return;
  card.dataset.asked = waiting.asked;
  card.lang = waiting.language;
  card.replaceChildren(form(waiting));
  card.hidden = false;
}
