/* The questions of the chosen kind, without a reload. Everything here also works without: a button asks for them.

   <form data-asks="address of the questions"> holding #first-question, #questions, #log-guide
   <div class="field" data-only-if="name of a field" data-only-value="its value" data-only-on="platform">
   <button name="fill" value="last" data-told-device="…">: fills what is still empty */
(() => {
  const form = document.querySelector("form[data-asks]");
  if (!form) return;
  const PARTS = ["first-question", "questions", "log-guide"];
  const UNSENT = ["files", "description", "submission_key"];
  const controls = (root) => [...root.querySelectorAll("input, select, textarea")].filter((each) => each.name);

  // What is asked only after another answer shows with it; what needs mending never hides.
  function showWhatCounts() {
    const valueOf = (name) => form.elements.namedItem(name)?.value ?? "";
    const isHidden = (name) => form.elements.namedItem(name)?.closest?.("[data-only-if], [data-only-on]")?.hidden ?? false;
    for (const field of form.querySelectorAll("[data-only-if], [data-only-on]")) {
      const { onlyIf, onlyValue, onlyOn } = field.dataset;
      const isMet = (!onlyIf || (valueOf(onlyIf) === onlyValue && !isHidden(onlyIf))) && (!onlyOn || valueOf("platform") === onlyOn);
      field.hidden = !isMet && !field.classList.contains("is-wrong");
    }
  }

  // Typed values go along and come back; what was typed meanwhile wins.
  let asked = 0;
  async function ask(parts) {
    const mine = (asked += 1);
    const sent = new FormData(form);
    for (const name of UNSENT) sent.delete(name);
    for (const name of [...sent.keys()]) if (name.startsWith("initial-")) sent.delete(name);
    try {
      const answer = await fetch(form.dataset.asks, { method: "POST", body: new URLSearchParams(sent) });
      if (!answer.ok || mine !== asked) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of parts) {
        const [before, after] = [document.getElementById(id), fresh.getElementById(id)];
        if (!before || !after) continue;
        const typed = new Map(controls(before).map((each) => [each.name, each.type === "checkbox" ? each.checked : each.value]));
        for (const each of controls(after)) {
          if (!typed.has(each.name)) continue;
          if (each.type === "checkbox") each.checked = typed.get(each.name);
          else if (typed.get(each.name)) each.value = typed.get(each.name);
        }
        const isOpen = new Set([...before.querySelectorAll("details[open]")].map((each) => each.className));
        for (const each of after.querySelectorAll("details")) if (isOpen.has(each.className)) each.open = true;
        before.replaceWith(after);
      }
      showWhatCounts();
    } catch { /* offline for a moment: the questions that stand there are sent */ }
  }

  form.addEventListener("change", (event) => {
    if (["category", "app"].includes(event.target.name) && form.matches("[data-filing]")) ask(PARTS);
    else if (["platform", "product"].includes(event.target.name)) ask(["log-guide"]);
    showWhatCounts();
  });

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=fill][value=last]");
    if (!button) return;
    event.preventDefault();
    for (const [key, text] of Object.entries(button.dataset)) {
      const control = document.getElementById(`id_${key.replace(/^told/, "").replace(/^./, (first) => first.toLowerCase())}`);
      if (!key.startsWith("told") || !control || control.value) continue;
      control.value = text;
      control.closest("details")?.setAttribute("open", "");
    }
    button.closest(".offer").hidden = true;
  });

  showWhatCounts();
})();
